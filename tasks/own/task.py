"""A job of the operator's own as a Task: its files are copied, worked on, and judged as confirmed.

Seed n is its n-th instance (or a variation of it: tasks.own.vary). One that was shown begins with
the files as they were then; any other with the operator's files as they are now.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from actuation.action import Action, Fail
from actuation.desktop import DesktopError, Host
from tasks.books.job import names, wait_saved
from tasks.own import disk, formats, job, page, programs, vary
from tasks.own.book import Book
from tasks.own.disk import INPUTS, ORIGINALS, RESULTS, Work
from tasks.own.job import Instance, Job
from tasks.own.judge import judge
from tasks.own.sources import Given
from tasks.own.veil import Veil
from tasks.task import Goal, Look, Verdict

if TYPE_CHECKING:
    from perception.read import Reader


class OwnTask:
    """One attempt; see tasks.task.Task for the verbs."""

    level = 2
    variants: tuple[str, ...] = ("",)
    traps: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        """NoTaskError where the file is no job."""
        self.path, self.name, self.job = path, str(path), job.load(path)
        self.veil = Veil()  # over facts in the operator's files
        self._open = programs.Opened()
        self._seed = self._number = 0
        self._files: list[Path] = []
        self._names = frozenset[str]()
        self._work = Work(())
        self._reader: Reader | None = None

    @property
    def instance(self) -> Instance:
        return self.job.instances[self._number]

    def setup(self, desktop: Host, folder: Path, seed: int, variant: str = "") -> Goal:
        """DesktopError where there is no such instance, a file is gone, or a program does not come
        up; the operator's files are read, and never opened."""
        if variant or vary.instance_of(seed) not in range(len(self.job.instances)):
            known = f"{self.path.stem} has {len(self.job.instances)} instances"
            raise DesktopError(f"{known}, and no {variant} {seed}: say one from 0 on")
        self._seed, self._number = seed, vary.instance_of(seed)
        if gone := [name for name in self.job.files if not Path(name).is_file()]:
            raise DesktopError(f"{gone[0]} is gone: put it back, or begin the job anew")
        try:
            self._copy(folder)
            shown = self._show(folder.parent / "shown")
        except (OSError, ValueError) as error:
            raise DesktopError(f"{self.path.stem} cannot begin: {error}") from error
        applications = self._open.start(desktop, self.job.program, self._files[0], shown, seed)
        return Goal(vary.said(self.job, seed).marked, tuple(self._files), applications)

    def _copy(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        real = [Path(name) for name in self.job.files]
        kept = self.instance.before
        if not self.instance.shown:
            kept = disk.keep(self.path, ORIGINALS, real)
        self._files = disk.bring(self.path, ORIGINALS, kept, folder)
        self._work = Work(kept)
        if not vary.variation_of(self._seed):
            disk.note(self.path, self._number, self._work)  # so that nothing sweeps it away
        self._names = frozenset().union(*(names(file) for file in self._files))

    def _show(self, folder: Path) -> Path | None:
        """The instance's document as a picture, to be put beside the program; None for none."""
        kept = self.instance.input
        if kept is None:
            return None
        folder.mkdir(parents=True, exist_ok=True)
        (document,) = disk.bring(self.path, INPUTS, [kept], folder)
        if document.suffix.casefold() in page.TEXTS:
            return document
        picture = document.with_name("document.png")
        page.pictures(document)[0].save(picture)
        return picture

    def demonstrate(self, observe: Look) -> Iterator[Action]:
        yield Fail(
            f"{self.path.stem} is a job of your own: you show it yourself"
            f" (dormouse record --task {self.path.stem})"
        )

    def verify(self, answer: str = "") -> Verdict:
        """Read the saved copies and judge them; what was saved is put away first."""
        verdict = self._verdict()
        if vary.variation_of(self._seed):
            return verdict  # nobody takes over what was only an exam
        there = [file for file in self._files if file.exists()]
        programs.released(self.job.program, there)
        after = disk.keep(self.path, RESULTS, there)
        right = verdict.ok and not verdict.expects_ask and not verdict.unknown
        self._work = replace(self._work, after=after, right=right, collateral=verdict.collateral)
        disk.note(self.path, self._number, self._work)
        return verdict

    def _verdict(self) -> Verdict:
        begun = {kept.name: disk.content(self.path, ORIGINALS, kept) for kept in self._work.before}
        if self._open.running():
            wait_saved(self._content, b"\0".join(begun.values()))
        gone = [file.name for file in self._files if not file.exists()]
        if gone:
            return Verdict(False, f"{gone[0]} was deleted or renamed", collateral=True)
        if not self.job.confirmed:
            reason = f"what done means is not confirmed: dormouse job {self.path.stem} --confirm"
            return Verdict(False, reason, unknown=True)
        try:
            before = {name: self.veil.book(book) for name, book in _books(self.path, self._work)}
            after = {file.name: self.veil.book(formats.read(file)) for file in self._files}
        except formats.BROKEN as error:
            return Verdict(False, f"the saved file cannot be read: {error}", collateral=True)
        verdict = judge(self.job.wanted, before, after, self.given())
        strays = sorted(frozenset().union(*map(names, self._files)) - self._names)
        if strays:
            reason = f"left {', '.join(strays[:3])} in the folder; {verdict.reason}"
            return replace(verdict, ok=False, collateral=True, reason=reason)
        if verdict.ok and self.job.wanted.open and not verdict.expects_ask:
            return Verdict(False, "part of it cannot be checked", unknown=True)
        return verdict

    def _content(self) -> bytes:
        return b"\0".join(f.read_bytes() if f.exists() else b"" for f in self._files)

    def given(self) -> Given:
        """What this instance gives to its values."""
        known = given(self.path, self.job, self._number, self._reader)
        return self.veil.given(replace(known, values=vary.said(self.job, self._seed).values))

    def teardown(self) -> None:
        """Close the programs at once: what is not saved is lost, as it should be."""
        with suppress(DesktopError):
            self._open.close()


def given(path: Path, own: Job, number: int, reader: "Reader | None" = None) -> Given:
    """What an instance gives: its goal's values and its document, read here."""
    kept = own.instances[number].input
    read = page.Page()
    if kept is not None:
        read = page.known(disk.place(path, INPUTS, kept), reader)
    day = own.instances[number].on
    return Given(own.said(number).values, read, day or date.today())


def _books(path: Path, work: Work) -> Iterator[tuple[str, Book]]:
    """The files as they were, read from where they are kept."""
    for kept in work.before:
        yield kept.name, formats.read_kept(disk.place(path, ORIGINALS, kept), kept.name)
