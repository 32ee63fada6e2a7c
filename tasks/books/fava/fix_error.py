"""books/fava_fix_error: the ledger has errors; put them right in the editor."""

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from actuation.action import Action, Press, TypeText
from tasks.books.fava.book import Book, Entry, draw_book, render_posting
from tasks.books.fava.job import FavaJob, retyped
from tasks.task import Look

GOALS = (
    "Fava reports errors in the ledger. Correct them in the editor and save: misspelt accounts get "
    "the name of the account that was meant; where an entry does not balance, what {bank} shows is "
    "right.",
    "Mend all errors that Fava shows, in the editor, and save the file. An unbalanced entry gets "
    "the amount of its posting on {bank}; an unknown account is a slip for one that is open.",
    "Put the ledger in order until no error is left, then save. The amounts on {bank} are right, "
    "and so are the accounts that were opened.",
)


class FixError(FavaJob):
    name = "books/fava_fix_error"
    level = 3
    saves: ClassVar[tuple[str, ...]] = ("ctrl+s",)  # the editor does not write at once

    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        right = draw_book(rng, 6, 10)
        self.currency = right.currency
        self.rights = sorted(
            rng.sample(right.entries[1:], rng.choice((2, 2, 3))), key=right.entries.index
        )
        book = right
        for number, entry in enumerate(self.rights):
            # Both kinds, whatever the seed.
            spoil = unbalanced if number % 2 else misspelt
            book = book.swapped(entry, spoil(rng, entry, right.bank))
        return rng.choice(GOALS).format(bank=right.bank), book, right

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.presses(observe, "Errors")
        yield from self.edits(observe)
        for entry in self.rights:
            yield Press("ctrl+f")
            yield TypeText(entry.payee)
            yield Press("Return")
            yield Press("Escape")
            yield Press("End")  # what was found is selected: Down would only leave it
            at = other(entry)
            for _ in range(at + 1):
                yield Press("Down")
            yield from retyped(render_posting(entry.postings[at], self.currency))


def other(entry: Entry) -> int:
    """The posting that is not the bank's: of an expense the first, of an income the second."""
    return 1 if entry.postings[1].account.startswith("Income") else 0


def misspelt(rng: random.Random, entry: Entry, bank: str) -> Entry:
    """Two letters of the account changed places."""
    at = other(entry)
    root, _, name = entry.postings[at].account.partition(":")
    places = [i for i in range(1, len(name) - 1) if name[i] != name[i + 1]]
    i = rng.choice(places)
    slip = f"{root}:{name[:i]}{name[i + 1]}{name[i]}{name[i + 2 :]}"
    postings = list(entry.postings)
    postings[at] = replace(postings[at], account=slip)
    return replace(entry, postings=tuple(postings))


def unbalanced(rng: random.Random, entry: Entry, bank: str) -> Entry:
    """Another amount on the side that is not the bank's."""
    at = other(entry)
    postings = list(entry.postings)
    amount = postings[at].amount or Decimal(0)
    wrong = rng.choice((amount * 10, amount + rng.randint(1, 90), amount / 10 + 1))
    postings[at] = replace(postings[at], amount=round(wrong, 2))
    return replace(entry, postings=tuple(postings))
