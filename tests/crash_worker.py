"""Lives days and nights until it is killed: `python crash_worker.py FOLDER`.

Reads "run" or "night" from standard input, forks a child that does nothing else until it dies,
and says so. The child prints "pid N", then "in PHASE" before and "ack PHASE EPISODE INDEX" after
each thing that must survive. Forking keeps a child's start at milliseconds.
"""

import os
import sys
import time
import uuid
from pathlib import Path

import torch

from memory.fake import demonstration, head, intent
from memory.levels import Levels
from memory.sleep.fake import FakeLearner, FakeRehearsal
from memory.sleep.night import night
from memory.sleep.plan import Plan
from memory.store import Store


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def live(folder: Path) -> None:
    with Store(folder / "memory.sqlite") as store:
        while True:
            shown = demonstration(uuid.uuid4().hex)
            store.begin(head(shown))
            for step in shown.steps:
                say("in intend")
                store.intend(shown.id, intent(step))
                say("ack intend", shown.id, step.index)
                say("in outcome")
                store.outcome(shown.id, step.index, step.intended)
                say("ack outcome", shown.id, step.index)
            assert shown.outcome is not None
            say("in end")
            store.end(shown.id, shown.outcome)
            say("ack end", shown.id, 0)


def sleep(folder: Path) -> None:
    plan = Plan(
        folder=folder / "nights",
        task="books/enter_invoice",
        seeds=(10_001, 10_002),
        steps=40,
        every=2,
        skills=100,
        episodes=3,
        rate=0.02,
        threads=1,
    )

    def tell(phase: str, done: int, total: int, note: str) -> None:
        say("in", phase)

    with Store(folder / "memory.sqlite") as store:
        while True:
            record = night(
                store, Levels(folder / "levels"), FakeLearner(), FakeRehearsal(), plan, tell
            )
            if record.promoted:
                say("ack promoted", record.after, record.night)
            shown = demonstration(uuid.uuid4().hex, started_at=time.time())
            store.begin(head(shown))
            for step in shown.steps:
                store.intend(shown.id, intent(step))
                store.outcome(shown.id, step.index, step.intended)
            assert shown.outcome is not None
            store.end(shown.id, shown.outcome)


def main() -> None:
    torch.set_num_threads(1)  # a forked child has no threads but its own
    torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))])  # imports for seconds: once, here
    folder = Path(sys.argv[1])
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            say("pid", os.getpid())
            try:
                {"run": live, "night": sleep}[line.strip()](folder)
            except BaseException as error:
                say("error", repr(error))
            os._exit(1)
        os.waitpid(child, 0)
        say("dead")


if __name__ == "__main__":
    main()
