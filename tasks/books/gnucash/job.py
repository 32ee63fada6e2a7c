"""What jobs in a GnuCash book share: how it is started, the oracle's way about, the check."""

import random
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path

from actuation.action import Action, Press, TypeText
from actuation.desktop import Host
from perception.observation import Box
from tasks.apps import gnucash
from tasks.apps.stage import stage
from tasks.books.gnucash.book import Book
from tasks.books.gnucash.read import read
from tasks.books.gnucash.saved import judge
from tasks.books.gnucash.write import write
from tasks.books.job import BookJob
from tasks.task import Look, Verdict


class GnuCashJob(BookJob):
    """One attempt. Subclasses draw the book in `fill` and act in `act`."""

    least = (1100, 620)  # a register and its toolbar
    before: Book
    wanted: Book

    @abstractmethod
    def fill(self, rng: random.Random) -> str:
        """Set `before` and `wanted`, and return the goal in words."""

    def draw(self, folder: Path, rng: random.Random) -> str:
        text = self.fill(rng)
        self.file = folder / f"{rng.choice(('firm', 'household', 'club', 'books'))}.gnucash"
        write(self.before, self.file)
        return text

    def start(self, desktop: Host, box: Box) -> tuple[str, ...]:
        program = gnucash.start(desktop, self.file)
        self.programs.append(program)
        with stage(desktop) as windows:
            windows.wait_for(gnucash.is_gnucash, program)
            box = windows.place(gnucash.is_gnucash, box)
            windows.raise_(gnucash.is_gnucash)
        gnucash.wait_calm(desktop, box)
        return (gnucash.APPLICATION,)

    def judge(self) -> Verdict:
        return judge(self.before, read(self.file), self.wanted)

    # For oracles.

    def opens(self, observe: Look, account: str) -> Iterator[Action]:
        """The register of an account, from the list of accounts that the program begins with."""
        *parents, name = account.split(":")
        for parent in parents:
            yield self.click(observe, parent)
            yield Press("shift+Right")
        yield self.click(observe, name)
        yield Press("Return")

    def types(self, *fields: str) -> Iterator[Action]:
        """One field after another, by Tab; an empty one is passed over. Return ends it."""
        for number, field in enumerate(fields):
            if number:
                yield Press("Tab")
            if field:
                yield TypeText(field)
        yield Press("Return")
