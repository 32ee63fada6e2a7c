"""Whether typing showed as it was typed, as dots, or not at all: by pixels, without reading.

before, after ──echo()──▶ SHOWN    letters that differ, as in any field
                          MASKED   one glyph again and again: •••• ●●● ****
                          UNSEEN   nothing but a caret changed: a terminal that asks for a password
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from perception.boxes import normalise
from perception.observation import Box, Image

_JOINS = 9  # pixels between letters of one line
_CARET = 4  # pixels: a change that is no wider is a caret
_SAME = 0.08  # share of pixels in which two equal glyphs may differ, by their smoothed edges
_MOST = 0.8  # share of a line's glyphs that are equal: a border may be among them
_UNEVEN = 1.5  # pixels by which the distances of dots may differ
_LARGEST = 16  # pixels of a dot


class Echo(StrEnum):
    SHOWN = "shown"
    MASKED = "masked"
    UNSEEN = "unseen"


@dataclass(frozen=True)
class Typed:
    """How typing showed, and where (None where nothing changed)."""

    echo: Echo
    box: Box | None


def echo(before: Image, after: Image, within: Box, text: str) -> Typed:
    """How `text`, typed between two frames of one size, shows in a window's box."""
    frame = Box(0, 0, after.shape[1], after.shape[0])
    area = within.intersect(frame)
    part = np.s_[area.y : area.bottom, area.x : area.right]
    changed = [box for box in _lines((before[part] != after[part]).any(axis=2)) if box.w > _CARET]
    if not changed:
        return Typed(Echo.UNSEEN, None)
    boxes = [box.moved(area.x, area.y) for box in changed]
    for box in boxes:
        least = len(text) if len(text) < 4 else max(3, round(0.6 * len(text)))
        commonest = max(Counter(text).values(), default=1)
        if masked_at(after, box, least, commonest):
            return Typed(Echo.MASKED, box)
    return Typed(Echo.SHOWN, max(boxes, key=lambda box: box.w * box.h))


def masked_at(image: Image, box: Box, least: int = 3, commonest: int | None = None) -> bool:
    """Whether a line holds one small glyph again and again, at least so often, evenly spaced.

    commonest: how often the commonest letter of what was typed occurs in it; more equal glyphs
    than that say enough, whatever they look like. Else they must be round, as dots are.
    """
    crop = image[max(box.y - 2, 0) : box.bottom + 2, max(box.x - 2, 0) : box.right + 2]
    glyphs = _glyphs(crop)
    if len(glyphs) < max(least, 1):
        return False
    model = glyphs[len(glyphs) // 2]
    alike = [glyph for glyph in glyphs if _same(glyph.ink, model.ink)]
    if len(alike) < max(least, _MOST * len(glyphs)):
        return False
    apart = np.diff([glyph.x for glyph in alike])
    if len(apart) and np.abs(apart - np.median(apart)).max() > _UNEVEN:
        return False
    many = commonest is not None and len(alike) > max(commonest, 2)
    return _dot(model.ink) or (many and max(model.ink.shape) <= _LARGEST)


def _lines(changed: NDArray[np.bool_]) -> list[Box]:
    """Boxes of what changed, letters of a line joined."""
    wide = ndimage.binary_dilation(changed, np.ones((1, _JOINS), bool))
    labels, _ = ndimage.label(ndimage.binary_dilation(wide, np.ones((3, 1), bool)))
    found = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        here = changed[rows, columns] & (labels[rows, columns] == number)
        ys, xs = np.flatnonzero(here.any(axis=1)), np.flatnonzero(here.any(axis=0))
        top, left = rows.start + int(ys[0]), columns.start + int(xs[0])
        found.append(Box(left, top, int(xs[-1] - xs[0]) + 1, int(ys[-1] - ys[0]) + 1))
    return found


@dataclass(frozen=True, eq=False)
class _Glyph:
    """x: of its left side, from that of the line. ink: (h, w)."""

    x: int
    ink: NDArray[np.bool_]


def _glyphs(crop: Image) -> list[_Glyph]:
    """The connected marks of a line, left to right, without a caret or a field's border."""
    found = normalise(crop)
    if found is None:
        return []
    ink = found[0] < 110
    labels, _ = ndimage.label(ink, np.ones((3, 3), np.uint8))
    parts = sorted(
        enumerate(ndimage.find_objects(labels), start=1), key=lambda item: item[1][1].start
    )
    glyphs = [_Glyph(place[1].start, labels[place] == number) for number, place in parts]
    return [one for one in glyphs if one.ink.sum() >= 4 and 2 < one.ink.shape[1] < 4 * _LARGEST]


def _same(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> bool:
    if abs(one.shape[0] - two.shape[0]) > 1 or abs(one.shape[1] - two.shape[1]) > 1:
        return False
    height, width = min(one.shape[0], two.shape[0]), min(one.shape[1], two.shape[1])
    differs = one[:height, :width] != two[:height, :width]
    return bool(differs.mean() <= _SAME + 1 / (height + width))


def _dot(glyph: NDArray[np.bool_]) -> bool:
    """Whether a glyph is a filled disc: as high as wide, and pi/4 of its box."""
    height, width = glyph.shape
    round_enough = bool(0.68 <= glyph.mean() <= 0.97)
    return abs(height - width) <= 1 and 3 <= height <= _LARGEST and round_enough
