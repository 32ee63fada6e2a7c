"""Values out of a model's tool call, each checked: a wrong one is a DialectError that names it."""

import math
from collections.abc import Mapping

from actuation.geometry import Point, View
from actuation.keyboard import check_printable
from agent.policies.vlm.dialects.dialect import DialectError

Fields = Mapping[str, object]  # JSON values by name

SLACK = 5  # units that a point may lie beyond the space before it is refused, not clamped
LONGEST = 2000  # characters of one text
LONGEST_WAIT = 1000.0  # seconds, exclusive
MOST_CLICKS = 9  # of one Click
MOST_TURNS = 999  # wheel clicks of one Scroll


def point(x: object, y: object, view: View) -> Point:
    """Observation pixels of a point in the model's space."""
    across, down = view.units
    return view.from_model((_within(x, across, "x"), _within(y, down, "y")))


def pair(value: object, name: str) -> tuple[object, object]:
    """The two values of [x, y]."""
    if isinstance(value, list) and len(value) == 2:
        return value[0], value[1]
    raise DialectError(f"{name} must be [x, y], not {_short(value)}")


def number(value: object, name: str) -> float:
    """A finite number, also one in quotes."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = None
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
        return value
    raise DialectError(f"{name} must be a number, not {_short(value)}")


def count(value: object) -> int:
    """How often a button is clicked."""
    times = number(value, "count")
    if times in range(1, MOST_CLICKS + 1):
        return int(times)
    raise DialectError(f"count must be 1 to {MOST_CLICKS}, not {_short(value)}")


def seconds(value: object, name: str) -> float:
    waited = number(value, name)
    if 0 <= waited < LONGEST_WAIT:
        return float(waited)
    raise DialectError(f"{name} must be below {LONGEST_WAIT:.0f} seconds, not {_short(value)}")


def string(value: object, name: str) -> str:
    """Any text that can be stored: no lone surrogates."""
    if not isinstance(value, str):
        raise DialectError(f"{name} must be a string, not {_short(value)}")
    if any(0xD800 <= ord(char) <= 0xDFFF for char in value):
        raise DialectError(f"{name} holds half a character (a lone surrogate)")
    return value


def typed(value: object, name: str) -> str:
    """Text that keys can type: a line break or tab is a key of its own."""
    text = string(value, name)
    if any(char in "\n\r\t" for char in text):
        raise DialectError(f"{name} holds a line break or tab: type the text, then press the key")
    try:
        check_printable(text)
    except ValueError as error:
        raise DialectError(f"{name}: {error}") from error
    return text


def fitting(text: str, name: str) -> str:
    """The text, if it is short enough to be said."""
    if len(text) > LONGEST:
        raise DialectError(f"{name} of {len(text)} characters: at most {LONGEST} can be said")
    return text


def turns(amount: int) -> int:
    """Wheel clicks, if they can be said."""
    if abs(amount) > MOST_TURNS:
        raise DialectError(f"a scroll of {amount} clicks: at most {MOST_TURNS} can be said")
    return amount


def said_count(times: int) -> int:
    if not 1 <= times <= MOST_CLICKS:
        raise DialectError(f"{times} clicks at once: 1 to {MOST_CLICKS} can be said")
    return times


def said_seconds(waited: float) -> float | int:
    """Seconds as JSON says them without an exponent, exactly."""
    if not (0 <= waited < LONGEST_WAIT) or "e" in repr(waited):
        raise DialectError(
            f"a wait of {waited} s: from 0.0001 below {LONGEST_WAIT:.0f} can be said"
        )
    return int(waited) if waited == int(waited) else waited


def _within(value: object, most: int, name: str) -> float:
    place = number(value, name)
    if math.isfinite(place) and -SLACK <= place <= most + SLACK:
        return min(max(place, 0), most)
    raise DialectError(f"{name} {place:g} lies outside 0–{most}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
