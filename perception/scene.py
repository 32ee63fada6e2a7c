"""The Scene: what code can tell about one Observation before any network looks at it.

    Observation --read()--> Scene
      windows   as in the observation, front to back
      grids     tables found on the screen: columns, headers, the next free row
      elements  text, values, cells (also the empty ones that a person would click), buttons, icons

Everything is in observation pixels. Element order is reading order inside each window.
"""

from dataclasses import dataclass
from enum import StrEnum

from perception.observation import Box, Window


class Kind(StrEnum):
    """What an element looks like."""

    TEXT = "text"
    CELL = "cell"
    FIELD = "field"
    BUTTON = "button"
    ICON = "icon"
    MENU = "menu"


@dataclass(frozen=True)
class Element:
    """One thing on the screen that can be read, clicked or copied.

    left, above: text of the nearest element to the left on the same line, and above with
    horizontal overlap, in the same window ("" if none). header: text of the column's header for a
    cell. confidence: of the reading, 0..1 (1.0 for an element without text). certain: False where
    the reading must not be trusted as a value: it touches its window's edge, or two readings
    disagree. window, grid: index into Scene.windows / Scene.grids, or -1. row, column: inside the
    grid, 0 is the first row below the header; -1 outside a grid; the header row itself is -1.
    """

    box: Box
    text: str
    kind: Kind = Kind.TEXT
    left: str = ""
    above: str = ""
    header: str = ""
    confidence: float = 1.0
    certain: bool = True
    focused: bool = False
    selected: bool = False
    window: int = -1
    grid: int = -1
    row: int = -1
    column: int = -1


@dataclass(frozen=True)
class Grid:
    """A table: its header texts left to right, and the first row below the data that is empty.

    filled: for each column the share of data rows that have text (0..1; 0 where there are no
    rows). kinds: for each column "date", "amount", "number", "text" or "" as its values look.
    """

    box: Box
    window: int
    headers: tuple[str, ...]
    rows: int
    next_free_row: int
    filled: tuple[float, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    """All that was made out on one screen. focus: index of the focused element, or -1."""

    width: int
    height: int
    windows: tuple[Window, ...]
    grids: tuple[Grid, ...]
    elements: tuple[Element, ...]
    focus: int = -1

    @property
    def focused(self) -> Element | None:
        return self.elements[self.focus] if self.focus >= 0 else None
