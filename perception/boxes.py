"""Where text is: boxes of ink on flat ground, found by gradient, without reading anything.

image --> ink (gradient without long straight lines) --> blobs --> lines of text
line of text --> dark-on-white crop, tight to the ink, whatever its colours were
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from perception.observation import Box, Image

Grey = NDArray[np.int16]
Mask = NDArray[np.bool_]
Line = NDArray[np.uint8]

_CONTRAST = 20  # grey levels between neighbours that make an edge
_LONG_X, _LONG_Y = 40, 27  # longer straight edges belong to boxes, not to letters
_SIDE = 12  # and so do shorter ones that meet a long horizontal one
_FAINT = 0.2  # share of the strongest contrast from which a pixel counts as ink
_FLAT = 24  # strongest contrast below which a crop is empty


def grey(image: Image) -> Grey:
    """Luminance (H, W) of an RGB image."""
    weighted = image.astype(np.uint16) @ np.array([77, 150, 29], np.uint16)
    return (weighted >> 8).astype(np.int16)


def ink(level: Grey) -> Mask:
    """Pixels at an edge that is no part of a long straight line; the edge's left or upper side."""
    down = np.abs(np.diff(level, axis=0)) > _CONTRAST
    across = np.abs(np.diff(level, axis=1)) > _CONTRAST
    long_down = _runs(down, _LONG_X, axis=1)
    found = np.zeros(level.shape, bool)
    found[:-1] |= down & ~long_down
    found[:, :-1] |= across & ~_runs(across, _LONG_Y, axis=0) & ~_sides(across, long_down)
    return found


def _sides(across: Mask, long_down: Mask) -> Mask:
    """Upright runs that begin or end at a long horizontal edge: the sides of bars and fields."""
    upright = np.ascontiguousarray(_runs(across, _SIDE, axis=0).T)
    level = np.zeros((upright.shape[0], upright.shape[1]), bool)
    level[:, :-1] = long_down[:, :-1].T
    # A corner is where a run's end lies within two pixels of a horizontal edge.
    level = ndimage.maximum_filter(level.view(np.uint8), (5, 5)).view(np.bool_)
    flat = np.concatenate((upright, np.zeros((len(upright), 1), bool)), axis=1).ravel()
    edges = np.flatnonzero(np.diff(flat.view(np.int8), prepend=0))
    starts, ends = edges[::2], edges[1::2]
    corner = np.concatenate((level, np.zeros((len(level), 1), bool)), axis=1).ravel()
    meets = corner[starts] & corner[ends - 1]
    sides = np.zeros(len(flat) + 1, np.int8)
    sides[starts[meets]] += 1
    sides[ends[meets]] -= 1
    whole = np.cumsum(sides[:-1], dtype=np.int8).view(np.bool_).reshape(len(upright), -1)
    return whole[:, :-1].T


def _runs(mask: Mask, length: int, axis: int) -> Mask:
    """The parts of a mask that belong to straight runs of at least `length`."""
    if mask.shape[axis] < length:
        return np.zeros_like(mask)
    flat = mask.view(np.uint8)
    core = ndimage.minimum_filter1d(flat, length, axis=axis, mode="constant")
    # The opposite origin undoes the half-pixel shift of an even length.
    origin = -1 if length % 2 == 0 else 0
    grown: Mask = ndimage.maximum_filter1d(core, length, axis, mode="constant", origin=origin) > 0
    return grown


