"""The worker that owns desktop, policy and memory, and what its clients say to it."""
