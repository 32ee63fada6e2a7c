"""books/fava_attach: a receipt from the inbox goes into the documents folder, to its account.

By Fava's import page, which lists the inbox: account and name are filled in, and Move moves the
file to documents/Expenses/Travel/2026-05-01 scan.pdf.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from actuation.action import Action, Click, Press, TypeText
from actuation.desktop import DesktopError
from perception.observation import Box
from tasks.books.fava.book import DOCUMENTS, OPENED, Book, draw_book
from tasks.books.fava.job import FavaJob
from tasks.books.invoice import draw_number
from tasks.task import Look

GOALS = (
    'File {file} with Fava\'s import page: account {account}, name "{name}". Move it there.',
    'On the import page, move the document {file} to {account} as "{name}".',
    'The receipt {file} in the inbox belongs to {account}: file it as "{name}".',
)
KINDS = ("receipt", "scan", "invoice", "ticket", "beleg", "quittung", "rechnung")
IMPORTER = "import.py"
PDF = b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n%% %s\ntrailer<</Root 1 0 R>>\n"


class Attach(FavaJob):
    name = "books/fava_attach"
    level = 2

    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        inbox = rng.choice(("inbox", "scans", "eingang"))
        book = draw_book(rng)
        heads = (
            f'{OPENED} custom "fava-option" "import-config" "{IMPORTER}"',
            f'{OPENED} custom "fava-option" "import-dirs" "{inbox}"',
        )
        book = replace(book, heads=(*book.heads, *heads))
        self.inbox = sorted(
            f"{kind}{rng.choice(('-', '_', ''))}{rng.randint(100, 999)}.pdf"
            for kind in rng.sample(KINDS, rng.randint(1, 4))
        )
        papers = {f"{inbox}/{name}": PDF % name.encode() for name in self.inbox}
        config = {IMPORTER: b"CONFIG = []\n"}  # no importer: the page lists the inbox all the same
        self.paper = rng.choice(self.inbox)
        self.account = rng.choice(book.named("Expenses"))
        day = book.entries[-1].day + timedelta(days=rng.randint(-20, 20))
        self.title = f"{day} {document(rng, day)}.pdf"
        right = dict(papers)
        folder = "/".join((DOCUMENTS, *self.account.split(":")))
        right[f"{folder}/{self.title}"] = right.pop(f"{inbox}/{self.paper}")
        self.files = papers | config, right | config
        words = {"file": self.paper, "account": self.account, "name": self.title}
        return rng.choice(GOALS).format(**words), book, book

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.presses(observe, "Import")
        yield from self.tries(lambda: self._field(observe))
        yield TypeText(self.account)
        yield Press("Tab")
        yield Press("ctrl+a")
        yield TypeText(self.title)
        yield from self.tries(lambda: Click(*self._move(observe).center))

    def _field(self, observe: Look) -> Click:
        """The account of the paper: it stands beside its button."""
        move, fields = self._move(observe), self.boxes(observe, "Account")
        if not fields:
            raise DesktopError("the oracle does not find 'Account' on the screen")
        return Click(*min(fields, key=lambda box: abs(box.center[1] - move.center[1])).center)

    def _move(self, observe: Look) -> Box:
        """The button of the paper: the page lists the inbox by name."""
        buttons = self.boxes(observe, "Move")
        if len(buttons) != len(self.inbox):
            raise DesktopError(f"the oracle finds {len(buttons)} of {len(self.inbox)} papers")
        return buttons[self.inbox.index(self.paper)]


def document(rng: random.Random, day: date) -> str:
    """A file's name without its ending, which no file system minds."""
    return draw_number(rng, rng.choice(("en", "de")), day.year).replace("/", "-")
