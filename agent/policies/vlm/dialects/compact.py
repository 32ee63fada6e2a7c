"""The dialect of models that are made here: SmolVLM's calls, without a prompt and without thought.

    Click on the OK button.  ▣   →   click(x=0.410, y=0.178)

What a model of a few million weights was never told in words it learns from what it is shown.
"""

from actuation.action import Action
from actuation.geometry import View
from agent.policies.vlm.dialects.dialect import told
from agent.policies.vlm.dialects.smolvlm import SmolVlm
from memory.day import Context


class Compact(SmolVlm):
    name = "compact"
    factor = 32
    least = 32 * 32

    def system(self, view: View) -> str:
        return ""

    def task(self, goal: str, context: Context) -> str:
        known = told(context)
        return f"{goal}\n{known}\n" if known else f"{goal}\n"

    def format(self, action: Action, view: View, thought: str = "") -> str:
        return super().format(action, view)

    def grammar(self, thought: int, view: View | None = None) -> str:
        return super().grammar(0, view)
