"""How well a network does the nursery's skills: an episode passes if every moment is right."""

from collections.abc import Sequence

import torch

from agent.policies.core.collate import parts
from agent.policies.core.network import Network, Scores, Target
from agent.policies.core.nursery.draw import episode
from agent.policies.core.situation import ChoiceKind, Lesson
from memory.sleep.protocols import SkillScore

EXAMINED = ("point_at", "copy_value", "fill_row")


def right(scores: Scores, wanted: Target) -> torch.Tensor:
    """(B,) whether the most likely choice is a right one in all its parts."""
    kind = scores.kind.argmax(-1) == wanted.kind
    rows = torch.arange(len(kind))
    click = wanted.click[rows, scores.click.argmax(-1)] | (wanted.kind != ChoiceKind.CLICK)
    copy = wanted.copy[rows, scores.copy.argmax(-1)] | (wanted.kind != ChoiceKind.TYPE)
    key = (scores.key.argmax(-1) == wanted.key) | (wanted.key < 0)
    form = (scores.form.argmax(-1) == wanted.form) | (wanted.form < 0)
    return kind & click & copy & key & form


@torch.no_grad()
def judge(network: Network, lessons: Sequence[Lesson], size: int = 32) -> list[bool]:
    """For each lesson whether the network chooses right."""
    out = [False] * len(lessons)
    for indices, batch, wanted in parts(lessons, size):
        verdicts = right(network(batch), wanted).tolist()
        for i, verdict in zip(indices, verdicts, strict=True):
            out[i] = verdict
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
