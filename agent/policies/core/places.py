"""Where on the screen a decision happens: what people are shown before it does."""

from actuation.action import Action, Click, Press, TypeText
from agent.policies.core.situation import Choice, ChoiceKind, Situation
from perception.observation import Box
from perception.scene import Scene


def target_box(scene: Scene, action: Action) -> Box | None:
    """The smallest element under a click; the focused one for text and keys."""
    match action:
        case Click(x, y):
            under = [one.box for one in scene.elements if one.box.contains(x, y)]
            return min(under, key=lambda box: box.area, default=None)
        case TypeText() | Press():
            return scene.focused.box if scene.focused else None
        case _:
            return None


def source_box(situation: Situation, choice: Choice) -> Box | None:
    """The element that is copied; None where the words come from the goal or from memory."""
    if choice.kind != ChoiceKind.TYPE or choice.targets[0] >= len(situation.scene.elements):
        return None
    return situation.scene.elements[choice.targets[0]].box


def middle(scene: Scene) -> tuple[int, int]:
    """Where to scroll, in observation pixels: over the table or window of the focus."""
    focus = scene.focused
    if focus is not None and focus.grid >= 0:
        return scene.grids[focus.grid].box.center
    if focus is not None and focus.window >= 0:
        return scene.windows[focus.window].box.center
    return scene.width // 2, scene.height // 2
