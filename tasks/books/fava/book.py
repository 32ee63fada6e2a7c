"""A beancount file: what it holds, drawn from a seed, and how it is written.

option "title" "Lindner Tools"          heads: options, and how Fava behaves
2025-01-01 open Assets:Bank EUR         accounts
2026-01-05 * "Böhmer KG" "Rent"         entries
  Expenses:Rent          820.00 EUR
  Assets:Bank           -820.00 EUR
2026-03-01 note Assets:Bank "…"         extra
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from tasks.books.invoice import draw_vendor

OPENED = date(2025, 1, 1)
ASSETS = ("Bank", "Checking", "Girokonto", "Current", "Sparkasse")
EXPENSES = (
    *("Rent", "Travel", "Postage", "Telephone", "Insurance", "Heating", "Cleaning", "Software"),
    *("Repairs", "Büromaterial", "Bewirtung", "Werbung", "Strom", "Versand", "Fuhrpark"),
)
INCOMES = ("Sales", "Services", "Honorare", "Interest")
NARRATIONS = (
    *("Monthly bill", "Invoice paid", "Order", "Rechnung", "Überweisung", "Delivery", "Abschlag"),
    *("Second half", "Material", "Café", "Maintenance", "Gebühr"),
)
PAGES = ("income_statement/", "balance_sheet/", "trial_balance/", "journal/")
DOCUMENTS = "documents"  # the folder beside the file
OPENING = "Equity:Opening-Balances"


@dataclass(frozen=True)
class Posting:
    """amount: None where it is what the others leave."""

    account: str
    amount: Decimal | None


@dataclass(frozen=True)
class Entry:
    """One transaction."""

    day: date
    payee: str
    narration: str
    postings: tuple[Posting, ...]


@dataclass(frozen=True)
class Book:
    """heads, extra: whole lines before the accounts and after the entries."""

    title: str
    currency: str
    accounts: tuple[str, ...]
    entries: tuple[Entry, ...]
    heads: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def bank(self) -> str:
        return next(name for name in self.accounts if name.startswith("Assets:"))

    def named(self, root: str) -> list[str]:
        """The accounts below a root, as "Expenses"."""
        return [name for name in self.accounts if name.startswith(f"{root}:")]

    def balance(self, account: str, before: date) -> Decimal:
        """What an account holds at the beginning of a day."""
        earlier = (one for entry in self.entries if entry.day < before for one in entry.postings)
        return sum((p.amount for p in earlier if p.account == account and p.amount), Decimal(0))

    def with_entries(self, *entries: Entry) -> "Book":
        return replace(self, entries=(*self.entries, *entries))

    def with_extra(self, *lines: str) -> "Book":
        return replace(self, extra=(*self.extra, *lines))

    def swapped(self, old: Entry, new: Entry | None) -> "Book":
        """One entry is another, or is gone."""
        at = self.entries.index(old)
        put = () if new is None else (new,)
        return replace(self, entries=(*self.entries[:at], *put, *self.entries[at + 1 :]))


def move(day: date, payee: str, narration: str, into: str, source: str, amount: Decimal) -> Entry:
    """One amount from an account into another."""
    return Entry(day, payee, narration, (Posting(into, amount), Posting(source, -amount)))


def draw_book(rng: random.Random, least: int = 4, most: int = 12) -> Book:
    """A bank, cash, five kinds of expense, two of income, and as many earlier entries, each on a
    day and of a payee of its own."""
    title = draw_vendor(rng, rng.choice(("en", "de")))
    accounts = (
        f"Assets:{rng.choice(ASSETS)}",
        "Assets:Cash",
        *(f"Expenses:{name}" for name in rng.sample(EXPENSES, 5)),
        *(f"Income:{name}" for name in rng.sample(INCOMES, 2)),
        OPENING,
    )
    heads = [
        f'option "title" "{title}"',
        f'option "operating_currency" "{(currency := rng.choice(("EUR", "EUR", "CHF", "GBP")))}"',
        f'option "documents" "{DOCUMENTS}"',
        f'{OPENED} custom "fava-option" "default-page" "{rng.choice(PAGES)}"',
        f'{OPENED} custom "fava-option" "auto-reload" "true"',
    ]
    day = date(2026, rng.randint(1, 3), rng.randint(1, 28))
    book = Book(title, currency, accounts, (), tuple(heads))
    opening = Decimal(rng.randint(9_000, 40_000))
    entries = [move(day, draw_payee(rng, book), "Opening", book.bank, OPENING, opening)]
    book = book.with_entries(*entries)
    for _ in range(rng.randint(least, most) - 1):
        day += timedelta(days=rng.randint(1, 7))
        book = book.with_entries(draw_entry(rng, book, day))
    return book


def draw_entry(rng: random.Random, book: Book, day: date) -> Entry:
    """Mostly an expense that the bank paid, else an income."""
    amount = Decimal(rng.randint(500, 90_000)) / 100
    into, source = rng.choice(book.named("Expenses")), book.bank
    if rng.random() < 0.25:
        into, source = source, rng.choice(book.named("Income"))
    return move(day, draw_payee(rng, book), rng.choice(NARRATIONS), into, source, amount)


def draw_payee(rng: random.Random, book: Book) -> str:
    """One that is not in the book, not even as a part of another's name."""
    known = [entry.payee.casefold() for entry in book.entries]
    while True:
        payee = draw_vendor(rng, rng.choice(("en", "de")))
        name = payee.casefold()
        if not any(name in other or other in name for other in known):
            return payee


def later(rng: random.Random, book: Book) -> date:
    """A day after all entries."""
    return book.entries[-1].day + timedelta(days=rng.randint(1, 30))


def render(book: Book) -> str:
    """The file's text."""
    opens = (f"{OPENED} open {name} {book.currency}" for name in book.accounts)
    blocks = ["\n".join(book.heads), "\n".join(opens)]
    blocks += (render_entry(entry, book.currency) for entry in book.entries)
    blocks += book.extra
    return "\n\n".join(block for block in blocks if block) + "\n"


def render_entry(entry: Entry, currency: str) -> str:
    head = f'{entry.day} * "{entry.payee}" "{entry.narration}"'
    return "\n".join([head, *(f"  {render_posting(p, currency)}" for p in entry.postings)])


def render_posting(posting: Posting, currency: str) -> str:
    if posting.amount is None:
        return posting.account
    return f"{posting.account:30} {posting.amount:>10.2f} {currency}"
