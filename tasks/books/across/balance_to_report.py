"""books/balance_to_report: balances looked up in GnuCash go into a report in Calc."""

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

from actuation.action import Action, Press, TypeText
from actuation.desktop import Host, Program
from perception.observation import Box, Window
from tasks.apps import gnucash
from tasks.books.across.shown import Beside, aside
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, Value, draw_look, write_table
from tasks.books.gnucash.book import Book
from tasks.books.gnucash.chart import draw_book, named
from tasks.books.gnucash.write import write
from tasks.books.job import content_of
from tasks.task import Look, Verdict

GOALS = (
    "Look up the balance of each account of the report in GnuCash and enter it in the column "
    "{header}. Save the spreadsheet; change nothing in GnuCash.",
    "Fill the column {header} of the report with the balances that GnuCash shows, then save it.",
    "Complete the report: {header} is each account's balance in GnuCash. Save the report.",
)


class BalanceToReport(Beside, CalcJob):
    name = "books/balance_to_report"
    level = 2
    variants = ("",)
    traps = ()
    shown = (640, 560)
    showing = (gnucash.APPLICATION,)

    def draw(self, folder: Path, rng: random.Random) -> str:
        text = super().draw(folder, rng)
        self._book = aside(folder) / "firm.gnucash"
        write(self.book, self._book)
        self._booked, self.others = self._book.read_bytes(), (self._book,)
        return text

    def fill(self, book: Workbook, rng: random.Random) -> str:
        self.book = draw_book(rng, rng.randint(5, 9))
        booked = [name for name in used(self.book) if name.startswith("Expenses")]
        bank = named(self.book.accounts, "BANK")[0]
        chosen = rng.sample(booked, min(len(booked), rng.randint(1, 3)))
        chosen.insert(rng.randint(0, len(chosen)), bank)
        sheet, look = book.active, draw_look(rng)
        assert sheet is not None
        sheet.title = rng.choice(("Report", "Balances", "Month"))
        sheet.sheet_view.zoomScale = min(look.zoom, 100)
        self.header = rng.choice(("Balance", "Amount", "Saldo"))
        rows: list[tuple[Value, ...]] = [(name, None) for name in chosen]
        self.table = Table(("Account", self.header), tuple(rows))
        write_table(sheet, self.table, look)
        self.balances = [balance(self.book, name) for name in chosen]
        for row, amount in enumerate(self.balances):
            self.wanted[sheet.title, *self.table.place(row, self.header)] = Wanted(amount)
        return rng.choice(GOALS).format(header=self.header)

    def show(self, desktop: Host, size: tuple[int, int]) -> Program:
        return gnucash.start(desktop, self._book)

    def is_shown(self, window: Window) -> bool:
        return gnucash.is_gnucash(window)

    def start(self, desktop: Host, box: Box) -> tuple[str, ...]:
        applications = super().start(desktop, box)
        gnucash.wait_calm(desktop, self.side)
        return applications

    def act(self, observe: Look) -> Iterator[Action]:
        for parent in sorted({str(row[0]).split(":")[0] for row in self.table.rows}):
            yield from self.presses(observe, parent)
            yield Press("shift+Right")  # unfolded, the balances stand there
        yield from self.presses(observe, str(self.table.rows[0][0]))
        yield Press("Right")
        for amount in self.balances:
            yield TypeText(f"{amount:.2f}")
            yield Press("Return")

    def verify(self, answer: str = "") -> Verdict:
        verdict = super().verify(answer)
        if content_of(self._book) == self._booked:
            return verdict
        return Verdict(False, f"the GnuCash book was changed; {verdict.reason}", collateral=True)


def used(book: Book) -> list[str]:
    """The accounts that anything was booked in."""
    return sorted({split.account for entry in book.transactions for split in entry.splits})


def balance(book: Book, account: str) -> Decimal:
    splits = (split for entry in book.transactions for split in entry.splits)
    return sum((split.amount for split in splits if split.account == account), Decimal(0))
