"""books/ageing: each open invoice's amount goes into the column of its age."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from openpyxl import Workbook

from actuation.action import Action, Press, TypeText
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, Value, address, draw_look, put, write_table
from tasks.books.invoice import draw_vendor
from tasks.task import Look

BUCKETS = {"0-30": 30, "31-60": 60, "61-90": 90, "over 90": 10_000}
GOALS = (
    "Age the receivables as of {day}: put each amount into the column of the days since it was due,"
    " and the sum of each column into the row Total, as a formula. Save the file.",
    "As of {day}, enter every open amount under the days it is overdue; then total each of the four"
    " columns by formula in the last row, and save.",
    "Fill in the ageing list for {day}: amounts by days past due, column totals as formulas; save.",
)


class Ageing(CalcJob):
    name = "books/ageing"
    level = 4

    def fill(self, book: Workbook, rng: random.Random) -> str:
        sheet, look = book.active, draw_look(rng)
        assert sheet is not None
        sheet.title = rng.choice(("Ageing", "Receivables", "Open items"))
        sheet.sheet_view.zoomScale = min(look.zoom, 100)
        self.today = date(2026, rng.randint(6, 12), rng.randint(1, 28))
        headers = ("Customer", "Due", "Amount", *BUCKETS)
        rows: list[tuple[Value, ...]] = []
        self.buckets: list[str] = []
        for _ in range(rng.randint(7, 9)):
            late = rng.choice((rng.randint(0, 30), rng.randint(31, 90), rng.randint(91, 200)))
            self.buckets.append(next(name for name, days in BUCKETS.items() if late <= days))
            amount = Decimal(rng.randint(1_000, 900_000)) / 100
            customer = draw_vendor(rng, rng.choice(("en", "de")))
            rows.append((customer, self.today - timedelta(days=late), amount, *[None] * 4))
        self.table = Table(headers, tuple(rows))
        write_table(sheet, self.table, look)
        put(sheet.cell(self.table.below, 1), "Total", look)
        for bucket in BUCKETS:
            total = Decimal(0)
            for row, name in enumerate(self.buckets):
                amount = self.amount(row)
                if name == bucket:
                    total += amount
                    place = self.table.place(row, bucket)
                    self.wanted[sheet.title, *place] = Wanted(amount, computed=None)
            place = self.table.place(len(rows), bucket)
            self.wanted[sheet.title, *place] = Wanted(total, computed=True)
        return rng.choice(GOALS).format(day=self.today.isoformat())

    def amount(self, row: int) -> Decimal:
        amount = self.table.rows[row][self.table.headers.index("Amount")]
        assert isinstance(amount, Decimal)
        return amount

    def act(self, observe: Look) -> Iterator[Action]:
        count = len(self.table.rows)
        yield from self.goes(*self.table.place(0, "0-30"))
        at = 0
        for row, bucket in enumerate(self.buckets):
            wanted = list(BUCKETS).index(bucket)
            for _ in range(abs(wanted - at)):
                yield Press("Right" if wanted > at else "Left")
            at = wanted
            yield TypeText(f"{self.amount(row):.2f}")
            yield Press("Down")
        for _ in range(at):
            yield Press("Left")
        for bucket in BUCKETS:
            ends = (address(*self.table.place(row, bucket)) for row in (0, count - 1))
            yield TypeText(f"=SUM({':'.join(ends)})")
            yield Press("Tab")
