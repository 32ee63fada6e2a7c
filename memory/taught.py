"""What a person taught in the middle of runs: which runs, which answers, which refusals.

the agent proposed ──▶ a person did otherwise, on the same frame ──▶ not this, but that
"""

import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from actuation.action import Action, Ask, TypeText
from actuation.grammar import parse_action
from memory.episode import Actor, Episode, Fate, Step

NOTICEABLE = 64  # pixels: a blinking caret is fewer, a moved focus is more
LATE = 3  # how many values the agent may have typed since before a person sees the mistake
SQUARE = 16  # pixels
OVERWRITTEN = 0.75  # of the squares that a text changed: two cells share a formula bar alone


def runs(database: sqlite3.Connection) -> set[str]:
    """Ended runs in which a person acted, judged a proposal, or answered a question."""
    rows = database.execute(
        "SELECT DISTINCT id FROM episode JOIN step ON step.episode = id"
        " WHERE provenance = 'run' AND outcome IS NOT NULL AND (actor = ? OR fate != '')",
        (Actor.OPERATOR,),
    )
    return {str(name) for (name,) in rows}


def answers(database: sqlite3.Connection, since: float) -> list[tuple[str, str]]:
    """Questions with a person's answers, of runs that started at or after `since`, in order."""
    rows = database.execute(
        "SELECT asked.intended, said.intended FROM step AS said"
        " JOIN step AS asked ON asked.episode = said.episode AND asked.place = said.place - 1"
        " JOIN episode ON id = said.episode"
        " WHERE said.fate = ? AND started_at >= ? ORDER BY started_at, id, said.place",
        (Fate.ANSWER, since),
    )
    pairs = [(parse_action(asked), parse_action(said)) for asked, said in rows]
    return [
        (asked.question, said.text)
        for asked, said in pairs
        if isinstance(asked, Ask) and isinstance(said, TypeText)
    ]


def corrections(episode: Episode) -> dict[int, Step]:
    """The operator's step → the agent's that it puts right: the last thing that the agent wanted
    or did before, if it was decided on the same frame, and was something else. Only the first
    step does: those after it may be quicker than the screen."""
    found: dict[int, Step] = {}
    for at, step in enumerate(episode.steps):
        hands = step.actor is Actor.OPERATOR and step.fate is Fate.NONE
        wrong = _wrong(step, episode.steps[:at]) if hands else None
        if wrong is not None and wrong not in found.values():
            found[step.index] = wrong
    return found


def _wrong(step: Step, before: Sequence[Step]) -> Step | None:
    for one in reversed(before):
        if one.actor is Actor.OPERATOR:
            continue
        if one.intended != step.intended and alike(one, step):
            return one
        if one.performed is not None:
            break
    return None


def mended(episode: Episode) -> dict[int, int]:
    """The agent's step → the operator's that puts it right: on the same frame, or by writing
    something else over what the agent had typed."""
    found = {wrong.index: index for index, wrong in corrections(episode).items()}
    steps = episode.steps
    for at, step in enumerate(steps[:-1]):
        if step.actor is not Actor.OPERATOR or not isinstance(step.performed, TypeText):
            continue
        typed = (i for i in range(at) if _typed_by_agent(steps[i]))
        for i in list(typed)[-LATE:]:
            other = steps[i].performed != step.performed
            if other and _overlap(_changed(steps, i), _changed(steps, at)) > OVERWRITTEN:
                found.setdefault(steps[i].index, step.index)
    return found


def _typed_by_agent(step: Step) -> bool:
    return step.actor is not Actor.OPERATOR and isinstance(step.performed, TypeText)


def _changed(steps: Sequence[Step], at: int) -> NDArray[np.bool_]:
    """Which squares of the screen a step changed."""
    before, after = (one.observation.image for one in steps[at : at + 2])
    if before.shape != after.shape:
        return np.zeros((0, 0), bool)
    rows, columns = (range(0, size, SQUARE) for size in before.shape[:2])
    differ = (before != after).any(axis=2)
    return np.logical_or.reduceat(np.logical_or.reduceat(differ, rows, axis=0), columns, axis=1)


def _overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Shared squares by those of the smaller: two texts may differ in a letter."""
    smaller = min(one.sum(), other.sum())
    if one.shape != other.shape or not smaller:
        return 0.0
    return float((one & other).sum() / smaller)


def refused(episode: Episode) -> dict[int, Action]:
    """Step → what the agent wanted there and a person did not: under the step that puts it right,
    under one that was corrected on the desk (memory.flags.corrected), or, of what was rejected,
    under the proposal itself."""
    found = {index: wrong.intended for index, wrong in corrections(episode).items()}
    for step in episode.steps:
        replaced = step.performed is not None and step.fate is Fate.EDITED
        if step.fate is Fate.REJECTED or replaced:
            found[step.index] = step.intended
    return found


def alike(one: Step, other: Step) -> bool:
    """Whether both were decided on the same frame, a blinking caret aside."""
    before, after = one.observation, other.observation
    if before.image.shape != after.image.shape or before.windows != after.windows:
        return False
    return int((before.image != after.image).any(axis=2).sum()) <= NOTICEABLE
