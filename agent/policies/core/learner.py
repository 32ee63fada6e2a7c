"""CoreLearner: what the night trains of the core, behind memory.sleep.protocols.Learner."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from actuation.action import Action, TypeText
from agent.policies.core import augment as variations
from agent.policies.core.collate import parts
from agent.policies.core.exam import exam
from agent.policies.core.levels import add_level, save_level, trainable
from agent.policies.core.network import Network, Scores, losses, unlikelihood
from agent.policies.core.nursery.draw import lesson as drawn
from agent.policies.core.recalled import cue_of, kind_of
from agent.policies.core.situation import ChoiceKind, Cue, Lesson, Situation
from agent.policies.core.trail import Trail, choice_of, same
from agent.policies.core.weights import SHIPPED, load_network
from memory.atomic import digest
from memory.episode import Episode, Fate
from memory.recall import good
from memory.sleep.protocols import SkillScore
from memory.taught import refused
from perception.read import Reader

ENDINGS = 0.4  # share of replay: how an old job ends is what a new habit overwrites first
PART = 8  # lessons computed together
AGAINST = 1.0  # what was wrong counts as much as what was right


class CoreLearner:
    """The shipped core, frozen, and the fast level that is trained above it."""

    def __init__(self, reader: Reader | None = None, shipped: Path = SHIPPED) -> None:
        self.base = digest(shipped)
        self.frozen = load_network(shipped)
        self.frozen.requires_grad_(False)
        self.network: Network = copy.deepcopy(self.frozen)
        self.reader = reader or Reader()
        self._told: dict[str, list[str]] = {}
        self._lived: dict[str, dict[str, tuple[Cue, ...]]] = {}
        self._prepare()

    def _prepare(self) -> None:
        self.network.requires_grad_(False)
        for parameter in trainable(self.network).values():
            parameter.requires_grad_(True)

    def examples(self, episode: Episode, weights: Sequence[float]) -> list[Lesson]:
        """Lessons of the steps with weight > 0 that the core has a way to say, and of what a
        person would not have."""
        told = self._told.setdefault(episode.task, [])
        told += [episode.goal] if episode.goal not in told else []
        trail, lessons, refusals = Trail(episode.goal), list[Lesson](), refused(episode)
        cues: list[Cue | None] = []
        before: ChoiceKind | None = None
        for step, weight in zip(episode.steps, weights, strict=True):
            situation = trail.look(self.reader.read(step.observation))
            action = step.performed or step.intended
            lesson = _lesson(situation, action, weight, refusals.get(step.index), episode.task)
            if step.fate is Fate.ANSWER and isinstance(action, TypeText):
                trail.told(action.text)
                if lesson is not None and lessons and lessons[-1].choice.kind == ChoiceKind.ASK:
                    lessons.pop()  # the answer stood there: it need not have asked
            if lesson is not None:
                lessons.append(lesson)
            if step.performed is not None:  # one that was cut short is looked at again
                choice = choice_of(situation, action)
                cues.append(cue_of(situation, choice, before))
                trail.did(action)
                before = kind_of(choice)
        if episode.task and good(episode):  # as memory.recall brings them to mind
            lived = self._lived.setdefault(episode.task, {})
            lived[episode.id] = tuple(cue for cue in cues if cue is not None)
        copies = [i for i, each in enumerate(lessons) if each.copies_screen]
        first = copies[0] if copies else 0
        return [
            replace(each, episode=episode.id, before_copying=i < first)
            for i, each in enumerate(lessons)
        ]

    def augment(self, example: Lesson, seed: int) -> Lesson:
        lesson = variations.retold(example, self._told, seed)
        lesson = variations.reminded(lesson, self._lived.get(example.task, {}), seed)
        return variations.augment(lesson, seed)

    def replay(self, seed: int) -> Iterator[Lesson]:
        """Nursery lessons, marked as old so that the anchor holds on them."""
        first = 5 * 10**12 + seed * 10**7
        while True:
            yield replace(drawn(first, ENDINGS), old=True)
            first += 1

    @torch.no_grad()
    def surprise(self, batch: Sequence[Lesson]) -> list[float]:
        found = torch.zeros(len(batch))
        for indices, arrays, wanted in parts(batch, PART):
            scores: Scores = self.network(arrays)
            now = losses(scores, wanted, smoothing=0)
            if wanted.wrong is not None:
                now = now + unlikelihood(scores, wanted.wrong)
            old = torch.tensor([float(batch[i].old) for i in indices])
            if bool(old.any()):
                now = now - old * losses(self.frozen(arrays), wanted, smoothing=0)
            found[indices] = now.clamp(min=0)
        values: list[float] = found.tolist()
        return values

    def loss(self, batch: Sequence[Lesson], anchor: float) -> Tensor:
        """Mean cross-entropy, and unlikelihood of what was wrong, + anchor × mean KL(frozen ‖
        current) on the batch's old lessons."""
        total, drift = torch.zeros(()), torch.zeros(())
        for indices, arrays, wanted in parts(batch, PART):
            scores: Scores = self.network(arrays)
            total = total + losses(scores, wanted).sum()
            if wanted.wrong is not None:
                total = total + AGAINST * unlikelihood(scores, wanted.wrong).sum()
            old = torch.tensor([batch[i].old for i in indices])
            if anchor > 0 and bool(old.any()):
                with torch.no_grad():
                    before: Scores = self.frozen(arrays)
                drift = drift + _kl(before, scores, old).sum()
        weights = sum(lesson.weight for lesson in batch)
        olds = sum(lesson.old for lesson in batch)
        return total / max(weights, 1e-6) + anchor * drift / max(olds, 1)

    def parameters(self) -> list[torch.nn.Parameter]:
        return list(trainable(self.network).values())

    @torch.no_grad()
    def shrink(self, share: float) -> None:
        old = dict(self.frozen.named_parameters())
        for name, parameter in trainable(self.network).items():
            parameter.copy_(torch.lerp(old[name], parameter, share))

    def exam(self, skills: int, seed: int) -> list[SkillScore]:
        return exam(self.network, skills, seed)

    def save(self, path: Path) -> str:
        return save_level(self.network, self.frozen, path, self.base)

    def load(self, path: Path | None) -> None:
        self.network = copy.deepcopy(self.frozen)
        if path is not None:
            add_level(self.network, path, self.base)
        self._prepare()


def _lesson(
    situation: Situation, action: Action, weight: float, refused: Action | None, task: str
) -> Lesson | None:
    """What there is to learn from a step: what was right, what was wrong, or both."""
    if not situation.scene.elements:
        return None
    right = choice_of(situation, action) if weight > 0 else None
    wrong = choice_of(situation, refused) if refused is not None else None
    if right is None:
        return None if wrong is None else Lesson(situation, wrong, 0, task=task, wrong=wrong)
    wrong = None if wrong is None or same(situation, right, wrong) else wrong
    return Lesson(situation, right, weight, task=task, wrong=wrong)


def _kl(before: Scores, now: Scores, rows: Tensor) -> Tensor:
    """(R,) KL(before ‖ now) of every head, at the rows that are marked."""
    total = torch.zeros(())
    for one, other in (
        (before.kind, now.kind),
        (before.click, now.click),
        (before.copy, now.copy),
        (before.key, now.key),
    ):
        p, q = one[rows].log_softmax(-1), other[rows].log_softmax(-1)
        total = total + (p.exp() * (p - q)).sum(-1)
    return total
