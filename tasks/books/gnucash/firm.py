"""The business side of a drawn book: customers, vendors, and documents posted before."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tasks.books.gnucash.book import Account, Book, Split, Transaction
from tasks.books.gnucash.business import Document, Line, Party
from tasks.books.gnucash.chart import draw_book, named
from tasks.books.invoice import ITEMS, draw_vendor

RECEIVABLES, PAYABLES = "Assets:Receivables", "Liabilities:Payables"
OWED = (
    Account(RECEIVABLES, "RECEIVABLE"),
    Account("Liabilities", "LIABILITY", placeholder=True),
    Account(PAYABLES, "PAYABLE"),
)
ACTIONS = {"customer": "Invoice", "vendor": "Bill"}


def draw_firm(rng: random.Random, kind: str, count: int) -> Book:
    """A book with a few parties of that kind ("customer" or "vendor") and `count` documents,
    posted and unpaid."""
    book = draw_book(rng, rng.randint(3, 6))
    book = replace(book, accounts=(*book.accounts, *OWED))
    names: list[str] = []
    while len(names) < rng.randint(3, 4):
        name = draw_vendor(rng, rng.choice(("en", "de")))
        if not any(name.startswith(one) or one.startswith(name) for one in names):
            names.append(name)
    parties = tuple(Party(kind, f"{number:06}", name) for number, name in enumerate(names, 1))
    book = replace(book, parties=parties)
    day = book.transactions[-1].day
    for number in range(1, count + 1):
        day += timedelta(days=rng.randint(1, 5))
        lines = draw_lines(rng, book, kind, day, rng.randint(1, 2))
        draft = Document(f"{number:06}", rng.choice(parties), day, lines)
        book = add(book, *post(draft, day, day + timedelta(days=rng.choice((14, 30)))))
    return book


def draw_lines(
    rng: random.Random, book: Book, kind: str, day: date, count: int
) -> tuple[Line, ...]:
    accounts = named(book.accounts, "INCOME" if kind == "customer" else "EXPENSE")
    items = rng.sample(ITEMS[rng.choice(("en", "de"))].split("|"), count)
    return tuple(
        Line(
            day,
            item,
            rng.choice(accounts),
            Decimal(rng.randint(1, 12)),
            Decimal(rng.randint(500, 30_000)) / 100,
        )
        for item in items
    )


def post(draft: Document, day: date, due: date) -> tuple[Document, Transaction]:
    """The document posted, and its transaction as GnuCash writes it: one split an account."""
    customer = draft.owner.kind == "customer"
    account, sign = (RECEIVABLES, 1) if customer else (PAYABLES, -1)
    action = ACTIONS[draft.owner.kind]
    sums: dict[str, Decimal] = {}
    for line in draft.lines:
        sums[line.account] = sums.get(line.account, Decimal(0)) + line.amount
    entry = Transaction(
        day,
        draft.owner.name,
        (
            Split(account, sign * draft.total, action=action, lot=draft.label),
            *(Split(path, -sign * amount, action=action) for path, amount in sums.items()),
        ),
        number=draft.number,
        kind="I",
        due=due,
    )
    return replace(draft, posted=day, account=account, entry=entry.id), entry


def add(book: Book, document: Document, *entries: Transaction) -> Book:
    """The book with one document more, and what it brought."""
    documents, transactions = (*book.documents, document), (*book.transactions, *entries)
    return replace(book, documents=documents, transactions=transactions)
