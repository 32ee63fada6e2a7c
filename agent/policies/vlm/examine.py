"""Does a model still do its old skills? It says its reply to each lesson, and that is compared."""

import random
from collections.abc import Sequence

from actuation.action import Action
from agent.policies.vlm.dialects.dialect import Dialect, DialectError, view_of
from agent.policies.vlm.engine import Engine
from agent.policies.vlm.lessons import Lesson, conversation, points, with_points
from agent.policies.vlm.loading import Loaded
from memory.sleep.protocols import SkillScore
from perception.observation import Screen

NEAR = 0.015  # of the screen's diagonal: so far off is still the same place


def examine(
    loaded: Loaded,
    dialect: Dialect,
    old: Sequence[Lesson],
    count: int,
    seed: int,
    pictures: int,
) -> list[SkillScore]:
    """For each task among the old lessons, how many of at most `count` pass: every reply right."""
    engine = Engine(loaded, dialect)
    scores = []
    for task in sorted({lesson.task for lesson in old}):
        mine = [lesson for lesson in old if lesson.task == task]
        chosen = random.Random(f"{seed} {task}").sample(mine, min(count, len(mine)))
        passed = sum(right(engine, dialect, lesson, pictures) for lesson in chosen)
        scores.append(SkillScore(task, passed, len(chosen)))
    return scores


def right(engine: Engine, dialect: Dialect, lesson: Lesson, pictures: int) -> bool:
    """Whether every reply that a lesson teaches is as it was."""
    messages = conversation(dialect, lesson, pictures)
    ends = [at for at, message in enumerate(messages) if message.role == "assistant"]
    for at, turn in zip(ends[lesson.first :], lesson.turns[lesson.first :], strict=True):
        if turn.weight <= 0:
            continue  # it is read, not learned
        view = view_of(dialect, turn.screen)
        reply = engine.say(messages[:at], dialect, view)
        try:
            said = dialect.parse(reply.text, view).action
        except DialectError:
            return False
        if not same(said, turn.action, turn.screen):
            return False
    return True


def same(one: Action, other: Action, screen: Screen) -> bool:
    """Whether two actions do the same: points may be a little apart."""
    if type(one) is not type(other):
        return False
    if with_points(one, _nowhere) != with_points(other, _nowhere):
        return False  # another button, count, amount or text
    here, there = points(one), points(other)
    near = NEAR * (screen.width**2 + screen.height**2) ** 0.5
    return all(
        (x - to_x) ** 2 + (y - to_y) ** 2 <= near**2
        for (x, y), (to_x, to_y) in zip(here, there, strict=True)
    )


def _nowhere(x: int, y: int) -> tuple[int, int]:
    return 0, 0
