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
        names = [
            f"{rng.choice(KINDS)}{rng.choice(('-', '_', ''))}{rng.randint(100, 999)}.pdf"
            for _ in range(rng.randint(1, 4))
        ]
        papers = {f"{inbox}/{name}": PDF % name.encode() for name in names}
        config = {IMPORTER: b"CONFIG = []\n"}  # no importer: the page lists the inbox all the same
        self.paper = rng.choice(names)
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
        yield self.click(observe, "Import")
        yield self._below(observe, "Account")
        yield TypeText(self.account)
        yield Press("Tab")
        yield Press("ctrl+a")
        yield TypeText(self.title)
        yield self._below(observe, "Move")

    def _below(self, observe: Look, words: str) -> Click:
        """The next such text below the paper's name."""
        top = self.find(observe, self.paper).box
        found = [
            one.box
            for one in self.scene(observe).elements
            if one.text.strip() == words and one.box.y > top.y
        ]
        if not found:
            raise DesktopError(f"the oracle does not find {words!r} below {self.paper}")
        return Click(*min(found, key=lambda box: box.y).center)


def document(rng: random.Random, day: date) -> str:
    """A file's name without its ending, which no file system minds."""
    return draw_number(rng, rng.choice(("en", "de")), day.year).replace("/", "-")
