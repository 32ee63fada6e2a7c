"""books/fava_add_transaction: one receipt over several accounts, entered in Fava's form."""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from actuation.action import Action, Press, TypeText
from tasks.books.fava.book import (
    NARRATIONS,
    Book,
    Entry,
    Posting,
    draw_book,
    draw_payee,
    later,
)
from tasks.books.fava.job import FavaJob
from tasks.task import Look

GOALS = (
    "Enter a transaction in Fava: {day}, payee {payee}, narration {narration}: {parts}, all paid "
    "from {bank}.",
    "On {day}, {payee} was paid from {bank} ({narration}): {parts}. Add this as one transaction.",
    "Add one transaction for {payee} on {day} with the narration {narration}. Postings: {parts}; "
    "the rest comes from {bank}.",
)


class AddTransaction(FavaJob):
    name = "books/fava_add_transaction"
    level = 3

    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        book = draw_book(rng)
        self.currency = book.currency
        self.entry = draw_split(rng, book, later(rng, book), rng.choice((2, 2, 3)))
        text = rng.choice(GOALS).format(**told(self.entry, book))
        return text, book, book.with_entries(self.entry)

    def act(self, observe: Look) -> Iterator[Action]:
        yield Press("n")
        yield from enters(self, observe, self.entry, self.currency)
        yield Press("Return")


def draw_split(rng: random.Random, book: Book, day: date, parts: int) -> Entry:
    """A payment from the bank for several kinds of expense."""
    accounts = rng.sample(book.named("Expenses"), parts)
    amounts = [Decimal(rng.randint(300, 60_000)) / 100 for _ in accounts]
    postings = [Posting(name, amount) for name, amount in zip(accounts, amounts, strict=True)]
    postings.append(Posting(book.bank, -sum(amounts, Decimal(0))))
    return Entry(day, draw_payee(rng, book), rng.choice(NARRATIONS), tuple(postings))


def told(entry: Entry, book: Book) -> dict[str, str]:
    """The words of a goal."""
    parts = [
        f"{posting.amount:.2f} {book.currency} to {posting.account}"
        for posting in entry.postings[:-1]
    ]
    return {
        "day": str(entry.day),
        "payee": entry.payee,
        "narration": entry.narration,
        "parts": ", ".join(parts),
        "bank": book.bank,
    }


def enters(job: FavaJob, observe: Look, entry: Entry, currency: str) -> Iterator[Action]:
    """Fill the form; the last posting's amount is left to Fava. The caller ends it."""
    yield from job.dates(observe, entry.day)
    for _ in range(3):  # over the calendar and the flag
        yield Press("Tab")
    yield TypeText(entry.payee)
    yield Press("Tab")
    yield TypeText(entry.narration)
    *parts, rest = entry.postings
    for posting in parts:
        yield Press("Tab")
        yield TypeText(posting.account)
        yield Press("Tab")
        yield TypeText(f"{posting.amount:.2f} {currency}")
    yield Press("Tab")
    yield TypeText(rest.account)
