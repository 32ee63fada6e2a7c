"""Recall: which lived steps come to mind for a goal, most similar first."""

from dataclasses import dataclass

from memory.episode import Outcome, Step


@dataclass(frozen=True, eq=False)
class RecalledStep:
    """A step of an earlier episode with the goal it served; similarity 0..1 of the goals."""

    goal: str
    step: Step
    outcome: Outcome | None
    similarity: float
