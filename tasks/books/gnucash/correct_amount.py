"""books/correct_amount: a posting with a mistyped amount is put right."""

import random
from collections.abc import Iterator
from dataclasses import replace

from actuation.action import Action, Press, TypeText
from tasks.books.gnucash.chart import draw_amount, draw_book, move, named
from tasks.books.gnucash.job import GnuCashJob
from tasks.task import Look

GOALS = (
    "The payment to {payee} of {day} was entered in {bank} as {wrong}, but it was {right}. Correct"
    " the amount and save the book.",
    "Correct an amount in {bank}: {payee}, {day}, {wrong} has to be {right}. Then save.",
    "In the register of {bank}, change the payment to {payee} ({day}) from {wrong} to {right}, and"
    " save the book.",
)


class CorrectAmount(GnuCashJob):
    name = "books/correct_amount"
    level = 2

    def fill(self, rng: random.Random) -> str:
        drawn = draw_book(rng, rng.randint(4, 8))
        self.bank = named(drawn.accounts, "BANK")[0]
        account = rng.choice(named(drawn.accounts, "EXPENSE"))
        number = rng.randrange(1, len(drawn.transactions))
        old, entries = drawn.transactions[number], list(drawn.transactions)
        self.wrong, self.right = draw_amount(rng, drawn), draw_amount(rng, drawn)
        entries[number] = move(old.day, old.description, account, self.bank, self.wrong)
        self.before = replace(drawn, transactions=tuple(entries))
        entries[number] = move(old.day, old.description, account, self.bank, self.right)
        self.wanted = replace(drawn, transactions=tuple(entries))
        words = {"payee": old.description, "day": old.day.isoformat(), "bank": self.bank}
        words |= {"wrong": f"{self.wrong:.2f}", "right": f"{self.right:.2f}"}
        return rng.choice(GOALS).format(**words)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.opens(observe, self.bank)
        yield self.click(observe, f"{self.wrong:,.2f}")
        yield Press("End")
        yield Press("shift+Home")
        yield TypeText(f"{self.right:.2f}")
        yield Press("Return")
