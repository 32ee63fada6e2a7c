"""A small firm's chart of accounts and its earlier postings, drawn from a seed."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from tasks.books.gnucash.book import Account, Book, Split, Transaction
from tasks.books.invoice import draw_vendor

BANKS = ("Bank", "Checking", "Girokonto", "Current account")
EXPENSES = (
    *("Rent", "Travel", "Postage", "Telephone", "Insurance", "Heating", "Cleaning", "Software"),
    *("Repairs", "Büromaterial", "Bewirtung", "Werbung", "Strom"),
)
INCOMES = ("Sales", "Services", "Honorare", "Interest")
EQUITY = "Equity:Opening Balances"


def draw_accounts(rng: random.Random) -> tuple[Account, ...]:
    """Assets with a bank and cash, income, four to six kinds of expense, equity."""
    bank = rng.choice(BANKS)
    paths = [
        Account("Assets", "ASSET", placeholder=True),
        Account(f"Assets:{bank}", "BANK"),
        Account("Assets:Cash", "CASH"),
        Account("Expenses", "EXPENSE", placeholder=True),
        *(Account(f"Expenses:{name}", "EXPENSE") for name in rng.sample(EXPENSES, 5)),
        Account("Income", "INCOME", placeholder=True),
        *(Account(f"Income:{name}", "INCOME") for name in rng.sample(INCOMES, 2)),
        Account("Equity", "EQUITY", placeholder=True),
        Account(EQUITY, "EQUITY"),
    ]
    return tuple(paths)


def draw_book(rng: random.Random, count: int) -> Book:
    """`count` earlier postings, the first one the opening balance of the bank."""
    accounts = draw_accounts(rng)
    bank = named(accounts, "BANK")[0]
    day = date(2026, rng.randint(1, 3), rng.randint(1, 28))
    entries = [move(day, "Opening", bank, EQUITY, Decimal(rng.randint(500, 9_000)))]
    while len(entries) < count:
        day += timedelta(days=rng.randint(1, 6))
        amount = Decimal(rng.randint(500, 90_000)) / 100
        payee = draw_vendor(rng, rng.choice(("en", "de")))
        if rng.random() < 0.7:
            into, source = rng.choice(named(accounts, "EXPENSE")), bank
        else:
            into, source = bank, rng.choice(named(accounts, "INCOME"))
        entries.append(move(day, payee, into, source, amount))
    return Book("EUR", accounts, tuple(entries))


def move(day: date, description: str, into: str, source: str, amount: Decimal) -> Transaction:
    """One amount from an account into another."""
    return Transaction(day, description, (Split(into, amount), Split(source, -amount)))


def named(accounts: Sequence[Account], kind: str) -> list[str]:
    """The paths of a kind that can be posted to."""
    return [one.path for one in accounts if one.kind == kind and not one.placeholder]


def draw_amount(rng: random.Random, book: Book) -> Decimal:
    """An amount that no posting has yet."""
    known = {abs(split.amount) for entry in book.transactions for split in entry.splits}
    while (amount := Decimal(rng.randint(500, 90_000)) / 100) in known:
        pass
    return amount


def draw_payee(rng: random.Random, book: Book) -> str:
    """A payee that is new to the book: GnuCash completes what was typed once to what it knows."""
    known = [entry.description for entry in book.transactions]
    while True:
        name = draw_vendor(rng, rng.choice(("en", "de")))
        if not any(name.startswith(one) or one.startswith(name) for one in known):
            return name
