"""Why a value must not be typed: not read for certain, ambiguous, contradicted by its sum, or
unlike all others of its column."""

import re

from agent.policies.core.looks import begins_small, out_of_place
from agent.policies.core.nursery.lexicon import is_label
from agent.policies.core.situation import KEYS, ChoiceKind, Form, Situation, place_of
from agent.policies.core.sums import additions, amounts
from agent.policies.core.trail import source_label
from agent.policies.core.values import written
from agent.policies.core.words import plain
from perception.scene import Element, Scene
from perception.values import value_kind

ASTRAY = 8  # moves in a row
SURE = 0.9  # less sure than this, what names something else on the page is not copied
UNLIKE = 0.4  # of 80 right copies the furthest was 0.23, of 21 wrong ones the nearest 0.43
MOVES = (
    "Tab", "Return", "Up", "Down", "Left", "Right", "Home", "End", "ctrl+Home", "ctrl+End",
    "Page_Down", "Page_Up", "Escape", "shift+Tab",
)  # fmt: skip  # keys that change nothing by themselves
_TAX = re.compile(r"\b(vat|tax|taxes|mwst|ust|umsatzsteuer|mehrwertsteuer|steuer)\b")
_NOT_TAX = re.compile(r"\b(no|id|nr|incl|excl|before)\b")


def _is_tax(element: Element) -> bool:
    """Whether the nearest words beside an amount call it a tax."""
    for label in (element.left, element.above):
        if label and value_kind(label) == "text":
            words = plain(label)
            return bool(_TAX.search(words)) and not _NOT_TAX.search(words)
    return False


def balance(situation: Situation, index: int) -> bool | None:
    """Whether the amount at `index` stands on a page whose taxes are part of a sum.

    False for every amount of a page that names a tax which adds up with nothing there: net and
    tax do not make the total, or one of them cannot be seen. True for a part of the sum that
    does. None where no tax is named, or the amount is no part of the sum.
    """
    scene = situation.scene
    window, found = scene.elements[index].window, amounts(scene)
    page = {i: cents for i, cents in found.items() if scene.elements[i].window == window}
    taxes = {cents for i, cents in page.items() if _is_tax(scene.elements[i])}
    if index not in page or not taxes:
        return None
    sums = [a for a in additions(scene) if a.window == window and taxes <= set(a.parts)]
    return None if sums and sums[0].role(page[index]) is None else bool(sums)


def why_not_type(situation: Situation, index: int, form: Form) -> str:
    """A question to the operator if the source at `index` must not be typed, else ""."""
    text, label = situation.sources[index], source_label(situation, index) or "the value"
    if written(text, form) is None:
        return f"{label}: “{text}” can be read in two ways. What should I enter?"
    if stands_out(situation.scene, text):
        return f"{label}: “{text}” looks like no other value in this column. Is it right?"
    if index >= len(situation.scene.elements):
        return ""
    element = situation.scene.elements[index]
    balanced = balance(situation, index)
    if balanced is False:
        return f"{label}: net, tax and total on the page do not add up. What should I enter?"
    return unsure(situation, index) if not element.certain and not balanced else ""


def stands_out(scene: Scene, text: str) -> bool:
    """Whether a text is of another kind, or build, than all values of the focused column."""
    focus = scene.focused
    if focus is None or focus.grid < 0:
        return False
    kinds = scene.grids[focus.grid].kinds
    kind = kinds[focus.column] if 0 <= focus.column < len(kinds) else ""
    if kind in ("date", "amount"):
        return value_kind(text) not in (kind, "number")
    return kind == "text" and (out_of_place(scene, text) > UNLIKE or begins_small(scene, text))


def names_another(situation: Situation, index: int) -> bool:
    """Whether a source on the screen is itself the label of something there."""
    scene = situation.scene
    if index >= len(scene.elements) or not is_label(scene.elements[index].text):
        return False
    text = scene.elements[index].text
    return any(text in (e.left, e.above) for e in scene.elements if e.grid < 0)


def either(situation: Situation, index: int, form: Form, other: str) -> str:
    """The question where other words are about as likely, unless they come to the same."""
    text, place = situation.sources[index], place_of(situation.scene)
    if not other or written(other, form) == written(text, form):
        return ""
    return f"{place or 'Here'}: is it “{text}” or “{other}”? What should I enter?"


def unsure(situation: Situation, index: int) -> str:
    """The question about a value that is not read for certain."""
    label = source_label(situation, index) or "the value"
    return f"{label}: I cannot read “{situation.sources[index]}” for certain. What does it say?"


def nothing_done(situation: Situation) -> bool:
    """Whether all that was done so far was to move about."""
    return all(d.kind == ChoiceKind.PRESS and KEYS[d.key] in MOVES for d in situation.deeds)


def astray(situation: Situation) -> bool:
    """Whether the last moves, eight or twice as many and so on, were made where no place has a
    name: beyond the last column, beside a form. What there is to do is not on the screen."""
    moves = 0
    for deed in reversed(situation.deeds):
        if deed.kind != ChoiceKind.PRESS or KEYS[deed.key] not in MOVES or deed.place:
            break
        moves += 1
    return moves > 0 and moves % ASTRAY == 0
