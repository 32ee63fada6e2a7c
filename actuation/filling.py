"""Placeholders become values only under the fingers: what is decided, journalled and shown is not.

TypeText("{{iban:acme}}") ──▶ keys of its value; performed: TypeText("{{iban:acme}}")
"""

from collections.abc import Callable

from actuation.action import Motion, TypeText
from actuation.desktop import Desktop
from actuation.keyboard import check_printable
from perception.observation import Observation


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
