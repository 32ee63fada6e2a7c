"""Killed at random moments, memory keeps what it acknowledged and the weights stay whole."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from memory.fake import ACTIONS, demonstration
from memory.levels import Levels
from memory.sleep.fake import FakeLearner
from memory.sleep.lock import asleep
from memory.store import Store

# Phase → how long it may be let run before the kill, in seconds.
PHASES = {
    "intend": 0.004,
    "outcome": 0.0006,
    "end": 0.0006,
    "consolidate": 0.03,
    "exam": 0.02,
    "promote": 0.012,
}
EACH = 10


class Worker:
    """The forking process of crash_worker.py."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("crash_worker.py")), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def kill(self, phase: str, rng: random.Random) -> tuple[str, list[list[str]]]:
        """Let it come to a phase, kill it; returns the phase it was in and what it acknowledged."""
        into, out = self._pipes()
        into.write("run\n" if phase in ("intend", "outcome", "end") else "night\n")
        into.flush()
        pid = int(out.readline().split()[1])
        skip = rng.randrange(8 if phase in ("intend", "outcome", "consolidate") else 2)
        lines: list[list[str]] = []
        for line in out:
            lines.append(line.split())
            assert lines[-1][0] in ("in", "ack"), line
            if lines[-1] == ["in", phase]:
                if skip == 0:
                    break
                skip -= 1
        time.sleep(rng.uniform(0, PHASES[phase]))
        os.kill(pid, signal.SIGKILL)
        for line in out:
            if line == "dead\n":
                break
            lines.append(line.split())
        last = lines[-1]
        return last[1] if last[0] == "in" else "between", [one for one in lines if one[0] == "ack"]

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        return self.process.stdin, self.process.stdout

    def close(self) -> None:
        for pipe in self._pipes():
            pipe.close()
        self.process.wait(10)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    made = Worker(tmp_path)
    yield made
    made.close()


def check(folder: Path, acknowledged: list[list[str]], kept: set[str]) -> None:
    """Everything acknowledged is there, nothing is locked, live weights load."""
    shown = demonstration("any")
    with Store(folder / "memory.sqlite") as store:
        store.recover()
        heads = {one.id: one for one in store.episodes()}
        assert kept <= heads.keys()
        assert all(one.outcome is not None for one in heads.values())
        steps = {name: store.episode(name).steps for _, _, name, _ in acknowledged if name in heads}
        for _, what, name, index in acknowledged:
            if what == "promoted":
                continue
            if what == "end":
                assert heads[name].outcome == shown.outcome
                assert len(steps[name]) == len(ACTIONS)
                continue
            step, wanted = steps[name][int(index)], shown.steps[int(index)]
            assert (step.observation.image == wanted.observation.image).all()
            assert step.intended == wanted.intended
            if what == "outcome":
                assert step.performed == wanted.intended
        kept |= heads.keys()
    levels = Levels(folder / "levels")
    with asleep(levels.folder):
        FakeLearner().load(levels.live())
        known = {level.digest for level in levels.lineage()}
        assert all(digest in known for _, what, digest, _ in acknowledged if what == "promoted")


def test_sixty_kills_lose_nothing(worker: Worker) -> None:
    rng, tally, kept = random.Random(10_060), Counter[str](), set[str]()
    with Store(worker.folder / "memory.sqlite"):
        pass
    kills = 0
    while any(tally[phase] < EACH for phase in PHASES):
        # Mostly the phase that is hit least: short ones are easily missed.
        phase = min(PHASES, key=lambda name: (tally[name], rng.random()))
        hit, acknowledged = worker.kill(phase, rng)
        tally[hit] += 1
        kills += 1
        check(worker.folder, acknowledged, kept)
        assert kills < 600, tally
    print(f"\n{kills} kills:", ", ".join(f"{name} {count}" for name, count in tally.items()))
    assert sum(tally[phase] for phase in PHASES) >= 60
    assert len(Levels(worker.folder / "levels").lineage()) > 0
