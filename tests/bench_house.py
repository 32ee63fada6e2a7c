"""Attempts, benches and lived episodes that several tests are about."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from actuation.action import Action
from agent.attempt import Attempt
from agent.clock import PHASES
from memory.episode import Actor, Episode, Outcome, Step
from memory.store import Store
from perception.observation import Box, Image, Observation, Screen, Window

ROOT = Path(__file__).parents[1]
VERIFIED, WRONG, ASKED = Outcome.VERIFIED, Outcome.WRONG, Outcome.ASKED


def attempt(
    task: str,
    seed: int,
    outcome: Outcome = VERIFIED,
    variant: str = "",
    right_ask: bool = False,
    fell: str = "",
    score: float | None = None,
    level: int = 1,
) -> Attempt:
    return Attempt(
        task=task,
        variant=variant,
        seed=seed,
        episode=f"{task.replace('/', '-')}-{variant}-{seed}",
        weights="d1",
        outcome=outcome,
        claimed=outcome in (VERIFIED, WRONG),
        right_ask=right_ask,
        collateral=False,
        convention="",
        detail="as found",
        seconds=2.0 + seed % 7,
        ms=(dict.fromkeys(PHASES, 10.0),) * 6,
        level=level,
        fell=fell,
        score=score,
        mib=200.0 + seed % 5,
    )


WHITE = np.full((400, 640, 3), 255, np.uint8)


def look(image: Image) -> Observation:
    window = Window("Ledger", "calc", Box(0, 0, 640, 400), active=True)
    return Observation(image, Screen(640, 400), windows=(window,))


def lived(
    memory: Store,
    name: str,
    actions: Sequence[Action],
    task: str = "books/a",
    variant: str = "",
    outcome: Outcome = VERIFIED,
    at: float = 0.0,
    provenance: str = "demonstration",
) -> None:
    memory.begin(Episode(name, f"Do {name}", task, variant, 10_000, provenance, "", at))
    for index, action in enumerate(actions):
        image = WHITE.copy()
        image[10 : 40 + 20 * index, 10:200] = (40, 90, 30 * index)
        step = Step(
            index, look(image), action, None, Actor.ORACLE, 0.5 + index / 20, f"note {index}"
        )
        memory.intend(name, step)
        memory.outcome(name, index, action)
    memory.end(name, outcome, False, f"{name} was found")


def dormouse(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DORMOUSE_DATA": str(data), "COLUMNS": "80"},
    )
