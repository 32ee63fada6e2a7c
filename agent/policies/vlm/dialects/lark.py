r"""Grammars of what a model may say, in llguidance's kind of Lark: bounded, all of it parses.

    Form("left_click", coordinate, count?) ──▶ "{\"action\": \"left_click\", …" point (…)? "}"

A grammar is plain text throughout, also where a tokenizer has a token for "<tool_call>": whoever
compiles it must show llguidance that token as its bytes (llguidance.TokenizerWrapper), since of
itself it takes every added token of the form <…> for a special one, which no text matches.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from actuation.geometry import Space, View
from agent.policies.vlm.dialects import keynames
from agent.policies.vlm.dialects.fields import LONGEST, MOST_CLICKS
from agent.policies.vlm.dialects.keynames import Spelling

WIDEST = 9999  # of a picture whose size is not known
TOKEN = 16  # characters of a token at most, where a thought is bounded in characters too
USUAL_TOKEN = 4  # characters


class Kind(StrEnum):
    """Of a value: the rule or terminal that it must match."""

    X = "X"
    Y = "Y"
    POINT = "point"
    COUNT = "COUNT"
    BUTTON = "BUTTON"
    MODIFIERS = "MODIFIERS"
    KEYS = "keys"
    TYPED = "TYPED"  # what keys can type
    TEXT = "TEXT"  # any text
    SHORT = "SHORT"  # any text of at most 200 characters
    TURNS = "TURNS"  # wheel clicks or pixels, of either sign
    SIZE = "SIZE"  # wheel clicks
    SECONDS = "SECONDS"
    HELD = "held"  # a list of modifiers


@dataclass(frozen=True)
class Field:
    """One argument. kind: what its value must match; a string says: exactly this."""

    name: str
    kind: Kind | str
    optional: bool = False


@dataclass(frozen=True)
class Form:
    """One way to say an action: its name and its arguments, in order."""

    name: str
    fields: tuple[Field, ...] = ()


def literal(text: str) -> str:
    """A text as Lark writes it."""
    return json.dumps(text, ensure_ascii=False)


def json_form(key: str, form: Form) -> str:
    """The body of a rule: the form as a JSON object, its name under `key`."""
    parts = [literal(f"{{{json.dumps(key)}: {json.dumps(form.name)}")]
    for field in form.fields:
        lead = f", {json.dumps(field.name)}: "
        if isinstance(field.kind, Kind):
            part = f"{literal(lead)} {field.kind}"
        else:
            part = literal(lead + json.dumps(field.kind))
        parts.append(f"({part})?" if field.optional else part)
    return " ".join([*parts, '"}"'])


def rules(name: str, bodies: Sequence[str]) -> str:
    return f"{name}: " + "\n    | ".join(bodies)


def thought_rule(most: int) -> str:
    """Free text of at most `most` tokens, without what could begin a tag: a lexer does not go
    back. max_tokens ends it anywhere, also within a character: decode with replacement."""
    return f"thought[max_tokens={most}]: THOUGHT\nTHOUGHT: /[^<]{{0,{most * TOKEN}}}/"


def quoted_thought_rule(most: int) -> str:
    """The inside of a JSON string of about `most` tokens, bounded in characters alone: max_tokens
    could end it within an escape, which no JSON survives."""
    return f"thought: THOUGHT\nTHOUGHT: /{JSON_CHAR}{{0,{most * USUAL_TOKEN}}}/"


QUOTES = r"\"\\"  # of a character class: what JSON escapes
JSON_CHAR = r'([^"\\\x00-\x1f]|\\(["\\\/bfnrt]|u00[01][0-9a-f]|u003c))'


def json_terminals(space: Space, view: View | None, spelling: Spelling) -> str:
    """Every kind of value, as JSON writes it. view: None for a picture of unknown size."""
    held = "|".join(keynames.modifiers(spelling))
    named = "|".join(re.escape(word) for word in keynames.words(spelling))
    char, visible = printable(QUOTES), printable(QUOTES, spaces=False)
    key = rf'"({named}|{visible}|\\["\\])"'
    return "\n".join(
        [
            *numbers(space, view),
            'BUTTON: /"(left|middle|right)"/',
            rf'MODIFIERS: /"({held})(\+({held})){{0,3}}"/',
            f'held: "[" HELD (", " HELD){{0,3}} "]"\nHELD: /"({held})"/',
            f'keys: "[" KEY (", " KEY){{0,{keynames.MOST - 1}}} "]"\nKEY: /{key}/',
            rf'TYPED: /"({char}|\\(["\\\/]|u003c)){{0,{LONGEST}}}"/',
            f'TEXT: /"{JSON_CHAR}{{0,{LONGEST}}}"/',
            f'SHORT: /"{JSON_CHAR}{{0,200}}"/',
        ]
    )


def numbers(space: Space, view: View | None) -> list[str]:
    """The terminals of coordinates and other numbers, the same in JSON and XML."""
    most = (1000, 1000) if space is Space.PERMILLE else (WIDEST, WIDEST)
    across, down = view.units if view is not None else most
    return [
        f"X: /{upto(across)}/",
        f"Y: /{upto(down)}/",
        'point: "[" X ", " Y "]"',
        f"COUNT: /[1-{MOST_CLICKS}]/",
        r"TURNS: /-?(0|[1-9][0-9]{0,4})/",
        r"SIZE: /0|[1-9][0-9]{0,2}/",
        r"SECONDS: /(0|[1-9][0-9]{0,2})(\.[0-9]{1,20})?/",
    ]


def upto(most: int) -> str:
    """A regular expression of the whole numbers 0 to `most`."""
    digits = str(most)
    shorter = range(1, len(digits) - 1)
    parts = [digits, *(f"[1-9][0-9]{{{length}}}" for length in shorter)]
    if len(digits) > 1:
        parts.append("[0-9]")
    for at, digit in enumerate(digits):
        low = 1 if at == 0 and len(digits) > 1 else 0
        if int(digit) > low:
            rest = len(digits) - at - 1
            parts.append(f"{digits[:at]}[{low}-{int(digit) - 1}]" + f"[0-9]{{{rest}}}" * bool(rest))
    return "|".join(parts)


def printable(without: str = "", spaces: bool = True) -> str:
    """A character class of what this Python calls printable, and of spaces: a character that is
    newer than its tables would not parse. without: more of a class to leave out."""
    age = min(unicodedata.unidata_version.rsplit(".", 1)[0], "16.0", key=_release)
    others = r"\p{C}\p{Zl}\p{Zp}" if spaces else r"\p{C}\p{Z}"
    return rf"[\p{{Age:{age}}}--[{others}{without}]]"


def _release(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
