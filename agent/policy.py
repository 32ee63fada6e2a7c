"""The one door to every policy: begin with a goal and a context, then decide step by step."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from actuation.action import Action, Motion
from actuation.desktop import DesktopError
from memory.day import Context
from perception.observation import Box, Observation


class PolicyBroke(Exception):  # noqa: N818 - what happened, as a run's detail says it
    """A defect in a policy, with the place of it."""


@contextmanager
def at_work() -> Iterator[None]:
    """Whatever a policy does, the run ends openly. Raises PolicyBroke."""
    try:
        yield
    except DesktopError:
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        raise PolicyBroke(
            f"the policy broke: {type(error).__name__} at {where}: {error}"
        ) from error


@dataclass(frozen=True)
class Decision:
    """What to do next. confidence: 0..1. note: why, for people. timings: milliseconds by phase
    ("scene", "decide"). target, source: what is touched or typed into and what was copied, in
    observation pixels; None where there is no such place."""

    action: Action
    confidence: float = 1.0
    note: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    target: Box | None = None
    source: Box | None = None


class Policy(Protocol):
    """Decides. Holds the state of one run at most."""

    name: str
    weights: str  # digest of the weights in use, "" for none

    def begin(self, goal: str, context: Context) -> None: ...

    def decide(self, observation: Observation) -> Decision: ...

    def performed(self, action: Action) -> None:
        """Told what was really done, so that history and slots follow the deed."""
        ...

    def interrupted(self) -> None:
        """Told that a person's hands moved meanwhile: what stands on the screen is theirs now,
        and not to be put back to what the policy had entered."""
        ...


@runtime_checkable
class Pupil(Protocol):
    """A policy that follows what a person does and says in the middle of its run. A question of
    any other ends the run."""

    def watched(self, observation: Observation, action: Motion) -> None:
        """Told, before `interrupted`, of each act of a person's, and of the frame it began on."""
        ...

    def answered(self, question: str, answer: str) -> None:
        """Told what the operator answered; the screen is looked at again before it decides."""
        ...
