"""books/fava_enter_receipts: a pile of receipts, each a transaction over several accounts."""

import random
from collections.abc import Iterator

from actuation.action import Action, Press
from tasks.books.fava.add_transaction import draw_split, enters, told
from tasks.books.fava.book import Book, Entry, draw_book, later
from tasks.books.fava.job import FavaJob
from tasks.task import Look

GOALS = (
    "Enter these receipts in Fava, each as one transaction paid from {bank}: {receipts}.",
    "Add a transaction for each receipt, with the rest from {bank}: {receipts}.",
    "These were paid from {bank}; enter every one as a transaction of its own: {receipts}.",
)
RECEIPT = "{day}, payee {payee}, narration {narration}, {parts}"


class EnterReceipts(FavaJob):
    name = "books/fava_enter_receipts"
    level = 4

    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        book = right = draw_book(rng)
        self.currency = book.currency
        self.entries: list[Entry] = []
        count, parts = rng.choice(((2, 2), (2, 3), (3, 1)))
        for _ in range(count):
            entry = draw_split(rng, right, later(rng, right), parts)
            self.entries.append(entry)
            right = right.with_entries(entry)
        receipts = "; ".join(RECEIPT.format(**told(entry, book)) for entry in self.entries)
        return rng.choice(GOALS).format(bank=book.bank, receipts=receipts), book, right

    def act(self, observe: Look) -> Iterator[Action]:
        for entry in self.entries:
            yield Press("n")
            yield from enters(self, observe, entry, self.currency)
            yield Press("Return")
            yield from self.closed(observe)
