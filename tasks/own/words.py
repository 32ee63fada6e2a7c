"""The words of a goal: which of them are its values, and what of it stays from one to the next.

    Enter the fee of Anna Berg, paid on 2026-04-03: 45.00
                     ─────────          ──────────  ─────    spans
    Enter the fee of "Anna Berg", paid on "2026-04-03": "45.00"      marked

A policy copies what is marked; what the operator has put in quotes, and nothing else, is marked
where they have put anything in quotes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from perception.values import value_kind

QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”')
TOKEN = re.compile(r"\S+")
EDGE = ".,;:!?()"
LONGEST = 4  # words of a date
SMALL = ("of", "the", "van", "von", "de", "der", "di", "da", "del", "la", "le", "&", "and", "und")


@dataclass(frozen=True)
class Span:
    """A value in a goal: its place in the text, and what it says."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Said:
    """A goal taken apart: words, value, words, value, words."""

    literals: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def marked(self) -> str:
        """The goal with every value in quotes."""
        quoted = [f'"{value}"' for value in self.values]
        pairs = zip(self.literals, (*quoted, ""), strict=True)
        return "".join(literal + value for literal, value in pairs)


def parted(goal: str, known: Sequence[str] = ()) -> Said:
    """Take a goal apart. known: the literals of the job's other goals; a goal that fits them is
    parted as they are."""
    goal = " ".join(goal.split())
    if known and (fitting := fitted(goal, known)):
        return fitting
    found = spans(goal)
    ends = [0, *(span.end for span in found)]
    starts = [*(span.start for span in found), len(goal)]
    literals = tuple(goal[a:b] for a, b in zip(ends, starts, strict=True))
    return Said(literals, tuple(span.text for span in found))


def fitted(goal: str, literals: Sequence[str]) -> Said | None:
    """The goal as these literals part it, None where they do not; quotes are no part of values,
    and what is quoted is one value: "Brandt on Main", paid on 3 May."""
    words = [_bounded(r"\s+".join(map(re.escape, literal.split()))) for literal in literals]
    pattern = r"\s*(?:\"([^\"]+)\"|“([^”]+)”|[\"“]?(.+?)[\"”]?)\s*".join(words)
    match = re.fullmatch(pattern, goal, re.I)
    if match is None:
        return None
    return Said(tuple(literals), tuple(value for value in match.groups() if value is not None))


def _bounded(words: str) -> str:
    """They are whole words: "on" is no part of "Stationery"."""
    if not words:
        return words
    before, after = (r"\b" if re.match(r"\w", edge) else "" for edge in (words[0], words[-1]))
    return f"{before}{words}{after}"


def spans(goal: str) -> tuple[Span, ...]:
    """The values that a goal names, in order: quoted ones, else dates, numbers and names."""
    quoted = [Span(m.start(), m.end(), m[1] or m[2]) for m in QUOTED.finditer(goal)]
    if quoted:
        return tuple(quoted)
    tokens = [(m.start(), m.end()) for m in TOKEN.finditer(goal)]
    found: list[Span] = []
    at = 0
    while at < len(tokens):
        for count in range(min(LONGEST, len(tokens) - at), 0, -1):
            span = _trimmed(goal, tokens[at][0], tokens[at + count - 1][1])
            if span and _is_value(span.text, count):
                found.append(span)
                at += count
                break
        else:
            count = _name(goal, tokens, at)
            if count:
                span = _trimmed(goal, tokens[at][0], tokens[at + count - 1][1])
                found += [span] if span else []
            at += max(1, count)
    return tuple(found)


def _trimmed(goal: str, start: int, end: int) -> Span | None:
    """Without the punctuation around it."""
    while start < end and goal[start] in EDGE:
        start += 1
    while start < end and goal[end - 1] in EDGE:
        end -= 1
    return Span(start, end, goal[start:end]) if start < end else None


def _is_value(text: str, words: int) -> bool:
    kind = value_kind(text)
    if words > 1:
        return kind == "date" or (kind == "amount" and words == 2)
    return kind in ("date", "amount", "number") or bool(re.search(r"\d", text))


def _name(goal: str, tokens: Sequence[tuple[int, int]], at: int) -> int:
    """How many words from here are a name: they begin large, and it does not begin a sentence."""
    start = tokens[at][0]
    before = goal[:start].rstrip()
    if not before or before[-1] in ".!?:" or not goal[start].isupper():
        return 0
    count = 1
    while at + count < len(tokens) and goal[tokens[at + count - 1][1] - 1] not in EDGE:
        word = goal[tokens[at + count][0] : tokens[at + count][1]]
        if not (word[0].isupper() or word in SMALL):
            break
        count += 1
    while count > 1 and goal[tokens[at + count - 1][0] : tokens[at + count - 1][1]] in SMALL:
        count -= 1
    return count
