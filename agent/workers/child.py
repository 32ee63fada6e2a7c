"""A process of its own that does attempts one after another, each when it is told to.

parent ── (task, seed, variant) ──▶ child     through a pipe; closing it ends the child,
       ◀── Attempt, or what went wrong ──     and so does the parent's end
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from agent.attempt import Attempt
from agent.events import ignore
from agent.stop import Stop
from agent.workers.protocol import plain

if TYPE_CHECKING:
    from agent.bench import Job, Plan

PATIENCE = 20.0  # seconds that a stopped process may take to end by itself
LOOK = 0.5  # seconds between two looks at whether to stop


class Child:
    """threads: how many cores it may take for its arithmetic."""

    def __init__(self, plan: "Plan", threads: int) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_work, args=(plan, threads, theirs))
        self._process.start()
        theirs.close()

    def give(self, job: "Job") -> None:
        """Let it do one attempt; `take` gets it."""
        with suppress(OSError):  # it died: `take` says so
            self.pipe.send(job)

    def ready(self, patience: float) -> bool:
        """Whether there is something to take, waiting so many seconds for it."""
        return self.pipe.poll(patience)

    def take(self) -> Attempt:
        """What it did. Raises what went wrong there; RuntimeError where it died."""
        try:
            result: Attempt | Exception = self.pipe.recv()
        except (EOFError, OSError):
            raise RuntimeError("a process of the bench died; start it again") from None
        if isinstance(result, Exception):
            raise result
        return result

    def stop(self) -> None:
        """In the middle of an attempt too: its Stop takes the desktop down cleanly."""
        if self._process.is_alive():
            self._process.terminate()

    def release(self) -> None:
        """It has nothing more to do, and ends."""
        self.pipe.close()

    def join(self) -> None:
        """Wait until it has ended; one that does not is killed, and its keeper clears up."""
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def end(children: Iterable[Child]) -> None:
    """Stop them all at once, and wait."""
    for child in (gone := tuple(children)):
        child.stop()
        child.release()
    for child in gone:
        child.join()


def _work(plan: "Plan", threads: int, pipe: Connection) -> None:
    # Before torch is imported: processes that each take every core slow each other down.
    os.environ["OMP_NUM_THREADS"] = str(threads)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # Ctrl-C at a terminal reaches every process: the parent passes it on, once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Stop(signal.SIGTERM) as stop:
        threading.Thread(target=_orphaned, args=(stop,), daemon=True).start()
        try:
            from agent.workers.here import Here

            for attempt in Here(ignore, stop).run(plan, _told(pipe, stop)):
                pipe.send(attempt)
        except Exception as error:
            with suppress(OSError):  # nobody listens any more
                pipe.send(plain(error))


def _told(pipe: Connection, stop: Stop) -> Iterator["Job"]:
    """The jobs as they come, until the pipe is closed."""
    while True:
        while not pipe.poll(LOOK):
            stop.check()
        try:
            yield pipe.recv()
        except EOFError:
            return


def _orphaned(stop: Stop) -> None:
    """Nobody waits for the attempt any more: end it, and its desktop with it."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    stop.throw()
