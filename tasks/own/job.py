"""A job of the operator's own, as its file keeps it: words, program, files, what done means, and
its instances: each time that it was shown or done, or waits to be.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from tasks.outside import NoTaskError
from tasks.own import disk
from tasks.own.disk import Kept
from tasks.own.postcondition import Postcondition
from tasks.own.words import Said, parted

VERSION = 1
MOST = 10_000  # instances
HELD = 3  # every third demonstration is held back for the exam of the nights
Program = Literal["calc", "gnucash", "fava"]
PROGRAMS: tuple[Program, ...] = ("calc", "gnucash", "fava")


@dataclass(frozen=True)
class Instance:
    """One time of the job.

    goal: its own words. input: the document, as it is kept; source: where it came from. shown: a
    person has shown it. taken: its result is in the operator's files. before, after: the files, of
    one that was shown or taken over; on: the day of it. outcome: how it ended last, "" before.
    """

    goal: str
    input: Kept | None = None
    source: str = ""
    shown: bool = False
    taken: bool = False
    before: tuple[Kept, ...] = ()
    after: tuple[Kept, ...] = ()
    on: date | None = None
    outcome: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Job:
    """files: the operator's own, by their absolute paths. wanted: what done means, as proposed or
    edited; nothing is verified by it before it is confirmed. approvals: so many results are shown
    to the operator before they replace the files, later ones are not."""

    goal: str
    program: Program
    files: tuple[str, ...]
    version: int = VERSION
    wanted: Postcondition = Postcondition()
    confirmed: bool = False
    edited: bool = False
    approvals: int = 2
    instances: tuple[Instance, ...] = ()

    @property
    def literals(self) -> tuple[str, ...]:
        """The words of the goal between its values."""
        return parted(self.goal).literals

    def said(self, number: int) -> Said:
        """The goal of an instance, taken apart."""
        return parted(self.instances[number].goal, self.literals)

    @property
    def shown(self) -> tuple[int, ...]:
        """The numbers of the demonstrations."""
        return tuple(n for n, one in enumerate(self.instances) if one.shown)

    @property
    def held(self) -> tuple[int, ...]:
        """Demonstrations that the nights do not learn from, and examine on: every third."""
        return self.shown[HELD - 1 :: HELD]

    @property
    def taken(self) -> tuple[int, ...]:
        """Whose result is in the operator's files now."""
        return tuple(n for n, one in enumerate(self.instances) if one.taken)

    @property
    def waiting(self) -> tuple[int, ...]:
        """Neither shown nor tried."""
        return tuple(n for n, one in enumerate(self.instances) if not (one.shown or one.outcome))

    def having(self, number: int, instance: Instance) -> "Job":
        changed = (*self.instances[:number], instance, *self.instances[number + 1 :])
        return replace(self, instances=changed)

    def adding(self, instances: Sequence[Instance]) -> "Job":
        """ValueError where they are more than can be told from variations (tasks.own.vary)."""
        together = (*self.instances, *instances)
        if len(together) > MOST:
            raise ValueError(f"a job has at most {MOST:,} instances: begin another one")
        return replace(self, instances=together)


_JOB: TypeAdapter[Job] = TypeAdapter(Job)


def load(path: Path) -> Job:
    """NoTaskError, in one sentence, where there is none, or it is of another version."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NoTaskError(f"there is no job {path.stem}: {error.strerror} ({path})") from error
    try:
        job = _JOB.validate_json(content)
    except ValidationError as error:
        raise NoTaskError(f"{path} is no job: {error.errors()[0]['msg']}") from error
    if job.version != VERSION:
        raise NoTaskError(
            f"{path} is of version {job.version}: {VERSION} is known, update Dormouse"
        )
    return job


def save(path: Path, job: Job) -> None:
    disk.replace(path, _JOB.dump_json(job, indent=1))
