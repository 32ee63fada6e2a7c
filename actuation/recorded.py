"""What a person did, as an agent would say it: the seam between a recorder and those who keep it.

a person's hands ──▶ Recorder ──told(Recorded)──▶ memory, a policy's lesson, a film
"""

from dataclasses import dataclass
from typing import Protocol

from actuation.action import Motion
from perception.observation import Observation


@dataclass(frozen=True, eq=False)
class Recorded:
    """One act of a person's hands, once it is complete: typing is joined, wiggles are dropped.

    before: the last visually distinct frame before it began; the action's coordinates are that
    frame's pixels. after: the frame when it was complete. began_at, ended_at: seconds since the
    epoch. pasted: the text came from the clipboard.
    """

    action: Motion
    before: Observation
    after: Observation
    began_at: float
    ended_at: float
    pasted: bool = False


class Recorder(Protocol):
    """Tells each act of a person's hands, in order, from one thread of its own."""

    def hide(self, hidden: bool) -> None:
        """While hidden nothing is kept, neither keys nor pixels; what was being typed is told
        first, without what came after."""
        ...

    def close(self) -> None:
        """Tell what is still being joined, and end. Safe to call twice."""
        ...
