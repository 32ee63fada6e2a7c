"""What jobs in a beancount file share: how Fava is started, the oracle's way about, the check."""

import random
import re
from abc import abstractmethod
from collections.abc import Iterator
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from actuation.action import Action, Click, Press, Scroll, TypeText, Wait
from actuation.desktop import DesktopError, Host
from perception.observation import Box
from tasks.apps import chromium, fava
from tasks.apps.stage import stage
from tasks.books.eyes import LOOKS
from tasks.books.fava.book import DOCUMENTS, Book, render
from tasks.books.fava.saved import Saved, documents, judge, read
from tasks.books.job import BookJob
from tasks.task import Look, Verdict

DATE_FIELD = re.compile(r"\d\d\s?/\s?\d\d\s?/\s?\d{4}")
SCREENS = 6  # turns of the wheel after which an oracle stops looking

Files = dict[str, bytes]  # what lies beside the book, by its path


class FavaJob(BookJob):
    """One attempt. Subclasses draw the book, as it is and as it should be, in `fill`."""

    least = (1000, 620)  # a sidebar, and a journal in one line an entry
    traps: ClassVar[tuple[str, ...]] = ("popup",)
    variants: ClassVar[tuple[str, ...]] = ("", "popup")
    saves: ClassVar[tuple[str, ...]] = ()  # Fava writes at once
    books: tuple[Book, Book]  # as it is, and as it should be
    before: Saved
    wanted: Saved

    def __init__(self) -> None:
        super().__init__()
        self.files: tuple[Files, Files] = {}, {}

    @abstractmethod
    def fill(self, rng: random.Random) -> tuple[str, Book, Book]:
        """The goal in words, the book as it is, and as it should be. May set `files`: what lies
        beside the book, and what should."""

    def draw(self, folder: Path, rng: random.Random) -> str:
        text, book, right = self.fill(rng)
        self.books = book, right
        name = f"{rng.choice(('firm', 'household', 'club', 'books'))}.beancount"
        # Both are written and read back by the same reader: what is equal there is equal.
        with TemporaryDirectory() as scratch:
            self.wanted = read(_write(right, self.files[1], Path(scratch) / name))
        self.file = _write(book, self.files[0], folder / name)
        self.before = read(self.file)
        return text

    def content(self) -> bytes:
        """The book and every document beside it."""
        return super().content() + repr(list(documents(self.file))).encode()

    def strays(self) -> list[str]:
        """None: `judge` looks at every file beside the book."""
        return []

    def start(self, desktop: Host, box: Box) -> tuple[str, ...]:
        server = fava.start(desktop, self.file)
        self.programs.append(server)
        browser = chromium.start(desktop, fava.wait_ready(desktop, server), box)
        self.programs.append(browser)
        with stage(desktop) as windows:
            windows.wait_for(chromium.is_chromium, browser)
            box = windows.place(chromium.is_chromium, box)
            windows.raise_(chromium.is_chromium)
        chromium.wait_calm(desktop, box)
        return (chromium.APPLICATION,)

    def judge(self) -> Verdict:
        return judge(self.before, read(self.file), self.wanted)

    # For oracles.

    def goes(self, key: str) -> Iterator[Action]:
        """To a page: "j" is the journal, "e" the editor, "t" the trial balance."""
        yield Press("g")
        yield Press(key)

    def journal(self, observe: Look) -> Iterator[Action]:
        """To the journal, where a book does not open on it: what changes nothing is no way."""
        page = observe().active
        if page is None or not page.title.startswith("Journal"):
            yield from self.goes("j")

    def filters(self, field: str, text: str) -> Iterator[Action]:
        """field: "t" for the time, "a" for the account, "f" for payees, tags and the rest."""
        yield Press("f")
        yield Press(field)
        yield TypeText(text)
        yield Press("Return")

    def dates(self, observe: Look, day: date) -> Iterator[Action]:
        """Type the day into the form's date field, which takes month, day and year by parts."""
        yield from self.awaits(observe, "Save")  # the form has come
        yield from self.tries(lambda: self._into_date(observe))
        yield TypeText(f"{day:%m%d%Y}")

    def _into_date(self, observe: Look) -> Click:
        box = self._date_field(observe)
        if box is None:
            raise DesktopError("the oracle does not find the date field on the screen")
        return Click(box.x + box.h // 3, box.center[1])

    def closed(self, observe: Look) -> Iterator[Action]:
        """Wait until the form has gone: what is typed before goes astray."""
        for _ in range(LOOKS):
            if self._date_field(observe) is None:
                return
            yield Wait(0.2)
        raise DesktopError("the form stays open")

    def _date_field(self, observe: Look) -> Box | None:
        for one in self.scene(observe).elements:
            if found := DATE_FIELD.search(one.text):
                skipped = one.box.w * found.start() // len(one.text)
                return Box(one.box.x + skipped, one.box.y, one.box.w - skipped, one.box.h)
        return None

    def edits(self, observe: Look) -> Iterator[Action]:
        """To the whole file in the editor, which takes the keys when it has come."""
        yield from self.goes("e")
        yield from self.awaits(observe, "Save")

    def awaits(self, observe: Look, words: str) -> Iterator[Action]:
        """Until the words are there; nothing is clicked."""
        for action in self.presses(observe, words):
            if isinstance(action, Wait):
                yield action

    def boxes(self, observe: Look, words: str) -> list[Box]:
        """The texts that are just these words, from top to bottom."""
        found = [one.box for one in self.scene(observe).elements if one.text.strip() == words]
        return sorted(found, key=lambda box: box.y)

    def form(self, observe: Look, kind: str) -> Iterator[Action]:
        """Open the form for a "Balance" or a "Note". A journal behind it has buttons of the same
        names, but further down."""
        yield Press("n")
        yield from self.awaits(observe, "Save")
        yield from self.tries(lambda: self._topmost(observe, kind))

    def _topmost(self, observe: Look, words: str) -> Click:
        boxes = self.boxes(observe, words)
        if not boxes:
            raise DesktopError(f"the oracle does not find {words!r} on the screen")
        return Click(*boxes[0].center)

    def dated(self, observe: Look, day: date) -> Click:
        """A click on the topmost text that is, or begins with, the day."""
        found = [one.box for one in self.scene(observe).elements if one.text.startswith(str(day))]
        if not found:
            raise DesktopError(f"the oracle does not find {day} on the screen")
        box = min(found, key=lambda box: box.y)
        return Click(box.x + box.h, box.center[1])

    def booked(self, observe: Look, day: date, payee: str) -> Click:
        """A click on the day, in the line that reads most like the payee's."""
        elements = self.scene(observe).elements
        days = [one.box for one in elements if one.text.startswith(str(day))]
        if not days:
            raise DesktopError(f"the oracle does not find {day} on the screen")

        def likeness(box: Box) -> float:
            beside = (one.text for one in elements if box.y <= one.box.center[1] < box.bottom)
            return max(SequenceMatcher(None, payee, text[: len(payee)]).ratio() for text in beside)

        box = max(days, key=likeness)
        return Click(box.x + box.h, box.center[1])

    def shows(self, observe: Look, words: str) -> Iterator[Action]:
        """Scroll down until the words are on the screen, or for some screens."""
        for _ in range(SCREENS):
            elements = self.scene(observe).elements
            view = observe().active
            if view is None or any(words in one.text for one in elements):
                return
            yield Scroll(*view.box.center, dy=3)


def _write(book: Book, beside: Files, file: Path) -> Path:
    """The book, its documents folder, and what lies beside it. Returns the book's file."""
    (file.parent / DOCUMENTS).mkdir(exist_ok=True)
    file.write_text(render(book), encoding="utf-8")
    for name, content in beside.items():
        path = file.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return file


def retyped(line: str) -> Iterator[Action]:
    """In an editor: the line of the caret is another, but for its indentation."""
    yield Press("End")
    yield Press("shift+Home")
    yield TypeText(line)
