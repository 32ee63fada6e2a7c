"""books/new_account: an account in its place in the tree, with a description."""

import random
from collections.abc import Iterator
from dataclasses import replace

from actuation.action import Action
from tasks.books.gnucash.book import Account
from tasks.books.gnucash.chart import draw_book, named
from tasks.books.gnucash.job import GnuCashJob
from tasks.task import Look

GOALS = (
    "Create an account {name} under {parent}, of the same type, with the description {text}, and"
    " save the book.",
    "{parent} needs a sub-account {name} (same type, description: {text}). Create it, then save.",
    "Add the account {parent}:{name}, of its parent's type, description {text}. Save the book.",
)
NAMES = (
    ("Parking", "Car parks and garages"),
    ("Fuel", "Petrol for the van"),
    ("Hosting", "Servers and domains"),
    ("Porto", "Briefe und Pakete"),
    ("Training", "Courses and books"),
    ("Licences", "Fees for rights"),
    ("Workshops", "Half and whole days"),
    ("Mieten", "Räume und Geräte"),
)


class NewAccount(GnuCashJob):
    name = "books/new_account"
    level = 2

    def fill(self, rng: random.Random) -> str:
        self.before = draw_book(rng, rng.randint(3, 6))
        accounts = self.before.accounts
        kind = rng.choice(("EXPENSE", "EXPENSE", "INCOME"))
        above = next(one.path for one in accounts if one.kind == kind and one.placeholder)
        self.parent = rng.choice((above, *named(accounts, kind)))
        name, text = rng.choice(NAMES)
        self.account = Account(f"{self.parent}:{name}", kind, description=text)
        self.wanted = replace(self.before, accounts=(*accounts, self.account))
        return rng.choice(GOALS).format(name=name, parent=self.parent, text=text)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.selects(observe, self.parent)
        yield self.click(observe, "New")
        yield from self.waits(observe, "New Account")
        yield from self.tabs(self.account.name, "", self.account.description)
        # Return would answer a dialog that speaks of a transfer: a guard asks about that.
        yield from self.presses(observe, "OK")
