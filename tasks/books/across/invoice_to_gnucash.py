"""books/invoice_to_gnucash: an invoice on the screen was paid; it goes into GnuCash."""

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from actuation.action import Action
from tasks.books.across.shown import InvoiceBeside
from tasks.books.gnucash.chart import draw_book, move, named
from tasks.books.gnucash.job import GnuCashJob
from tasks.books.gnucash.read import read
from tasks.task import Look

GOALS = (
    "Enter the invoice in GnuCash: on its date, with its number and the vendor, its total was paid "
    "from {bank} to {account}. Save the book.",
    "The invoice was paid from {bank}. Book it to {account}: date, number, vendor and total as "
    "they are on the invoice; then save.",
    "Book the invoice on the screen in the register of {bank}, against {account}: its date and "
    "number, the vendor as description, the total. Save.",
)


class InvoiceToGnuCash(InvoiceBeside, GnuCashJob):
    name = "books/invoice_to_gnucash"
    level = 2

    def fill(self, rng: random.Random) -> str:
        book = draw_book(rng, rng.randint(3, 7))
        self.pick(rng, book.currency)
        self.bank = named(book.accounts, "BANK")[0]
        self.account = rng.choice(named(book.accounts, "EXPENSE"))
        paid = self.invoice
        entry = move(paid.issued, paid.vendor, self.account, self.bank, paid.total)
        entry = replace(entry, number=paid.number)
        with_it = replace(book, transactions=(*book.transactions, entry))
        self.before = with_it if self.variant == "double" else book
        self.wanted = with_it
        return rng.choice(GOALS).format(bank=self.bank, account=self.account)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.opens(observe, self.bank)
        paid = self.invoice
        day, total = paid.issued.isoformat(), f"{paid.total:.2f}"
        yield from self.types(day, paid.number, paid.vendor, self.account, "", total)

    def holds(self, amount: Decimal) -> bool:
        entries = read(self.file).transactions
        return any(split.amount == amount for entry in entries for split in entry.splits)
