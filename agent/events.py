"""What happens during work, as frozen events; a sink is anything that can be called with one.

    loop, bench, sleep --event--> sink --> console | JSON lines | collector | the watcher

Sinks must not raise: an observer never breaks a run.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import TextIO

from actuation.action import Action
from actuation.grammar import format_action
from memory.episode import Actor, Outcome
from perception.observation import Box, Observation


@dataclass(frozen=True)
class Preparing:
    """A task is being set up on a desktop."""

    task: str
    variant: str
    seed: int


@dataclass(frozen=True)
class SetupFailed:
    """A set-up did not work. again: it will be tried once more."""

    task: str
    variant: str
    seed: int
    reason: str
    again: bool


@dataclass(frozen=True)
class Began:
    """An episode began."""

    episode: str
    goal: str
    policy: str
    actor: Actor


@dataclass(frozen=True, eq=False)
class Looked:
    """The agent looked; `observation` is what it saw."""

    episode: str
    observation: Observation


@dataclass(frozen=True)
class Intended:
    """The next action, before it is performed. target, source: boxes in observation pixels."""

    episode: str
    index: int
    action: Action
    confidence: float
    note: str
    target: Box | None = None
    source: Box | None = None


@dataclass(frozen=True)
class Dropped:
    """An intended action was not performed, since its target changed; it is decided again."""

    episode: str
    index: int
    action: Action
    reason: str


@dataclass(frozen=True, eq=False)
class HandedBack:
    """A person had the desktop and gave it back; what it looked like before and looks like now."""

    episode: str
    before: Observation
    after: Observation


@dataclass(frozen=True)
class Answered:
    """A person answered a question of the agent's; the run goes on."""

    episode: str
    question: str


@dataclass(frozen=True)
class Stepped:
    """A step is finished and journalled. ms: milliseconds by phase, "total" among them."""

    episode: str
    index: int
    action: Action
    effect: bool
    ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """An episode ended."""

    episode: str
    outcome: Outcome
    collateral: bool
    detail: str
    steps: int
    seconds: float


@dataclass(frozen=True)
class Progress:
    """Long work moved on: `done` of `total` in `phase`; `note` says what was just finished."""

    phase: str
    done: float
    total: float
    note: str = ""


Event = (
    Preparing
    | SetupFailed
    | Began
    | Looked
    | Intended
    | Dropped
    | HandedBack
    | Answered
    | Stepped
    | Ended
    | Progress
)
Sink = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The sink that keeps nothing."""


class Collector:
    """Keeps every event, for tests and reports."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)


class Several:
    """Hands each event to several sinks in turn."""

    def __init__(self, *sinks: Sink) -> None:
        self._sinks = sinks

    def __call__(self, event: Event) -> None:
        for sink in self._sinks:
            sink(event)


class JsonLines:
    """One JSON object a line, pictures left out; "event" names the type."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        row: dict[str, object] = {"event": type(event).__name__.lower()}
        for item in fields(event):
            value = getattr(event, item.name)
            if item.name == "action":
                row["action"] = format_action(value)
            elif isinstance(value, Box):
                row[item.name] = [value.x, value.y, value.w, value.h]
            elif not isinstance(value, Observation):
                row[item.name] = value
        self._stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._stream.flush()
