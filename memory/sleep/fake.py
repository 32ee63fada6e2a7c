"""A learner and a rehearsal that need no desktop: a few weights, learned in milliseconds.

FakeLearner learns where a step's click goes from the frame's mean colour; its one old skill is to
answer with the bias it was born with. FakeRehearsal verifies what the weights' file deserves.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from actuation.action import Click
from memory import atomic
from memory.episode import Episode, Outcome
from memory.sleep.protocols import Rehearsed, SkillScore


@dataclass(frozen=True)
class FakeExample:
    """colour: mean of the frame, 0..1. target: where the click goes, 0..1 of the frame."""

    colour: tuple[float, float, float]
    target: tuple[float, float]
    weight: float = 1.0


class FakeLearner:
    """A linear map, colour (3) → place (2). poison: from this many losses on they are NaN."""

    def __init__(self, poison: int | None = None) -> None:
        self._net = torch.nn.Linear(3, 2)
        self._poison = poison
        self.load(None)

    def examples(self, episode: Episode, weights: Sequence[float]) -> list[FakeExample]:
        found = []
        for step, weight in zip(episode.steps, weights, strict=True):
            if weight > 0 and isinstance(step.performed, Click):
                image = step.observation.image
                red, green, blue = (image.reshape(-1, 3).mean(axis=0) / 255).tolist()
                place = (step.performed.x / image.shape[1], step.performed.y / image.shape[0])
                found.append(FakeExample((red, green, blue), place, weight))
        return found

    def augment(self, example: FakeExample, seed: int) -> FakeExample:
        shade = random.Random(seed).uniform(-0.02, 0.02)
        red, green, blue = (value + shade for value in example.colour)
        return FakeExample((red, green, blue), example.target, example.weight)

    def replay(self, seed: int) -> Iterator[FakeExample]:
        rng = random.Random(seed)
        while True:
            yield FakeExample((0.0, 0.0, rng.uniform(0, 0.1)), (0.5, 0.5))

    def surprise(self, batch: Sequence[FakeExample]) -> list[float]:
        with torch.no_grad():
            return [
                float(torch.dist(self._net(torch.tensor(one.colour)), torch.tensor(one.target)))
                for one in batch
            ]

    def loss(self, batch: Sequence[FakeExample], anchor: float) -> torch.Tensor:
        if self._poison is not None:
            self._poison -= 1
        asked = torch.tensor([one.colour for one in batch])
        wanted = torch.tensor([one.target for one in batch])
        weights = torch.tensor([one.weight for one in batch])
        # Dropout stands for whatever a real learner draws from torch's own generator.
        answer = torch.nn.functional.dropout(self._net(asked), 0.1)
        error = ((answer - wanted) ** 2).sum(dim=1)
        distance = self._net.weight.square().sum() * anchor
        loss = (weights * error).mean() + distance
        return loss * float("nan") if self._poison is not None and self._poison < 0 else loss

    def parameters(self) -> list[torch.nn.Parameter]:
        return list(self._net.parameters())

    def shrink(self, share: float) -> None:
        with torch.no_grad():
            self._net.weight.mul_(share)
            self._net.bias.copy_(0.5 + share * (self._net.bias - 0.5))

    def exam(self, skills: int, seed: int) -> list[SkillScore]:
        replay = self.replay(seed)
        with torch.no_grad():
            near = [
                torch.dist(self._net(torch.tensor(one.colour)), torch.tensor(one.target)) < 0.25
                for one in (next(replay) for _ in range(skills))
            ]
        return [SkillScore("stay in the middle", sum(map(bool, near)), skills)]

    def save(self, path: Path) -> str:
        values = torch.cat([p.detach().flatten() for p in self._net.parameters()])
        atomic.write_bytes(path, values.numpy().tobytes())
        return atomic.digest(path)

    def load(self, path: Path | None) -> None:
        values = np.zeros(8, np.float32)
        values[6:] = 0.5
        if path is not None:
            content = path.read_bytes()
            if len(content) != values.nbytes:
                raise ValueError(f"Weights {path} are damaged: {len(content)} bytes.")
            values = np.frombuffer(content, np.float32)
        tensor = torch.from_numpy(values.copy())
        with torch.no_grad():
            self._net.weight.copy_(tensor[:6].reshape(2, 3))
            self._net.bias.copy_(tensor[6:])


class FakeRehearsal:
    """Ends every run of shipped weights with `shipped`, of any others with `trained`."""

    def __init__(
        self, shipped: Outcome = Outcome.FAILED, trained: Outcome = Outcome.VERIFIED
    ) -> None:
        self._outcomes = (shipped, trained)

    def rehearse(
        self,
        task: str,
        variant: str,
        seeds: Sequence[int],
        weights: Path | None,
        progress: Callable[[Rehearsed], None] | None = None,
    ) -> list[Rehearsed]:
        done = []
        for seed in seeds:
            outcome = self._outcomes[weights is not None]
            done.append(Rehearsed(task, variant, seed, outcome, collateral=False, seconds=0.0))
            if progress is not None:
                progress(done[-1])
        return done
