"""What jobs in a GnuCash book share: how it is started, the oracle's way about, the check."""

import random
from abc import abstractmethod
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from actuation.action import Action, Click, Press, TypeText, Wait
from actuation.desktop import DesktopError, Host
from perception.observation import Box, Observation
from tasks.apps import gnucash
from tasks.apps.stage import stage
from tasks.books.gnucash.book import Book
from tasks.books.gnucash.read import read
from tasks.books.gnucash.saved import judge
from tasks.books.gnucash.write import write
from tasks.books.job import BookJob
from tasks.task import Look, Verdict

MAIN = " - GnuCash"  # the end of the main window's title
PATIENCE = 25  # looks at the screen, 0.2 s apart


class GnuCashJob(BookJob):
    """One attempt. Subclasses draw the book in `fill` and act in `act`."""

    least = (1100, 620)  # a register and its toolbar
    traps: ClassVar[tuple[str, ...]] = ("popup", "slow")
    variants: ClassVar[tuple[str, ...]] = ("", "popup", "slow")
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

    def demonstrate(self, observe: Look) -> Iterator[Action]:
        """Saves only when the dialogs are gone: a key pressed while one closes is lost."""
        for action in super().demonstrate(observe):
            if action == Press("ctrl+s"):
                yield from self.waits(observe, MAIN)
            yield action

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
        yield from self.selects(observe, account)
        yield Press("Return")

    def selects(self, observe: Look, account: str) -> Iterator[Action]:
        """An account in the list, whose parents are unfolded."""
        *parents, name = account.split(":")
        for parent in parents:
            yield from self.row(observe, parent)
            yield Press("shift+Right")
        yield from self.row(observe, name)

    def row(self, observe: Look, name: str) -> Iterator[Action]:
        """A row of the list: clicked, or searched for by typing where the eyes misread it."""
        try:
            yield self.click(observe, name)
        except DesktopError:
            yield TypeText(name)
            yield Press("Escape")  # closes the search; the row stays selected

    def presses(self, observe: Look, words: str) -> Iterator[Action]:
        """A click on a text in the active window, as `finds` finds it."""
        (box,) = yield from self.finds(observe, words)
        yield Click(*box.center)

    def finds(self, observe: Look, *texts: str) -> Generator[Action, None, list[Box]]:
        """Where texts stand in the active window, waited for; of several that end so the
        shortest and topmost: sums stand below. DesktopError if one does not come."""
        for _ in range(PATIENCE):
            found = self._shown(observe(), texts)
            if len(found) == len(texts):
                return found
            yield Wait(0.2)
        raise DesktopError(f"the oracle does not find {', '.join(texts)} in the window")

    def _shown(self, seen: Observation, texts: Sequence[str]) -> list[Box]:
        window = next((one.box for one in seen.windows if one.active), Box(0, 0, 0, 0))
        elements = [
            one for one in self.scene(lambda: seen).elements if window.contains(*one.box.center)
        ]
        boxes = []
        for text in texts:
            ending = [
                (len(words), one.box.y, one.box)
                for one in elements
                if (words := one.text.strip(" .…").casefold()).endswith(text.casefold())
            ]
            boxes += [box for *_, box in sorted(ending, key=lambda found: found[:2])[:1]]
        return boxes

    def waits(self, observe: Look, title: str) -> Iterator[Action]:
        """Until a window whose title holds this has the keyboard. DesktopError if none gets it."""
        for _ in range(PATIENCE):
            if any(one.active and title in one.title for one in observe().windows):
                return
            yield Wait(0.2)
        raise DesktopError(f"no window {title!r} came to the front")

    def types(self, *fields: str) -> Iterator[Action]:
        """One field after another, by Tab; an empty one is passed over. Return ends it."""
        yield from self.tabs(*fields)
        yield Press("Return")

    def tabs(self, *fields: str) -> Iterator[Action]:
        """As `types`, and the last field is left open."""
        for number, field in enumerate(fields):
            if number:
                yield Press("Tab")
            if field:
                yield TypeText(field)
