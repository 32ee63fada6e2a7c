"""books/carry_totals: the totals of several sheets belong into the overview, by reference."""

import random
from collections.abc import Iterator
from decimal import Decimal

from openpyxl import Workbook

from actuation.action import Action, Press, TypeText
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, Value, address, draw_look, put, write_table
from tasks.books.invoice import draw_vendor
from tasks.task import Look

MONTHS = ("January", "February", "March", "April", "May", "June")
GOALS = (
    "Carry the total of each month's sheet to the sheet Overview, as references, and save.",
    "On the sheet Overview, refer to the total of every month's sheet. Save the file.",
    "The Overview lacks the months' totals: link each to its sheet's total, then save.",
)


class CarryTotals(CalcJob):
    name = "books/carry_totals"
    level = 2

    def fill(self, book: Workbook, rng: random.Random) -> str:
        look = draw_look(rng)
        first = rng.randint(0, 3)
        self.months = MONTHS[first : first + rng.choice((2, 3))]
        overview = book.active
        assert overview is not None
        overview.title = "Overview"
        overview.sheet_view.zoomScale = look.zoom
        rows: tuple[tuple[Value, ...], ...] = tuple((month, None) for month in self.months)
        self.overview = Table(("Month", "Total"), rows, 1, rng.randint(1, 2))
        write_table(overview, self.overview, look)
        self.totals = {}
        for row, month in enumerate(self.months):
            sheet = book.create_sheet(month)
            sheet.sheet_view.zoomScale = look.zoom
            entries: tuple[tuple[Value, ...], ...] = tuple(
                (draw_vendor(rng, "en"), Decimal(rng.randint(500, 90_000)) / 100)
                for _ in range(rng.randint(3, 8))
            )
            table = Table(("Payee", "Amount"), entries)
            write_table(sheet, table, look)
            put(sheet.cell(table.below, 1), "Total", look)
            cell = sheet.cell(table.below, 2)
            put(cell, Decimal(0), look)
            cell.value = f"=SUM(B2:B{table.below - 1})"
            self.totals[month] = address(table.below, 2)
            total = sum(
                (amount for _, amount in entries if isinstance(amount, Decimal)), Decimal(0)
            )
            place = self.overview.place(row, "Total")
            self.wanted["Overview", *place] = Wanted(total, computed=True)
        return rng.choice(GOALS)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.goes(*self.overview.place(0, "Total"))
        for month in self.months:
            yield TypeText(f"=${month}.{self.totals[month]}")
            yield Press("Return")
