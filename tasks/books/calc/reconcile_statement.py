"""books/reconcile_statement: tick the ledger's entries that stand on the bank's statement."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from openpyxl import Workbook

from actuation.action import Action, Press, TypeText
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, Value, draw_look, write_table
from tasks.books.invoice import draw_number, draw_vendor
from tasks.task import Look

LEDGER = ("Date", "Payee", "Reference", "Amount", "Cleared")
BANK = ("Booked", "Text", "Amount")
GOALS = (
    "Reconcile the ledger with the sheet Statement: put an x under Cleared for every entry that the"
    " bank has booked with the same reference and amount. Save the file.",
    "Tick (x) the entries of the ledger that the sheet Statement shows with their reference and"
    " exactly their amount; leave the others blank, and save.",
    "Compare the ledger with the bank's Statement (reference and amount) and mark what agrees with"
    " an x in the column Cleared; then save.",
)


class ReconcileStatement(CalcJob):
    name = "books/reconcile_statement"
    level = 4

    def fill(self, book: Workbook, rng: random.Random) -> str:
        sheet, look = book.active, draw_look(rng)
        assert sheet is not None
        sheet.title = rng.choice(("Ledger", "Cash book", "Payments"))
        sheet.sheet_view.zoomScale = look.zoom
        day = date(2026, rng.randint(1, 9), rng.randint(1, 20))
        rows: list[tuple[Value, ...]] = []
        lines: list[tuple[Value, ...]] = []
        self.cleared: list[int] = []
        kinds = ["booked"] * rng.randint(8, 10) + ["open"] * 2 + ["other"] * 2
        rng.shuffle(kinds)
        for number, kind in enumerate(kinds):
            day += timedelta(days=rng.randint(0, 3))
            payee, reference = draw_vendor(rng, "en"), draw_number(rng, "en", day.year)
            amount = Decimal(rng.randint(1_000, 300_000)) / 100
            rows.append((day, payee, reference, amount, None))
            if kind == "booked":
                self.cleared.append(number)
            if kind != "open":
                later = day + timedelta(days=rng.randint(0, 3))
                paid = amount if kind == "booked" else amount + rng.choice((1, -1, 9, 90))
                lines.append((later, f"{reference} {payee.split()[0]}", paid))
        lines.append((day, "Account fee", Decimal("12.50")))
        rng.shuffle(lines)
        self.table = Table(LEDGER, tuple(rows))
        write_table(sheet, self.table, look)
        statement = book.create_sheet("Statement")
        statement.sheet_view.zoomScale = look.zoom
        write_table(statement, Table(BANK, tuple(lines)), look)
        for number in self.cleared:
            place = self.table.place(number, "Cleared")
            self.wanted[sheet.title, *place] = Wanted("x")
        return rng.choice(GOALS)

    def act(self, observe: Look) -> Iterator[Action]:
        yield Press("ctrl+Page_Down")  # to the statement, and back
        yield Press("ctrl+Page_Up")
        yield from self.goes(*self.table.place(0, "Cleared"))
        for row in range(len(self.table.rows)):
            if row in self.cleared:
                yield TypeText("x")
            yield Press("Down")
