"""books/invoice_to_fava: an invoice on the screen was paid; it goes into a beancount file."""

import random
from collections.abc import Iterator
from decimal import Decimal

from actuation.action import Action, Press
from tasks.books.across.shown import InvoiceBeside
from tasks.books.fava.add_transaction import enters
from tasks.books.fava.book import Book, draw_book, move
from tasks.books.fava.job import FavaJob
from tasks.task import Look

GOALS = (
    "Add the invoice in Fava: its date, the vendor as payee, its number as narration, the total to "
    "{account}, paid from {bank}.",
    "The invoice was paid from {bank}. Enter it in Fava under {account}: date and total as on the "
    "invoice, payee is the vendor, narration the invoice number.",
    "Enter one transaction for the invoice on the screen: {account} gets the total, {bank} pays. "
    "Payee: the vendor. Narration: the invoice number.",
)


class InvoiceToFava(InvoiceBeside, FavaJob):
    name = "books/invoice_to_fava"
    level = 3

    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        book = draw_book(rng)
        self.pick(rng, book.currency)
        self.account, self.currency = rng.choice(book.named("Expenses")), book.currency
        paid = self.invoice
        self.entry = move(
            paid.issued, paid.vendor, paid.number, self.account, book.bank, paid.total
        )
        right = book.with_entries(self.entry)
        text = rng.choice(GOALS).format(account=self.account, bank=book.bank)
        return text, right if self.variant == "double" else book, right

    def act(self, observe: Look) -> Iterator[Action]:
        yield Press("n")
        yield from enters(self, observe, self.entry, self.currency)
        yield Press("Return")

    def holds(self, amount: Decimal) -> bool:
        return f"{amount:.2f}" in self.file.read_text(encoding="utf-8")
