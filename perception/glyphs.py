"""Letters or digits? A page's own digits tell 1 from I, and 0 from O, in the page's own type.

    lines read for certain (dates, amounts) --> Specimens: what each digit looks like here
    a code that may be S1463 or SI463       --> Specimens.settle: which of the two its glyphs show

A recogniser guesses by what usually stands there. In one typeface and size, though, every 1 has
the same picture, so a glyph unlike all of them is no 1.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Line = NDArray[np.uint8]
Glyph = NDArray[np.float32]

_TWINS = {"I": "1", "O": "0"}
_EITHER = {"I": "I1", "1": "1I", "O": "O0", "0": "0O"}
_EDGE = re.compile(r"(?<=[^\W\d_IO])[IO10]+")
_THRESHOLDS = (200, 170, 140, 110, 80)  # grey below which a column of a line has ink, in turn
_DIGITS = frozenset("0123456789")
_FAINT = 0.2  # share of full ink from which a pixel counts
# Of 986 digits of 254 invoice numbers 95 % were within 0.03 of one of their page's own; of 70
# letters I the nearest to a 1 was 0.10 away, the median 0.41.
_SAME = 0.06
_OTHER = 0.09
_LEAN = 0.25  # of its width
_BAR = 0.2  # of its height; of 1,499 digits 1 one was as narrow, of 68 letters I 19
_CONTROL = 2  # different digits of a code that look as in another line: then their type is the same


def glyphs(line: Line, count: int) -> list[Glyph] | None:
    """The `count` glyphs of a line (uint8, dark on white) as ink 0..1; None if it is not to be
    cut into so many."""
    ink: Glyph = (255 - line).astype(np.float32) / np.float32(255)
    for threshold in _THRESHOLDS:
        inked = (line < threshold).any(axis=0)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], inked.view(np.uint8), [0]))))
        if len(edges) == 2 * count:
            spans = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
            return [_tight(ink[:, start:end]) for start, end in spans]
    return _leaning(line, ink, count)


def _leaning(line: Line, ink: Glyph, count: int) -> list[Glyph] | None:
    """The same for glyphs of which one leans over the next, as a slash does."""
    for threshold in _THRESHOLDS:
        labels, found = ndimage.label(line < threshold, np.ones((3, 3), np.uint8))
        if found != count:
            continue
        columns = [part[1] for part in ndimage.find_objects(labels)]
        order = sorted(range(count), key=lambda i: columns[i].start)
        if any(_over(columns[one], columns[two]) for one, two in pairwise(order)):
            continue  # a piece of a letter
        # What is too faint to be ink belongs to the glyph that is nearest.
        nearest = ndimage.distance_transform_edt(
            labels == 0, return_distances=False, return_indices=True
        )
        owner = labels[tuple(nearest)]
        return [_tight((ink * (owner == i + 1))[:, columns[i]]) for i in order]
    return None


def _over(one: slice, two: slice) -> bool:
    """Whether more than half of the narrower span lies within the other."""
    shared = min(one.stop, two.stop) - max(one.start, two.start)
    return bool(2 * shared > min(one.stop - one.start, two.stop - two.start))


def _tight(glyph: Glyph) -> Glyph:
    """Without the rows above and below its ink, which belong to other letters of the line."""
    rows = np.flatnonzero((glyph > _FAINT).any(axis=1))
    return glyph[rows[0] : rows[-1] + 1] if len(rows) else glyph


def unlike(one: Glyph, other: Glyph) -> float:
    """The share of ink in which two glyphs differ, at best when shifted a pixel: 0 same, 1 other.

    1 for glyphs of sizes that differ by more than a pixel.
    """
    if max(abs(len(one) - len(other)), abs(one.shape[1] - other.shape[1])) > 1:
        return 1.0
    height, width = max(len(one), len(other)) + 2, max(one.shape[1], other.shape[1]) + 2
    first = _placed(one, 1, 1, height, width)
    return min(
        float(np.abs(first - _placed(other, down, across, height, width)).sum())
        / float(one.sum() + other.sum())
        for down in range(height - len(other) + 1)
        for across in range(width - other.shape[1] + 1)
    )


def _placed(glyph: Glyph, down: int, across: int, height: int, width: int) -> Glyph:
    out = np.zeros((height, width), np.float32)
    out[down : down + len(glyph), across : across + glyph.shape[1]] = glyph
    return out


Digits = dict[str, list[Glyph]]


@dataclass(frozen=True, eq=False)
class Specimens:
    """What the digits of each certain line of one surface look like."""

    lines: tuple[Digits, ...]

    @classmethod
    def of(cls, read: Iterable[tuple[Line, str]]) -> "Specimens":
        """From lines and their texts."""
        return cls(tuple(filter(None, (_digits(line, _solid(text)) for line, text in read))))

    def settle(self, line: Line, readings: Sequence[str]) -> str | None:
        """The one text among the readings and their twins that the glyphs show; None if there is
        none, or more than one."""
        said = sorted({twin for text in readings for twin in _twins(_solid(text))})
        right = []
        for text in said:
            alike = [one for one in said if len(one) == len(text)]
            # Alone of its length it has no rival there, and nothing that proves it.
            if (len(alike) > 1 or alike == said) and self._shows(line, text, alike):
                right.append(text)
        return right[0] if len(right) == 1 else None

    def _shows(self, line: Line, text: str, said: Sequence[str]) -> bool:
        """Whether the glyphs prove a text wherever others of its length say something else."""
        found = glyphs(line, len(text))
        if found is None:
            return False
        rivals = [set(letters) for letters in zip(*said, strict=True)]
        agreed = [
            (letter, glyph)
            for letter, glyph, others in zip(text, found, rivals, strict=True)
            if others == {letter} and letter in _DIGITS
        ]
        own: Digits = {}
        for letter, glyph in agreed:
            own.setdefault(letter, []).append(glyph)
        kin = [own, *(digits for digits in self.lines if _same_type(agreed, digits))]
        return all(
            _proves(glyph, letter, others - {letter}, kin)
            for letter, glyph, others in zip(text, found, rivals, strict=True)
            if len(others) > 1
        )


def _proves(glyph: Glyph, letter: str, rivals: set[str], kin: Sequence[Digits]) -> bool:
    """Whether a glyph is this digit, or this letter and none of its rivals, which are digits."""

    def apart(digit: str) -> float:
        return min((_apart(glyph, digits, digit) for digits in kin if digit in digits), default=-1)

    if letter in _DIGITS:
        return 0 <= apart(letter) <= _SAME
    if letter == "I" and _leans(glyph):
        return False
    bare = letter == "I" and _is_bar(glyph)
    return all(
        rival in _DIGITS and (apart(rival) >= _OTHER or (bare and apart(rival) < 0))
        for rival in rivals
    )


def _is_bar(glyph: Glyph) -> bool:
    """Whether a glyph is an upright bar and nothing else: a 1 has a flag."""
    return bool(glyph.shape[1] <= _BAR * len(glyph))


def _leans(glyph: Glyph) -> bool:
    """Whether a glyph's foot stands well beside its head, as a slash's does."""
    third = max(1, len(glyph) // 3)
    across = np.arange(glyph.shape[1], dtype=np.float32)

    def middle(rows: Glyph) -> float:
        return float((rows * across).sum() / max(float(rows.sum()), 1e-6))

    return bool(middle(glyph[:third]) - middle(glyph[-third:]) > _LEAN * glyph.shape[1])


def _solid(text: str) -> str:
    """Without spaces; no code has a dollar where a letter may stand."""
    return "".join(text.split()).replace("$", "S")


def _digits(line: Line, text: str) -> Digits:
    digits: Digits = {}
    for letter, glyph in zip(text, glyphs(line, len(text)) or (), strict=False):
        if letter in _DIGITS:
            digits.setdefault(letter, []).append(glyph)
    return digits


def _apart(glyph: Glyph, digits: Digits, digit: str) -> float:
    return min((unlike(glyph, one) for one in digits.get(digit, ())), default=1.0)


def _same_type(said: Sequence[tuple[str, Glyph]], digits: Digits) -> bool:
    """Whether enough different digits of a code look as they do in another line."""
    alike = {letter for letter, glyph in said if _apart(glyph, digits, letter) <= _SAME}
    return len(alike) >= _CONTROL


def hides(text: str) -> bool:
    """Whether a twin stands where a code's letters end and its digits begin: S1463, SI463."""
    return any(text[i] in _TWINS.values() or text[i + 1 : i + 2].isdigit() for i in edges(text))


def begins_with_letter(text: str) -> bool:
    """Whether a reading says that a number is a code; a dollar there may be an S."""
    return text[:1].isalpha() or text[:1] == "$"


def edges(text: str) -> list[int]:
    """Where a letter or digit that has a twin stands behind a code's letters."""
    return [i for run in _EDGE.finditer(text) for i in range(*run.span())]


def _twins(text: str) -> Iterable[str]:
    """The text, and what else it may be where a letter meets a digit (at most 16 texts)."""
    ends = edges(text)[:4]
    choices = [_EITHER[letter] if i in ends else letter for i, letter in enumerate(text)]
    return ("".join(letters) for letters in product(*choices))
