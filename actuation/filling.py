"""Placeholders become values only under the fingers: what is decided, journalled and shown is not.

TypeText("{{iban:acme}}") ──▶ keys of its value; performed: TypeText("{{iban:acme}}")

Where that may happen unasked is a rule (`misplaced`): what stands on a screen may tell the agent
to type a placeholder where its value would be given away.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from actuation.action import Motion, TypeText
from actuation.desktop import Desktop
from actuation.keyboard import check_printable
from perception.observation import Observation, Window

PLACEHOLDER = re.compile(r"\{\{\s*([^{}\n]*?)\s*\}\}")


@dataclass(frozen=True)
class FactRule:
    """window: a regular expression (case aside) for the title or application of those windows into
    which the fact may be typed unasked; "" where the operator has named none."""

    name: str
    window: str = ""


def misplaced(
    text: str, window: Window | None, facts: Iterable[FactRule], named: Iterable[str]
) -> str:
    """Why a text with placeholders may not be typed into a window unasked, "" where it may.

    named: what the goal names; it may be typed where its fact is bound to no window.
    """
    bound = {fact.name: fact.window for fact in facts}
    where = f"“{window.title}”" if window else "no window"
    for name in PLACEHOLDER.findall(text):
        if name not in bound:
            continue  # there is nothing to give away
        if pattern := bound[name]:
            names = (window.title, window.application) if window else ()
            if not any(re.search(pattern, each, re.IGNORECASE) for each in names):
                return f"{{{{{name}}}}} is kept for windows like {pattern!r}, and this is {where}"
        elif name not in named:
            return f"the goal does not name {{{{{name}}}}}, which would be typed into {where}"
    return ""


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
