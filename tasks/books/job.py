"""What every job on one file shares: the file, the window, the eyes of the oracle, the check.

write (draw, by seed) → start (the program) → act (the oracle) → save → verify (read the file)
"""

import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import ClassVar
from zipfile import BadZipFile
from zlib import error as ZlibError  # noqa: N812 - it is one

from actuation.action import Action, Ask, Done, Press
from actuation.desktop import Host, Program
from perception.observation import Box
from tasks.books.answer import answers
from tasks.books.eyes import Eyes
from tasks.books.traps import Site, Trap, lay
from tasks.task import Goal, Look, Verdict

TITLE, BORDER = 24, 4  # pixels of a window's frame
# What readers of a broken file raise: SyntaxError is that of XML.
BROKEN = (BadZipFile, ZlibError, OSError, ValueError, KeyError, ArithmeticError, SyntaxError)


class BookJob(Eyes, ABC):
    """One attempt. A suite of jobs says how its program is started and its file is judged; a
    family draws the file and acts.

    A draw may set `answer`, what Done has to say, and `question`, where asking is right: then the
    file is to stay as it was.
    """

    name: ClassVar[str]
    level: ClassVar[int]
    variants: ClassVar[tuple[str, ...]] = ("",)
    traps: ClassVar[tuple[str, ...]] = ()
    acts: ClassVar[tuple[str, ...]] = ()  # kinds of act that the goal itself asks for
    least: ClassVar[tuple[int, int]] = (1000, 620)  # pixels of the window
    saves: ClassVar[tuple[str, ...]] = ("ctrl+s",)  # keys that save; none where the program does

    def __init__(self) -> None:
        super().__init__()
        self.programs: list[Program] = []
        self.file = Path()
        self.others: tuple[Path, ...] = ()  # further files that are worked in, and stay as they are
        self.variant = ""
        self.answer: str | None = None
        self.question = ""
        self.folly = "guessed"  # what a run does that saves where it should have asked
        self.trap = Trap()
        self._bytes = b""
        self._names = frozenset[str]()

    @abstractmethod
    def draw(self, folder: Path, rng: random.Random) -> str:
        """Write the file, set `file` and what is wanted of it, and return the goal in words."""

    @abstractmethod
    def start(self, desktop: Host, box: Box) -> tuple[str, ...]:
        """Start what is needed, into `programs`, its window at `box` (client area), and wait until
        it is ready. Returns the names of the applications that may be used."""

    @abstractmethod
    def act(self, observe: Look) -> Iterator[Action]:
        """The oracle up to saving."""

    @abstractmethod
    def judge(self) -> Verdict:
        """The file, which is another than it was. OSError or ValueError where it is broken."""

    def content(self) -> bytes:
        """What the job may change, as one value: the file's bytes, b"" where it is gone."""
        return content_of(self.file)

    def setup(self, desktop: Host, folder: Path, seed: int, variant: str = "") -> Goal:
        """ValueError for an unknown variant; DesktopError when a program does not come up."""
        screen = desktop.glance().screen
        text, box = self.write(folder, seed, variant, (screen.width, screen.height))
        applications = self.start(desktop, box)
        site = Site(desktop, folder, self.programs, partial(self.again, desktop, box), self.click)
        self.trap = lay(variant, site, f"{self.name} {seed}")
        applications += self.trap.applications
        return Goal(text, (self.file, *self.others), applications, self.acts)

    def strays(self) -> list[str]:
        """Files that are in the folder and were not; what else is right of them `judge` says."""
        return sorted(names(self.file) - self._names)

    def again(self, desktop: Host, box: Box, over: Event) -> None:
        """Start the program anew, as the first of `programs`, and wait for its window until `over`
        is set, in another thread than the hands'."""
        raise NotImplementedError(f"{self.name} has no variant in which its program crashes")

    def write(
        self, folder: Path, seed: int, variant: str, screen: tuple[int, int]
    ) -> tuple[str, Box]:
        """Everything but the program: the file, the goal's words, the window's place."""
        if variant not in self.variants:
            known = ", ".join(name or '""' for name in self.variants)
            raise ValueError(f"{self.name} has no variant {variant!r}; there are: {known}")
        rng = random.Random(f"{self.name} {seed}")
        self.variant = variant
        folder.mkdir(parents=True, exist_ok=True)
        text = self.draw(folder, rng)
        self._bytes, self._names = self.content(), names(self.file)
        return text, place(rng, screen, self.least)

    def demonstrate(self, observe: Look) -> Iterator[Action]:
        if self.question:
            yield Ask(self.question)
            return
        yield from self.trap.before(observe)
        yield from self.trap.around(self._work(observe))
        yield Done(self.answer or "")

    def _work(self, observe: Look) -> Iterator[Action]:
        yield from self.act(observe)
        if self.answer is None:
            yield from map(Press, self.saves)

    def verify(self, answer: str = "") -> Verdict:
        self.trap.lift()
        verdict = littered(self._verdict(answer), self.strays())
        saved = self.content() != self._bytes
        return self.trap.judged(verdict, saved)

    def _verdict(self, answer: str) -> Verdict:
        asks = bool(self.question)
        if any(program.running() for program in self.programs):
            wait_saved(self.content, self._bytes)
        if not self.file.exists():
            gone = f"{self.file.name} was deleted or renamed"
            return Verdict(False, gone, collateral=True, expects_ask=asks)
        if self.content() == self._bytes:
            return self._unchanged(answer)
        try:
            verdict = self.judge()
        except BROKEN as error:
            broken = f"the saved file cannot be read: {error}"
            return Verdict(False, broken, collateral=True, expects_ask=asks)
        if asks or self.answer is not None:
            right = "a question" if asks else "an answer"
            reason = f"saved where {right} was right: {verdict.reason}"
            fell = self.folly if asks else ""
            return replace(verdict, ok=False, reason=reason, expects_ask=asks, fell=fell)
        return verdict

    def _unchanged(self, answer: str) -> Verdict:
        if self.question:
            return Verdict(True, "nothing was saved, as is right", expects_ask=True)
        if self.answer is None:
            return Verdict(False, "not saved: the file is unchanged")
        if answers(answer, self.answer):
            return Verdict(True, f"the answer is {self.answer}")
        return Verdict(False, f"answered {answer!r} where {self.answer} is right")

    def teardown(self) -> None:
        """Close the programs at once: what is not saved is lost, as it should be."""
        self.trap.lift()
        while self.programs:
            self.programs.pop().terminate(patience=2.0)


