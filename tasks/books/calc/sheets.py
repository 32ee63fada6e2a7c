"""What a saved workbook holds beside its cells, as facts: sheets, what is hidden, merged or noted.

Widths and colours are none of them: programs rewrite those, and to widen a column changes nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tasks.task import Verdict

Sheets = frozenset[str]


def sheets(path: Path) -> Sheets:
    """Raises what openpyxl raises for a broken file."""
    book = load_workbook(path)
    order = [f"the sheets {', '.join(book.sheetnames)}"]
    names = [f"the name {name}" for name in book.defined_names]
    return frozenset(
        [*order, *names, *(fact for sheet in book.worksheets for fact in _facts(sheet))]
    )


def altered(verdict: Verdict, before: Sheets, after: Sheets) -> Verdict:
    """The verdict on the cells, and on what else the workbook holds."""
    gone = [f"gone: {fact}" for fact in sorted(before - after)]
    found = [*gone, *(f"new: {fact}" for fact in sorted(after - before))]
    if not found:
        return verdict
    reasons = [*([] if verdict.ok else [verdict.reason]), *found[:3]]
    return replace(verdict, ok=False, collateral=True, reason="; ".join(reasons))


def _facts(sheet: Worksheet) -> Iterator[str]:
    where = sheet.title
    if sheet.sheet_state != "visible":
        yield f"{where} hidden"
    if sheet.protection.sheet:
        yield f"{where} protected"
    pane = sheet.sheet_view.pane
    if pane is not None and sheet.freeze_panes:  # which tells where it is scrolled to, too
        yield f"{pane.ySplit or 0:g} rows and {pane.xSplit or 0:g} columns of {where} frozen"
    yield from (f"the name {where}!{name}" for name in sheet.defined_names)
    yield from (f"{where}!{area} merged" for area in sheet.merged_cells.ranges)
    for number, row in sheet.row_dimensions.items():
        if row.hidden:
            yield f"row {number} of {where} hidden"
    for letter, column in sheet.column_dimensions.items():
        if column.hidden:
            yield f"column {letter} of {where} hidden"
    for rule in sheet.data_validations.dataValidation:
        yield f"{where}!{rule.sqref} restricted"
    for coloured in sheet.conditional_formatting:
        yield f"{where}!{coloured.sqref} formatted by rules"
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.comment:
                yield f"a comment at {where}!{cell.coordinate}: {cell.comment.text}"
            if cell.hyperlink:
                yield f"a link at {where}!{cell.coordinate}"
