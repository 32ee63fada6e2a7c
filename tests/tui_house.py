"""A memory for pages to show: three demonstrations, runs that ended in several ways, a night."""

from dataclasses import replace
from typing import Any

import numpy as np

from actuation.action import Action, Click, Done, Press, TypeText
from agent.config import Settings
from agent.past import told
from agent.tui.library import Library
from memory.amend import RECORDING
from memory.episode import Actor, Episode, Outcome, Step
from memory.fake import episode, live_through, look, step
from memory.levels import Levels
from memory.recall import good
from memory.sleep import log
from memory.sleep.log import NightRecord, Reviewed, Score
from memory.sleep.review import review
from memory.store import Store

SIZES = ((80, 24), (120, 40), (200, 60))
NOON = 1_772_366_400.0  # 2026-03-01 12:00 UTC


def sheet(index: int) -> Step:
    """A step on a drawn screen: a window with fields, one more filled at each step."""
    image = np.full((200, 320, 3), (58, 70, 92), np.uint8)
    image[20:180, 30:290] = 245
    image[20:32, 30:290] = (90, 120, 170)
    for field in range(4):
        top = 50 + 30 * field
        image[top : top + 16, 110:270] = 255
        image[top : top + 16, 50:95] = 200
        if field < index:
            image[top + 4 : top + 12, 116 : 180 + 20 * field] = (40, 60, 40)
    actions: tuple[Action, ...] = (
        Click(150, 58),
        TypeText("Bäcker & Söhne"),
        Press("Tab"),
        TypeText("1.234,56"),
        Done(),
    )
    plain = step(index, actions[index], actor=Actor.AGENT, confidence=0.9 - 0.1 * index)
    seen = 2 if index == 3 else index  # one step had no effect
    note = "labelled “Supplier” on the invoice" if index == 1 else ""
    return replace(plain, observation=look(image if seen == index else _again(seen)), note=note)


def _again(index: int) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    return sheet(index).observation.image


def fill(settings: Settings) -> None:
    """Three demonstrations, a good run, a wrong one, one that was cut off."""
    steps = tuple(sheet(index) for index in range(5))
    shown = tuple(replace(one, actor=Actor.ORACLE, confidence=1.0) for one in steps)
    days: list[Episode] = [
        episode(f"{n}a1b2c3d", shown, goal=f"Enter invoice no. {n} in the next free row")
        for n in range(1, 4)
    ]
    days.append(episode("4e5f6a7b", steps, "run", goal="Enter the invoice of Bäcker & Söhne"))
    days.append(episode("5c6d7e8f", steps, "run", Outcome.WRONG, goal="Enter the credit note"))
    days.append(episode("6a7b8c9d", (*steps[:2], replace(steps[2], performed=None)), "run", None))
    with Store(settings.store) as store:
        for number, lived in enumerate(days):
            live_through(store, replace(lived, started_at=NOON + 600 * number))
        store.end("6a7b8c9d", Outcome.UNKNOWN, ended_at=NOON + 3100)


def recorded(settings: Settings) -> None:
    """A recording of a person's hands that waits, and one that the check found wrong."""
    steps = tuple(replace(sheet(index), actor=Actor.OPERATOR, confidence=1.0) for index in range(5))
    goals = (("7b8c9d0e", "Enter the invoice of Bäcker & Söhne", Outcome.VERIFIED),)
    goals += (("8c9d0e1f", "Enter the credit note", Outcome.WRONG),)
    with Store(settings.store) as store:
        for number, (name, goal, outcome) in enumerate(goals):
            lived = episode(name, steps, RECORDING, outcome, goal)
            live_through(store, replace(lived, started_at=NOON + 7000 + 600 * number))


def slept(settings: Settings) -> NightRecord:
    """A night over what was lived, promoted, its numbers steady."""
    with Store(settings.store) as store:
        lived = [store.episode(head.id) for head in store.episodes() if good(head)]
    levels, weights = Levels(settings.levels), settings.data / "weights"
    weights.write_bytes(b"weights")
    level = levels.candidate(weights, "0001", episodes=tuple(one.id for one in lived))
    levels.promote(level.id)
    names = ("gather", "review", "consolidate", "exam", "promote")
    record = NightRecord(
        night="0001",
        started_at=NOON + 40_000,
        seconds=754,
        episodes=len(lived),
        steps=20,
        secrets=1,
        promoted=True,
        reason="3 of 3 rehearsals verified, 0 before; 2 old skills kept within 2 points",
        before="",
        after=level.digest,
        exam={
            "books/enter_invoice": Score(0, 1, 2),
            "books/enter_invoice swapped": Score(0, 1, 1),
            "copy the labelled value": Score(0.97, 0.97, 200),
            "click the named thing": Score(0.98, 0.97, 200),
        },
        phases=dict(zip(names, (1.0, 4.0, 402.0, 345.0, 2.0), strict=True)),
        losses=tuple(2.0 * 0.97**i + 0.1 * (i % 3) for i in range(120)),
        reviews=tuple(
            Reviewed(one.id, one.goal, step.index, step.actor, told(step), each.weight, each.reason)
            for one in lived
            for step, each in zip(one.steps, review(one), strict=True)
        ),
        lineage=(level,),
    )
    log.write(record, settings.nights / record.night)
    return record


class Weighed(Library):
    """A memory whose size does not hang on how well pictures are packed here."""

    def size(self) -> int:
        return 48_000
