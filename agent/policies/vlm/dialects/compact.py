"""The dialect of models that are made here: SmolVLM's calls, without a prompt and without thought.

    Click on the OK button.  ▣   →   click(x=06.41, y=03.17)

What a model of a few million weights was never told in words it learns from what it is shown. Its
points count the squares that its picture is cut into, one visual token each: what stands before
the decimal point says which token it is, what stands behind it where in that token's own pixels.
A share of the screen would mix the two in every digit.
"""

from actuation.action import Action
from actuation.geometry import PARTS, Space, View
from agent.policies.vlm.dialects.dialect import told
from agent.policies.vlm.dialects.smolvlm import SmolVlm
from memory.day import Context

WIDEST = 64  # squares of a picture whose size is not known


class Compact(SmolVlm):
    name = "compact"
    space = Space.SQUARES
    factor = 32
    least = 32 * 32

    def system(self, view: View) -> str:
        return ""

    def task(self, goal: str, context: Context) -> str:
        known = told(context)
        return f"{goal}\n{known}\n" if known else f"{goal}\n"

    def format(self, action: Action, view: View, thought: str = "") -> str:
        return super().format(action, view)

    def places(self, view: View | None) -> tuple[str, str]:
        units = view.units if view is not None else (WIDEST * PARTS, WIDEST * PARTS)
        across, down = (_upto(extent // PARTS) for extent in units)
        return across, down

    def grammar(self, thought: int, view: View | None = None) -> str:
        return super().grammar(0, view)


def _upto(squares: int) -> str:
    """A regular expression of 00.00 to the far edge, in hundredths."""
    whole = "|".join(f"{square:02}" for square in range(squares))
    return rf"(({whole})\.[0-9]{{2}}|{squares:02}\.00)"
