"""The hands: what was done. Actions, the desktops that perform them, and the guard between."""
