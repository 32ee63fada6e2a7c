"""books/expense_report: VAT and gross of every line, and the totals below, all by formula."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from openpyxl import Workbook

from actuation.action import Action, Press, TypeText
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, Value, address, draw_look, put, write_table
from tasks.books.invoice import CENT
from tasks.task import Look

KINDS = ("Hotel", "Train", "Taxi", "Meals", "Parking", "Flight", "Fuel", "Office")
HEADERS = ("Date", "Expense", "Net", "VAT %", "VAT", "Gross")
SUMMED = ("Net", "VAT", "Gross")
GOALS = (
    "Complete the expense report: VAT (to the cent) and gross of each line, and the totals in the"
    " row Total, all as formulas. Save the file.",
    "Fill in VAT, rounded to two decimals, and Gross for every expense, then the totals of Net, VAT"
    " and Gross, by formulas, and save.",
    "Finish this report: each line's VAT (two decimals) and gross, and the three sums in the last"
    " row, as formulas; then save.",
)


class ExpenseReport(CalcJob):
    name = "books/expense_report"
    level = 3

    def fill(self, book: Workbook, rng: random.Random) -> str:
        sheet, look = book.active, draw_look(rng)
        assert sheet is not None
        sheet.title = rng.choice(("Expenses", "Trip", "Report"))
        sheet.sheet_view.zoomScale = look.zoom
        day, rows = date(2026, rng.randint(1, 11), rng.randint(1, 20)), []
        sums = dict.fromkeys(SUMMED, Decimal(0))
        figures = []
        for kind in rng.sample(KINDS, rng.randint(3, 4)):
            day += timedelta(days=rng.randint(0, 2))
            net, rate = Decimal(rng.randint(500, 60_000)) / 100, rng.choice((0, 7, 10, 19, 20))
            vat = (net * rate / 100).quantize(CENT, ROUND_HALF_UP)
            figures.append({"Net": net, "VAT": vat, "Gross": net + vat})
            for header in SUMMED:
                sums[header] += figures[-1][header]
            rows.append((day, kind, net, rate, None, None))
        self.table = Table(HEADERS, tuple[tuple[Value, ...], ...](rows))
        write_table(sheet, self.table, look)
        put(sheet.cell(self.table.below, 2), "Total", look)
        for row, figure in enumerate(figures):
            for header in ("VAT", "Gross"):
                place = self.table.place(row, header)
                self.wanted[sheet.title, *place] = Wanted(figure[header], computed=True)
        for header in SUMMED:
            place = self.table.place(len(rows), header)
            self.wanted[sheet.title, *place] = Wanted(sums[header], computed=True)
        return rng.choice(GOALS)

    def act(self, observe: Look) -> Iterator[Action]:
        count = len(self.table.rows)
        yield from self.goes(*self.table.place(0, "VAT"))
        for row in range(count):
            net, rate, vat = (address(*self.table.place(row, h)) for h in ("Net", "VAT %", "VAT"))
            yield TypeText(f"=ROUND({net}*{rate}/100;2)")
            yield Press("Tab")
            yield TypeText(f"={net}+{vat}")
            yield Press("Return")
        yield from self.goes(*self.table.place(count, "Net"))
        for header in SUMMED:
            ends = (address(*self.table.place(row, header)) for row in (0, count - 1))
            yield TypeText(f"=SUM({':'.join(ends)})")
            yield Press("Tab")
            if header == "Net":
                yield Press("Right")  # past the rates
