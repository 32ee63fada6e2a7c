"""The worker is killed at random moments of a task: nothing acknowledged is lost or repeated.

DORMOUSE_KILLS=100 .venv/bin/python -m pytest tests/test_agent_kills.py -s   # prints a histogram
"""

import os
import random
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest
from worker_house import House, until

from actuation.keeper import descendants
from agent.worker import wire
from agent.worker.client import connect
from memory.episode import Outcome
from memory.store import Store

KILLS = int(os.environ.get("DORMOUSE_KILLS", "5"))
LATEST = 2.5  # seconds after the first action was shown; a task takes about two


@pytest.mark.timeout(max(300, 60 * KILLS))
def test_no_kill_loses_or_repeats_a_step(tmp_path: Path) -> None:
    chance, phases = random.Random(14_200), Counter[str]()
    for number in range(KILLS):
        with (
            tempfile.TemporaryDirectory(prefix="k") as temporary,  # short: sockets lie below it
            House(tmp_path / str(number), TMPDIR=temporary) as house,
        ):
            phases[_survives(house, 14_200 + number, chance.uniform(0.0, LATEST))] += 1
    print(f"\n{KILLS} kills: {dict(phases)}")
    assert phases["after the end"] < KILLS or KILLS < 3


def _survives(house: House, seed: int, after: float) -> str:
    """Kill, start again, and look what is left; the phase in which the kill fell."""
    acknowledged = _killed(house, seed, after)
    with Store(house.settings.store) as store:
        cut_off = any(head.outcome is None for head in store.episodes())
    house.start()
    with connect(house.settings) as worker:
        status = worker.look()
    assert status.job is None, "what was begun is not done again"
    with Store(house.settings.store) as store:
        (head,) = store.episodes()
        episode = store.episode(head.id)
    done = [step for step in episode.steps if step.performed is not None]
    assert len(done) >= acknowledged, "an acknowledged step was lost"
    assert [step.index for step in episode.steps] == list(range(len(episode.steps)))
    assert episode.outcome is not None
    unsure = len(episode.steps) > len(done)
    assert not unsure or episode.outcome is Outcome.UNKNOWN
    if cut_off:
        assert status.ended[-1].outcome == "unknown"
    return "in an action" if unsure else "between actions" if cut_off else "after the end"


def _killed(house: House, seed: int, after: float) -> int:
    """Start a task, kill the worker `after` seconds into it; the steps that it had told of."""
    told, version = 0, -1
    with connect(house.settings) as worker:
        worker.ask(wire.Add(wire.Job(0, "books/enter_invoice", seed, policy="scripted")))
        while (now := worker.look(version, 1.0)).shown is None:
            version = now.version
        family, until_then = descendants(house.process.pid), time.monotonic() + after
        while (left := until_then - time.monotonic()) > 0:
            now = worker.look(now.version, left)
            told = max(told, now.step)
        house.process.send_signal(signal.SIGKILL)
        house.process.wait()
    until(lambda: not any(_lives(pid) for pid in family))
    # Nor is a file of the task left: they may hold what nobody else should read.
    until(lambda: not list(Path(house.environment["TMPDIR"]).glob("dormouse-*")))
    return told


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
