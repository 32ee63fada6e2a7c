"""Secrets that this session has met: typed into a password field, told in a goal, kept as a fact.

They live in this process only. A secret may come back anywhere (a cell, a title, a chat), in
words exactly and in pixels as well as they could be read.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from functools import cached_property

from memory.private.spans import Span

REMEMBERED = 500  # secrets, the newest
SHORTEST = 4  # characters: what is shorter stands everywhere
_LEGIBLE = 6  # characters from which a misread secret is still told from other words
_ALIKE = 78.0  # per cent of the characters that a misread secret keeps
_ALIKE_NUMBER = 90.0  # numbers are alike by chance, and read better
_PART = 6  # characters of a secret that is cut off, or goes on in the next line

# What a reader of pixels takes for one another.
_LOOKS = str.maketrans(
    {"O": "0", "o": "0", "Q": "0", "D": "0", "I": "1", "l": "1", "|": "1", "i": "1", "!": "1"}
    | {"S": "5", "s": "5", "B": "8", "Z": "2", "z": "2", "G": "6", "“": '"', "”": '"', "’": "'"}
)


class Known:
    """Secrets and what stands in the place of each: a kind of Span, or a fact's placeholder."""

    def __init__(self) -> None:
        self._kinds: OrderedDict[str, str] = OrderedDict()
        self.count = 0  # of secrets met: grows with each
        self._read: dict[str, list[Span]] = {}  # what was found in texts that were read

    def __contains__(self, value: str) -> bool:
        return value in self._kinds

    def add(self, value: str, kind: str = "password") -> None:
        """Remember a secret; what is too short to be told from other words is not."""
        value = value.strip()
        if len(_bare(value)) < SHORTEST or kind == self._kinds.get(value):
            return
        if not self._kinds.get(value, "").startswith("{{"):
            self._kinds[value] = kind
        self.count += 1
        self._read.clear()
        while len(self._kinds) > REMEMBERED:
            oldest = next(v for v, k in self._kinds.items() if not k.startswith("{{"))
            del self._kinds[oldest]

    def spans(self, text: str) -> Iterator[Span]:
        """Where a text says one of them, spaces and dashes aside."""
        for value, kind in self._kinds.items():
            for match in re.finditer(_pattern(value), text):
                yield Span(*match.span(), kind)

    def seen(self, text: str) -> list[Span]:
        """Where a text that was read from pixels may show one of them, or a part of it."""
        if text not in self._read:
            looks = _Looks(text)
            self._read[text] = [
                span
                for value, kind in self._kinds.items()
                for span in ((*looks.find(value, kind),) or (*self._exact(text, value, kind),))
            ]
        return self._read[text]

    def _exact(self, text: str, value: str, kind: str) -> Iterator[Span]:
        for match in re.finditer(_pattern(value), text):
            yield Span(*match.span(), kind)


class _Looks:
    """A text as it looks, without what lies between letters, and where each one stood."""

    def __init__(self, text: str) -> None:
        self.places = [at for at, char in enumerate(text) if char.isalnum()]
        self.text = text

    @cached_property
    def looks(self) -> str:
        return _looks("".join(self.text[at] for at in self.places))

    def find(self, value: str, kind: str) -> Iterator[Span]:
        """At most one place that looks like the value, or like a part of it."""
        from rapidfuzz import fuzz

        secret = _looks(_bare(value))
        if len(self.looks) < min(len(secret), _PART) or len(secret) < _LEGIBLE:
            return
        least = _ALIKE_NUMBER if secret.isdigit() else _ALIKE
        if len(self.looks) < len(secret):  # cut off, or over several lines
            least = max(least, 86.0)
        found = fuzz.partial_ratio_alignment(secret, self.looks, score_cutoff=least)
        if found is None or found.dest_end <= found.dest_start:
            return
        start, end = self.places[found.dest_start], self.places[found.dest_end - 1] + 1
        # Signs were left out of the comparison, and a letter too many shifts it: whole words.
        start = self.text.rfind(" ", 0, start) + 1
        end = self.text.find(" ", end)
        yield Span(start, end if end >= 0 else len(self.text), kind)


def _pattern(value: str) -> str:
    """A regular expression for the value with or without gaps between its characters' groups."""
    letters = [re.escape(char) for char in value if not char.isspace() and char != "-"]
    if not any(map(str.isalpha, value)) or value.isupper():
        body, flags = r"[\s-]?".join(letters), "(?i)"
    else:
        body, flags = r"\s*".join(map(re.escape, value.split())), ""
    return rf"{flags}(?<![^\W_]){body}(?![^\W_])"


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _looks(text: str) -> str:
    return text.translate(_LOOKS).lower()
