"""What a person keeps to themselves: found in words and pixels before anything reaches the disk."""