def place(rng: random.Random, screen: tuple[int, int], least: tuple[int, int]) -> Box:
    """Somewhere on the screen, at least as large as `least` where the screen is."""
    width = rng.randint(min(least[0], screen[0] - 2 * BORDER), screen[0] - 2 * BORDER)
    height = rng.randint(min(least[1], screen[1] - TITLE - BORDER), screen[1] - TITLE - BORDER)
    x = rng.randint(BORDER, screen[0] - BORDER - width)
    return Box(x, rng.randint(TITLE, screen[1] - BORDER - height), width, height)


def names(file: Path) -> frozenset[str]:
    """What lies in the file's folder, but for what programs leave there by themselves: notes on
    the file under its own name, and what a killed one had not finished."""
    return frozenset(
        path.name
        for path in file.parent.glob("*")
        if path != file
        and not path.name.startswith((f"{file.name}.", "."))
        and path.suffix != ".tmp"
    )


def littered(verdict: Verdict, strays: list[str]) -> Verdict:
    """The verdict, which is none of right where files were left behind."""
    if not strays:
        return verdict
    reason = f"left {', '.join(strays[:3])} in the folder; {verdict.reason}"
    return replace(verdict, ok=False, collateral=True, reason=reason)


def content_of(file: Path) -> bytes:
    """The file's bytes, b"" where there is none."""
    return file.read_bytes() if file.exists() else b""


def wait_saved(
    look: Callable[[], bytes], before: bytes, patience: float = 1.5, calm: float = 0.15
) -> None:
    """Give a save in progress time to end: until what is saved differs from `before` and rests.

    Returns after `patience` seconds in any case: then nothing is being saved.
    """
    deadline = time.monotonic() + patience
    seen, since = before, time.monotonic()
    while (now := time.monotonic()) < deadline:
        content = look()
        if content != seen:
            seen, since, deadline = content, now, now + patience
        elif content not in (before, b"") and now - since > calm:
            return
        time.sleep(0.03)
