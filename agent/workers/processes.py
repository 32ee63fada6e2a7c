"""Attempts in several processes of this machine, each with its own display."""

import os
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from agent.attempt import Attempt
from agent.stop import Stop
from agent.workers.child import LOOK, Child, end

if TYPE_CHECKING:
    from agent.bench import Job, Plan


class Processes:
    """Each takes the next job when it is done with one. A process that dies is an error, said
    openly."""

    def __init__(self, count: int, stop: Stop) -> None:
        self._count, self._stop = count, stop

    def run(self, plan: "Plan", todo: Sequence["Job"]) -> Iterator[Attempt]:
        left, children = list(reversed(todo)), list[Child]()
        threads = max(1, (os.cpu_count() or 1) // self._count)
        try:
            for _ in range(min(self._count, len(todo))):
                children.append(Child(plan, threads))
                children[-1].give(left.pop())
            busy = {child.pipe: child for child in children}
            while busy:
                self._stop.check()
                for pipe in wait(list(busy), LOOK):
                    child = next(child for child in busy.values() if child.pipe is pipe)
                    attempt = child.take()
                    if left:
                        child.give(left.pop())
                    else:
                        del busy[child.pipe]
                        child.release()
                    yield attempt
        finally:
            end(child for child in children)
