"""books/reconcile: an account against the bank's statement, up to its day and ending balance."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from actuation.action import Action, Click, Press, TypeText, Wait
from tasks.books.gnucash.book import Split, Transaction
from tasks.books.gnucash.chart import draw_book, named
from tasks.books.gnucash.job import GnuCashJob
from tasks.task import Look

GOALS = (
    "Reconcile {bank} with the bank's statement of {day}: its ending balance is {balance}, and it"
    " shows every entry up to that day{but}. Finish, and save the book.",
    "The statement of {day} for {bank} ends with {balance}. All entries up to that day are on"
    " it{but}. Reconcile the account with it and save.",
    "Reconcile {bank}: statement date {day}, ending balance {balance}, everything booked until"
    " then{but}. Finish the reconciliation; then save the book.",
)
EXCEPT = " except {amount} ({payee})"


class Reconcile(GnuCashJob):
    name = "books/reconcile"
    level = 3

    def fill(self, rng: random.Random) -> str:
        """The first one or two entries are reconciled already; some lie after the statement."""
        drawn = draw_book(rng, rng.randint(7, 9))
        self.bank = named(drawn.accounts, "BANK")[0]
        entries = list(drawn.transactions)
        done, last = rng.randint(1, 2), len(entries) - rng.randint(1, 2)
        earlier = entries[done - 1].day
        self.day = entries[last - 1].day
        skipped = rng.choice((None, rng.randrange(done, last)))
        before = [
            self._reconciled(entry, earlier) if number < done else entry
            for number, entry in enumerate(entries)
        ]
        self.ticked = [
            entry
            for number, entry in enumerate(before)
            if number >= done and entry.day <= self.day and number != skipped
        ]
        after = [
            self._reconciled(entry, self.day) if entry in self.ticked else entry for entry in before
        ]
        self.before = replace(drawn, transactions=tuple(before))
        self.wanted = replace(drawn, transactions=tuple(after))
        self.balance = sum(
            (self._own(one).amount for one in after if self._own(one).reconciled == "y"),
            Decimal(0),
        )
        but = ""
        if skipped is not None:
            one = before[skipped]
            amount = f"{abs(self._own(one).amount):.2f}"
            but = EXCEPT.format(amount=amount, payee=one.description)
        words = {"bank": self.bank, "day": self.day.isoformat(), "balance": f"{self.balance:.2f}"}
        return rng.choice(GOALS).format(**words, but=but)

    def _own(self, entry: Transaction) -> Split:
        return next(split for split in entry.splits if split.account == self.bank)

    def _reconciled(self, entry: Transaction, on: date) -> Transaction:
        splits = (
            replace(one, reconciled="y", on=on) if one.account == self.bank else one
            for one in entry.splits
        )
        return replace(entry, splits=tuple(splits))

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.opens(observe, self.bank)
        yield self.click(observe, "Reconcile")
        yield from self.waits(observe, "Reconcile")
        yield TypeText(f"{self.balance:.2f}")
        yield Press("shift+Tab")
        yield Press("shift+Tab")
        yield TypeText(self.day.isoformat())
        yield Press("Return")
        yield Wait(0.5)  # the list comes in a window of its own
        amounts = [f"{abs(self._own(entry).amount):,.2f}" for entry in self.ticked]
        for box in (yield from self.finds(observe, *amounts)):
            yield Click(*box.center)
            yield Press("space")
        yield from map(Press, ("alt+r", "f"))  # Reconcile, Finish
