"""One attempt at one task: set up on a virtual desktop, lived through, verified, cleared away.

    Stage(policies, journal) --attempt("books/enter_invoice", seed=7)--> Attempt

A stage keeps its desktop from one attempt to the next and replaces it when it fails.
"""

import shutil
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, runtime_checkable

from actuation.desktop import Desktop, DesktopError, Host, Stopped, Weighed
from actuation.filling import Filling
from actuation.rules import Rules
from agent.approval import Approve, Hold, go_on, never
from agent.cue import Cue
from agent.diary import Taught, nobody
from agent.events import Preparing, SetupFailed, Sink, ignore
from agent.guarding import guard
from agent.loop import Journal, Loop, Run
from agent.policy import Policy
from agent.recording import Listen, Recording
from agent.stop import Interrupted, Stop
from memory.amend import RECORDING
from memory.day import Context
from memory.episode import Actor, Episode, Outcome
from tasks.catalog import create
from tasks.own.veil import Veil
from tasks.task import Goal, Task

PolicyMaker = Callable[[Task], Policy]
Recaller = Callable[[str], Context]


def nothing_recalled(goal: str) -> Context:
    return Context()


@dataclass(frozen=True)
class Attempt:
    """How an attempt went, flat, so that it can be written as one line of JSON.

    claimed: the policy itself said done. right_ask: it asked where asking was right, and nothing
    was saved. convention, fell, score: as Verdict has them. ms: for each step, milliseconds by
    phase. mib: resident memory of the desktop's processes at the end, 0 where it is not known.
    """

    task: str
    variant: str
    seed: int
    episode: str
    weights: str
    outcome: Outcome
    claimed: bool
    right_ask: bool
    collateral: bool
    convention: str
    detail: str
    seconds: float
    ms: tuple[dict[str, float], ...]
    level: int = 0
    fell: str = ""
    score: float | None = None
    mib: float = 0.0

    @property
    def success(self) -> bool:
        """The right end: verified, or a question where asking is right."""
        return self.outcome is Outcome.VERIFIED or self.right_ask

    def row(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_row(cls, row: dict[str, object]) -> "Attempt":
        """Raises TypeError or ValueError for a row that is none."""
        outcome, ms = Outcome(str(row["outcome"])), row["ms"]
        if not isinstance(ms, list | tuple):
            raise TypeError("ms is no list")
        return cls(**(row | {"outcome": outcome, "ms": tuple(ms)}))  # type: ignore[arg-type]


@runtime_checkable
class Veiled(Protocol):
    """A task on the operator's own files."""

    veil: Veil


class Stage:
    """Where attempts happen. Closing it (or leaving `with`) takes the desktop down."""

    def __init__(
        self,
        host: Callable[[], Host],
        policies: PolicyMaker,
        journal: Journal,
        *,
        recall: Recaller = nothing_recalled,
        rules: Rules | None = None,
        sink: Sink = ignore,
        approve: Approve = never,
        hold: Hold = go_on,
        taught: Taught = nobody,
        stop: Stop | None = None,
        fill: Callable[[str], str] | None = None,
        veil: Callable[[], Veil] = Veil,
    ) -> None:
        """host: starts a fresh desktop; called again after one has failed. fill: puts values in
        place of placeholders in what is typed (actuation.filling). veil: over the facts in the
        operator's own files, at each attempt."""
        self._host = host
        self._policies = policies
        self._journal = journal
        self._recall = recall
        self._rules = rules or Rules()
        self._sink = sink
        self._approve, self._hold, self._taught = approve, hold, taught
        self._stop = stop or Stop()
        self._fill, self._veil = fill, veil
        self._desktop: Host | None = None

    def arm(self, stop: Stop, rules: Rules) -> None:
        """Another switch and other rules from the next attempt on: a thrown stop stays thrown."""
        if self._desktop is not None:
            self._stop.detach(self._desktop)
            self._desktop.resume()
            stop.attach(self._desktop)
        self._stop, self._rules = stop, rules

    def attempt(
        self,
        name: str,
        seed: int,
        variant: str = "",
        provenance: str = "run",
        actor: Actor = Actor.AGENT,
    ) -> Attempt:
        """Set up, run, verify, tear down. A failed set-up is tried once more, and said.

        Raises DesktopError if the set-up fails twice, Interrupted if stopped before it began.
        """
        with ExitStack() as last:
            desktop, task, goal = self._ready(last, name, seed, variant)
            policy = self._policies(task)
            loop = Loop(
                desktop=Filling(desktop, self._fill) if self._fill else desktop,
                policy=policy,
                guard=guard(self._rules, goal, policy),
                journal=self._journal,
                actor=actor,
                sink=self._sink,
                approve=self._approve,
                hold=self._hold,
                taught=self._taught,
                stop=self._stop,
            )
            episode = Episode(
                id=uuid.uuid4().hex[:12],
                goal=goal.text,
                task=name,
                variant=variant,
                seed=seed,
                provenance=provenance,
                weights=policy.weights,
                started_at=time.time(),
            )
            run = loop.run(episode, self._recall(goal.text), task.verify)
            mib = desktop.weigh() / 2**20 if isinstance(desktop, Weighed) else 0.0
        if run.outcome is Outcome.UNKNOWN:
            self.close()
        return attempted(episode, run, task.level, mib)

    def record(
        self, name: str, seed: int, variant: str, goal: str, cue: Cue, listen: Listen
    ) -> Attempt:
        """Set up, keep what a person's hands do until the cue ends it, verify, tear down.

        goal: in the person's own words, the task's where there are none. Raises as attempt().
        """
        with ExitStack() as last:
            desktop, task, asked = self._ready(last, name, seed, variant)
            episode = _recorded(goal or asked.text, name, variant, seed)
            run = self._recording(desktop, cue, listen).run(episode, task.verify)
        return attempted(episode, run, task.level)

    def film(self, desktop: Desktop, goal: str, cue: Cue, listen: Listen) -> Attempt:
        """Keep what a person's hands do on a desktop of theirs, as it is: nothing is set up, and
        nothing can check it."""
        episode = _recorded(goal)
        return attempted(episode, self._recording(desktop, cue, listen).run(episode, None))

    def _recording(self, desktop: Desktop, cue: Cue, listen: Listen) -> Recording:
        return Recording(desktop, listen, self._journal, cue, self._sink, self._stop)

    def _ready(
        self, last: ExitStack, name: str, seed: int, variant: str
    ) -> tuple[Host, Task, Goal]:
        """last: is left with what ends the task's programs and removes its files."""
        for attempt in (1, 2):
            self._stop.check()
            self._sink(Preparing(name, variant, seed))
            task = create(name)
            if isinstance(task, Veiled):
                task.veil = self._veil()
            try:
                if self._desktop is None:
                    self._desktop = self._host()
                    self._stop.attach(self._desktop)
                folder = _folder(self._desktop)
                last.callback(shutil.rmtree, folder.parent, ignore_errors=True)
                last.callback(self._clear, task)
                return self._desktop, task, task.setup(self._desktop, folder, seed, variant)
            except Stopped as stopped:
                raise Interrupted from stopped
            except DesktopError as error:
                last.close()
                self.close()
                self._sink(SetupFailed(name, variant, seed, str(error), again=attempt == 1))
                if attempt == 2:
                    raise
        raise AssertionError("the second failure was raised")

    def _clear(self, task: Task) -> None:
        with suppress(DesktopError):  # a dead desktop took its programs with it
            task.teardown()

    def close(self) -> None:
        """Take the desktop down; the next attempt starts a fresh one. Safe to call twice."""
        if self._desktop is not None:
            self._stop.detach(self._desktop)
            self._desktop.close()
            self._desktop = None

    def __enter__(self) -> "Stage":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _folder(desktop: Host) -> Path:
    """For a task's files, within one for what it lays beside them, in the desktop's home: should
    this process be killed, its keeper removes all. DesktopError if the home has gone."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="task-", dir=desktop.home)) / "job"
        folder.mkdir()
    except OSError as error:
        raise DesktopError(f"the desktop's home has gone ({error}): start it again") from error
    return folder


def _recorded(goal: str, task: str = "", variant: str = "", seed: int = 0) -> Episode:
    """The head of an episode that a person's hands will fill."""
    return Episode(
        id=uuid.uuid4().hex[:12],
        goal=goal,
        task=task,
        variant=variant,
        seed=seed,
        provenance=RECORDING,
        weights="",
        started_at=time.time(),
    )


def attempted(episode: Episode, run: Run, level: int = 0, mib: float = 0.0) -> Attempt:
    """What a run came to."""
    verdict = run.verdict
    return Attempt(
        task=episode.task,
        variant=episode.variant,
        seed=episode.seed,
        episode=episode.id,
        weights=episode.weights,
        outcome=run.outcome,
        claimed=run.claimed,
        right_ask=run.outcome is Outcome.ASKED
        and verdict is not None
        and verdict.expects_ask
        and verdict.ok,
        collateral=run.collateral,
        convention=verdict.convention if verdict else "",
        detail=run.detail,
        seconds=run.seconds,
        ms=run.steps,
        level=level,
        fell=verdict.fell if verdict else "",
        score=verdict.score if verdict else None,
        mib=mib,
    )
