"""What jobs in a GnuCash book share: the file, the window, the oracle's way about, the check."""

import random
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from actuation.action import Action, Click, Done, Press, TypeText
from actuation.desktop import DesktopError, Host, Program
from perception.observation import Box
from perception.scene import Scene
from tasks.apps import calc, gnucash
from tasks.apps.stage import stage
from tasks.books.gnucash.book import Book, read, write
from tasks.books.gnucash.saved import judge
from tasks.task import Goal, Look, Verdict


class GnuCashJob(ABC):
    """One attempt. Subclasses draw the book in `draw` and act in `act`."""

    name: ClassVar[str]
    level: ClassVar[int]
    variants: ClassVar[tuple[str, ...]] = ("",)

    before: Book
    wanted: Book

    def __init__(self) -> None:
        self._program: Program | None = None
        self._file = Path()
        self._bytes = b""
        self._reader: object = None

    @abstractmethod
    def draw(self, rng: random.Random) -> str:
        """Set `before` and `wanted`, and return the goal in words."""

    @abstractmethod
    def act(self, observe: Look) -> Iterator[Action]:
        """The oracle up to saving."""

    def setup(self, desktop: Host, folder: Path, seed: int, variant: str = "") -> Goal:
        """ValueError for an unknown variant; DesktopError when the program does not come up."""
        if variant not in self.variants:
            known = ", ".join(name or '""' for name in self.variants)
            raise ValueError(f"{self.name} has no variant {variant!r}; there are: {known}")
        rng = random.Random(f"{self.name} {seed}")
        text = self.draw(rng)
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{rng.choice(('firm', 'household', 'club', 'books'))}.gnucash"
        write(self.before, self._file)
        self._bytes = self._file.read_bytes()
        screen = desktop.glance().screen
        box = _place(rng, screen.width, screen.height)
        self._program = gnucash.start(desktop, self._file)
        with stage(desktop) as windows:
            windows.wait_for(gnucash.is_gnucash, self._program)
            box = windows.place(gnucash.is_gnucash, box)
            windows.raise_(gnucash.is_gnucash)
        gnucash.wait_calm(desktop, box)
        return Goal(text, (self._file,), (gnucash.APPLICATION,))

    def demonstrate(self, observe: Look) -> Iterator[Action]:
        yield from self.act(observe)
        yield Press("ctrl+s")
        yield Done()

    def verify(self) -> Verdict:
        if self._program is not None and self._program.running():
            calc.wait_saved(self._file, self._bytes)
        if not self._file.exists():
            return Verdict(False, f"{self._file.name} was deleted or renamed", collateral=True)
        if self._file.read_bytes() == self._bytes:
            return Verdict(False, "not saved: the file is unchanged")
        try:
            after = read(self._file)
        except (OSError, ValueError) as error:
            return Verdict(False, f"the saved book cannot be read: {error}", collateral=True)
        return judge(self.before, after, self.wanted)

    def teardown(self) -> None:
        if self._program is not None:
            self._program.terminate(patience=2.0)
            self._program = None

    # For oracles.

    def opens(self, observe: Look, account: str) -> Iterator[Action]:
        """The register of an account, from the list of accounts that the program begins with."""
        *parents, name = account.split(":")
        for parent in parents:
            yield self.text(observe, parent)
            yield Press("shift+Right")
        yield self.text(observe, name)
        yield Press("Return")

    def text(self, observe: Look, words: str) -> Click:
        """A click on a text, found by the eyes; an icon before it may be read as letters."""
        found = [one for one in self._scene(observe).elements if one.text.endswith(words)]
        if found:
            return Click(*min(found, key=lambda one: len(one.text)).box.center)
        raise DesktopError(f"the oracle does not find {words!r} on the screen")

    def types(self, *fields: str) -> Iterator[Action]:
        """One field after another, by Tab; an empty one is passed over. Return ends it."""
        for number, field in enumerate(fields):
            if number:
                yield Press("Tab")
            if field:
                yield TypeText(field)
        yield Press("Return")

    def _scene(self, observe: Look) -> Scene:
        from perception.read import Reader

        if not isinstance(self._reader, Reader):
            self._reader = Reader()
        return self._reader.read(observe())


def _place(rng: random.Random, screen_w: int, screen_h: int) -> Box:
    """Large enough for a register and its toolbar."""
    width = rng.randint(1100, screen_w - 8)
    height = rng.randint(620, screen_h - 30)
    x, y = rng.randint(4, screen_w - 4 - width), rng.randint(24, screen_h - 4 - height)
    return Box(x, y, width, height)
