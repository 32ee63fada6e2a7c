"""The cells of a sheet: what lies in each, ready to be read.

Text that runs over into an empty neighbour belongs to the cell where it begins. The ring around
the current cell and a text cursor in it are not text.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from perception.boxes import Line, ground, normalise, union
from perception.grids import Sheet
from perception.observation import Box, Image

NUMBER = -2  # the column of a row's number
_NEAR = 8  # text this near to where the pane cuts its column may go on beyond, in pixels
_CLOSE = 7  # text this near to both sides of a missing grid line runs across it


@dataclass(frozen=True)
class Piece:
    """A line of text that waits to be read, or an empty cell (line is None).

    area: what to click. ink: where the text itself is. cut: part of it may be out of sight.
    row, column: of the sheet as it is visible, -1 outside one.
    """

    area: Box
    ink: Box
    line: Line | None
    cut: bool = False
    row: int = -1
    column: int = -1


Known = Callable[[Box, int, int, int], Piece | None]


def cells(image: Image, sheet: Sheet, known: Known | None = None) -> list[Piece]:
    """A Piece for each visible cell, row by row.

    known: asked for area, row, column and margin of a cell that may be known already.
    """
    pieces: list[Piece] = []
    for row in range(len(sheet.rows) - 1):
        column, last = 0, len(sheet.columns) - 1
        while column < last:
            end = column + 1
            if known and (row, column) != sheet.current:
                piece = known(sheet.cell(row, column), row, column, _CLOSE + 1)
                if piece:
                    pieces.append(piece)
                    column = end
                    continue
            while end < last and _runs_across(image, sheet, row, end):
                end += 1
            pieces.append(_piece(image, sheet, row, column, end))
            for covered in range(column + 1, end):
                area = sheet.cell(row, covered)
                pieces.append(Piece(area, area, None, row=row, column=covered))
            column = end
    return pieces


def first_number(image: Image, sheet: Sheet) -> Piece:
    """The number of the first visible row, which tells whether the sheet is scrolled down."""
    bar = sheet.number(0)
    found = normalise(image[bar.y : bar.bottom, bar.x : bar.right])
    return Piece(bar, bar, found[0] if found else None, row=0, column=NUMBER)


def _piece(image: Image, sheet: Sheet, row: int, column: int, end: int) -> Piece:
    area = sheet.cell(row, column)
    inside = union(area, sheet.cell(row, end - 1)) if end > column + 1 else area
    x, y, height = inside.x, inside.y, inside.h
    crop = image[y : inside.bottom, x : inside.right]
    empty = Piece(area, area, None, row=row, column=column)
    if crop.size == 0 or (crop == crop[0, 0]).all():
        return empty
    found = normalise(crop, ignore=sheet.accent)  # the ring has the colour of the highlight
    if found is None or found[1].w * found[1].h < 6:
        return empty
    line, box = found
    if (row, column) == sheet.current:
        trimmed = without_caret(line, height)
        if trimmed is None:
            return empty
        line = trimmed
    ink = Box(x + box.x, y + box.y, line.shape[1], line.shape[0])
    at_edge = sheet.cut_right and end == len(sheet.columns) - 1
    at_foot = sheet.cut_bottom and row == len(sheet.rows) - 2
    cut = ink.right >= inside.right - (_NEAR if at_edge else 0)
    cut = cut or (at_foot and ink.bottom >= inside.bottom - 2)
    return Piece(area, ink, line, cut, row, column)


def without_caret(line: Line, height: int) -> Line | None:
    """The line without a text cursor at its end: a bar as tall as the cell, apart from the text."""
    tall = (line < 128).sum(axis=0) >= max(0.6 * height, 8)
    if line.shape[0] < 0.6 * height or not tall.any():
        return line
    columns = np.flatnonzero(tall)
    if columns[-1] - columns[0] > 2:
        return line
    rest = line.copy()
    rest[:, columns[0] : columns[-1] + 1] = 255
    ys, xs = np.nonzero(rest < 200)
    if len(xs) < 6:
        return None
    return rest[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]


def _runs_across(image: Image, sheet: Sheet, row: int, column: int) -> bool:
    """Whether text crosses the left border of a cell, where no grid line is drawn then."""
    left, right = sheet.cell(row, column - 1), sheet.cell(row, column)
    border = image[left.y : left.bottom, sheet.columns[column]]
    common = ground(border[None])
    plain = image[left.y : left.bottom, left.right - _CLOSE : right.x + _CLOSE]
    if len(plain) == 0 or (common != ground(plain)).any():
        return False  # a grid line
    inked = (np.abs(plain.astype(np.int16) - common).max(axis=2) > 60).any(axis=0)
    if inked[_CLOSE]:
        return True
    coloured = (ground(image[left.y : left.bottom, left.x : right.right]) < 250).any()
    return not coloured and bool(inked[:_CLOSE].any() and inked[_CLOSE + 1 :].any())
