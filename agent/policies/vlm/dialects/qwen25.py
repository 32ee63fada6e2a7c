"""Qwen2.5-VL: `computer_use` as JSON, points in pixels of the picture that it was shown.

Source: QwenLM/Qwen2.5-VL, cookbooks/computer_use.ipynb and cookbooks/utils/agent_function_call.py;
bounds of a picture's area from the notebook.
"""

from actuation.geometry import Space
from agent.policies.vlm.dialects.toolcall import ToolCall


class Qwen25(ToolCall):
    """Replies with the call at once, or with free text before it."""

    name = "qwen25"
    space = Space.RESIZED
    factor = 28
    least = 4 * 28 * 28
    most = 16384 * 28 * 28
    lead = ""
