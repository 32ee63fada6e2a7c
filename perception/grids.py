"""Spreadsheets from their pixels: the bars of column letters and row numbers give the cells.

        left  divider                right
          |     | A       | B        |        top
          +-----+---------+----------+ rows[0]
          |  1  | Datum   | Betrag   |
          +-----+---------+----------+ rows[1]
          |  2  |         |          |

Found by structure, not by colour: thin separators at one left edge, a long divider beside them,
separators of one height above it. A screen without both bars has no sheet.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perception.boxes import Grey, Mask, ground
from perception.observation import Box, Image

_THIN = 8  # grey levels by which a one-pixel line differs from both its sides
_BAR = 14  # the row bar is at least this wide, in pixels
_CELL = (9, 120)  # heights of a row that are believed
_ROWS = 4  # separators of rows, at least
_LONG = 60  # the divider is at least this long
_SLIVER = 6  # what is left of a row or column at the pane's edge is worth mentioning from here on


@dataclass(frozen=True)
class Sheet:
    """A visible sheet, in the coordinates of the image it was found in.

    columns, rows: positions of the separators, so that cell (r, c) lies between them. current:
    (row, column) of the cell whose row number and column letter are highlighted, or None.
    accent: colour (3,) of the highlight, or None. cut_right, cut_bottom: the last column or row
    goes on beyond the pane. frozen_rows, frozen_columns: separators before which another line
    stands, as it does where rows or columns are frozen.
    """

    box: Box
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    current: tuple[int, int] | None = None
    accent: NDArray[np.uint8] | None = None
    cut_right: bool = False
    cut_bottom: bool = False
    frozen_rows: frozenset[int] = frozenset()
    frozen_columns: frozenset[int] = frozenset()

    def cell(self, row: int, column: int) -> Box:
        """The inside of a cell, without its lines."""
        x, y = self.columns[column] + 1, self.rows[row] + 1
        right, bottom = self.columns[column + 1], self.rows[row + 1]
        right -= right in self.frozen_columns
        return Box(x, y, right - x, bottom - (bottom in self.frozen_rows) - y)

    def number(self, row: int) -> Box:
        """Where the number of a row stands, in the bar at the left."""
        cell = self.cell(row, 0)
        return Box(self.box.x, cell.y, self.columns[0] - self.box.x, cell.h)


def find_sheet(image: Image, level: Grey) -> Sheet | None:
    """The sheet in a window's picture, or None."""
    thin_x, thin_y = _thin(level, axis=1), _thin(level, axis=0)
    for divider in np.flatnonzero(thin_x.sum(axis=0) >= _LONG).tolist():
        if divider < _BAR:
            continue
        top, bottom = _longest(thin_x[:, divider])
        beside = thin_y[top:bottom, divider - _BAR : divider].all(axis=1)
        lines, frozen = _single((np.flatnonzero(beside) + top).tolist())
        rows = _regular(lines)
        tall = len(rows) >= _ROWS and _CELL[0] <= rows[0] - top <= _CELL[1]
        if tall and (sheet := _measure(image, thin_x, thin_y, (divider, top, bottom), rows)):
            return replace(sheet, frozen_rows=frozen)
    return None


def _thin(level: Grey, axis: int) -> Mask:
    """Pixels that differ from both their neighbours along an axis."""
    step = np.abs(np.diff(level, axis=axis)) > _THIN
    thin = np.zeros(level.shape, bool)
    if axis == 0:
        thin[1:-1] = step[:-1] & step[1:]
    else:
        thin[:, 1:-1] = step[:, :-1] & step[:, 1:]
    return thin


def _single(positions: list[int]) -> tuple[list[int], frozenset[int]]:
    """The positions of lines, of two that touch the second; and those second ones."""
    known = set(positions)
    second = frozenset(p for p in positions if p - 1 in known)
    return [p for p in positions if p + 1 not in known], second


def _regular(positions: list[int]) -> list[int]:
    """The longest stretch of separators whose distances a table's rows could have."""
    best: list[int] = []
    run: list[int] = []
    for position in positions:
        if run and not _CELL[0] <= position - run[-1] <= _CELL[1]:
            run = []
        run.append(position)
        if len(run) > len(best):
            best = list(run)
    return best


def _longest(line: Mask, patience: int = 3) -> tuple[int, int]:
    """Start and end of the longest run of True, forgiving holes of `patience` pixels; both at the
    end of the line where there is none."""
    marks = np.flatnonzero(line)
    if marks.size == 0:
        return line.size, line.size
    breaks = np.flatnonzero(np.diff(marks) > patience + 1)
    starts, ends = marks[np.r_[0, breaks + 1]], marks[np.r_[breaks, len(marks) - 1]] + 1
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest])


def _measure(
    image: Image, thin_x: Mask, thin_y: Mask, line: tuple[int, int, int], rows: list[int]
) -> Sheet | None:
    """The sheet beside a divider (x, top, bottom), or None where there is no bar of letters."""
    divider, top, bottom = line
    left = divider - int(np.median([_run(thin_y[row, divider - 1 :: -1]) for row in rows]))
    start, right = _longest(thin_y[rows[0], divider:])
    right += divider
    columns = np.flatnonzero(thin_x[top : rows[0]].all(axis=0))
    inside, frozen = _single([x for x in columns.tolist() if divider <= x < right])
    if start > 3 or len(inside) < 2 or inside[0] != divider:
        return None
    cut_right, cut_bottom = right - inside[-1] > _SLIVER, bottom - rows[-1] > _SLIVER
    xs = (*inside, right) if cut_right else tuple(inside)
    ys = (*rows, bottom) if cut_bottom else tuple(rows)
    if len(frozen) > 1 or min(np.diff(xs)) < 2:
        return None  # lines beside each other, as in a chart: nothing stands between them
    bar, cells = image[rows[0] : bottom, left:divider], image[rows[0] : bottom, divider:right]
    if (ground(bar[::3, ::3]) == ground(cells[::3, ::3])).all():
        return None  # a table, whose first column is no bar
    box = Box(left, top, right - left, bottom - top)
    sheet = Sheet(box, xs, ys, cut_right=cut_right, cut_bottom=cut_bottom, frozen_columns=frozen)
    return _with_current(image, sheet)


def _run(line: Mask) -> int:
    """How many values from the first on are True."""
    return int(np.argmin(line)) if not line.all() else len(line)


def _with_current(image: Image, sheet: Sheet) -> Sheet:
    """Add the current cell: the one row number and one column letter of another ground."""
    corner = ground(_part(image, Box(sheet.box.x, sheet.box.y, *_corner(sheet))))
    lit_rows, lit_columns = [], []
    accent = None
    for row in range(len(sheet.rows) - 1):
        colour = ground(_part(image, sheet.number(row)))
        if (colour != corner).any():
            lit_rows.append(row)
    for column in range(len(sheet.columns) - 1):
        x = sheet.columns[column] + 1
        letter = Box(x, sheet.box.y, sheet.columns[column + 1] - x, sheet.rows[0] - sheet.box.y)
        colour = ground(_part(image, letter))
        if (colour != corner).any():
            lit_columns.append(column)
            accent = colour
    current = (lit_rows[0], lit_columns[0]) if len(lit_rows) == len(lit_columns) == 1 else None
    return replace(sheet, current=current, accent=accent)


def _corner(sheet: Sheet) -> tuple[int, int]:
    return sheet.columns[0] - sheet.box.x, sheet.rows[0] - sheet.box.y


def _part(image: Image, box: Box) -> Image:
    return image[box.y : box.bottom, box.x : box.right]
