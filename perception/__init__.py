"""The eyes: what was seen. Frames, and the Scene of elements computed from one."""
