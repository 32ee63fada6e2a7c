"""What all jobs in one workbook share: the file, the window, the eyes of the oracle, the check."""

import random
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from zipfile import BadZipFile

from openpyxl import Workbook

from actuation.action import Action, Click, Done, Press, TypeText
from actuation.desktop import DesktopError, Host
from perception.observation import Box
from perception.scene import Scene
from tasks.apps import calc
from tasks.apps.stage import stage
from tasks.books.calc.saved import Place, Wanted, judge, read
from tasks.books.calc.table import Table, address
from tasks.task import Goal, Look, Verdict

LEAST = (1000, 620)  # pixels of the window: what a job is about is seen without scrolling


class CalcJob(ABC):
    """One attempt. Subclasses draw the workbook in `draw` and act in `act`."""

    name: ClassVar[str]
    level: ClassVar[int]
    variants: ClassVar[tuple[str, ...]] = ("",)

    def __init__(self) -> None:
        self._program: calc.CalcProgram | None = None
        self._file = Path()
        self._bytes = b""
        self._reader: object = None
        self.wanted: dict[Place, Wanted] = {}

    @abstractmethod
    def draw(self, book: Workbook, rng: random.Random) -> str:
        """Fill the workbook, set `wanted`, and return the goal in words."""

    @abstractmethod
    def act(self, observe: Look) -> Iterator[Action]:
        """The oracle up to saving."""

    def setup(self, desktop: Host, folder: Path, seed: int, variant: str = "") -> Goal:
        """ValueError for an unknown variant; DesktopError when the program does not come up."""
        screen = desktop.glance().screen
        text, box = self.write(folder, seed, variant, (screen.width, screen.height))
        self._program = calc.start(desktop, self._file, box)
        with stage(desktop) as windows:
            windows.wait_for(calc.is_calc, self._program)
            windows.place(calc.is_calc, box)
            windows.raise_(calc.is_calc)
        calc.wait_painted(desktop, box)
        return Goal(text, (self._file,), (calc.APPLICATION, calc.DIALOGS))

    def write(
        self, folder: Path, seed: int, variant: str, screen: tuple[int, int]
    ) -> tuple[str, Box]:
        """Everything but the program: the file, the goal's words, the window's place."""
        if variant not in self.variants:
            known = ", ".join(name or '""' for name in self.variants)
            raise ValueError(f"{self.name} has no variant {variant!r}; there are: {known}")
        rng, book = random.Random(f"{self.name} {seed}"), Workbook()
        text = self.draw(book, rng)
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{rng.choice(('accounts', 'books', 'office', 'figures'))}.xlsx"
        book.save(self._file)
        self._bytes = self._file.read_bytes()
        self._before = read(self._file)
        return text, _place(rng, screen)

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
        except (BadZipFile, OSError, ValueError, KeyError) as error:
            return Verdict(False, f"the saved file cannot be read: {error}", collateral=True)
        return judge(self._before, after, self.wanted)

    def teardown(self) -> None:
        if self._program is not None:
            self._program.terminate(patience=2.0)
            self._program = None

    # For oracles.

    def cell(self, observe: Look, table: Table, row: int, header: str) -> Click:
        """A click on a cell of a table that is on the screen, found by the eyes."""
        column = table.headers.index(header)
        for element in self._scene(observe).elements:
            if element.grid >= 0 and (element.row, element.column) == (row, column):
                return Click(*element.box.center)
        raise DesktopError(f"the oracle does not find row {row + 1} of {header!r} on the screen")

    def entry(self, observe: Look, text: str) -> Click:
        """A click on a menu's entry or a button, by its words."""
        for element in self._scene(observe).elements:
            if element.text.strip(" .…").casefold() == text.casefold():
                return Click(*element.box.center)
        raise DesktopError(f"the oracle does not find {text!r} on the screen")

    def _scene(self, observe: Look) -> Scene:
        from perception.read import Reader

        if not isinstance(self._reader, Reader):
            self._reader = Reader()
        return self._reader.read(observe())

    def goes(self, row: int, column: int) -> Iterator[Action]:
        """To a cell by the keyboard, wherever it is: through the name box."""
        yield from self.selects(address(row, column))

    def selects(self, area: str) -> Iterator[Action]:
        """A cell or an area, "D2:D9"."""
        yield Press("ctrl+shift+t")
        yield TypeText(area)
        yield Press("Return")


def _place(rng: random.Random, screen: tuple[int, int]) -> Box:
    """Somewhere on the screen, at least as large as LEAST."""
    title, border = 24, 2
    width = rng.randint(min(LEAST[0], screen[0]), screen[0] - 2 * border)
    height = rng.randint(min(LEAST[1], screen[1]), screen[1] - title - border)
    x = rng.randint(border, screen[0] - border - width)
    return Box(x, rng.randint(title, screen[1] - border - height), width, height)
