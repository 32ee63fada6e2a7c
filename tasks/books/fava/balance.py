"""books/fava_balance: what the bank's statement says, as a balance assertion."""

import random
from collections.abc import Iterator

from actuation.action import Action, Press, TypeText
from tasks.books.fava.book import Book, draw_book, later
from tasks.books.fava.job import FavaJob
from tasks.task import Look

GOALS = (
    "Add a balance assertion in Fava: on {day}, {account} holds {amount} {currency}.",
    "The statement shows {amount} {currency} on {account} as of {day}. Assert this balance.",
    "Assert that the balance of {account} on {day} is {amount} {currency}.",
)


class Balance(FavaJob):
    name = "books/fava_balance"
    level = 2

    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        book = draw_book(rng)
        self.account = rng.choice((book.bank, book.bank, rng.choice(book.named("Expenses"))))
        self.currency, self.day = book.currency, later(rng, book)
        self.amount = f"{book.balance(self.account, self.day):.2f}"
        line = f"{self.day} balance {self.account}  {self.amount} {self.currency}"
        words = {"day": str(self.day), "account": self.account, "amount": self.amount}
        text = rng.choice(GOALS).format(**words, currency=self.currency)
        return text, book, book.with_extra(line)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.form(observe, "Balance")
        yield from self.dates(observe, self.day)
        yield Press("Tab")  # over the calendar
        for field in (self.account, self.amount, self.currency):
            yield Press("Tab")
            yield TypeText(field)
        yield Press("Return")
