"""From an Observation to a Scene.

    surfaces (visible parts of windows) --> pieces (lines of text, cells) --> readings --> elements

Only what changed is looked at again: a surface whose pixels are known keeps its elements, pieces
around which nothing changed are kept, and a line whose pixels are known keeps its text.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from perception.boxes import normalise
from perception.cells import Piece
from perception.fields import halves, reading_order
from perception.glyphs import Specimens, begins_with_letter, edges, hides
from perception.layout import MENU_HEIGHT, Layout, look
from perception.neighbours import neighbours
from perception.observation import Box, Image, Observation
from perception.scene import Element, Grid, Kind, Scene
from perception.surfaces import Surface, surfaces
from perception.tables import tabulate, trusted
from perception.text import (
    FIRST,
    FOURTH,
    SECOND,
    THIRD,
    Reading,
    Recogniser,
    Way,
    alike,
    echoes,
    is_noise,
    is_value,
)
from perception.values import value_kind

_KEPT = 12  # surfaces that are remembered
_WEAK = 0.9  # confidence below which a text is read a second time
_RIM = 2  # pixels around an element that are looked at again with it
_DIGITS_APART = re.compile(r"\d \d")
_SETTLED = 0.95  # confidence in a code whose glyphs were compared
_NOISE = 0.2  # confidence below which a reading is no text


@dataclass(frozen=True, eq=False)
class Part:
    """One surface, read: its elements in reading order, and its grid (number 0) if it has one."""

    layout: Layout
    elements: tuple[Element, ...]
    grid: Grid | None


class Reader:
    """Reads observations of any desktops in any order; what it keeps are caches only."""

    def __init__(self, recogniser: Recogniser | None = None) -> None:
        self._recogniser = recogniser or Recogniser()
        self._parts: OrderedDict[Surface, Part] = OrderedDict()
        self._last: tuple[Observation, Scene] | None = None  # policy and guard read the same look

    def read(self, observation: Observation) -> Scene:
        """The scene of an observation. Raises NoLanguageData where tesseract has no language."""
        if self._last is None or self._last[0] is not observation:
            self._last = observation, self._read(observation)
        return self._last[1]

    def _read(self, observation: Observation) -> Scene:
        elements: list[Element] = []
        grids: list[Grid] = []
        for surface in surfaces(observation):
            part = self._part(observation.image, surface)
            number = len(grids)
            elements += [
                replace(element, grid=number) if number and element.grid >= 0 else element
                for element in part.elements
            ]
            grids += [part.grid] if part.grid else []
        focus = next((i for i, element in enumerate(elements) if element.focused), -1)
        return Scene(
            observation.screen.width,
            observation.screen.height,
            observation.windows,
            tuple(grids),
            tuple(elements),
            focus,
        )

    def _part(self, image: Image, surface: Surface) -> Part:
        picture = surface.picture(image)
        part = self._parts.get(surface)
        if part is None or not np.array_equal(part.layout.picture, picture):
            part = self._understand(look(surface, picture, part.layout if part else None))
            self._parts[surface] = part
        self._parts.move_to_end(surface)
        while len(self._parts) > _KEPT:
            self._parts.popitem(last=False)
        return part

    def _understand(self, layout: Layout) -> Part:
        whole = zip(layout.pieces, self._texts(layout.pieces), strict=True)
        pieces = [part for p, reading in whole for part in self._split(p, reading) or (p,)]
        read = list(zip(pieces, self._checked(pieces), strict=True))
        elements = _elements(layout, read)
        grid = None
        if layout.sheet:
            grid, cells = tabulate(layout.sheet, layout.surface, read)
            elements += cells
        return Part(layout, tuple(neighbours(reading_order(elements))), grid)

    def confirms(self, observation: Observation, element: Element) -> bool:
        """Whether a fresh reading of an element's pixels, in another way, says its text again.

        Slower than read(), and worth it once: before a name is copied.
        """
        again = self.again(observation, element.box)
        return again is not None and echoes(again, element.text)

    def again(self, observation: Observation, box: Box) -> Reading | None:
        """A box (observation pixels) read as one line in another way than read() does; None where
        it is empty."""
        height, width = observation.image.shape[:2]
        top, left = max(0, box.y - _RIM), max(0, box.x - _RIM)
        bottom, right = min(height, box.bottom + _RIM), min(width, box.right + _RIM)
        found = normalise(observation.image[top:bottom, left:right])
        return None if found is None else self._recogniser.read([found[0]], FOURTH)[0]

    def _split(self, piece: Piece, reading: Reading) -> tuple[Piece, ...]:
        """The label and the value of a line, cut where the label really ends in its colon."""
        for label, value in halves(piece, reading):
            if self._texts([label, value])[0].text.endswith(":"):
                return label, value
        return ()

    def _texts(self, pieces: Sequence[Piece], way: Way = FIRST) -> list[Reading]:
        """A reading for each piece; nothing, surely, for an empty one."""
        lines = iter(self._recogniser.read([p.line for p in pieces if p.line is not None], way))
        return [Reading("", 1.0) if piece.line is None else next(lines) for piece in pieces]

    def _checked(self, pieces: Sequence[Piece]) -> list[Reading]:
        """Readings; those of values and weak ones hold only if another reading says the same.

        A value that the second reading contradicts has a third as its judge; a text that is not
        read well the first time is read again, and once more if that says something else.
        """
        readings = self._texts(pieces)
        heard = [[reading.text] for reading in readings]
        values = [i for i, reading in enumerate(readings) if is_value(reading.text)]
        seconds = self._texts([pieces[i] for i in values], SECOND)
        contradicted = set()
        for i, second in zip(values, seconds, strict=True):
            heard[i].append(second.text)
            if alike(readings[i], second):
                surer = max(readings[i].confidence, second.confidence)
                text = _closer(readings[i].text, second.text)
                readings[i] = replace(readings[i], text=text, confidence=surer)
            else:
                contradicted.add(i)
        weak = {i for i, r in enumerate(readings) if r.confidence < _WEAK and i not in values}
        again = sorted(contradicted | weak)
        open_names: dict[int, tuple[Reading, Reading]] = {}
        for i, third in zip(again, self._texts([pieces[i] for i in again], THIRD), strict=True):
            heard[i].append(third.text)
            first = readings[i]
            better = max(first, third, key=lambda reading: reading.confidence)
            readings[i] = replace(better, agreed=alike(first, third))
            if i in weak and not readings[i].agreed and not is_value(third.text):
                open_names[i] = first, third
        lasts = self._texts([pieces[i] for i in open_names], FOURTH)
        for (i, pair), last in zip(open_names.items(), lasts, strict=True):
            if twin := next((reading for reading in pair if alike(reading, last)), None):
                readings[i] = max(twin, last, key=lambda reading: reading.confidence)
        return _settled(pieces, readings, heard)


def _may_hide(text: str, heard: Sequence[str]) -> bool:
    """Whether a code may hide a letter among its digits: by what it says, or by another reading."""
    kind = value_kind(text)
    if kind == "number":
        return any(begins_with_letter(other) for other in heard)
    return kind == "text" and is_value(text) and bool(edges(text))


def _settled(
    pieces: Sequence[Piece], readings: list[Reading], heard: Sequence[Sequence[str]]
) -> list[Reading]:
    """The readings, with codes that may hide a letter among their digits judged by their glyphs."""
    codes = [i for i, r in enumerate(readings) if _may_hide(r.text, heard[i])]
    if not codes:
        return readings
    sure = (
        (piece.line, reading.text)
        for i, (piece, reading) in enumerate(zip(pieces, readings, strict=True))
        if piece.line is not None
        and reading.agreed
        and i not in codes
        and value_kind(reading.text) in ("date", "amount", "number")
    )
    page = Specimens.of(sure)
    for i in codes:
        line = pieces[i].line
        text = page.settle(line, heard[i]) if line is not None else None
        if text is not None:
            readings[i] = Reading(text, max(readings[i].confidence, _SETTLED))
        elif hides(readings[i].text) or value_kind(readings[i].text) == "number":
            readings[i] = replace(readings[i], agreed=False)
    return readings


def _closer(one: str, two: str) -> str:
    """Of two readings of one code, the one with fewer spaces: "RE/202 6/9" is never printed.

    Dates, amounts and words keep the spaces of the first.
    """
    if value_kind(one) != "text":
        return one
    return min(one, two, key=lambda text: text.count(" ")) if _DIGITS_APART.search(one) else one


def _elements(layout: Layout, found: Sequence[tuple[Piece, Reading]]) -> list[Element]:
    """Elements of the pieces outside a sheet."""
    elements = []
    surface = layout.surface
    for piece, reading in found:
        if piece.row >= 0:
            continue
        kind, text = Kind.TEXT, reading.text
        if is_noise(reading, _NOISE):
            kind, text = Kind.ICON, ""
        elif layout.sheet and piece.ink.y < MENU_HEIGHT:
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