def text_lines(found: Mask, apart: int | None = None) -> list[Box]:
    """Boxes of single lines of text in an ink mask, split where a column gap separates them.

    apart: the widest gap in pixels that holds a line together, instead of one by its height.
    """
    near = 3 if apart is None else max(apart // 2, 1)
    joined = ndimage.maximum_filter1d(found.view(np.uint8), 2 * near + 1, axis=1, mode="constant")
    joined = ndimage.maximum_filter1d(joined, 3, axis=0, mode="constant")
    labels, _ = ndimage.label(joined, np.ones((3, 3), np.uint8))
    blobs: list[Box] = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        part = found[rows, columns] & (labels[rows, columns] == number)
        blobs += _bands(part, columns.start, rows.start)
    return _merge([blob for blob in blobs if blob.w * blob.h >= 6], apart)


def _bands(part: Mask, x: int, y: int) -> list[Box]:
    """The boxes of the ink in `part`, cut where a tall blob has rows without ink."""
    rows = part.any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows.view(np.uint8), [0]))))
    bands = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    whole = [(bands[0][0], bands[-1][1])] if bands else []
    # i-dots and accents are bands too: cut only what is as tall as two lines.
    heights = [bottom - top for top, bottom in bands]
    lines = bands if sum(height >= 8 for height in heights) >= 2 else whole
    boxes = []
    for top, bottom in lines:
        columns = np.flatnonzero(part[top:bottom].any(axis=0))
        left, right = int(columns[0]), int(columns[-1]) + 1
        boxes.append(Box(x + left, y + top, right - left + 1, bottom - top + 1))
    return boxes


def _merge(blobs: Sequence[Box], apart: int | None) -> list[Box]:
    """Join words of one line, and dots and accents with their letters, left to right."""
    lines: list[Box] = []
    for blob in sorted(blobs, key=lambda box: (box.x, -box.h)):
        for index in range(len(lines) - 1, -1, -1):
            if _same_line(lines[index], blob, apart):
                lines[index] = union(lines[index], blob)
                break
        else:
            lines.append(blob)
    changed = True
    while changed:  # a joined line may now reach another one
        changed = False
        for i in range(len(lines) - 1, 0, -1):
            j = next((j for j in range(i) if _same_line(lines[j], lines[i], apart)), None)
            if j is not None:
                lines[j] = union(lines[j], lines.pop(i))
                changed = True
    return sorted(lines, key=lambda box: (box.y, box.x))


def _same_line(one: Box, two: Box, apart: int | None) -> bool:
    height = max(one.h, two.h)
    left, right = (one, two) if one.x <= two.x else (two, one)
    gap = right.x - left.right
    shared = min(one.bottom, two.bottom) - max(one.y, two.y)
    small = min(one.h, two.h)
    if small <= 0.45 * height and gap <= 3:  # a dot, an accent, a comma, a dash
        return shared >= -4 and height <= 40
    widest = max(7, 0.55 * min(height, 26)) if apart is None else apart
    return shared >= 0.5 * small and gap <= widest


def union(one: Box, two: Box) -> Box:
    x, y = min(one.x, two.x), min(one.y, two.y)
    return Box(x, y, max(one.right, two.right) - x, max(one.bottom, two.bottom) - y)


def ground(crop: Image) -> NDArray[np.uint8]:
    """The colour (3,) that most pixels of a crop have."""
    packed = crop.reshape(-1, 3).astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    colours, counts = np.unique(packed, return_counts=True)
    common = int(colours[np.argmax(counts)])
    return np.array([common >> 16, common >> 8 & 255, common & 255], np.uint8)


def normalise(crop: Image, ignore: NDArray[np.uint8] | None = None) -> tuple[Line, Box] | None:
    """Dark text on white, uint8, cut tight to the ink, and where in the crop that is.

    The distance from the ground colour, stretched: light on dark and grey on blue come out alike.
    `ignore` is a colour (3,) that counts as ground. None for an empty crop.
    """
    if crop.size == 0:
        return None
    distance = np.abs(crop.astype(np.int16) - ground(crop)).max(axis=2)
    if ignore is not None:
        distance[(crop == ignore).all(axis=2)] = 0
    peak = int(distance.max())
    if peak < _FLAT:
        return None
    marked = distance > _FAINT * peak
    ys, xs = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    box = Box(int(xs[0]), int(ys[0]), int(xs[-1] - xs[0]) + 1, int(ys[-1] - ys[0]) + 1)
    tight = distance[box.y : box.bottom, box.x : box.right]
    return (255 - tight.astype(np.int32) * 255 // peak).astype(np.uint8), box


def gaps(line: Line) -> list[tuple[int, int]]:
    """Columns without ink inside a normalised line, as (start, end), left to right."""
    empty = (line > 200).all(axis=0).view(np.uint8)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], empty, [0]))))
    spans = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(start, end) for start, end in spans if start > 0 and end < line.shape[1]]
