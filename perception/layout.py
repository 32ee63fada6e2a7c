"""What is where on one surface, before anything is read: lines of text, and a sheet's cells.

A second look at a surface takes over from the first what lies where no pixel has changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from perception.boxes import grey, ink, normalise, text_lines
from perception.cells import Piece, cells, first_number
from perception.grids import Sheet, find_sheet
from perception.observation import Box, Image
from perception.surfaces import Surface

MENU_HEIGHT = 30  # a menu bar lies this near to the top of its window, in pixels
_TOOL_GAP = 4  # pixels between icons of a tool bar
_TOOL_TEXT = (7, 18)  # heights of text among tools
_SPECK = 8  # what is smaller than this in both directions is no tool
_FLAT = 24  # grey levels within which a surface shows nothing


@dataclass(frozen=True, eq=False)
class Layout:
    """pieces and sheet of a surface whose pixels are `picture`, in coordinates of the surface.

    lines: what each box of ink held, for the next look.
    """

    surface: Surface
    picture: Image
    pieces: tuple[Piece, ...] = ()
    sheet: Sheet | None = None
    lines: Mapping[Box, Piece | None] = field(default_factory=dict)


class Past:
    """An earlier look at the same surface, asked for what has not changed since."""

    def __init__(self, layout: Layout, picture: Image) -> None:
        self._lines = layout.lines
        self._cells = {piece.area: piece for piece in layout.pieces if piece.column >= 0}
        self._current = layout.sheet.current if layout.sheet else None
        unlike = layout.picture != picture
        changed = unlike[..., 0] | unlike[..., 1] | unlike[..., 2]
        self._sum = np.zeros((changed.shape[0] + 1, changed.shape[1] + 1), np.int32)
        np.cumsum(np.cumsum(changed, axis=0, dtype=np.int32), axis=1, out=self._sum[1:, 1:])

    def same(self, box: Box, margin: int = 0) -> bool:
        """Whether no pixel within `margin` of a box has changed."""
        height, width = (size - 1 for size in self._sum.shape)
        x, right = max(box.x - margin, 0), min(box.right + margin, width)
        y, bottom = max(box.y - margin, 0), min(box.bottom + margin, height)
        corners: NDArray[np.int32] = self._sum
        inside = corners[bottom, right] - corners[y, right] - corners[bottom, x] + corners[y, x]
        return not inside

    def line(self, box: Box) -> tuple[Piece | None] | None:
        """What the box held, as a tuple of one; None if that is not known."""
        return (self._lines[box],) if box in self._lines and self.same(box) else None

    def cell(self, area: Box, row: int, column: int, margin: int) -> Piece | None:
        """The cell's piece, if it is still all there is to know about it."""
        piece = self._cells.get(area)
        if piece is None or (piece.row, piece.column) != (row, column):
            return None
        alone = area.intersect(piece.ink) == piece.ink and (row, column) != self._current
        return piece if alone and self.same(area, margin) else None


def look(surface: Surface, picture: Image, before: Layout | None = None) -> Layout:
    """Find the sheet and the lines of text in the picture of a surface."""
    level = grey(picture)
    if int(level.max()) - int(level.min()) < _FLAT:
        return Layout(surface, picture)
    fits = before is not None and before.picture.shape == picture.shape
    past = Past(before, picture) if before and fits else None
    sheet = find_sheet(picture, level)
    pieces: list[Piece] = []
    lines: dict[Box, Piece | None] = {}
    for area, apart in _areas(Box(0, 0, level.shape[1], level.shape[0]), sheet):
        marks = ink(level[area.y : area.bottom, area.x : area.right])
        for hidden in surface.hidden:
            part = hidden.moved(-area.x, -area.y)
            top, left = max(part.y - 1, 0), max(part.x - 1, 0)
            marks[top : max(part.bottom + 1, 0), left : max(part.right + 1, 0)] = False
        for inner in text_lines(marks, apart):
            box = inner.moved(area.x, area.y)
            known = past.line(box) if past else None
            lines[box] = piece = known[0] if known else _line(surface, picture, box)
            if piece and apart is None:
                pieces.append(piece)
            elif piece and max(piece.ink.w, piece.ink.h) >= _SPECK:
                pieces.append(_tool(piece, picture))
    if sheet:
        pieces += [
            first_number(picture, sheet),
            *cells(picture, sheet, past.cell if past else None),
        ]
    return Layout(surface, picture, tuple(pieces), sheet, lines)


def _areas(whole: Box, sheet: Sheet | None) -> list[tuple[Box, int | None]]:
    """Where to look for lines of text, and how far apart their words may be (None: as usual).

    Around a sheet are tools, close together, that must not be taken for a line of text.
    """
    if sheet is None:
        return [(whole, None)]
    box, menu = sheet.box, min(MENU_HEIGHT, sheet.box.y)
    around = (
        Box(0, menu, whole.w, box.y - menu),
        Box(0, box.y, box.x, box.h),
        Box(box.right + 1, box.y, whole.w - box.right - 1, box.h),
        Box(0, box.bottom + 1, whole.w, whole.h - box.bottom - 1),
    )
    tools = [(area, _TOOL_GAP) for area in around if area.w > _SPECK and area.h > _SPECK]
    return [(Box(0, 0, whole.w, menu), None), *tools]


def _line(surface: Surface, picture: Image, box: Box) -> Piece | None:
    found = normalise(picture[box.y : box.bottom, box.x : box.right])
    if not found:
        return None
    line, inner = found
    tight = inner.moved(box.x, box.y)
    return Piece(tight, tight, line, surface.touches_edge(tight, max(2, tight.h // 3)))


def _tool(piece: Piece, picture: Image) -> Piece:
    """The piece without its line where it can only be an icon: of another height, or colourful."""
    box = piece.ink
    crop = picture[box.y : box.bottom, box.x : box.right].astype(np.int16)
    colourful = (crop.max(axis=2) - crop.min(axis=2) > 80).sum() > 8
    lowest, highest = _TOOL_TEXT
    return piece if lowest <= box.h <= highest and not colourful else replace(piece, line=None)
