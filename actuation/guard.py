"""Between deciding and doing: budgets, the allowlist, and what needs a person's yes.

    action ─▶ budget ─▶ which window is touched? ─▶ what would it do? ─▶ Permit

The rules are fixed before a run, outside any model. Which window an action touches is told by
the window manager: the window under the point for the mouse, the active one for the keys.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import PurePath

import numpy as np

from actuation.action import Action, Ask, Click, Done, Drag, Fail, Press, Scroll, TypeText
from actuation.rules import FAMILIES, PAYEE, SAVING, Permit, Rules
from perception.frames import difference, is_caret
from perception.observation import Box, Observation, Window

TARGET_RADIUS = 12  # pixels around a click that must look as they did when it was decided
TARGET_CHANGED = 0.1  # share of those pixels

_DOCUMENT = re.compile(r"[\w()\-]+\.(?:xlsx?|ods|csv|docx?|odt|pdf|txt|beancount|gnucash)\b", re.I)
_AMOUNT = re.compile(r"(?:\d{1,3}(?:[.,' ]\d{3})+|\d+)(?:[.,]\d{1,2})?")
_CURRENCY = re.compile(r"[€$£¥]|\b(?:EUR|USD|GBP|CHF)\b")
_READING = frozenset(
    {"up", "down", "left", "right", "home", "end", "tab", "escape", "esc"}
    | {"pageup", "pagedown", "page_up", "page_down", "prior", "next"}
)


Label = Callable[[int, int, Observation], str]
"""What a click at a point would touch, in words; "" where nothing can be read."""

Column = Callable[[Observation], tuple[str, tuple[str, ...]]]
"""The header or label of what is typed into, and the values that its column shows."""


class Guard:
    """Checks every action of one run, with eyes of its own: `label` and `column`."""

    def __init__(
        self, rules: Rules, label: Label | None = None, column: Column | None = None
    ) -> None:
        self._rules, self._label, self._column = rules, label, column
        self._approve = [re.compile(pattern, re.IGNORECASE) for pattern in rules.approve]
        self._applications = {name.casefold() for name in rules.applications}

    def check(self, action: Action, observation: Observation, step: int, elapsed: float) -> Permit:
        """step: actions done so far. elapsed: seconds since the run began."""
        if isinstance(action, Ask | Done | Fail):
            return Permit(True)
        if step >= self._rules.max_steps:
            return Permit(False, exhausted=True, reason=f"{step} steps are the limit")
        if elapsed >= self._rules.max_seconds:
            limit = f"{self._rules.max_seconds:.0f} seconds are the limit"
            return Permit(False, exhausted=True, reason=limit)
        if self._rules.dry and (reason := self._lasting(action, observation)):
            return Permit(False, reason=f"dry run: {reason}", rule="dry")
        for rule, reason in (
            ("outside", self._outside(action, observation)),
            ("amount", self._amount(action)),
            ("payee", self._payee(action, observation)),
            *self._marked(action, observation, self._rules.ask),
        ):
            if reason:
                return Permit(False, needs_approval=True, reason=reason, rule=rule)
        return Permit(True)

    def _outside(self, action: Action, observation: Observation) -> str:
        """Why the action would touch what it should not; "" if it would not."""
        windows = touched(action, observation)
        for window in windows:
            application = window.application if window else ""
            if self._applications and application.casefold() not in self._applications:
                return f"{application or 'the bare desktop'} is not among the allowed windows"
        if self._rules.files and _writes(action):
            allowed = {PurePath(name).name.casefold() for name in self._rules.files}
            for window in windows:
                named = {
                    name.casefold() for name in _DOCUMENT.findall(window.title if window else "")
                }
                if named and not named & allowed:
                    return f"{', '.join(sorted(named))} is not among the allowed files"
        return ""

    def _lasting(self, action: Action, observation: Observation) -> str:
        """What would last after the run; "" if nothing would."""
        if isinstance(action, Press) and SAVING.fullmatch(action.keys):
            return f"{action.keys!r} would save now"
        named = (reason for rule, reason in self._marked(action, observation, tuple(FAMILIES)))
        return next(named, "")

    def _amount(self, action: Action) -> str:
        limit = self._rules.amount_limit
        if limit is None or not isinstance(action, TypeText):
            return ""
        above = next((amount for amount in amounts(action.text) if amount > limit), None)
        return f"the amount {above} is above {limit:g}" if above is not None else ""

    def _payee(self, action: Action, observation: Observation) -> str:
        known = self._rules.payees
        if known is None or self._column is None or not isinstance(action, TypeText):
            return ""
        header, shown = self._column(observation)
        if not PAYEE.search(header):
            return ""
        names = {" ".join(name.split()).casefold() for name in (*known, *shown)}
        new = " ".join(action.text.split()).casefold() not in names
        return f"{action.text!r} is a new payee" if new else ""

    def _marked(
        self, action: Action, observation: Observation, families: tuple[str, ...]
    ) -> Iterator[tuple[str, str]]:
        """Acts of a family, and words that the operator marked: (rule, reason)."""
        text = words = ""
        match action:
            case TypeText():
                text = action.text
            case Press():
                text = action.keys
            case Click() if self._label is not None and (families or self._approve):
                text = words = self._label(action.x, action.y, observation)
        for name in families:
            family = FAMILIES[name]
            pressed = isinstance(action, Press) and family.keys.fullmatch(text)
            if pressed or (words and family.words.search(words)):
                yield name, f"{text!r}: {family.risk}"
        for pattern in self._approve:
            if text and pattern.search(text):
                yield f"approve {pattern.pattern}", f"{text!r} matches the rule {pattern.pattern!r}"


def touched(action: Action, observation: Observation) -> list[Window | None]:
    """The windows that an action reaches; None stands for the bare desktop."""
    match action:
        case Click() | Scroll():
            return [window_at(action.x, action.y, observation)]
        case Drag():
            ends = ((action.x, action.y), (action.to_x, action.to_y))
            return [window_at(*end, observation) for end in ends]
        case TypeText() | Press():
            return [observation.active]
        case _:
            return []


def window_at(x: int, y: int, observation: Observation) -> Window | None:
    """The frontmost window under a point."""
    return next((window for window in observation.windows if window.box.contains(x, y)), None)


def amounts(text: str) -> list[Decimal]:
    """Amounts of money in typed text: all numbers with a currency or decimals, and a text that is
    one number. Dates and numbers inside words are none."""
    stripped = _CURRENCY.sub("", text).strip()
    alone = _AMOUNT.fullmatch(stripped)
    found = [stripped] if alone else []
    if not alone:
        bare = re.compile(rf"(?<![\w.,/-]){_AMOUNT.pattern}(?![\w/-]|[.,]\d)")
        priced = _CURRENCY.search(text) is not None
        found = [
            number for number in bare.findall(text) if priced or re.search(r"[.,]\d{1,2}$", number)
        ]
    return [_decimal(number) for number in found]


def effect(before: Observation, after: Observation) -> bool:
    """Whether anything changed between two looks, a blinking caret aside."""
    if before.image.shape != after.image.shape or before.windows != after.windows:
        return True
    return not is_caret(difference(before.image, after.image))


def target_changed(action: Action, seen: Observation, now: Observation) -> bool:
    """Whether what is to be clicked looks different now from when it was decided."""
    if not isinstance(action, Click | Drag | Scroll):
        return False
    if seen.image.shape != now.image.shape:
        return True
    around = Box(
        action.x - TARGET_RADIUS, action.y - TARGET_RADIUS, 2 * TARGET_RADIUS, 2 * TARGET_RADIUS
    ).intersect(Box(0, 0, seen.image.shape[1], seen.image.shape[0]))
    if around.area == 0:
        return False
    patch = np.s_[around.y : around.bottom, around.x : around.right]
    changed = (seen.image[patch] != now.image[patch]).any(axis=2)
    before, after = (window_at(action.x, action.y, look) for look in (seen, now))
    if (before and before.application) != (after and after.application):
        return True
    return bool(changed.mean() > TARGET_CHANGED)


def _writes(action: Action) -> bool:
    """Whether an action may change a document, and does not only move about in it."""
    if isinstance(action, Press):
        return action.keys.casefold() not in _READING
    return isinstance(action, TypeText | Drag)


def _decimal(number: str) -> Decimal:
    """'1.234,50', '1,234.50', "1'234" → Decimal."""
    tail = re.search(r"[.,](\d{1,2})$", number)
    whole = number[: tail.start()] if tail else number
    return Decimal(re.sub(r"\D", "", whole) + (f".{tail[1]}" if tail else ""))
