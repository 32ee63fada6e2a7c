"""books/sort_table: put the rows of a table in order, by the program's own menu."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from openpyxl import Workbook

from actuation.action import Action, Press
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, Value, draw_look, shuffled, write_table
from tasks.books.invoice import draw_vendor
from tasks.task import Look

GOALS = (
    "Sort the table by {header}, {order} first, and save.",
    "Put the rows in order of {header} ({order} first). Save the file.",
    "The rows should stand by {header}, the {order} on top: sort them, then save.",
)


class SortTable(CalcJob):
    name = "books/sort_table"
    level = 1

    def fill(self, book: Workbook, rng: random.Random) -> str:
        sheet, look = book.active, draw_look(rng)
        assert sheet is not None
        sheet.title = rng.choice(("Open items", "Invoices", "List"))
        sheet.sheet_view.zoomScale = look.zoom
        headers = shuffled(rng, ("Due", "Customer", "Amount"))
        count = rng.randint(5, 12)
        days = rng.sample(range(300), count)
        cents = rng.sample(range(1_000, 500_000), count)
        rows: list[tuple[Value, ...]] = []
        for day, amount in zip(days, cents, strict=True):
            entry: dict[str, Value] = {
                "Due": date(2026, 1, 5) + timedelta(days=day),
                "Customer": draw_vendor(rng, rng.choice(("en", "de"))),
                "Amount": Decimal(amount) / 100,
            }
            rows.append(tuple(entry[header] for header in headers))
        self.header, self.down = rng.choice(("Due", "Amount")), rng.random() < 0.5
        at = headers.index(self.header)
        # There is something to do.
        rows = rows[::-1] if sorted(rows, key=_key(at), reverse=self.down) == rows else rows
        self.table = Table(headers, tuple(rows))
        write_table(sheet, self.table, look)
        ordered = sorted(rows, key=_key(at), reverse=self.down)
        for number, row in enumerate(ordered):
            for header, value in zip(headers, row, strict=True):
                place = self.table.place(number, header)
                self.wanted[sheet.title, *place] = Wanted(value)
        orders = ("latest", "earliest") if self.header == "Due" else ("largest", "smallest")
        return rng.choice(GOALS).format(header=self.header, order=orders[not self.down])

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.tries(lambda: self.cell(observe, self.table, 0, self.header))
        yield Press("alt+d")
        yield from self.presses(observe, "Sort Descending" if self.down else "Sort Ascending")


def _key(at: int) -> Callable[[tuple[Value, ...]], Any]:
    return lambda row: row[at]
