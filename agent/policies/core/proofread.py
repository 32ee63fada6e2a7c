"""Reading back what was entered before it is saved, and mending it once."""

import unicodedata
from dataclasses import dataclass

from agent.policies.core.words import similarity
from perception.observation import Box
from perception.scene import Element, Kind, Scene
from perception.values import parse_amount, parse_date

ALIKE = 0.6  # names are read back through the same eyes; a typing error is far off, a misread near


@dataclass(frozen=True)
class Entry:
    """What was typed into the focused cell or field, and where that stood."""

    box: Box
    window: int
    place: str
    text: str


def cell_of(scene: Scene, entry: Entry) -> Element | None:
    """The cell or field that an entry went into, if it can be seen."""
    x, y = entry.box.center
    under = [
        e for e in scene.elements if e.kind in (Kind.CELL, Kind.FIELD) and e.box.contains(x, y)
    ]
    return min(under, key=lambda e: e.box.area, default=None)


def agrees(shown: str, typed: str) -> bool:
    """Whether a cell shows what was typed: as dates, as amounts, else as nearly the same words."""
    for parse in (parse_date, parse_amount):
        wanted = parse(typed)
        if wanted is not None:
            read = parse(shown)
            return read is None or read == wanted  # shown in a form that cannot be told: no verdict
    same = unicodedata.normalize("NFC", shown) == unicodedata.normalize("NFC", typed)
    return same or similarity(shown, typed) >= ALIKE


def first_mismatch(scene: Scene, entries: list[Entry]) -> Entry | None:
    """The first entry whose cell can be seen and shows something else."""
    for entry in entries:
        cell = cell_of(scene, entry)
        if cell is not None and not cell.focused and not agrees(cell.text, entry.text):
            return entry
    return None
