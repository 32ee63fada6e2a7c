"""books/statement_to_register: the lines of a bank's CSV file, entered in GnuCash's register."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from actuation.action import Action
from actuation.desktop import Host, Program
from perception.observation import Window
from tasks.apps import reader
from tasks.books.across.shown import Beside, aside
from tasks.books.gnucash.chart import draw_book, draw_payee, move, named
from tasks.books.gnucash.job import GnuCashJob
from tasks.task import Look

GOALS = (
    "Enter every line of the bank's file in the register of {bank}, each against {account}: date, "
    "payee and amount. Save the book.",
    "The file of the bank tells of payments from {bank}. Book them all to {account} with date, "
    "payee and amount, then save.",
    "Copy the payments of the bank's file into GnuCash, from {bank} to {account}; save.",
)
SEPARATORS = (";", ",", "\t")


class StatementToRegister(Beside, GnuCashJob):
    name = "books/statement_to_register"
    level = 3
    shown = (520, 300)
    showing = (reader.APPLICATION,)

    def draw(self, folder: Path, rng: random.Random) -> str:
        text = super().draw(folder, rng)
        separator, rows = rng.choice(SEPARATORS), []
        for entry in self.entries:
            amount = f"{-entry.splits[0].amount:.2f}"
            rows.append(separator.join((entry.day.isoformat(), entry.description, amount)))
        head = separator.join(("Date", "Payee", "Amount"))
        self._csv = aside(folder) / f"{rng.choice(('statement', 'bank', 'export', 'umsaetze'))}.csv"
        self._csv.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
        return text

    def fill(self, rng: random.Random) -> str:
        self.before = book = draw_book(rng, rng.randint(2, 6))
        self.bank = named(book.accounts, "BANK")[0]
        account = rng.choice(named(book.accounts, "EXPENSE"))
        day, entries = book.transactions[-1].day, []
        for _ in range(rng.randint(3, 4)):
            day += timedelta(days=rng.randint(1, 6))
            amount = Decimal(rng.randint(500, 90_000)) / 100
            entries.append(move(day, draw_payee(rng, book), account, self.bank, amount))
            book = replace(book, transactions=(*book.transactions, entries[-1]))
        self.entries, self.wanted = entries, book
        return rng.choice(GOALS).format(bank=self.bank, account=account)

    def show(self, desktop: Host, size: tuple[int, int]) -> Program:
        return reader.start(desktop, self._csv, size)

    def is_shown(self, window: Window) -> bool:
        return reader.is_reader(window)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.opens(observe, self.bank)
        for entry in self.entries:
            into = entry.splits[0]
            day, amount = entry.day.isoformat(), f"{into.amount:.2f}"
            yield from self.types(day, "", entry.description, into.account, "", amount)
