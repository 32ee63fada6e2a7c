"""A saved workbook against what it was and what belongs in it: every other cell is as before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook

from tasks.books.check import fits, same, shown
from tasks.task import Verdict

Place = tuple[str, int, int]  # sheet, row, column, both from 1


@dataclass(frozen=True)
class Wanted:
    """What belongs in a cell. value: as `fits` compares it. computed: by a formula, whose result
    is the value; None: by a formula or as it is. formatted: the number format alone is to change,
    to one of these."""

    value: date | Decimal | int | str | None = None
    computed: bool | None = False
    formatted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """raw: value or formula as stored. value: what it comes to. number_format: as stored."""

    raw: object
    value: object
    number_format: str


def read(path: Path) -> dict[Place, Cell]:
    """Every cell that is not blank. Raises what openpyxl raises for a broken file."""
    raw, values = load_workbook(path), load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.row, cell.column): Cell(
            cell.value, values[sheet.title].cell(cell.row, cell.column).value, cell.number_format
        )
        for sheet in raw.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def judge(
    before: Mapping[Place, Cell], after: Mapping[Place, Cell], wanted: Mapping[Place, Wanted]
) -> Verdict:
    """Verified where each wanted cell is right and no other has changed."""
    nothing = Cell(None, None, "General")
    wrong = [
        f"{_name(place)}: {shown(found.value)} where {_told(right, found)} belongs"
        for place, right in wanted.items()
        if not _right(found := after.get(place, nothing), before.get(place, nothing), right)
    ]
    changed = [
        f"{_name(place)} was changed: {shown(was.raw)} is now {shown(now.raw)}"
        for place in sorted({*before, *after} - set(wanted))
        if not _same(was := before.get(place, nothing), now := after.get(place, nothing))
    ]
    reasons = [*wrong[:4], *changed[:3]]
    return Verdict(not reasons, "; ".join(reasons) or "saved, and right", bool(changed))


def _right(found: Cell, before: Cell, wanted: Wanted) -> bool:
    if wanted.formatted:
        return same(before.raw, found.raw) and _plain(found.number_format) in map(
            _plain, wanted.formatted
        )
    formula = isinstance(found.raw, str) and found.raw.startswith("=")
    return wanted.computed in (None, formula) and fits(found.value, wanted.value)


def _same(before: Cell, after: Cell) -> bool:
    """The format of a text says nothing, and is set with its column's."""
    styled = before.raw is not None and not isinstance(before.raw, str)
    return same(before.raw, after.raw) and (
        not styled or _plain(before.number_format) == _plain(after.number_format)
    )


def _plain(number_format: str) -> str:
    """Without the quoting that programs add: yyyy\\-mm\\-dd is yyyy-mm-dd."""
    return number_format.replace("\\", "").replace('"', "").casefold()


def _told(wanted: Wanted, found: Cell) -> str:
    if wanted.formatted:
        return f"the format {wanted.formatted[0]} (it is {found.number_format})"
    return f"a formula for {shown(wanted.value)}" if wanted.computed else shown(wanted.value)


def _name(place: Place) -> str:
    from tasks.books.calc.table import address

    return f"{place[0]}!{address(place[1], place[2])}"
