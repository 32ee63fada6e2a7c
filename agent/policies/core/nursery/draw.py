"""Lessons and whole jobs drawn by seed: the endless stream that pretraining and replay read."""

import random

from agent.policies.core.nursery.jobs import Redraw
from agent.policies.core.nursery.skills import SKILLS
from agent.policies.core.situation import Lesson


def lesson(seed: int, endings: float = 0.0) -> Lesson:
    """One moment of one job, the skill by its share; equal seeds give equal lessons.

    endings: how often it is one of the job's last two moments, whatever its length.
    """
    rng = random.Random(f"lesson/{seed}")
    ending = endings > 0 and rng.random() < endings
    names = list(SKILLS)
    while True:
        name = rng.choices(names, [SKILLS[n][1] for n in names])[0]
        job = SKILLS[name][0](rng.getrandbits(48))
        try:
            first = max(0, job.length - 2) if ending else 0
            return job.at(rng.randrange(first, job.length))
        except Redraw:
            continue


def episode(skill: str, seed: int) -> list[Lesson]:
    """Every moment of one job of a skill, in order."""
    rng = random.Random(f"episode/{skill}/{seed}")
    while True:
        job = SKILLS[skill][0](rng.getrandbits(48))
        try:
            return [job.at(moment) for moment in range(job.length)]
        except Redraw:
            continue
