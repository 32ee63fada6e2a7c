"""Where text is: boxes of ink on flat ground, found by gradient, without reading anything.

image --> ink (gradient without long straight lines) --> blobs --> lines of text
line of text --> dark-on-white crop, tight to the ink, whatever its colours were
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from perception.observation import Box, Image

Grey = NDArray[np.int16]
Mask = NDArray[np.bool_]
Line = NDArray[np.uint8]

_CONTRAST = 20  # grey levels between neighbours that make an edge
_LONG_X, _LONG_Y = 40, 27  # longer straight edges belong to boxes, not to letters
_SIDE = 12  # and so do shorter ones that meet a long horizontal one
_FAINT = 0.2  # share of the strongest contrast from which a pixel counts as ink
_SHADE = 8  # grey levels by which pixels of one ground may differ
_FLAT = 24  # strongest contrast below which a crop is empty


def grey(image: Image) -> Grey:
    """Luminance (H, W) of an RGB image."""
    level: Grey = image[..., 1].astype(np.int16) * 5
    level += image[..., 0].astype(np.int16) * 2
    level += image[..., 2]
    level >>= 3
    return level


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
    level = _spread(_spread(level, 2, axis=0), 2, axis=1)
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
    core = np.moveaxis(mask, axis, 0)  # core[i] ends up True where a run of `length` starts
    for step in _doublings(length):
        core = core[:-step] & core[step:]
    for step in _doublings(length):
        grown = np.zeros((len(core) + step, core.shape[1]), bool)
        grown[:-step] = core
        grown[step:] |= core
        core = grown
    return np.moveaxis(core, 0, axis)


def _spread(mask: Mask, reach: int, axis: int) -> Mask:
    """The mask and everything within `reach` of it along an axis."""
    wide = np.moveaxis(mask, axis, 0).copy()
    source = wide.copy()
    for step in range(1, reach + 1):
        wide[step:] |= source[:-step]
        wide[:-step] |= source[step:]
    return np.moveaxis(wide, 0, axis)


def _doublings(length: int) -> Iterator[int]:
    """Shifts 1, 2, 4 ... that together make a run of `length` out of single pixels."""
    reached = 1
    while reached < length:
        step = min(reached, length - reached)
        yield step
        reached += step


def text_lines(found: Mask, apart: int | None = None) -> list[Box]:
    """Boxes of single lines of text in an ink mask, split where a column gap separates them.

    apart: the widest gap in pixels that holds a line together, instead of one by its height.
    """
    near = 3 if apart is None else max(apart // 2, 1)
    joined = _spread(_spread(found, near, axis=1), 1, axis=0)
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
    """Join words of one line, and dots and accents with their letters."""
    boxes = np.array([(b.x, b.y, b.right, b.bottom) for b in blobs], np.int32).reshape(-1, 4)
    while len(boxes):
        count, labels = connected_components(csr_array(_same_line(boxes, apart)), directed=False)
        if count == len(boxes):
            break
        joined = np.empty((count, 4), np.int32)
        order = np.argsort(labels, kind="stable")
        starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
        joined[:, :2] = np.minimum.reduceat(boxes[order, :2], starts)
        joined[:, 2:] = np.maximum.reduceat(boxes[order, 2:], starts)
        boxes = joined  # a longer line may now reach another one
    lines = [Box(x, y, right - x, bottom - y) for x, y, right, bottom in boxes.tolist()]
    return sorted(lines, key=lambda box: (box.y, box.x))


def _same_line(boxes: NDArray[np.int32], apart: int | None) -> Mask:
    """Which boxes (n, 4) belong to one line of text with which. (n, n) bool."""
    x, y, right, bottom = boxes.T
    height = bottom - y
    tall, small = np.maximum.outer(height, height), np.minimum.outer(height, height)
    gap = np.maximum.outer(x, x) - np.minimum.outer(right, right)
    shared = np.minimum.outer(bottom, bottom) - np.maximum.outer(y, y)
    # A dot, an accent, a comma or a dash beside, above or below its letter.
    mark = (small <= 0.45 * tall) & (gap <= 3) & (shared >= -4) & (tall <= 40)
    widest = np.maximum(7, 0.55 * np.minimum(tall, 26)) if apart is None else apart
    word = (small > 0.45 * tall) | (gap > 3)
    one_line: Mask = mark | (word & (shared >= 0.5 * small) & (gap <= widest))
    return one_line


def union(one: Box, two: Box) -> Box:
    x, y = min(one.x, two.x), min(one.y, two.y)
    return Box(x, y, max(one.right, two.right) - x, max(one.bottom, two.bottom) - y)


def ground(crop: Image) -> NDArray[np.uint8]:
    """The colour (3,) of the shade that most pixels of a crop have."""
    first: NDArray[np.uint8] = crop[0, 0]
    if 2 * int((crop == first).all(axis=-1).sum()) > crop.shape[0] * crop.shape[1]:
        return first  # as with most cells: no need to count
    # Of a scan no two pixels of the ground are equal, so shades are counted together.
    level = grey(crop)
    counts = np.bincount(level.ravel(), minlength=256)
    shade = int(np.convolve(counts, np.ones(2 * _SHADE + 1, int), mode="same").argmax())
    near = crop[np.abs(level - shade) <= _SHADE].astype(np.uint32)
    packed = near @ np.array([65536, 256, 1], np.uint32)
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
    away = np.abs(crop.astype(np.int16) - ground(crop))
    distance = np.maximum(np.maximum(away[..., 0], away[..., 1]), away[..., 2])
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
