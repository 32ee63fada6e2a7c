"""Reads a saved ledger back and says whether exactly the one right row was added."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook

from tasks.books.invoice import CENT, Invoice
from tasks.books.ledger import Ledger, Value, entry_of
from tasks.task import Verdict

Cells = Mapping[tuple[str, int, int], object]  # (sheet, row, column), both from 1 → value


def read_cells(path: Path) -> Cells:
    """Every cell of the workbook that is not blank."""
    book = load_workbook(path)
    return {
        (sheet.title, cell.row, cell.column): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def expected_row(ledger: Ledger, invoice: Invoice, variant: str) -> tuple[Value, ...]:
    """What belongs in the new row, a value a column; None where nothing does."""
    entry = entry_of(invoice)
    if variant == "net":
        entry["amount"] = invoice.net
    if variant == "note":
        entry["note"] = invoice.number
    return tuple(entry.get(column.role) for column in ledger.columns)


def check_ledger(
    before: Cells, after: Cells, ledger: Ledger, invoice: Invoice, variant: str
) -> Verdict:
    """Compare the saved cells with the initial ones and the row that belongs there."""
    row = ledger.free_row
    places = [(ledger.sheet, row, index + 1) for index in range(len(ledger.columns))]
    outside = [
        place
        for place in sorted({*before, *after} - set(places))
        if not same(before.get(place), after.get(place))
    ]
    found = [after.get(place) for place in places]
    convention = follows(ledger, invoice, found)
    wrong = [
        f"row {row}, column {column.header}: {shown(value)} where {shown(right)} belongs"
        for column, value, right in zip(
            ledger.columns, found, expected_row(ledger, invoice, variant), strict=True
        )
        if not fits(value, right)
    ]
    if not any(value is not None for value in found):
        wrong = [f"row {row} is empty: nothing was entered there"]
    wrong += [
        f"sheet {place[0]}, row {place[1]}, column {place[2]} was changed: "
        f"{shown(before.get(place))} is now {shown(after.get(place))}"
        for place in outside[:3]
    ]
    return Verdict(
        ok=not wrong,
        reason="; ".join(wrong) or f"row {row} is right and saved",
        collateral=bool(outside),
        convention=convention,
    )


def follows(ledger: Ledger, invoice: Invoice, found: list[object]) -> str:
    """Which convention the new row follows: "note", else "total" or "net", else ""."""
    note, amount = ledger.column("note"), ledger.column("amount")
    if note is not None and found[note] == invoice.number:
        return "note"
    if amount is not None:
        for name, value in (("total", invoice.total), ("net", invoice.net)):
            if fits(found[amount], value):
                return name
    return ""


def fits(found: object, right: Value | int) -> bool:
    """Dates as dates, amounts as numbers that are whole cents but for what binary fractions add,
    text exactly, blank as blank."""
    if isinstance(right, Decimal | int):
        number = isinstance(found, int | float) and not isinstance(found, bool)
        return number and abs(Decimal(repr(found)) - right) < CENT / 10_000
    if isinstance(right, date):
        return plain(found) == right
    return type(found) is type(right) and found == right


def same(before: object, after: object) -> bool:
    """Untouched: a program that rewrites the file may store 12 as 12.0, nothing else."""
    if isinstance(before, int | float) and isinstance(after, int | float):
        return before == after and isinstance(before, bool) == isinstance(after, bool)
    return plain(before) == plain(after)


def plain(value: object) -> object:
    """A midnight as its date."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value


def shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Decimal) or (isinstance(value, float) and round(value, 2) == value):
        return f"{value:.2f}"
    if isinstance(value, str):
        return repr(value)
    return str(plain(value))
