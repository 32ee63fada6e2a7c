"""An Episode is one lived attempt or demonstration: a goal, its steps, and how it ended."""

from dataclasses import dataclass, field
from enum import StrEnum

from actuation.action import Action
from perception.observation import Observation


class Actor(StrEnum):
    """Whose act it was: what an operator puts in the place of a proposal is the operator's,
    whosever hands did it."""

    AGENT = "agent"
    OPERATOR = "operator"
    ORACLE = "oracle"


class Outcome(StrEnum):
    """How a run ended: the same word everywhere."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"  # said done, could not be checked
    WRONG = "wrong"  # said done, and it is not: false success
    ASKED = "asked"
    REFUSED = "refused"  # by the guard's rules
    FAILED = "failed"  # gave up openly
    STOPPED = "stopped"  # by a person
    EXHAUSTED = "exhausted"  # out of budget, or no effect three times
    UNKNOWN = "unknown"  # the last action's effect is not known after a crash


class Fate(StrEnum):
    """Why a step was never performed, where a person is the reason."""

    NONE = ""  # an ordinary step
    TAKEN_OVER = "taken over by the operator"
    REJECTED = "rejected by the operator"
    EDITED = "edited by the operator"  # the next step, or the flag, is what was to be done instead
    ANSWER = "answered by the operator"  # the words themselves, as text, on the question's frame

    @property
    def proposed(self) -> bool:
        """Whether it is what the agent wanted, and a person did not."""
        return self in (Fate.TAKEN_OVER, Fate.REJECTED, Fate.EDITED)


@dataclass(frozen=True, eq=False)
class Step:
    """observation → intended action → performed action.

    performed is None while only the intent is journalled (a crash between the two leaves it so),
    and of what was never to be performed: see fate.
    weight, reason: the reviewer's judgement (0, 0.5 or 1; None before any review).
    """

    index: int
    observation: Observation
    intended: Action
    performed: Action | None
    actor: Actor
    confidence: float = 1.0
    note: str = ""
    weight: float | None = None
    reason: str = ""
    fate: Fate = Fate.NONE


@dataclass(frozen=True, eq=False)
class Episode:
    """One attempt. provenance: where it came from ("demonstration", "run", "rehearsal").

    task, variant, seed: what was asked, as the catalog names it. weights: digest of the weights
    in use ("" for none). collateral: something else was changed. detail: the verifier's reason.
    """

    id: str
    goal: str
    task: str
    variant: str
    seed: int
    provenance: str
    weights: str
    started_at: float
    ended_at: float | None = None
    outcome: Outcome | None = None
    collateral: bool = False
    detail: str = ""
    steps: tuple[Step, ...] = field(default=())
