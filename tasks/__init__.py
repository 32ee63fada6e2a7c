"""What is asked, and whether it was done: read from files, never from the screen."""
