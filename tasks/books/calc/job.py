"""What all jobs in one workbook share: how Calc is started, the cells, the check."""

import random
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import ClassVar

from openpyxl import Workbook

from actuation.action import Action, Click, Press, TypeText
from actuation.desktop import DesktopError, Host, Program
from perception.observation import Box
from tasks.apps import calc
from tasks.apps.stage import Apart, Waiting, stage
from tasks.books.calc.saved import Place, Wanted, judge, read
from tasks.books.calc.sheets import altered, sheets
from tasks.books.calc.table import Table, address
from tasks.books.job import BookJob
from tasks.books.traps import PROGRAM_TRAPS
from tasks.task import Look, Verdict


class CalcJob(BookJob):
    """One attempt. Subclasses draw the workbook in `fill` and act in `act`."""

    traps: ClassVar[tuple[str, ...]] = PROGRAM_TRAPS
    variants: ClassVar[tuple[str, ...]] = ("", *PROGRAM_TRAPS)

    def __init__(self) -> None:
        super().__init__()
        self.wanted: dict[Place, Wanted] = {}

    @abstractmethod
    def fill(self, book: Workbook, rng: random.Random) -> str:
        """Fill the workbook, set `wanted`, and return the goal in words."""

    def draw(self, folder: Path, rng: random.Random) -> str:
        book = Workbook()
        text = self.fill(book, rng)
        self.file = folder / f"{rng.choice(('accounts', 'books', 'office', 'figures'))}.xlsx"
        book.save(self.file)
        self.before, self.sheets = read(self.file), sheets(self.file)
        return text

    def start(self, desktop: Host, box: Box) -> tuple[str, ...]:
        self.programs.append(self._calc(desktop, box))
        self._opened(self.programs[-1], box, desktop)
        return calc.APPLICATION, calc.DIALOGS

    def again(self, desktop: Host, box: Box, over: Event) -> None:
        self.programs[0] = self._calc(desktop, box)
        self._opened(self.programs[0], box, Apart(desktop, over))

    def _calc(self, desktop: Host, box: Box) -> Program:
        return calc.start(desktop, self.file, box, asks=self.variant == "unsaved")

    def _opened(self, program: Program, box: Box, waiting: Waiting) -> None:
        with stage(waiting) as windows:
            windows.wait_for(calc.is_calc, program)
            windows.place(calc.is_calc, box)
            windows.raise_(calc.is_calc)
        calc.wait_painted(waiting, box)

    def judge(self) -> Verdict:
        verdict = judge(self.before, read(self.file), self.wanted)
        return altered(verdict, self.sheets, sheets(self.file))

    # For oracles.

    def cell(self, observe: Look, table: Table, row: int, header: str) -> Click:
        """A click on a cell of a table that is on the screen, found by the eyes."""
        column = table.headers.index(header)
        for element in self.scene(observe).elements:
            if element.grid >= 0 and (element.row, element.column) == (row, column):
                return Click(*element.box.center)
        raise DesktopError(f"the oracle does not find row {row + 1} of {header!r} on the screen")

    def goes(self, row: int, column: int) -> Iterator[Action]:
        """To a cell by the keyboard, wherever it is: through the name box."""
        yield from self.selects(address(row, column))

    def selects(self, area: str) -> Iterator[Action]:
        """A cell or an area, "D2:D9"."""
        yield Press("ctrl+shift+t")
        yield TypeText(area)
        yield Press("Return")
