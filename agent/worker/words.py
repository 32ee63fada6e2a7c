"""Texts and numbers from a screen or a client, made fit for a terminal, a socket and a file.

Titles and texts on a screen are anybody's: they may hold what a terminal obeys, or halves of
characters (lone surrogates) that no encoding takes.
"""

import math
import re
from dataclasses import fields, is_dataclass

SURROGATE = re.compile("[\ud800-\udfff]")
UNKNOWN = "\N{REPLACEMENT CHARACTER}"

LONGEST_TEXT = 2000  # characters of any text that a client says
WHOLE = 2**53  # larger whole numbers are none of ours, and no database takes them


def harmless(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(char if char.isprintable() else UNKNOWN for char in text)


def encodable(text: str) -> str:
    """Without halves of characters."""
    return SURROGATE.sub(UNKNOWN, text)


def finite(number: float) -> float:
    """The number, 0 for one without an end: JSON has none such."""
    return number if math.isfinite(number) else 0.0


def finite_or_none(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def plain(value: object) -> object:
    """A message as JSON takes it: dataclasses as dictionaries, texts encodable, numbers finite."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, float):
        return finite(value)
    if isinstance(value, dict):
        return {encodable(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    return value


def fault(value: object, place: str = "") -> str:
    """What is wrong with a value that a client sent, in a few words; "" for nothing."""
    place = place or "message"
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            return f"{place}: at most {LONGEST_TEXT} characters"
        return f"{place}: half a character" if SURROGATE.search(value) else ""
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"{place}: no finite number"
    if isinstance(value, int):
        return "" if abs(value) < WHOLE else f"{place}: too large a number"
    parts: list[tuple[str, object]] = []
    if isinstance(value, dict):
        parts = [(f"{place}.{key}".removeprefix("message."), item) for key, item in value.items()]
    elif isinstance(value, list):
        parts = [(place, item) for item in value]
    return next((found for name, item in parts if (found := fault(item, name))), "")
