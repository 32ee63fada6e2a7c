"""Reading back what was entered before it is saved, and mending it once."""

import unicodedata
from dataclasses import dataclass, replace

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


def follow(scene: Scene, entries: list[Entry]) -> list[Entry]:
    """The entries where they stand now: a sheet scrolls by itself when its last row is left.

    They have moved only where none of them is shown any more where it was typed, and at least two
    (or the only one) are, all by as much, above or below.
    """
    if not entries or _shown(scene, entries, 0):
        return entries
    ways = {
        cell.box.y - entry.box.y
        for entry in entries
        for cell in scene.elements
        if cell.kind == Kind.CELL and cell.box.x == entry.box.x and _shows(cell, entry)
    }
    way = max(sorted(ways, key=abs), key=lambda y: _shown(scene, entries, y), default=0)
    if way and _shown(scene, entries, way) >= min(2, len(entries)):
        return [replace(entry, box=entry.box.moved(0, way)) for entry in entries]
    return entries


def is_ours(scene: Scene, entries: list[Entry]) -> bool:
    """Whether the row that the entries went into is seen there for certain: one of them is, or
    nothing else stands where they were typed."""
    cells = [cell for entry in entries if (cell := cell_of(scene, entry)) is not None]
    return _shown(scene, entries, 0) > 0 or not any(cell.text for cell in cells)


def _shown(scene: Scene, entries: list[Entry], way: int) -> int:
    """How many entries stand so many pixels lower than they were typed."""
    there = [(one, replace(one, box=one.box.moved(0, way))) for one in entries]
    cells = [(one, cell_of(scene, moved)) for one, moved in there]
    return sum(cell is not None and _shows(cell, one) for one, cell in cells)


def _shows(cell: Element, entry: Entry) -> bool:
    """Whether a cell shows an entry, and there is no doubt."""
    for parse in (parse_date, parse_amount):
        if parse(entry.text) is not None:
            return parse(cell.text) == parse(entry.text)
    return bool(cell.text) and agrees(cell.text, entry.text)


def first_mismatch(scene: Scene, entries: list[Entry]) -> Entry | None:
    """The first entry whose cell can be seen and shows something else."""
    for entry in entries:
        cell = cell_of(scene, entry)
        if cell is not None and not cell.focused and not agrees(cell.text, entry.text):
            return entry
    return None
