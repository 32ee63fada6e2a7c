"""A saved workbook against what it was and what belongs in it: every other cell is as before."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from tasks.books.check import fits, same, shown
from tasks.task import Verdict

Place = tuple[str, int, int]  # sheet, row, column, both from 1
REFERENCE = re.compile(
    r"""\$?\b[A-Z]{1,3}\$?\d+\b(?!\()      # B2, and not LOG10(
    | \$?\b[A-Z]{1,3}:\$?[A-Z]{1,3}\b    # B:B
    | \bINDIRECT\(""",
    re.X,
)
TEXT = re.compile(r'"[^"]*"')
# Of a number format: the language, a colour, room for a sign, whatever fills the cell.
UNSEEN = re.compile(r"\[\$-[0-9a-f]+\]|\[[a-z]+\d*\]|_.|\*.")


@dataclass(frozen=True)
class Wanted:
    """What belongs in a cell. value: as `fits` compares it. computed: by a formula of other cells,
    whose result is the value; None: by a formula or as it is. formatted: the number format alone is
    to change, so that numbers look as in one of these."""

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
    found = {}
    for sheet in raw.worksheets:
        formulas = _arrays(sheet)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    found[sheet.title, cell.row, cell.column] = Cell(
                        formulas.get((cell.row, cell.column), cell.value),
                        values[sheet.title].cell(cell.row, cell.column).value,
                        cell.number_format,
                    )
    return found


def _arrays(sheet: Worksheet) -> dict[tuple[int, int], str]:
    """The formula of every cell that has its value from an array's: the first cell holds it."""
    return {
        (cell.row, cell.column): str(first.value.text)
        for row in sheet.iter_rows()
        for first in row
        if isinstance(first.value, ArrayFormula)
        for line in sheet.iter_rows(*_bounds(first.value.ref))
        for cell in line
    }


def _bounds(area: str) -> tuple[int, int, int, int]:
    """ "D2:E9" → the first and last row, the first and last column."""
    left, top, right, bottom = range_boundaries(area)
    return int(top), int(bottom), int(left), int(right)


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
    changed = changes(before, after, wanted)
    reasons = [*wrong[:4], *changed[:3]]
    return Verdict(not reasons, "; ".join(reasons) or "saved, and right", bool(changed))


def changes(
    before: Mapping[Place, Cell], after: Mapping[Place, Cell], but: Collection[Place]
) -> list[str]:
    """What was changed elsewhere than at the places that it belongs to."""
    nothing = Cell(None, None, "General")
    changed = []
    for place in sorted({*before, *after} - {*but}):
        was, now = before.get(place, nothing), after.get(place, nothing)
        if not same(was.raw, now.raw):
            changed.append(f"{_name(place)} was changed: {shown(was.raw)} is now {shown(now.raw)}")
        elif _styled(was.raw) and _plain(was.number_format) != _plain(now.number_format):
            formats = f"the format {was.number_format} is now {now.number_format}"
            changed.append(f"{_name(place)} was changed: {formats}")
    return changed


def _right(found: Cell, before: Cell, wanted: Wanted) -> bool:
    if wanted.formatted:
        looks = {_looks(one) for one in wanted.formatted}
        return same(before.raw, found.raw) and _looks(found.number_format) in looks
    formula = _formula(found.raw)
    if wanted.computed and not (formula and REFERENCE.search(TEXT.sub("", str(found.raw)))):
        return False
    return wanted.computed in (None, formula) and fits(found.value, wanted.value)


def _formula(raw: object) -> bool:
    return isinstance(raw, str) and raw.startswith("=")


def _styled(raw: object) -> bool:
    """The format of a text says nothing, and is set with its column's."""
    return raw is not None and (not isinstance(raw, str) or _formula(raw))


def _plain(number_format: str) -> str:
    """Without the quoting that programs add: yyyy\\-mm\\-dd is yyyy-mm-dd."""
    return number_format.replace("\\", "").replace('"', "").casefold()


def _looks(number_format: str) -> str:
    """What a format makes of a positive number: programs add how they write the other ones."""
    return UNSEEN.sub("", _plain(number_format)).partition(";")[0].strip()


def _told(wanted: Wanted, found: Cell) -> str:
    if wanted.formatted:
        return f"the format {wanted.formatted[0]} (it is {found.number_format})"
    return f"a formula for {shown(wanted.value)}" if wanted.computed else shown(wanted.value)


def _name(place: Place) -> str:
    from tasks.books.calc.table import address

    return f"{place[0]}!{address(place[1], place[2])}"
