"""books/delete_duplicate: a payment that was entered twice loses one of the two."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from actuation.action import Action
from tasks.books.gnucash.chart import draw_amount, draw_book, draw_payee, move, named
from tasks.books.gnucash.job import GnuCashJob
from tasks.task import Look

GOALS = (
    "One payment in {bank} was entered twice, with the same day, payee and amount. Delete one of"
    " the two and save the book.",
    "Find the posting that stands in {bank} twice (same day, payee, account and amount), delete"
    " the second one, and save.",
    "{bank} holds a duplicate: two entries that agree in everything. Remove one, then save.",
)


class DeleteDuplicate(GnuCashJob):
    name = "books/delete_duplicate"
    level = 2
    acts = ("delete",)

    def fill(self, rng: random.Random) -> str:
        """Beside the duplicate, the same payee is paid again: another day, another amount."""
        drawn = draw_book(rng, rng.randint(3, 6))
        self.bank = named(drawn.accounts, "BANK")[0]
        account = rng.choice(named(drawn.accounts, "EXPENSE"))
        day = drawn.transactions[-1].day + timedelta(days=rng.randint(1, 5))
        payee = draw_payee(rng, drawn)
        self.amount = draw_amount(rng, drawn)
        once = move(day, payee, account, self.bank, self.amount)
        twice = move(day, payee, account, self.bank, self.amount)
        later = day + timedelta(days=rng.randint(1, 9))
        like = move(later, payee, account, self.bank, draw_amount(rng, drawn))
        self.wanted = replace(drawn, transactions=(*drawn.transactions, once, like))
        self.before = replace(drawn, transactions=(*drawn.transactions, once, twice, like))
        return rng.choice(GOALS).format(bank=self.bank)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.opens(observe, self.bank)
        yield self.click(observe, f"{self.amount:,.2f}")
        yield self.click(observe, "Delete")
        yield from self.presses(observe, "Delete Transaction")
