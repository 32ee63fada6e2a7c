"""The one door to every policy: begin with a goal and a context, then decide step by step."""

from dataclasses import dataclass, field
from typing import Protocol

from actuation.action import Action
from memory.day import Context
from perception.observation import Box, Observation


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
