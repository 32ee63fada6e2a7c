"""books/fava_question: filter the ledger and say what it shows; nothing is changed."""

import random
from collections.abc import Iterator
from decimal import Decimal

from actuation.action import Action
from tasks.books.fava.book import Book, draw_book
from tasks.books.fava.job import FavaJob
from tasks.task import Look

GOALS = {
    "spent": (
        "How much was spent on {account} in {month}? Answer with the amount.",
        "What is the total of {account} in the month {month}? Change nothing, only answer.",
        "Find out what {account} cost in {month}, and tell the sum.",
    ),
    "paid": (
        "How much money went to or came from {payee}? Answer with the amount.",
        "Look up the entry of {payee} in the ledger and answer with its amount.",
        "Which amount was booked with {payee}? Change nothing, only answer.",
    ),
}


class Question(FavaJob):
    name = "books/fava_question"
    level = 1

    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        book = draw_book(rng, 6, 16)
        asked = rng.choice(book.entries[1:])
        spent = [entry for entry in book.entries if entry.postings[0].account.startswith("Exp")]
        kind = rng.choice(("spent", "paid")) if spent else "paid"
        self.page = ""
        if kind == "spent":
            asked = rng.choice(spent)
            account, month = asked.postings[0].account, f"{asked.day:%Y-%m}"
            amount = sum(
                (
                    entry.postings[0].amount or Decimal(0)
                    for entry in spent
                    if (entry.postings[0].account, f"{entry.day:%Y-%m}") == (account, month)
                ),
                Decimal(0),
            )
            self.filter = "t", month
            words = {"account": account, "month": month}
        else:
            amount = asked.postings[0].amount or Decimal(0)
            self.filter = "f", f'"{asked.payee}"'
            words = {"payee": asked.payee}
        self.answer = f"{amount:.2f}"
        return rng.choice(GOALS[kind]).format(**words), book, book

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.filters(*self.filter)
        yield from self.presses(observe, "Trial Balance")
        yield from self.shows(observe, self.answer or "")
