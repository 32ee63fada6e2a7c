"""books/fava_note: a remark on an account, on a day."""

import random
from collections.abc import Iterator

from actuation.action import Action, Press, TypeText
from tasks.books.fava.book import Book, draw_book, draw_payee, later
from tasks.books.fava.job import FavaJob
from tasks.books.invoice import draw_number
from tasks.task import Look

GOALS = (
    'Add a note to {account} on {day}: "{comment}".',
    'In Fava, note for {day} on the account {account}: "{comment}".',
    'Put the note "{comment}" on {account}, dated {day}.',
)
COMMENTS = (
    "{payee} called about {number}",
    "Rückfrage von {payee} zu {number}",
    "{number} still open with {payee}",
    "Agreed with {payee}: paid by the end of May",
    "Beleg {number} fehlt noch",
)


class Note(FavaJob):
    name = "books/fava_note"
    level = 2

    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        book = draw_book(rng)
        self.account, self.day = rng.choice(book.accounts), later(rng, book)
        number = draw_number(rng, rng.choice(("en", "de")), self.day.year)
        self.comment = rng.choice(COMMENTS).format(payee=draw_payee(rng, book), number=number)
        line = f'{self.day} note {self.account} "{self.comment}"'
        words = {"account": self.account, "day": str(self.day), "comment": self.comment}
        return rng.choice(GOALS).format(**words), book, book.with_extra(line)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.form(observe, "Note")
        yield from self.dates(observe, self.day)
        yield Press("Tab")  # over the calendar
        for field in (self.account, self.comment):
            yield Press("Tab")
            yield TypeText(field)
        yield from self.presses(observe, "Save")
