"""books/format_column: show a column of plain numbers with separators and two decimals."""

import random
from collections.abc import Iterator
from decimal import Decimal

from openpyxl import Workbook

from actuation.action import Action, Press
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, draw_look, shuffled, write_table
from tasks.books.invoice import draw_vendor
from tasks.task import Look

GOALS = (
    "Format the column {header} with thousands separators and two decimals, and save.",
    "Show the numbers under {header} as 1,234.50 (separator, two decimals). Save the file.",
    "Give {header} a number format with thousands separators and 2 decimal places; save.",
)


class FormatColumn(CalcJob):
    name = "books/format_column"
    level = 1

    def fill(self, book: Workbook, rng: random.Random) -> str:
        sheet, look = book.active, draw_look(rng)
        assert sheet is not None
        sheet.title = rng.choice(("Sales", "Figures", "2026", "Overview"))
        sheet.sheet_view.zoomScale = look.zoom
        numbers = rng.sample(("Turnover", "Net", "Gross", "Budget", "Actual", "Stock value"), 2)
        headers = shuffled(rng, ("Customer", *numbers))
        self.header = rng.choice(numbers)
        rows = []
        for _ in range(rng.randint(6, 14)):
            entry = {name: Decimal(rng.randint(100_000, 99_999_999)) / 100 for name in numbers} | {
                "Customer": draw_vendor(rng, rng.choice(("en", "de")))
            }
            rows.append(tuple(entry[header] for header in headers))
        self.table = Table(headers, tuple(rows))
        write_table(sheet, self.table, look)
        for row in range(len(rows)):
            for header in numbers:
                sheet.cell(*self.table.place(row, header)).number_format = "General"
            place = self.table.place(row, self.header)
            self.wanted[sheet.title, *place] = Wanted(formatted=("#,##0.00", "#,##0.00_-"))
        return rng.choice(GOALS).format(header=self.header)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.tries(lambda: self.cell(observe, self.table, 0, self.header))
        yield Press("ctrl+space")
        yield Press("ctrl+shift+1")
