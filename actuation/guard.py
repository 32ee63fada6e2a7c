"""Between deciding and doing: budgets, the allowlist, and what needs a person's yes.

    action ─▶ budget ─▶ which window is touched? ─▶ what would it do? ─▶ Permit

The rules are fixed before a run, outside any model. Which window an action touches is told by
the window manager: the window under the point for the mouse, the active one for the keys.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath

import numpy as np

from actuation.action import Action, Ask, Click, Done, Drag, Fail, Press, Scroll, TypeText
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


@dataclass(frozen=True)
class Rules:
    """What a run may do. Empty means: no limit of this kind."""

    max_steps: int = 100
    """Actions in one run."""
    max_seconds: float = 600.0
    """Length of one run."""
    applications: tuple[str, ...] = ()
    """Window applications (WM_CLASS, case aside) that may be touched."""
    files: tuple[str, ...] = ()
    """Names of documents that may be changed; a window whose title names another is read only."""
    amount_limit: float | None = None
    """A typed amount above it needs approval."""
    approve: tuple[str, ...] = ()
    """Regular expressions (case aside) for typed text, keys and click targets that need approval,
    such as a payee's name or r"delete|löschen"."""


@dataclass(frozen=True)
class Permit:
    """allowed: go ahead. needs_approval: only with a person's yes. exhausted: a budget is spent.
    reason: for people, "" when allowed."""

    allowed: bool
    needs_approval: bool = False
    exhausted: bool = False
    reason: str = ""


class Guard:
    """Checks every action of one run. label(x, y, observation) names what a click would touch."""

    def __init__(
        self, rules: Rules, label: Callable[[int, int, Observation], str] | None = None
    ) -> None:
        self._rules, self._label = rules, label
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
        reason = self._outside(action, observation)
        if reason:
            return Permit(False, reason=reason)
        reason = self._delicate(action, observation)
        return Permit(not reason, needs_approval=bool(reason), reason=reason)

    def _outside(self, action: Action, observation: Observation) -> str:
        """Why the action would touch what it must not; "" if it would not."""
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

    def _delicate(self, action: Action, observation: Observation) -> str:
        """Why a person should agree first; "" if that is not needed."""
        text = ""
        match action:
            case TypeText():
                text = action.text
                limit = self._rules.amount_limit
                if limit is not None:
                    for amount in amounts(text):
                        if amount > limit:
                            return f"the amount {amount} is above {limit}"
            case Press():
                text = action.keys
            case Click() if self._label is not None:
                text = self._label(action.x, action.y, observation)
        for pattern in self._approve:
            if text and pattern.search(text):
                return f"{text!r} matches the rule {pattern.pattern!r}"
        return ""


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
