"""Placeholders become values only under the fingers: what is decided, journalled and shown is not.

TypeText("{{iban:acme}}") ──▶ keys of its value; performed: TypeText("{{iban:acme}}")

Where that may happen unasked is a rule (`misplaced`): what stands on a screen may tell the agent
to type a placeholder where its value would be given away.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from actuation.action import Motion, TypeText
from actuation.desktop import Desktop
from actuation.keyboard import check_printable
from perception.observation import Observation, Window

PLACEHOLDER = re.compile(r"\{\{\s*([^{}\n]*?)\s*\}\}")


@dataclass(frozen=True)
class FactRule:
    """window: a regular expression (case aside) for the windows into which the fact may be typed:
    by their application, or by their title, which a page or a document chooses itself; "" where
    the operator has named none."""

    name: str
    window: str = ""


def misplaced(
    text: str, window: Window | None, facts: Iterable[FactRule], named: Iterable[str]
) -> str:
    """Why a text with placeholders may not be typed into a window unasked, "" where it may.

    named: what the goal names. A fact that it does not name is typed by itself only into the
    application that it is kept for.
    """
    bound, wanted = {fact.name: fact.window for fact in facts}, frozenset(named)
    for name in PLACEHOLDER.findall(text):
        if reason := _misplaced(name, window, bound, name in wanted):
            return f"{{{{{name}}}}} {reason}"
    return ""


def _misplaced(name: str, window: Window | None, bound: Mapping[str, str], named: bool) -> str:
    where = f"“{window.title}”" if window else "no window"
    if name not in bound:
        return "was no fact when this run began"
    pattern = bound[name]
    if not pattern:
        return "" if named else f"is not named by the goal, and would be typed into {where}"
    application, title = (
        bool(window and re.search(pattern, each, re.IGNORECASE))
        for each in ((window.application, window.title) if window else ("", ""))
    )
    if application or (title and named):
        return ""
    if title:
        return f"is not named by the goal, and {where} may be any page that calls itself so"
    return f"is kept for windows like {pattern!r}, and this is {where}"


class Filling:
    """The Desktop protocol over another one. fill(text) puts values in place of placeholders and
    raises ValueError, in one sentence, for one that it does not know: nothing is typed then."""

    def __init__(self, desktop: Desktop, fill: Callable[[str], str]) -> None:
        self._desktop, self._fill = desktop, fill

    def perform(self, action: Motion) -> Motion:
        if not isinstance(action, TypeText) or (value := self._fill(action.text)) == action.text:
            return self._desktop.perform(action)
        try:
            check_printable(value)
        except ValueError:
            raise ValueError(f"the value of {action.text} has a sign that no key types") from None
        self._desktop.perform(TypeText(value))
        return action

    def observe(self) -> Observation:
        return self._desktop.observe()

    def glance(self) -> Observation:
        return self._desktop.glance()

    def stop(self) -> None:
        self._desktop.stop()

    def resume(self) -> None:
        self._desktop.resume()

    def close(self) -> None:
        self._desktop.close()
