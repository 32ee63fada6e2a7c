"""Opens the operator's files in their program, and a document beside it where there is one."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from actuation.desktop import DesktopError, Host, Program
from perception.observation import Box, Window
from tasks.apps import calc, chromium, fava, gnucash, reader, viewer
from tasks.apps.stage import stage
from tasks.books.job import BORDER, TITLE
from tasks.own.vary import moved, swapped

if TYPE_CHECKING:
    from PIL import Image

TEXT_SIZE = (540, 700)
SHARE = 0.46  # of the screen that a document may take


class Opened:
    """The programs of one attempt."""

    def __init__(self) -> None:
        self._programs: list[Program] = []

    def start(
        self, desktop: Host, program: str, file: Path, shown: Path | None, seed: int = 0
    ) -> tuple[str, ...]:
        """Returns the names of the applications that may be used. DesktopError when one does not
        come up. shown: a picture or a text. seed: says where the windows stand."""
        screen = desktop.glance().screen
        whole = Box(BORDER, TITLE, screen.width - 2 * BORDER, screen.height - TITLE - BORDER)
        beside, used = whole, tuple[str, ...]()
        if shown is not None:
            size, used = self._show(desktop, shown, whole, swapped(seed))
            taken = size[0] + 2 * BORDER
            left = whole.x if swapped(seed) else whole.x + taken
            beside = Box(left, whole.y, whole.w - taken, whole.h)
        started = STARTS[program](desktop, file, moved(beside, seed), self._programs)
        return (*started, *used)

    def _show(
        self, desktop: Host, shown: Path, whole: Box, right: bool
    ) -> tuple[tuple[int, int], tuple[str, ...]]:
        """The document at the left edge, or the right; returns its size, and what shows it."""
        if shown.suffix == ".png":
            from PIL import Image

            with Image.open(shown) as picture:
                fitted(picture, int(whole.w * SHARE), whole.h).save(shown)
                size = Image.open(shown).size
            started = viewer.start(desktop, shown, "Document", size)
            is_it, application = viewer.is_viewer, viewer.APPLICATION
        else:
            size = TEXT_SIZE
            started = reader.start(desktop, shown, size)
            is_it, application = reader.is_reader, reader.APPLICATION
        self._programs.append(started)
        with stage(desktop) as windows:
            windows.wait_for(is_it, started)
            windows.place(is_it, Box(whole.right - size[0] if right else whole.x, whole.y, *size))
        return size, (application,)

    def running(self) -> bool:
        return any(program.running() for program in self._programs)

    def close(self) -> None:
        """At once: what is not saved is lost. Safe to call twice."""
        while self._programs:
            self._programs.pop().terminate(patience=2.0)


def fitted(picture: "Image.Image", width: int, height: int) -> "Image.Image":
    """As large as it is, or smaller where there is not so much room."""
    made = picture.copy()
    made.thumbnail((width, height))
    return made


def _place(desktop: Host, program: Program, match: Callable[[Window], bool], box: Box) -> None:
    with stage(desktop) as windows:
        windows.wait_for(match, program)
        windows.place(match, box)
        windows.raise_(match)


def _calc(desktop: Host, file: Path, box: Box, started: list[Program]) -> tuple[str, ...]:
    started.append(calc.start(desktop, file, box))
    _place(desktop, started[-1], calc.is_calc, box)
    calc.wait_painted(desktop, box)
    return calc.APPLICATION, calc.DIALOGS


def _gnucash(desktop: Host, file: Path, box: Box, started: list[Program]) -> tuple[str, ...]:
    started.append(gnucash.start(desktop, file))
    _place(desktop, started[-1], gnucash.is_gnucash, box)
    gnucash.wait_calm(desktop, box)
    return (gnucash.APPLICATION,)


def _fava(desktop: Host, file: Path, box: Box, started: list[Program]) -> tuple[str, ...]:
    started.append(fava.start(desktop, file))
    address = fava.wait_ready(desktop, started[-1])
    started.append(chromium.start(desktop, address, box))
    _place(desktop, started[-1], chromium.is_chromium, box)
    chromium.wait_calm(desktop, box)
    return (chromium.APPLICATION,)


STARTS = {"calc": _calc, "gnucash": _gnucash, "fava": _fava}


def released(program: str, files: Sequence[Path]) -> None:
    """Take away what a program that is about to be killed would leave in its files."""
    if program == "gnucash":
        for file in files:
            gnucash.release(file)


def check(program: str) -> None:
    """DesktopError for a program that is none of these."""
    if program not in STARTS:
        raise DesktopError(f"no program {program!r}: say {', '.join(STARTS)}")
