"""A Task sets up a job, shows how it is done with mouse and keyboard, and checks the result."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from actuation.action import Action
from actuation.desktop import Host
from perception.observation import Observation


@dataclass(frozen=True)
class Goal:
    """The job in words, and what it may touch: files, and windows by application name.

    acts: kinds of act that the job itself consists of, as "delete" (see actuation.rules.ACTS). The
    allowlist is fixed here, outside any model.
    """

    text: str
    files: tuple[Path, ...] = ()
    applications: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """ok: the job is done right. collateral: something else was changed too. reason: for people.

    convention: the name of the convention the result follows, where a family has several ("").
    expects_ask: the right end of this run is a question, and nothing saved. fell: what a trap made
    the run do ("entered twice"), "" where it did not. score: the raw reward of a benchmark that
    has one, -1 to 1. unknown: it cannot be checked; what was said to be done stays unverified.
    """

    ok: bool
    reason: str
    collateral: bool = False
    convention: str = ""
    expects_ask: bool = False
    fell: str = ""
    score: float | None = None
    unknown: bool = False


@runtime_checkable
class Task(Protocol):
    """One attempt at one job. A new instance for each attempt; every random choice is by seed.

    level: 1 to 4, for about 5, 10, 20, 40 steps. traps: those of the variants that lay one.
    """

    name: str
    level: int
    variants: tuple[str, ...]
    traps: tuple[str, ...]

    def setup(self, desktop: Host, folder: Path, seed: int, variant: str = "") -> Goal:
        """Write the files into `folder`, start the programs on the desktop, wait until ready."""
        ...

    def demonstrate(self, observe: "Look") -> Iterator[Action]:
        """The oracle: yields actions one at a time, each performed before the next is asked for.

        Mouse and keyboard only; it may use private knowledge of the task (accessibility, say).
        """
        ...

    def verify(self, answer: str = "") -> Verdict:
        """Read the saved file or database; never the screen. answer: what Done said."""
        ...

    def teardown(self) -> None:
        """Close the programs; safe to call twice, and after a failed setup."""
        ...


class Look(Protocol):
    """How an oracle looks at the screen that it acts on."""

    def __call__(self) -> Observation: ...
