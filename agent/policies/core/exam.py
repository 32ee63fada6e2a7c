"""How well a network does the nursery's skills: an episode passes if every moment is right."""

from collections.abc import Sequence

import torch

from agent.policies.core.choose import choose, doubtful
from agent.policies.core.collate import parts
from agent.policies.core.features import features
from agent.policies.core.network import Network, Scores
from agent.policies.core.nursery.draw import episode
from agent.policies.core.situation import Choice, ChoiceKind, Lesson
from memory.sleep.protocols import SkillScore

EXAMINED = ("point_at", "copy_value", "fill_row")


def right(choice: Choice, confidence: float, lesson: Lesson) -> bool:
    """Whether what the agent would do is right in all its parts: it asks where it is in doubt."""
    wanted = lesson.choice
    if doubtful(choice, confidence) or choice.kind == ChoiceKind.ASK:
        return wanted.kind == ChoiceKind.ASK
    if choice.kind != wanted.kind:
        return False
    if choice.kind == ChoiceKind.CLICK:
        return choice.targets[0] in wanted.targets
    if choice.kind == ChoiceKind.TYPE:
        sources = lesson.situation.sources
        same = sources[choice.targets[0]] in {sources[t] for t in wanted.targets}
        return same and wanted.form in (-1, choice.form)
    return choice.key == wanted.key


@torch.no_grad()
def judge(network: Network, lessons: Sequence[Lesson], size: int = 32) -> list[bool]:
    """For each lesson whether what the agent would do is right."""
    out = [False] * len(lessons)
    for indices, batch, _ in parts(lessons, size):
        scores: Scores = network(batch)
        for row, i in enumerate(indices):
            situation = lessons[i].situation
            choice, confidence = choose(scores, row, batch, features(situation), situation)
            out[i] = right(choice, confidence, lessons[i])
    return out


def exam(
    network: Network, episodes: int, seed: int, skills: Sequence[str] = EXAMINED
) -> list[SkillScore]:
    """Each skill on `episodes` drawn episodes, the same for the same seed."""
    scores = []
    for skill in skills:
        drawn = [episode(skill, seed + i) for i in range(episodes)]
        verdicts = iter(judge(network, [lesson for lessons in drawn for lesson in lessons]))
        passed = 0
        for lessons in drawn:
            passed += all([next(verdicts) for _ in lessons])  # noqa: C419 - all must be read
        scores.append(SkillScore(skill, passed, episodes))
    return scores
