"""Actions as one line of text, and back: for logs, for people, and for models that write.

    click(x=120, y=45, button="right", modifiers=["ctrl"])
    type(text="Bäcker “Süd” & Söhne")
    ask(question="Which total is right?")

Values are JSON; fields at their default are left out. parse(format(action)) == action.
"""

import json
import math
import re
from dataclasses import MISSING, Field, fields
from typing import Any, get_args

from actuation.action import (
    Action,
    Ask,
    Button,
    Click,
    Done,
    Drag,
    Fail,
    Move,
    Press,
    Scroll,
    TypeText,
    Wait,
)

VERBS: dict[str, type[Action]] = {
    "click": Click,
    "move": Move,
    "drag": Drag,
    "scroll": Scroll,
    "type": TypeText,
    "press": Press,
    "wait": Wait,
    "ask": Ask,
    "done": Done,
    "fail": Fail,
}
NAMES = {kind: name for name, kind in VERBS.items()}

_HEAD = re.compile(r"\s*([a-z]+)\s*\(\s*")
_KEY = re.compile(r"([a-z_]+)\s*=\s*")
_NEXT = re.compile(r"\s*(,\s*|\)\s*$)")
_DECODER = json.JSONDecoder()


class GrammarError(ValueError):
    """The text is no action; the message says where and why."""


def format_action(action: Action) -> str:
    """One line; newlines and quotes in strings are escaped. ValueError for a number without an
    end (NaN, infinity)."""
    parts = []
    for field in fields(action):
        value = getattr(action, field.name)
        if field.default is MISSING or value != field.default:
            written = json.dumps(value, ensure_ascii=False, allow_nan=False)
            parts.append(f"{field.name}={written}")
    return f"{NAMES[type(action)]}({', '.join(parts)})"


def parse_action(text: str) -> Action:
    """The action that `text` says. GrammarError if it says none, or more than one."""
    head = _HEAD.match(text)
    if head is None or head[1] not in VERBS:
        raise GrammarError(f"expected one of {', '.join(VERBS)} and '(': {text[:60]!r}")
    kind = VERBS[head[1]]
    known = {field.name: field for field in fields(kind)}
    values: dict[str, Any] = {}
    at = head.end()
    if re.fullmatch(r"\)\s*", text[at:]):
        at = len(text)
    while at < len(text):
        key = _KEY.match(text, at)
        if key is None or key[1] not in known or key[1] in values:
            raise GrammarError(
                f"{head[1]} takes each of {', '.join(known)} once, as name=value; "
                f"at {at}: {text[at : at + 40]!r}"
            )
        try:
            value, end = _DECODER.raw_decode(text, key.end())
        except (json.JSONDecodeError, RecursionError) as error:
            raise GrammarError(f"the value of {key[1]} is no JSON: {error}") from error
        values[key[1]] = _checked(known[key[1]], value)
        follow = _NEXT.match(text, end)
        if follow is None or (follow[1].startswith(",") and follow.end() == len(text)):
            raise GrammarError(f"expected ',' or a final ')' at {end}: {text[end : end + 40]!r}")
        at = follow.end()
    if not text.rstrip().endswith(")"):
        raise GrammarError(f"no closing ')': {text[-40:]!r}")
    missing = [
        name for name, field in known.items() if field.default is MISSING and name not in values
    ]
    if missing:
        raise GrammarError(f"{head[1]} needs {', '.join(missing)}")
    return kind(**values)


def _checked(field: Field[Any], value: object) -> object:
    """The value as the field's type, or GrammarError."""
    kind = field.type
    if kind is str and isinstance(value, str):
        return value
    if kind is int and type(value) is int:
        return value
    if kind is float and type(value) in (int, float) and math.isfinite(value):  # type: ignore[arg-type]
        return float(value)  # type: ignore[arg-type]
    if kind is Button and isinstance(value, str) and value in list(Button):
        return Button(value)
    strings = isinstance(value, list) and all(isinstance(item, str) for item in value)
    if strings and get_args(kind)[:1] == (str,):
        return tuple(value)  # type: ignore[arg-type]
    name = getattr(kind, "__name__", str(kind))
    raise GrammarError(f"{field.name} must be {name}, not {value!r}")
