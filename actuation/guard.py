"""Between deciding and doing: budgets, the allowlist, and what needs a person's yes.

    action ─▶ budget ─▶ which window is touched? ─▶ what would it do? ─▶ Permit

The rules are fixed before a run, outside any model. Which window an action touches is told by
the window manager: the window under the point for the mouse, the active one for the keys.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePath

import numpy as np

from actuation.action import Action, Ask, Click, Done, Drag, Fail, Press, Scroll, TypeText, Wait
from actuation.filling import misplaced
from actuation.rules import ACTS, PAYEE, Permit, Rules, amounts, chords, pastes, typed_by
from perception.frames import difference, is_caret
from perception.observation import Box, Observation, Window

TARGET_RADIUS = 12  # pixels around a click that must look as they did when it was decided
TARGET_CHANGED = 0.1  # share of those pixels

_DOCUMENT = re.compile(r"[\w()\-]+\.(?:xlsx?|ods|csv|docx?|odt|pdf|txt|beancount|gnucash)\b", re.I)
_MOVES = frozenset({"tab", "escape", "up", "down", "left", "right", "page_up", "page_down"})
UNREAD = "unread"
"""The rule that holds keys back from a dialog without words: looking again may show them."""

_KEPT = 400  # characters of typed text that are remembered
_READINGS = 64  # ways in which corrected text may stand in its place

Label = Callable[[int, int, Observation], str]
"""What a click at a point would touch, one text a line; "" where nothing can be read."""

Dialog = Callable[[int, Observation], str]
"""What can be read in the window of this index, one text a line."""

Column = Callable[[Observation], tuple[str, tuple[str, ...]]]
"""The header or label of what is typed into, and the values that its column shows."""


class Guard:
    """Checks every action of one run, with eyes of its own: `label`, `column` and `dialog`.

    What is typed in pieces is judged as one text: `did` must hear of every action performed.
    """

    def __init__(
        self,
        rules: Rules,
        label: Label | None = None,
        column: Column | None = None,
        dialog: Dialog | None = None,
    ) -> None:
        self._rules, self._label, self._column, self._dialog = rules, label, column, dialog
        self._approve = [re.compile(pattern, re.IGNORECASE) for pattern in rules.approve]
        self._applications = {name.casefold() for name in rules.applications}
        self._pending = [""]  # texts that may stand where keys go now, the fullest first

    def check(self, action: Action, observation: Observation, step: int, elapsed: float) -> Permit:
        """step: actions done so far. elapsed: seconds since the run began."""
        if isinstance(action, Ask | Done | Fail):
            return Permit(True)
        if step >= self._rules.max_steps:
            return Permit(False, exhausted=True, reason=f"{step} steps are the limit")
        waiting = action.seconds if isinstance(action, Wait) else 0.0
        if elapsed + waiting >= self._rules.max_seconds:
            limit = f"{self._rules.max_seconds:.0f} seconds are the limit"
            return Permit(False, exhausted=True, reason=limit)
        unread = self._unread(action, observation)
        if self._rules.dry and (reason := unread or self._lasting(action, observation)):
            rules = ("dry", UNREAD) if unread else ("dry",)
            return Permit(False, reason=f"dry run: {reason}", rules=rules)
        held: dict[str, str] = {}
        for rule, reason in (
            ("outside", self._outside(action, observation)),
            (UNREAD, unread),
            ("amount", self._amount(action)),
            ("payee", self._payee(action, observation)),
            ("fact", self._fact(action, observation)),
            *self._acts(action, observation, self._rules.ask),
            *self._marked(action, observation),
        ):
            if reason:
                held.setdefault(rule, reason)
        if held:
            return Permit(False, True, reason="; ".join(held.values()), rules=tuple(held))
        return Permit(True)

    def did(self, action: Action) -> None:
        """Hear of an action that was performed.

        Text stays pending until a key or click that leaves its place. What a correction took away
        may still stand there (the caret is not seen): both texts are judged from then on.
        """
        match action:
            case Click():
                self._pending = [""]
            case TypeText():
                self._add(action.text)
            case Press():
                for chord in chords(action.keys):
                    if chord.key in _MOVES | {"return"} and not chord.modifiers & {"alt", "super"}:
                        self._pending = [""]
                    elif chord.typed:
                        self._add(chord.typed)
                    elif chord.key == "backspace":
                        shorter = (text[:-1] for text in self._pending)
                        self._pending = list(dict.fromkeys([*self._pending, *shorter]))[:_READINGS]
                    elif "" not in self._pending:
                        self._pending.append("")  # ctrl+a, Delete, Home: what is typed may replace

    def _add(self, typed: str) -> None:
        self._pending = [(text + typed)[-_KEPT:] for text in self._pending]

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
                named = set(_DOCUMENT.findall(window.title.casefold() if window else ""))
                if named and not named & allowed:
                    return f"{', '.join(sorted(named))} is not among the allowed files"
        return ""

    def _lasting(self, action: Action, observation: Observation) -> str:
        """What would last after the run; "" if nothing would."""
        return next((why for _, why in self._acts(action, observation, tuple(ACTS))), "")

    def _amount(self, action: Action) -> str:
        limit = self._rules.amount_limit
        if limit is None or not (typed := typed_by(action)):
            return "what is pasted cannot be read" if limit is not None and pastes(action) else ""
        # An amount that already stands there was judged when it was typed.
        told = {amount for text in self._pending for amount in amounts(text)}
        for text in self._pending:
            for amount in amounts(text + typed):
                if amount.is_infinite():
                    return "a formula, whose amount cannot be told"
                if amount > limit and amount not in told:
                    return f"the amount {amount} is above {limit:g}"
        return ""

    def _payee(self, action: Action, observation: Observation) -> str:
        """Text must be a known payee; a key must be on the way to one."""
        known = self._rules.payees
        typed = typed_by(action)
        if known is None or self._column is None or not typed:
            return ""
        header, shown = self._column(observation)
        if not PAYEE.search(header):
            return ""
        names = {_folded(name) for name in (*known, *shown)}
        whole = isinstance(action, TypeText)
        for text in self._pending:
            name = _folded(text + typed)
            if name in names or not (whole or all(not one.startswith(name) for one in names)):
                return ""
        return f"{self._pending[0] + typed!r} is a new payee"

    def _fact(self, action: Action, observation: Observation) -> str:
        if not isinstance(action, TypeText):
            return ""
        rules = self._rules
        return misplaced(action.text, observation.active, rules.facts, rules.named)

    def _acts(
        self, action: Action, observation: Observation, names: tuple[str, ...]
    ) -> Iterator[tuple[str, str]]:
        """Acts of families: (rule, reason)."""
        labels = self._words(action, observation) if names else []
        for name in names:
            family = ACTS[name]
            words = _first(family.words, labels)
            if isinstance(action, Press) and family.pressed(action.keys):
                words = action.keys
            elif words and not isinstance(action, Click | Drag):
                words = f"{words}, in the dialog or menu that a key answers"
            if words:
                yield name, f"{words!r}: {family.risk}"

    def _unread(self, action: Action, observation: Observation) -> str:
        """Why a key's answer cannot be judged: a dialog's window may come before its words."""
        if not (self._rules.ask or self._rules.approve or self._rules.dry):
            return ""
        blank = self._answered(action, observation) == ""
        return "nothing can be read in the dialog or menu that a key answers" if blank else ""

    def _answered(self, action: Action, observation: Observation) -> str | None:
        """What can be read in the dialog or menu that keys would answer; None if they answer none
        or the guard has no eyes."""
        at = dialog_at(observation)
        if at is None or self._dialog is None or not _answers(action, observation.windows[at]):
            return None
        return self._dialog(at, observation)

    def _marked(self, action: Action, observation: Observation) -> Iterator[tuple[str, str]]:
        """Words that the operator marked: (rule, reason)."""
        texts = self._words(action, observation) if self._approve else []
        if isinstance(action, Press):
            texts += [action.keys, *map(str, chords(action.keys))]
        typed = typed_by(action)
        for pattern in self._approve:
            name, words = pattern.pattern, _first(pattern, texts)
            for text in self._pending if typed else ():
                # Only what the new piece completes: the rest was asked when it was typed.
                if any(match.end() > len(text) for match in pattern.finditer(text + typed)):
                    words = words or text + typed
            if words:
                yield f"approve {name}", f"{words!r} matches the rule {name!r}"

    def _words(self, action: Action, observation: Observation) -> list[str]:
        """What stands where a button of the mouse is released, or in the dialog that a key
        answers (which of its buttons has the focus is not seen): each text, and all as one."""
        match action:
            case Click(x, y) | Drag(to_x=x, to_y=y) if self._label is not None:
                # A drag that ends where it began clicks, and one may end on a wastebasket.
                read = self._label(x, y, observation)
            case Press() | TypeText():
                read = self._answered(action, observation) or ""
            case _:
                return []
        texts = read.split("\n")
        return list(dict.fromkeys(text for text in (*texts, " ".join(texts)) if text))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _first(pattern: re.Pattern[str], texts: list[str]) -> str:
    """The first text with a match, "" if there is none."""
    return next((text for text in texts if pattern.search(text)), "")


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


def dialog_at(observation: Observation) -> int | None:
    """The index of the dialog or menu that has the keys: a menu has them without being active."""
    for at, window in enumerate(observation.windows):
        if window.dialog:
            return at
        if window.active:
            break
    return None


def _answers(action: Action, window: Window) -> bool:
    """Whether keys may push a button or choose from a menu, and do not only move about."""
    if isinstance(action, TypeText):
        return not window.active  # a menu: its letters choose
    moving = _MOVES | {"home", "end", "backspace"}
    return isinstance(action, Press) and any(
        tap.modifiers & {"alt", "ctrl"} or tap.key not in moving for tap in chords(action.keys)
    )


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
        reading = _MOVES | {"home", "end"}
        return any(tap.modifiers or tap.key not in reading for tap in chords(action.keys))
    return isinstance(action, TypeText | Drag)
