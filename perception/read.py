"""From an Observation to a Scene.

    surfaces (visible parts of windows) --> pieces (lines of text, cells) --> readings --> elements

Only what changed is looked at again: a surface whose pixels are known keeps its pieces, and a line
whose pixels are known keeps its text.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from perception.boxes import Mask, grey, ink, normalise, text_lines
from perception.cells import Piece, cells
from perception.fields import halves, neighbours, reading_order
from perception.grids import Sheet, find_sheet
from perception.observation import Image, Observation
from perception.scene import Element, Grid, Kind, Scene
from perception.surfaces import Surface, surfaces
from perception.tables import tabulate, trusted
from perception.text import FIRST, SECOND, THIRD, Reading, Recogniser, Way, alike, is_value

_KEPT = 12  # surfaces whose pieces are remembered
_FLAT = 24  # grey levels within which a surface shows nothing
_TOOL_GAP = 4  # pixels between icons of a tool bar
_TOOL_TEXT = 18  # text among tools is not taller than this
_MENU_HEIGHT = 30  # a menu bar lies this near to the top of its window
_WEAK = 0.9  # confidence below which a text is read a second time
_NOISE = 0.2  # confidence below which a reading is no text


@dataclass(frozen=True, eq=False)
class Layout:
    """What was found on one surface before anything is read, in coordinates of the surface."""

    surface: Surface
    picture: Image
    pieces: tuple[Piece, ...]
    sheet: Sheet | None


class Reader:
    """Reads observations of any desktops in any order; what it keeps are caches only."""

    def __init__(self, recogniser: Recogniser | None = None) -> None:
        self._recogniser = recogniser or Recogniser()
        self._layouts: OrderedDict[Surface, Layout] = OrderedDict()
        self._last: tuple[Observation, Scene] | None = None

    def read(self, observation: Observation) -> Scene:
        """The scene of an observation. Raises NoLanguageData where tesseract has no language."""
        if self._last:
            before, scene = self._last
            same = before.windows == observation.windows and before.screen == observation.screen
            if same and np.array_equal(before.image, observation.image):
                return scene
        layouts = [self._layout(observation.image, part) for part in surfaces(observation)]
        scene = self._scene(observation, layouts)
        self._last = (observation, scene)
        return scene

    def _layout(self, image: Image, surface: Surface) -> Layout:
        picture = surface.picture(image)
        known = self._layouts.get(surface)
        if known is None or not np.array_equal(known.picture, picture):
            known = _look(surface, picture)
            self._layouts[surface] = known
        self._layouts.move_to_end(surface)
        while len(self._layouts) > _KEPT:
            self._layouts.popitem(last=False)
        return known

    def _scene(self, observation: Observation, layouts: Sequence[Layout]) -> Scene:
        pieces = [(layout, piece) for layout in layouts for piece in layout.pieces]
        readings = self._texts([piece for _, piece in pieces])
        split = [
            halves(piece, reading) for (_, piece), reading in zip(pieces, readings, strict=True)
        ]
        pieces = [
            (layout, part)
            for (layout, piece), parts in zip(pieces, split, strict=True)
            for part in parts or (piece,)
        ]
        readings = self._checked([piece for _, piece in pieces])
        elements: list[Element] = []
        grids: list[Grid] = []
        for layout in layouts:
            mine = [
                (piece, reading)
                for (owner, piece), reading in zip(pieces, readings, strict=True)
                if owner is layout
            ]
            found = _elements(layout, mine)
            if layout.sheet:
                grid, cells_of_grid = tabulate(layout.sheet, layout.surface, mine, len(grids))
                found += cells_of_grid
                grids += [grid] if grid else []
            elements += neighbours(reading_order(found))
        focus = next((i for i, element in enumerate(elements) if element.focused), -1)
        return Scene(
            observation.screen.width,
            observation.screen.height,
            observation.windows,
            tuple(grids),
            tuple(elements),
            focus,
        )

    def _texts(self, pieces: Sequence[Piece], way: Way = FIRST) -> list[Reading]:
        """A reading for each piece; nothing, surely, for an empty one."""
        lines = iter(self._recogniser.read([p.line for p in pieces if p.line is not None], way))
        return [Reading("", 1.0) if piece.line is None else next(lines) for piece in pieces]

    def _checked(self, pieces: Sequence[Piece]) -> list[Reading]:
        """Readings; those of values and weak ones hold only if another reading says the same.

        A value that the second reading contradicts has a third as its judge; a text that is not
        read well the first time is taken from the better of two.
        """
        readings = self._texts(pieces)
        values = [i for i, reading in enumerate(readings) if is_value(reading.text)]
        seconds = self._texts([pieces[i] for i in values], SECOND)
        contradicted = set()
        for i, second in zip(values, seconds, strict=True):
            if alike(readings[i], second):
                surer = max(readings[i].confidence, second.confidence)
                readings[i] = replace(readings[i], confidence=surer)
            else:
                contradicted.add(i)
        weak = {i for i, r in enumerate(readings) if r.confidence < _WEAK and i not in values}
        again = sorted(contradicted | weak)
        for i, third in zip(again, self._texts([pieces[i] for i in again], THIRD), strict=True):
            better = max(readings[i], third, key=lambda reading: reading.confidence)
            readings[i] = replace(better, agreed=alike(readings[i], third))
        return readings


def _look(surface: Surface, picture: Image) -> Layout:
    """Find the sheet and the lines of text of one surface."""
    level = grey(picture)
    if int(level.max()) - int(level.min()) < _FLAT:
        return Layout(surface, picture, (), None)
    marks = ink(level)
    sheet = find_sheet(picture, level)
    for part in surface.hidden:
        marks[max(part.y - 1, 0) : part.bottom + 1, max(part.x - 1, 0) : part.right + 1] = False
    if sheet:
        box = sheet.box
        marks[box.y : box.bottom + 1, box.x : box.right + 1] = False
    if sheet:
        # Around a sheet are tools, close together, that must not be taken for a line of text.
        bars = marks.copy()
        bars[:_MENU_HEIGHT] = False
        marks[_MENU_HEIGHT:] = False
        tools = _pieces(surface, picture, bars, _TOOL_GAP)
        pieces = [_tool(piece, picture) for piece in tools if max(piece.ink.w, piece.ink.h) >= 8]
        pieces += cells(picture, sheet)
    else:
        pieces = []
    pieces += _pieces(surface, picture, marks)
    return Layout(surface, picture, tuple(pieces), sheet)


def _pieces(surface: Surface, picture: Image, marks: Mask, apart: int | None = None) -> list[Piece]:
    pieces = []
    for box in text_lines(marks, apart):
        if found := normalise(picture[box.y : box.bottom, box.x : box.right]):
            line, inner = found
            tight = inner.moved(box.x, box.y)
            pieces.append(Piece(tight, tight, line, surface.touches_edge(tight)))
    return pieces


def _tool(piece: Piece, picture: Image) -> Piece:
    """The piece without its line where it can only be an icon: tall or colourful."""
    box = piece.ink
    crop = picture[box.y : box.bottom, box.x : box.right].astype(np.int16)
    colourful = (crop.max(axis=2) - crop.min(axis=2) > 80).sum() > 8
    return replace(piece, line=None) if box.h > _TOOL_TEXT or box.h < 7 or colourful else piece


def _elements(layout: Layout, found: Sequence[tuple[Piece, Reading]]) -> list[Element]:
    """Elements of the pieces outside a sheet."""
    elements = []
    surface, sheet = layout.surface, layout.sheet
    for piece, reading in found:
        if piece.row >= 0:
            continue
        kind, text = Kind.TEXT, reading.text
        digits = sum(letter.isdigit() for letter in text)
        noise = reading.confidence < _NOISE and digits < 3
        if noise or not any(letter.isalnum() for letter in text):
            kind, text = Kind.ICON, ""
        elif sheet and piece.ink.y < _MENU_HEIGHT:
            kind = Kind.MENU
        elements.append(
            Element(
                piece.area.moved(surface.box.x, surface.box.y),
                text,
                kind,
                confidence=reading.confidence if text else 1.0,
                certain=trusted(piece, reading),
                window=surface.window,
            )
        )
    return elements
