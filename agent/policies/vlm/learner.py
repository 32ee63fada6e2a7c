"""VlmLearner: what a night trains of a vision-language model, behind sleep's Learner.

Gradients are gathered over micro-batches, halved whenever memory runs out: the effective batch
stays what the plan says. With torch.distributed under way, each process takes its part of every
batch and the gradients are summed, so that all end with the same weights.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, distributed

from agent.policies.vlm import batch as batches
from agent.policies.vlm import lora
from agent.policies.vlm.batch import Foreseen
from agent.policies.vlm.dialects.dialect import Dialect
from agent.policies.vlm.examine import examine
from agent.policies.vlm.lessons import Lesson, apart, conversation, lessons, varied
from agent.policies.vlm.loading import Loaded
from agent.policies.vlm.parallel import mine, shard, share, spread, summed
from agent.policies.vlm.prompt import Prompt, Writer
from memory.episode import Episode
from memory.sleep.protocols import SkillScore


@dataclass(frozen=True)
class Reach:
    """pictures: as the policy has them. micro: lessons at once, at most. checkpointing: compute
    activations again instead of keeping them. whole: train all weights, not a level. rank: of
    the levels. shard: spread the frozen weights over all processes."""

    pictures: int = 3
    micro: int = 4
    checkpointing: bool = False
    whole: bool = False
    rank: int = lora.RANK
    shard: bool = False


class VlmLearner:
    """skills: episodes of old skills, replayed and examined. slow: a level file whose slow level
    lies under the one that is trained."""

    def __init__(
        self,
        loaded: Loaded,
        dialect: Dialect,
        skills: Sequence[Episode] = (),
        slow: Path | None = None,
        reach: Reach | None = None,
    ) -> None:
        self.loaded, self.dialect, self.reach = loaded, dialect, reach or Reach()
        self._slow, self.micro = slow, self.reach.micro
        self.last: list[float] = []  # the loss of each lesson of the last batch
        self._writer = Writer(
            loaded.model, loaded.tokenizer, loaded.sight, dialect.sequential, skip=False
        )
        self._skills = [one for episode in skills for one in self._all(episode)]
        if not self.reach.whole:
            lora.ensure(loaded.model, self.reach.rank)
            if self.reach.shard and distributed.is_initialized():
                own = [
                    factor
                    for layer in lora.layers(loaded.model).values()
                    for level in lora.LEVELS
                    for factor in layer.factors(level)
                ]
                shard(loaded.model, own)
        if self.reach.checkpointing:
            loaded.model.activation_checkpointing_enable({"use_reentrant": False})
        self.load(None)

    def _all(self, episode: Episode) -> list[Lesson]:
        """What an old skill consists of: what was refused in it is no part of it."""
        lessons = self.examples(episode, [1.0] * len(episode.steps))
        return [one for one in lessons if any(weight > 0 for weight in _weights(one))]

    def examples(self, episode: Episode, weights: Sequence[float]) -> list[Lesson]:
        """One lesson for all steps that were in view together: they share what is computed, where
        the chat template shows earlier replies as they were said."""
        shared = lessons(self.dialect, episode, weights, self.reach.pictures)
        if self._writer.faithful:
            return shared
        return [each for lesson in shared for each in apart(lesson)]

    def augment(self, example: Lesson, seed: int) -> Lesson:
        """A whole model learns the letters of its own screens: they keep their size."""
        return varied(example, seed, scaled=not self.reach.whole)

    def replay(self, seed: int) -> Iterator[Lesson]:
        """Old skills in an order of the seed. Raises ValueError if there are none."""
        if not self._skills:
            raise ValueError("no old skills to replay: plan this night with replay=0")
        while True:
            order = torch.Generator().manual_seed(seed)
            for at in torch.randperm(len(self._skills), generator=order).tolist():
                seed += 1
                yield replace(varied(self._skills[at], seed), old=True)

    @torch.no_grad()
    def surprise(self, batch: Sequence[Lesson]) -> list[float]:
        found = []
        for lesson in batch:
            now = self.foresee([lesson])
            loss = float(now.losses(1)[0])
            if lesson.old and not self.reach.whole:
                with lora.without(self.loaded.model, "fast"):
                    loss -= float(self.foresee([lesson]).losses(1)[0])
            found.append(max(0.0, loss))
        return found

    def loss(self, batch: Sequence[Lesson], anchor: float) -> Tensor:
        """Mean weighted loss (unlikelihood of what was refused) + anchor × KL(below the fast level
        ‖ now) on what is old.

        The gradients are computed here, over micro-batches, and handed on by a term that is zero.
        """
        parameters = self.parameters()
        part = mine(batch)
        if self.reach.shard and len(part) < share(len(batch)):
            part.append(_silent(batch[0]))  # all compute equally often
        value, gradients = self._gathered(part, parameters, anchor, batch)
        each = spread(self.last, batch, value.device)
        value, (*gradients, each) = summed(value, [*gradients, each])
        self.last = each.tolist()
        carry = sum(
            ((p - p.detach()) * g).sum() for p, g in zip(parameters, gradients, strict=True)
        )
        return value + carry

    def _gathered(
        self,
        part: Sequence[Lesson],
        parameters: list[torch.nn.Parameter],
        anchor: float,
        whole: Sequence[Lesson],
    ) -> tuple[Tensor, list[Tensor]]:
        weight = sum(abs(one) for lesson in whole for one in _weights(lesson))
        olds = sum(lesson.old for lesson in whole)
        device = parameters[0].device
        while True:
            self.last = []
            value = torch.zeros((), device=device)
            gradients = [torch.zeros_like(parameter) for parameter in parameters]
            try:
                for start in range(0, len(part), self.micro):
                    piece = part[start : start + self.micro]
                    loss = self._loss(piece, anchor, max(weight, 1e-6), max(olds, 1))
                    value += loss.detach()
                    if not torch.is_grad_enabled():
                        continue
                    found = torch.autograd.grad(loss, parameters, allow_unused=True)
                    for total, one in zip(gradients, found, strict=True):
                        if one is not None:
                            total += one
                return value, gradients
            except torch.OutOfMemoryError:
                if self.micro == 1 or self.reach.shard:  # the others would wait for ever
                    raise
                self.micro //= 2
                torch.cuda.empty_cache()

    def _loss(self, piece: Sequence[Lesson], anchor: float, weight: float, olds: float) -> Tensor:
        now = self.foresee(piece)
        each = now.losses(len(piece))
        self.last += each.detach().tolist()
        loss = each.sum() / weight
        old = torch.tensor([lesson.old for lesson in piece], device=now.row.device)
        if anchor > 0 and bool(old.any()) and not self.reach.whole:
            with torch.no_grad(), lora.without(self.loaded.model, "fast"):
                before = self.foresee(piece)
            loss = loss + anchor * (divergence(before, now) * old[now.row]).sum() / olds
        return loss

    def foresee(self, piece: Sequence[Lesson]) -> Foreseen:
        """How the current weights foresee every reply of some lessons."""
        prompts = [self._prompt(lesson) for lesson in piece]
        weights = [_weights(lesson) for lesson in piece]
        # transformers checkpoints in training mode alone; these classes have no dropout.
        self.loaded.model.train(self.reach.checkpointing)
        try:
            return batches.foresee(self.loaded, prompts, weights, eye=self.reach.whole)
        finally:
            self.loaded.model.eval()

    def _prompt(self, lesson: Lesson) -> Prompt:
        return self._writer.prompt(conversation(self.dialect, lesson, self.reach.pictures))

    def parameters(self) -> list[torch.nn.Parameter]:
        if self.reach.whole:
            return list(self.loaded.model.requires_grad_(True).parameters())
        return lora.trained(self.loaded.model, "fast")

    def shrink(self, share: float) -> None:
        lora.scale(self.loaded.model, "fast", share)

    def exam(self, skills: int, seed: int) -> list[SkillScore]:
        return examine(self.loaded, self.dialect, self._skills, skills, seed, self.reach.pictures)

    def save(self, path: Path) -> str:
        return lora.save_levels(self.loaded.model, path, self.loaded.weights)

    def load(self, path: Path | None) -> None:
        """None: the weights and the slow level alone."""
        if self.reach.whole:
            if path is not None:
                raise ValueError("levels lie above weights that stand still")
            return
        lora.clear(self.loaded.model)
        source = path or self._slow
        if source is not None:
            lora.load_levels(self.loaded.model, source, self.loaded.weights)
        if path is None:
            lora.clear(self.loaded.model, ["fast"])


def divergence(before: Foreseen, now: Foreseen) -> Tensor:
    """(T,) KL(before ‖ now) at each token, weighted as the losses are."""
    p, q = before.logits.float().log_softmax(-1), now.logits.float().log_softmax(-1)
    return (p.exp() * (p - q)).sum(-1) * now.weight.clamp(min=0)


def _silent(lesson: Lesson) -> Lesson:
    """One that is computed and not learned from."""
    turns = tuple(replace(turn, weight=0.0) for turn in lesson.turns)
    return replace(lesson, turns=turns, old=False)


def _weights(lesson: Lesson) -> list[float]:
    """One a reply of the prompt: evicted ones are read, not learned."""
    return [turn.weight if at >= lesson.first else 0.0 for at, turn in enumerate(lesson.turns)]
