"""Secrets are taken out of text before it reaches a disk, a note, a log or the weights.

    redact("Pay DE89 3704 0044 0532 0130 00, PIN 4711")  →  "Pay [iban], PIN [secret]"

By pattern and checksum (memory.private.numbers) and by shape and label (memory.private.shapes);
what is known only from where it was typed is memory.private.known's.
"""

import re
from collections.abc import Iterable

from memory.private.numbers import numbers
from memory.private.shapes import shapes
from memory.private.spans import HIDDEN, Span, joined, masked

_MARK = re.compile(rf"\[(?:card|iban|id|secret|password)\]|^{HIDDEN}+$")


def secrets(text: str) -> list[Span]:
    """The secrets that a text shows by itself, in order, none over another."""
    found: Iterable[Span] = (*numbers(text), *shapes(text))
    return joined(found)


def redact(text: str) -> str:
    """The text with [card], [iban], [id], [secret] or [password] in place of each secret."""
    return masked(text, secrets(text))


def withheld(text: str) -> bool:
    """Whether a text holds a secret, or the mark that was left of one."""
    return _MARK.search(text) is not None or bool(secrets(text))
