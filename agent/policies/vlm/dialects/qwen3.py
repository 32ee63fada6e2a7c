"""Qwen3-VL: `computer_use` as JSON, points 0–1000 whatever the picture's size.

Source: QwenLM/Qwen3-VL, cookbooks/computer_use.ipynb (factor 32, a screen of 1000x1000) and
cookbooks/utils/agent_function_call.py; the "Action:" line from the same family's agent in OSWorld
(xlang-ai/OSWorld, mm_agents/qwen3vl_agent.py). Its runner there divides by 999, which differs by at
most 2 pixels on a screen of 1920.
"""

from actuation.geometry import Space
from agent.policies.vlm.dialects.toolcall import ToolCall


class Qwen3(ToolCall):
    name = "qwen3"
    space = Space.PERMILLE
    factor = 32
    least = 3136
    most = 12845056
