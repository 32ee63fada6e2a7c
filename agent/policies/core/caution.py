"""Why a value must not be typed: not read for certain, ambiguous, contradicted by its sum, or
unlike all others of its column."""

import re
from collections.abc import Sequence
from decimal import Decimal

from agent.policies.core.looks import out_of_place
from agent.policies.core.situation import Form, Situation, is_source
from agent.policies.core.trail import source_label
from agent.policies.core.values import written
from agent.policies.core.words import plain
from perception.scene import Element, Scene
from perception.values import parse_amount, value_kind

UNLIKE = 0.4  # of 80 right copies the furthest was 0.23, of 21 wrong ones the nearest 0.43
_TAX = re.compile(r"\b(vat|tax|taxes|mwst|ust|umsatzsteuer|mehrwertsteuer|steuer)\b")
_NET = re.compile(
    r"\b(net|netto\w*|subtotal|sub total|zwischensumme|warenwert|excl|before)\b|\w+netto\b"
)
_TOTAL = re.compile(
    r"\b(total|gesamt\w*|endbetrag|rechnungsbetrag|zu zahlen|brutto\w*|gross|payable|"
    r"(amount|balance|total) due|to pay)\b"
)


def _role(label: str) -> str:
    words = plain(label)
    if _NET.search(words):
        return "net"
    if _TAX.search(words) and not re.search(r"\b(no|id|nr|incl)\b", words):
        return "tax"
    return "total" if _TOTAL.search(words) else ""


def _sums(elements: Sequence[Element]) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {"net": [], "tax": [], "total": []}
    for element in elements:
        if value_kind(element.text) in ("amount", "number") and not element.text.endswith("%"):
            for label in (element.left, element.above):
                if label and value_kind(label) == "text":
                    role = _role(label)
                    if role:
                        found[role].append(element)
                    break
    return found


def balance(situation: Situation, element: Element) -> bool | None:
    """Whether net + tax = total on the page that this amount stands on.

    None where the page does not say all three, or the amount is not one of them.
    """
    scene = situation.scene
    page = [e for e in scene.elements if e.window == element.window and is_source(scene, e)]
    sums = _sums(page)
    if element not in [*sums["net"], *sums["tax"], *sums["total"]]:
        return None
    values = {role: [parse_amount(e.text) for e in found] for role, found in sums.items()}
    if not all(values.values()):
        return None
    known = {role: [v for v in found if v is not None] for role, found in values.items()}
    if known != values:
        return False
    # items of a list may be headed like the total: one pair that fits is enough
    tax = sum(known["tax"], Decimal(0))
    return any(net + tax == total for net in known["net"] for total in known["total"])


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
    balanced = balance(situation, element)
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
    return kind == "text" and out_of_place(scene, text) > UNLIKE


def unsure(situation: Situation, index: int) -> str:
    """The question about a value that is not read for certain."""
    label = source_label(situation, index) or "the value"
    return f"{label}: I cannot read “{situation.sources[index]}” for certain. What does it say?"
