"""books/transfer: money moved between the bank and the cash box, in either one's register."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from actuation.action import Action
from tasks.books.gnucash.chart import draw_book, move, named
from tasks.books.gnucash.job import GnuCashJob
from tasks.task import Look

GOALS = (
    "Enter a transfer of {amount} from {source} to {into} on {day}, number {number}, description"
    " {text}, and save the book.",
    "On {day}, {amount} went from {source} to {into} (number {number}, {text}). Enter it and save.",
    "Book {text}, number {number}: {amount} out of {source} into {into} on {day}. Save the book.",
)
TEXTS = {"out": ("Cash withdrawal", "Barabhebung", "ATM"), "in": ("Cash deposit", "Einzahlung")}


class Transfer(GnuCashJob):
    name = "books/transfer"
    level = 2

    def fill(self, rng: random.Random) -> str:
        self.before = draw_book(rng, rng.randint(3, 9))
        way = rng.choice(("out", "in"))
        self.source, self.into = named(self.before.accounts, "BANK")[0], "Assets:Cash"
        if way == "in":
            self.source, self.into = self.into, self.source
        self.register = rng.choice((self.source, self.into))
        day = self.before.transactions[-1].day + timedelta(days=rng.randint(1, 20))
        amount, number = Decimal(rng.randint(10, 900) * 5), str(rng.randint(1, 999))
        entry = move(day, rng.choice(TEXTS[way]), self.into, self.source, amount)
        self.entry = replace(entry, number=number)
        entries = (*self.before.transactions, self.entry)
        self.wanted = replace(self.before, transactions=entries)
        words = {"amount": f"{amount:.2f}", "source": self.source, "into": self.into}
        words |= {"day": day.isoformat(), "number": number, "text": entry.description}
        return rng.choice(GOALS).format(**words)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.opens(observe, self.register)
        day, amount = self.entry.day.isoformat(), f"{self.entry.splits[0].amount:.2f}"
        paid_out = self.register == self.source
        other = self.into if paid_out else self.source
        sides = ("", amount) if paid_out else (amount,)
        yield from self.types(day, self.entry.number, self.entry.description, other, *sides)
