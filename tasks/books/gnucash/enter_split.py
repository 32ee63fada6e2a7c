"""books/enter_split: one payment from the bank that belongs to several accounts."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from actuation.action import Action, Press
from tasks.books.gnucash.book import Split, Transaction
from tasks.books.gnucash.chart import draw_amount, draw_book, draw_payee, named
from tasks.books.gnucash.job import GnuCashJob
from tasks.task import Look

GOALS = (
    "On {day}, {total} were paid from {bank} to {payee}: {parts}. Enter it as one transaction with"
    " splits, and save the book.",
    "Enter one payment to {payee} from {bank} on {day}, {total} in all, split over {parts}. Save.",
    "Book the payment of {total} to {payee} ({day}, from {bank}) in one entry, divided: {parts};"
    " then save the book.",
)


class EnterSplit(GnuCashJob):
    name = "books/enter_split"
    level = 4

    def fill(self, rng: random.Random) -> str:
        self.before = draw_book(rng, rng.randint(3, 6))
        self.bank = named(self.before.accounts, "BANK")[0]
        count = rng.randint(2, 3)
        accounts = rng.sample(named(self.before.accounts, "EXPENSE"), count)
        self.parts = [Split(account, draw_amount(rng, self.before)) for account in accounts]
        self.total = sum((part.amount for part in self.parts), Decimal(0))
        day = self.before.transactions[-1].day + timedelta(days=rng.randint(1, 20))
        payee = draw_payee(rng, self.before)
        self.entry = Transaction(day, payee, (Split(self.bank, -self.total), *self.parts))
        entries = (*self.before.transactions, self.entry)
        self.wanted = replace(self.before, transactions=entries)
        parts = ", ".join(f"{part.amount:.2f} {part.account}" for part in self.parts)
        words = {"payee": payee, "day": day.isoformat(), "bank": self.bank, "parts": parts}
        return rng.choice(GOALS).format(**words, total=f"{self.total:.2f}")

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.opens(observe, self.bank)
        yield from self.tabs(self.entry.day.isoformat(), "", self.entry.description)
        yield self.click(observe, "Split")
        # Tab leads through action, memo, account, deposit and withdrawal of the bank's own split
        yield from self.tabs("", "", "", "", "", f"{self.total:.2f}")
        for part in self.parts:
            yield from self.tabs("", "", "", part.account, f"{part.amount:.2f}")
            yield Press("Tab")
        yield self.click(observe, "Enter")
