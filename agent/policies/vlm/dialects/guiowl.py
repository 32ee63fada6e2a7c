"""GUI-Owl 1.5: an "Action:" line, then `computer_use` as JSON, points 0–1000.

Source: X-PLUG/MobileAgent, Mobile-Agent-v3.5/computer_use/utils.py (prompt) and
run_gui_owl_1_5_for_pc.py (names of actions). That runner scales points by the resized picture's
height (1088 for a screen of 1080), up to 8 pixels too low; here they scale by the screen's.
"""

from actuation.action import Action
from actuation.geometry import Space, View
from agent.policies.vlm.dialects.toolcall import ToolCall


class GuiOwl(ToolCall):
    """`interact` is this family's own word for asking the user."""

    name = "guiowl"
    space = Space.PERMILLE
    factor = 32
    least = 3136
    most = 10035200

    def format(self, action: Action, view: View, thought: str = "") -> str:
        """Each reply has its "Action:" line."""
        return super().format(action, view, thought or f"{type(action).__name__}.")
