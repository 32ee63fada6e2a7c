"""books/fava_rename_account: one account gets another name, wherever it is written."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from actuation.action import Action, Click, Press, TypeText
from actuation.desktop import DesktopError
from tasks.books.fava.book import EXPENSES, Book, draw_book
from tasks.books.fava.job import FavaJob
from tasks.task import Look

GOALS = (
    "Rename the account {old} to {new} everywhere in the file, and save it.",
    "In Fava's editor, replace every {old} by {new}. Save the file.",
    "The account {old} is to be called {new} from now on, in all entries. Save when done.",
)


class RenameAccount(FavaJob):
    name = "books/fava_rename_account"
    level = 2
    saves: ClassVar[tuple[str, ...]] = ("ctrl+s",)  # the editor does not write at once

    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        book = draw_book(rng)
        used = {one.account for entry in book.entries for one in entry.postings}
        self.old = rng.choice([n for n in book.named("Expenses") if n in used] or [book.bank])
        root = self.old.split(":")[0]
        free = [f"{root}:{name}" for name in EXPENSES]
        self.new = rng.choice([name for name in free if name not in book.accounts])

        def renamed(name: str) -> str:
            return self.new if name == self.old else name

        entries = tuple(
            replace(
                entry,
                postings=tuple(replace(p, account=renamed(p.account)) for p in entry.postings),
            )
            for entry in book.entries
        )
        right = replace(book, accounts=tuple(map(renamed, book.accounts)), entries=entries)
        return rng.choice(GOALS).format(old=self.old, new=self.new), book, right

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.edits(observe)
        yield Press("ctrl+f")
        yield TypeText(self.old)
        yield from self.tries(lambda: self._replacement(observe))
        yield TypeText(self.new)
        yield from self.presses(observe, "replace all")

    def _replacement(self, observe: Look) -> Click:
        """The field, not the button of the same name to its right."""
        found = [e.box for e in self.scene(observe).elements if e.text.casefold() == "replace"]
        if not found:
            raise DesktopError("the oracle does not find the field Replace on the screen")
        return Click(*min(found, key=lambda box: box.x).center)
