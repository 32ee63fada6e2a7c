"""What a worker tells of itself: tasks, the action shown, a question, the night; Status is all.

Any text and number may be put in; what no encoding takes is replaced (agent.worker.words).
"""

from dataclasses import field
from typing import Annotated

from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from agent.session import State
from agent.worker.words import encodable, finite, finite_or_none

Text = Annotated[str, AfterValidator(encodable)]
Number = Annotated[float, AfterValidator(finite)]
Rectangle = tuple[int, int, int, int]
PERSON = "person"  # the policy of a job whose hands are an operator's own


@dataclass(frozen=True)
class Job:
    """A task that was assigned. shown: performed by the task's oracle, as a demonstration. by_hand:
    performed by a person, who is recorded; goal: in their words. display: the operator's own X
    display, without any task.

    dry: nothing is saved or sent; it ends where something would be. at: not before that moment.
    begun: whether anything may have been done. outcome, detail, episode: how it ended; empty
    before. attempt: its numbers, as JSON.
    """

    id: int
    task: Text
    seed: int = 0
    variant: Text = ""
    policy: Text = ""  # as configured
    weights: Text = "live"
    recall: bool = True
    dry: bool = False
    at: Number = 0.0
    begun: bool = False
    outcome: Text = ""
    detail: Text = ""
    episode: Text = ""
    attempt: Text = ""
    goal: Text = ""
    display: Text = ""

    @property
    def shown(self) -> bool:
        return self.policy == "scripted"

    @property
    def by_hand(self) -> bool:
        return self.policy == PERSON


@dataclass(frozen=True)
class Shown:
    """The action that is about to be performed (fired: that was performed)."""

    action: str
    confidence: Number
    note: str = ""
    target: Rectangle | None = None
    source: Rectangle | None = None
    fired: bool = False


@dataclass(frozen=True)
class Question:
    """A delicate action that waits for a yes; without one it is denied at `denied_at`. asks: a
    question of the agent's own, which waits for words; without them it ends the run then."""

    id: int
    shown: Shown
    rule: str
    risk: str
    asked_at: Number
    denied_at: Number
    asks: Text = ""


@dataclass(frozen=True)
class Night:
    """The sleep under way. losses: averaged, oldest first. eta: seconds left in this phase."""

    phase: str
    done: Number
    total: Number
    note: str
    since: Number
    eta: Annotated[float | None, AfterValidator(finite_or_none)] = None
    losses: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Tape:
    """A recording of a person's hands. since: when it began, 0 while the programs are opened.
    hidden: nothing is kept until it is shown again. excluded: patterns of windows that are never
    kept. finish, hide: chords on the desktop that end it, and hide the rest."""

    since: Number
    hidden: bool = False
    excluded: tuple[str, ...] = ()
    finish: str = ""
    hide: str = ""


@dataclass(frozen=True)
class Status:
    """All that a desk shows at a glance. version grows with each change.

    step, budget: actions done in this run, and how many it may take. ms: the last step's phases.
    tail: what happened, newest last; said: how many lines there ever were. vnc: socket and password
    file of the virtual desktop, "" without one. nap: last night's one-line result.
    rules: the worker's rules that ask, in words: those of when it began. tape: of the recording
    under way.
    """

    version: int
    state: State
    why: str = ""
    job: Job | None = None
    goal: str = ""
    episode: str = ""
    step: int = 0
    budget: int = 0
    weights: str = ""
    shown: Shown | None = None
    question: Question | None = None
    queue: tuple[Job, ...] = ()
    ended: tuple[Job, ...] = ()
    tail: tuple[str, ...] = ()
    said: int = 0
    ms: dict[str, Number] = field(default_factory=dict)
    changed: str = ""
    night: Night | None = None
    nap: str = ""
    vnc: tuple[str, str] = ("", "")
    rules: tuple[str, ...] = ()
    tape: Tape | None = None
