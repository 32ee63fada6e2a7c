"""The board: what is going on, in one Status that grows a version with each change.

Session, Jobs, events of run and night ──▶ Board ──Status──▶ desks, verbs
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import isfinite

from actuation.action import Action, Ask, TypeText
from actuation.grammar import format_action
from agent import events
from agent.approval import Proposal
from agent.events import Event
from agent.session import Session
from agent.worker.jobs import Jobs
from agent.worker.wire import Job, Night, Question, Rectangle, Shown, Status, Tape
from agent.worker.words import harmless
from perception.frames import difference
from perception.observation import Box
from tasks.outside import called

TAIL = 200
LOSSES = 240  # points of the curve of a night


@dataclass
class Now:
    """What the events have told of the run under way."""

    job: Job | None = None
    goal: str = ""
    episode: str = ""
    step: int = 0
    budget: int = 0
    weights: str = ""
    shown: Shown | None = None
    changed: str = ""
    ms: dict[str, float] = field(default_factory=dict)


class Board:
    """A sink of events. Status is read from any thread."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session, self._jobs = session, jobs
        self._turn = threading.Condition()
        self._version = 0
        self.now = Now()
        self.tail: deque[str] = deque(maxlen=TAIL)
        self.said = 0
        self.night: Night | None = None
        self.nap = ""
        self.vnc = ("", "")
        self.rules: tuple[str, ...] = ()
        self.tape = Tape(0.0)  # what is the same in all recordings

    def changed(self) -> None:
        """Something that a person sees is different now."""
        with self._turn:
            self._version += 1
            self._turn.notify_all()

    def say(self, words: str) -> None:
        """A line in the tail."""
        self.said += 1
        self.tail.append(f"{time.strftime('%H:%M:%S')}  {harmless(words)}")
        self.changed()

    def begin(self, job: Job, budget: int) -> None:
        self.now = Now(job=job, budget=budget)
        self.say(f"task {job.id}: {title(job)}")

    def status(self, after: int = -1, patience: float = 0.0) -> Status:
        """Once the version is above `after`, or after `patience` seconds."""
        with self._turn:
            self._turn.wait_for(lambda: self._version > after, patience)
            version = self._version
        now, waiting = self.now, self._jobs.waiting
        running = now.job.id if now.job else 0
        return Status(
            version=version,
            state=self._session.state,
            why=harmless(self._session.why),
            job=now.job,
            goal=harmless(now.goal),
            episode=now.episode,
            step=now.step,
            budget=now.budget,
            weights=now.weights,
            shown=now.shown,
            question=_question(self._session.pending),
            queue=tuple(job for job in waiting if job.id != running),
            ended=tuple(map(_shown, self._jobs.ended[-10:])),
            tail=tuple(self.tail),
            said=self.said,
            ms=now.ms,
            changed=now.changed,
            night=self.night,
            nap=harmless(self.nap),
            vnc=self.vnc,
            rules=self.rules,
            tape=self._tape(),
        )

    def _done(self, action: Action) -> str:
        """What was done, in words; what a person types is theirs, and may be a secret."""
        if self._session.cue is not None and isinstance(action, TypeText):
            return f"typed {len(action.text)} characters"
        return format_action(action)

    def _tape(self) -> Tape | None:
        cue = self._session.cue
        if cue is None:
            return None
        return replace(self.tape, since=cue.begun_at, hidden=cue.hidden)

    def __call__(self, event: Event) -> None:
        now = self.now
        match event:
            case events.Began():
                now.goal, now.episode = event.goal, event.episode
                self.say(f"goal: {event.goal}")
            case events.Intended():
                now.shown = Shown(
                    format_action(event.action),
                    event.confidence,
                    harmless(event.note),
                    _rectangle(event.target),
                    _rectangle(event.source),
                )
                self.changed()
            case events.Dropped():
                self.say(f"dropped: {event.reason}")
            case events.HandedBack():
                now.changed = _difference(event)
                self.say(f"handed back: {now.changed}")
            case events.Answered():
                self.say(f"answered: {event.question}")
            case events.Stepped():
                now.step, now.ms = event.index + 1, event.ms
                if now.shown is not None:
                    shown = now.shown
                    now.shown = Shown(
                        format_action(event.action),
                        shown.confidence,
                        shown.note,
                        shown.target,
                        shown.source,
                        fired=True,
                    )
                effect = "" if event.effect else ", no effect"
                self.say(f"{event.index + 1:3}  {self._done(event.action)}{effect}")
            case events.SetupFailed():
                self.say(f"set-up failed: {event.reason}")
            case events.Preparing():
                self.say("opening the programs")
            case events.Ended():
                spill = ", collateral" if event.collateral else ""
                detail = f": {event.detail}" if event.detail else ""
                self.say(f"{event.outcome}{spill} after {event.steps} steps{detail}")
            case _:
                pass


def title(job: Job) -> str:
    """A job in a few words."""
    if job.display:
        return f"recording of the display {job.display}"
    kind = "recording" if job.by_hand else "demonstration" if job.shown else ""
    parts = [called(job.task), f"no. {job.seed}", job.variant, kind]
    return " · ".join(part for part in (*parts, "dry run" if job.dry else "") if part)


def follow(board: Board) -> Callable[[events.Progress], None]:
    """Turns the progress of a night into the board's Night."""
    losses: list[float] = []
    began: dict[str, float] = {}

    def tell(event: events.Progress) -> None:
        since = began.setdefault(event.phase, time.time())
        if event.note.startswith("loss ") and isfinite(loss := float(event.note.split()[1])):
            losses.append(loss)
        spent, share = time.time() - since, event.done / event.total if event.total else 0.0
        board.night = Night(
            event.phase,
            event.done,
            event.total,
            event.note,
            since,
            spent * (1 - share) / share if 0 < share < 1 else None,
            thinned(losses, LOSSES),
        )
        board.changed()

    return tell


def thinned(values: list[float], points: int) -> tuple[float, ...]:
    """At most so many means of equal stretches, oldest first."""
    stretch = max(1, -(-len(values) // points))
    parts = (values[i : i + stretch] for i in range(0, len(values), stretch))
    return tuple(sum(part) / len(part) for part in parts)


def _question(pending: Proposal | None) -> Question | None:
    if pending is None:
        return None
    asked = pending.request
    shown = Shown(
        format_action(asked.action),
        asked.confidence,
        harmless(asked.note),
        _rectangle(asked.target),
        _rectangle(asked.source),
    )
    return Question(
        pending.id,
        shown,
        ", ".join(asked.rules),
        harmless(asked.risk),
        pending.asked_at,
        pending.denied_at,
        harmless(asked.action.question) if isinstance(asked.action, Ask) else "",
    )


def _shown(job: Job) -> Job:
    """How it ended may quote the screen."""
    return replace(job, detail=harmless(job.detail))


def _rectangle(box: Box | None) -> Rectangle | None:
    return (box.x, box.y, box.w, box.h) if box else None


def _difference(event: events.HandedBack) -> str:
    before, after = event.before.image, event.after.image
    if before.shape != after.shape:
        return "the screen has another size"
    box = difference(before, after)
    if box is None:
        return "the screen looks as it did"
    return f"what changed lies between ({box.x}, {box.y}) and ({box.right}, {box.bottom})"
