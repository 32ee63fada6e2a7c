"""What sleep is handed: a Learner to train and a Rehearsal to examine it with.

Both are implemented under agent/; memory never imports agent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import torch

from memory.episode import Episode, Outcome

Example = TypeVar("Example")


@dataclass(frozen=True)
class Rehearsed:
    """How one rehearsal ended."""

    task: str
    variant: str
    seed: int
    outcome: Outcome
    collateral: bool
    seconds: float


@dataclass(frozen=True)
class SkillScore:
    """A named old skill, scored on drawn episodes."""

    skill: str
    passed: int
    attempts: int


class Learner(Protocol[Example]):
    """A policy that sleep can train: a frozen core and a fast level above it.

    Deterministic: equal seeds and equal calls give equal weights. The night seeds torch's own
    generator, pins its threads, and calls `parameters` after each `load`.
    """

    def examples(self, episode: Episode, weights: Sequence[float]) -> list[Example]:
        """One example for each step with weight > 0 (weights has one entry a step)."""
        ...

    def augment(self, example: Example, seed: int) -> Example:
        """A variation with the same meaning: windows moved, swapped, resized; values redrawn."""
        ...

    def replay(self, seed: int) -> Iterator[Example]:
        """An endless stream of old skills (the nursery), to be mixed in.

        Asked for anew, with another seed, after each checkpoint: it should begin quickly.
        """
        ...

    def surprise(self, batch: Sequence[Example]) -> list[float]:
        """How badly the current weights foresee each example: ≥ 0, and 0 for the foreseen.

        Of a replayed example, how much worse than the frozen core.
        """
        ...

    def loss(self, batch: Sequence[Example], anchor: float) -> torch.Tensor:
        """Mean weighted loss of the batch plus anchor × KL(frozen core ‖ current) on replay."""
        ...

    def parameters(self) -> list[torch.nn.Parameter]:
        """The fast level's trainable parameters."""
        ...

    def shrink(self, share: float) -> None:
        """Move the fast level back towards the frozen core, until this share (0..1) is left."""
        ...

    def exam(self, skills: int, seed: int) -> list[SkillScore]:
        """Score the named old skills with the current weights on `skills` drawn episodes each."""
        ...

    def save(self, path: Path) -> str:
        """Write the fast level atomically to exactly this path; returns its sha256 in hex."""
        ...

    def load(self, path: Path | None) -> None:
        """Use this fast level (None: shipped weights alone). Raises ValueError if it is corrupt."""
        ...


class Rehearsal(Protocol):
    """Runs tasks with given weights: what the exam needs of tasks and the loop."""

    def rehearse(
        self,
        task: str,
        variant: str,
        seeds: Sequence[int],
        weights: Path | None,
        progress: Callable[[Rehearsed], None] | None = None,
    ) -> list[Rehearsed]: ...
