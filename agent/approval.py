"""What a person is asked before a delicate action, and what they answer."""

from collections.abc import Callable
from dataclasses import dataclass

from actuation.action import Action
from perception.observation import Box

QUESTION = "question"
"""The rule of a request that is a question of the agent's own: its answer is words."""


@dataclass(frozen=True)
class Request:
    """An action that rules hold back.

    rules: their names, as "amount"; a yes for the whole task counts for these alone. risk: why it
    is asked, for people. note: where the value came from, in the policy's words. target, source:
    boxes of what is touched and what was copied, in observation pixels.
    """

    action: Action
    rules: tuple[str, ...]
    risk: str
    note: str = ""
    confidence: float = 1.0
    target: Box | None = None
    source: Box | None = None


@dataclass(frozen=True)
class Proposal:
    """A request that waits for an answer. asked_at, denied_at: seconds since the epoch; without
    an answer it is denied then."""

    id: int
    request: Request
    asked_at: float
    denied_at: float


@dataclass(frozen=True)
class Answer:
    """yes: do it. action: do this instead. whole_task: the rule need not ask again in this run.
    words: the answer to a question of the agent's own."""

    yes: bool
    action: Action | None = None
    whole_task: bool = False
    words: str = ""


Approve = Callable[[Request], Answer | None]
"""Asked about a delicate action, or with a question of the agent's own; None where nobody
answered, which is a no."""

Hold = Callable[[bool], bool]
"""Called just before an action, with whether it should be shown for a moment first; waits while a
person wants it to. True means that a person had the desktop, so that it must be looked at again."""


def never(request: Request) -> Answer | None:
    """Nobody is there to answer anything."""
    return None


def go_on(lead: bool) -> bool:
    """Nobody is there to hold anything up."""
    return False
