"""Tables in a workbook, in one of many looks.

   B        C            D          a Table: headers, rows below, at any place of a sheet
3  Date     Payee        Amount
4  2026-…   Müller GmbH  120.40
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openpyxl.cell import Cell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tasks.books.ledger import AMOUNT_FORMATS, DATE_FORMATS, DIGIT, FACES, pixels, shown_text

Value = date | Decimal | int | str | None

FILLS = ("", "D9DDE3", "2F5573", "E6F0DC", "7A3B2E")
WHITE_ON = ("2F5573", "7A3B2E")


@dataclass(frozen=True)
class Look:
    """face, points: the font. fill: the header's colour, "" for none. zoom: percent."""

    face: str
    points: int
    fill: str
    zoom: int
    dates: str
    amounts: str


def draw_look(rng: random.Random) -> Look:
    return Look(
        face=rng.choice(sorted(FACES)),
        points=rng.choice((10, 10, 11)),
        fill=rng.choice(FILLS),
        zoom=rng.choice((100, 100, 105, 110)),
        dates=rng.choice(DATE_FORMATS),
        amounts=rng.choice(AMOUNT_FORMATS[:2]),
    )


@dataclass(frozen=True)
class Table:
    """row, column: where the first header stands, from 1."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    row: int = 1
    column: int = 1

    @property
    def below(self) -> int:
        """The first row of the sheet below the table."""
        return self.row + len(self.rows) + 1

    def place(self, row: int, header: str) -> tuple[int, int]:
        """Sheet row and column, from 1, of the table's row (from 0) under a header."""
        return self.row + 1 + row, self.column + self.headers.index(header)


def address(row: int, column: int) -> str:
    """(3, 2) → "B3"."""
    return f"{get_column_letter(column)}{row}"


def write_table(sheet: Worksheet, table: Table, look: Look) -> None:
    """Fill the cells and make the columns wide enough for what they show."""
    for index, header in enumerate(table.headers):
        column = table.column + index
        head = sheet.cell(table.row, column, header)
        _style(head, look)
        shown = [header]
        for offset, row in enumerate(table.rows, start=1):
            cell = sheet.cell(table.row + offset, column)
            put(cell, row[index], look)
            shown.append(text_of(row[index], look))
        widest = max(pixels(text, look.face, look.points, bold=True) for text in shown)
        letter = get_column_letter(column)
        width = max((widest + 26) / DIGIT, sheet.column_dimensions[letter].width or 0)
        sheet.column_dimensions[letter].width = width


def put(cell: Cell, value: Value, look: Look) -> None:
    """Dates as dates, amounts as numbers, each in the look's format."""
    cell.value = float(value) if isinstance(value, Decimal) else value
    cell.font = Font(name=look.face, size=look.points)
    if isinstance(value, date):
        cell.number_format = look.dates
    elif isinstance(value, Decimal):
        cell.number_format = look.amounts


def text_of(value: Value, look: Look) -> str:
    """About what the sheet shows."""
    if isinstance(value, int):
        return str(value)
    return shown_text(value, look.dates if isinstance(value, date) else look.amounts)


def shuffled(rng: random.Random, items: Sequence[str]) -> tuple[str, ...]:
    return tuple(rng.sample(items, len(items)))


def _style(cell: Cell, look: Look) -> None:
    color = "FFFFFF" if look.fill in WHITE_ON else "000000"
    cell.font = Font(name=look.face, size=look.points, bold=True, color=color)
    if look.fill:
        cell.fill = PatternFill("solid", start_color=look.fill)
