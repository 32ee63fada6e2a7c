"""books/fava_correct: one entry was booked wrong; put its amount or its account right."""

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from actuation.action import Action, Press
from tasks.books.fava.book import Book, Posting, draw_book, render_posting
from tasks.books.fava.job import FavaJob, retyped
from tasks.task import Look

GOALS = {
    "amount": (
        "The entry of {payee} on {day} should be {right} {currency} instead of {wrong}. "
        "Correct both of its postings.",
        "Correct {payee} ({day}): the amount is {right} {currency}, not {wrong}, in both postings.",
        "{payee} was booked with {wrong} on {day}, but {right} {currency} is right. Correct it.",
    ),
    "account": (
        "The entry of {payee} on {day} belongs to {right}, not {wrong}. Correct it.",
        "Correct the account of {payee}, {day}: {right} instead of {wrong}.",
        "{payee} ({day}) was booked to {wrong} by mistake: move it to {right}.",
    ),
}


class Correct(FavaJob):
    name = "books/fava_correct"
    level = 2

    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        book = draw_book(rng)
        self.currency, self.entry = book.currency, rng.choice(book.entries[1:])
        into, source = self.entry.postings
        assert into.amount is not None
        kind = rng.choice(("amount", "amount", "account"))
        if kind == "amount":
            amount = into.amount
            while amount == into.amount:
                amount = Decimal(rng.randint(500, 90_000)) / 100
            postings = Posting(into.account, amount), Posting(source.account, -amount)
            words = {"wrong": f"{into.amount:.2f}", "right": f"{amount:.2f}"}
        else:
            at = 0 if into.account.startswith("Expenses") else 1
            wrong = self.entry.postings[at]
            others = [n for n in book.named(wrong.account.split(":")[0]) if n != wrong.account]
            right = replace(wrong, account=rng.choice(others))
            postings = (right, source) if at == 0 else (into, right)
            words = {"wrong": wrong.account, "right": right.account}
        self.right = replace(self.entry, postings=postings)
        words |= {"payee": self.entry.payee, "day": str(self.entry.day), "currency": self.currency}
        return rng.choice(GOALS[kind]).format(**words), book, book.swapped(self.entry, self.right)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.journal(observe)
        yield from self.shows(observe, str(self.entry.day))
        yield from self.tries(lambda: self.booked(observe, self.entry.day, self.entry.payee))
        yield from self.awaits(observe, "Save")  # the entry's own lines have come
        yield from self.tries(lambda: self.dated(observe, self.entry.day))
        for was, right in zip(self.entry.postings, self.right.postings, strict=True):
            yield Press("Down")
            if was != right:
                yield from retyped(render_posting(right, self.currency))
        yield from self.presses(observe, "Save")
