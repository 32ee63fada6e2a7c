"""books/fava_delete_duplicate: a payment was entered twice; one of the two goes."""

import random
from collections.abc import Iterator
from dataclasses import replace

from actuation.action import Action
from tasks.books.fava.book import Book, draw_book
from tasks.books.fava.job import FavaJob
from tasks.task import Look

GOALS = (
    "The entry of {payee} on {day} is in the ledger twice. Delete one of the two.",
    "{payee} was entered twice on {day}: remove the duplicate.",
    "Delete the duplicate of the entry of {day}, {payee}; one must stay.",
)


class DeleteDuplicate(FavaJob):
    name = "books/fava_delete_duplicate"
    level = 1
    acts = ("delete",)

    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        right = draw_book(rng, 3, 6)
        self.entry = rng.choice(right.entries[1:])
        at = rng.randint(right.entries.index(self.entry), len(right.entries))
        book = replace(right, entries=(*right.entries[:at], self.entry, *right.entries[at:]))
        words = {"payee": self.entry.payee, "day": str(self.entry.day)}
        return rng.choice(GOALS).format(**words), book, right

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.journal(observe)
        yield from self.shows(observe, str(self.entry.day))
        yield from self.tries(lambda: self.dated(observe, self.entry.day))
        yield from self.presses(observe, "Delete")
