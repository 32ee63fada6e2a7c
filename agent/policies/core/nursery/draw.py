"""Lessons and whole jobs drawn by seed: the endless stream that pretraining and replay read."""

import random

from agent.policies.core.nursery.jobs import Redraw
from agent.policies.core.nursery.skills import SKILLS
from agent.policies.core.situation import Lesson


def lesson(seed: int) -> Lesson:
    """One moment of one job, the skill by its share; equal seeds give equal lessons."""
    rng = random.Random(f"lesson/{seed}")
    names = list(SKILLS)
    while True:
        name = rng.choices(names, [SKILLS[n][1] for n in names])[0]
        job = SKILLS[name][0](rng.getrandbits(48))
        try:
            return job.at(rng.randrange(job.length))
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
