"""books/enter_transaction: one payment from the bank, entered in its register."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from actuation.action import Action
from tasks.books.gnucash.chart import draw_book, draw_payee, move, named
from tasks.books.gnucash.job import GnuCashJob
from tasks.task import Look

GOALS = (
    "Enter a payment of {amount} to {payee} on {day} from {bank} for {account}, and save the book.",
    "On {day}, {amount} were paid from {bank} to {payee} ({account}). Enter it, then save.",
    "Book the payment to {payee}: {day}, {amount}, from {bank} to {account}. Save the book.",
)


class EnterTransaction(GnuCashJob):
    name = "books/enter_transaction"
    level = 2

    def fill(self, rng: random.Random) -> str:
        self.before = draw_book(rng, rng.randint(3, 9))
        self.bank = named(self.before.accounts, "BANK")[0]
        account = rng.choice(named(self.before.accounts, "EXPENSE"))
        day = self.before.transactions[-1].day + timedelta(days=rng.randint(1, 20))
        payee = draw_payee(rng, self.before)
        amount = Decimal(rng.randint(500, 90_000)) / 100
        self.entry = move(day, payee, account, self.bank, amount)
        entries = (*self.before.transactions, self.entry)
        self.wanted = replace(self.before, transactions=entries)
        words = {"amount": f"{amount:.2f}", "payee": payee, "day": day.isoformat()}
        return rng.choice(GOALS).format(**words, bank=self.bank, account=account)

    def act(self, observe: Look) -> Iterator[Action]:
        into = self.entry.splits[0]
        yield from self.opens(observe, self.bank)
        day, payee = self.entry.day.isoformat(), self.entry.description
        yield from self.types(day, "", payee, into.account, "", f"{into.amount:.2f}")
