"""Measure a policy on tasks by seed: resumable, in several processes, each with its own display.

A row of JSON a finished attempt goes beside the output; killed and started again, the bench goes
on from there and does nothing twice.
"""

import json
import multiprocessing
import os
import queue
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from actuation.rules import Rules
from actuation.virtual import VirtualDesktop
from agent.attempt import Attempt, Stage, nothing_recalled
from agent.events import Sink, ignore
from agent.policies.catalog import maker, shipped
from agent.policies.replay import shown as demonstrations
from agent.scratch import scratch
from agent.stop import Interrupted, Stop
from memory.day import Context, context
from memory.store import Store

Job = tuple[str, int, str]  # task, seed, variant


@dataclass(frozen=True)
class Plan:
    """What to measure. weights: a level file, None for the shipped weights alone.

    traps: (task, trap) pairs that are measured on the same seeds besides. memory: the store that
    recall and replay read, None for neither. keep: the store that the attempts are written to,
    None for one that is thrown away (never the operator's: a bench is no life).
    """

    tasks: tuple[str, ...]
    seeds: range
    variant: str = ""
    traps: tuple[tuple[str, str], ...] = ()
    policy: str = "core"
    weights: Path | None = None
    memory: Path | None = None
    keep: Path | None = None
    size: tuple[int, int] = (1280, 800)
    max_steps: int = 60
    max_seconds: float = 120.0

    @property
    def digest(self) -> str:
        """Names the measurement: other weights or other budgets make another one."""
        files = [*shipped(), *([self.weights] if self.weights else [])]
        weights = [sha256(file.read_bytes()).hexdigest() for file in files]
        shown = demonstrations(self.memory) if self.memory and self.policy == "replay" else []
        budget = (self.max_steps, self.max_seconds)
        parts = (self.policy, weights, self.memory, [one.id for one in shown], self.size, budget)
        return sha256(repr(parts).encode()).hexdigest()[:16]

    def jobs(self) -> list[Job]:
        plain = [(task, self.variant) for task in self.tasks]
        cells = list(dict.fromkeys([*plain, *self.traps]))
        return [(task, seed, variant) for seed in self.seeds for task, variant in cells]


PATIENCE = 20.0  # seconds that a stopped process may take to end by itself

Finished = Callable[[Attempt], None]


def bench(
    plan: Plan,
    journal: Path | None,
    processes: int = 1,
    finished: Finished = lambda attempt: None,
    sink: Sink = ignore,
    stop: Stop | None = None,
) -> list[Attempt]:
    """All attempts of the plan, in its order. journal: the file of rows to resume from.

    finished: called with each new attempt. sink: sees events when there is one process.
    Raises Interrupted when stopped; what was finished is in the journal.
    """
    stop = stop or Stop()
    digest = plan.digest
    known = {_job(attempt): attempt for attempt in read(journal, digest)}
    todo = [job for job in plan.jobs() if job not in known]
    results = (
        _here(plan, todo, sink, stop) if processes == 1 else _apart(plan, todo, processes, stop)
    )
    for attempt in results:
        if journal is not None:
            append(journal, digest, attempt)
        known[_job(attempt)] = attempt
        finished(attempt)
    if journal is not None and journal.exists():
        journal.replace(done(journal))  # the next bench of this name measures anew
    return [known[job] for job in plan.jobs()]


def kept(plan: Plan, journal: Path | None) -> int:
    """How many attempts of the plan an earlier start has left in the journal."""
    return len({_job(attempt) for attempt in read(journal, plan.digest)}.intersection(plan.jobs()))


def _job(attempt: Attempt) -> Job:
    return attempt.task, attempt.seed, attempt.variant


def done(journal: Path) -> Path:
    """Where the rows lie once the bench is complete."""
    return journal.with_name(journal.name.replace(".partial.", ".attempts."))


def _here(plan: Plan, todo: Sequence[Job], sink: Sink, stop: Stop) -> Iterator[Attempt]:

    from memory.store import Store

    if not todo:
        return
    with ExitStack() as open_now:
        folder = open_now.enter_context(scratch())
        store = open_now.enter_context(Store(plan.keep or folder / "memory.sqlite"))
        recall = nothing_recalled
        if plan.memory:
            memory = open_now.enter_context(Store(plan.memory))
            recall = partial(_recalled, memory)
        stage = open_now.enter_context(
            Stage(
                partial(VirtualDesktop, *plan.size),
                maker(plan.policy, plan.weights, plan.memory),
                store,
                recall=recall,
                rules=Rules(
                    max_steps=plan.max_steps, max_seconds=plan.max_seconds, trusts_goal=True
                ),
                sink=sink,
                stop=stop,
            )
        )
        for task, seed, variant in todo:
            attempt = stage.attempt(task, seed, variant, provenance="bench")
            stop.check()  # half an attempt is none: it is done again
            yield attempt


def _recalled(memory: Store, goal: str) -> Context:
    return context(memory, goal, recall=True)


def _apart(plan: Plan, todo: Sequence[Job], processes: int, stop: Stop) -> Iterator[Attempt]:
    """Every process takes each n-th job; one that dies is an error, said openly."""
    spawn = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[Attempt | Exception | None] = spawn.Queue()
    workers = [
        spawn.Process(target=_worker, args=(plan, todo[part::processes], processes, results))
        for part in range(min(processes, len(todo)))
    ]
    try:
        for worker in workers:
            worker.start()
        working = len(workers)
        while working:
            stop.check()
            try:
                result = results.get(timeout=0.5)
            except queue.Empty:
                if any(worker.exitcode for worker in workers):
                    raise RuntimeError("a process of the bench died; start it again") from None
                continue
            if isinstance(result, Attempt):
                yield result
            elif result is None:
                working -= 1
            else:
                raise result
    finally:
        for worker in workers:
            if worker.is_alive():
                worker.terminate()  # its Stop takes the desktop down cleanly
        for worker in workers:
            worker.join(PATIENCE)
            if worker.is_alive():
                worker.kill()  # the desktop's keeper clears up after it
                worker.join()


def _worker(
    plan: Plan,
    todo: Sequence[Job],
    processes: int,
    results: "multiprocessing.Queue[Attempt | Exception | None]",
) -> None:
    # Before torch is imported: processes that each take every core slow each other down.
    os.environ["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // processes))
    # Ctrl-C at a terminal reaches every process: the parent passes it on, once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Stop(signal.SIGTERM) as stop:
        try:
            for attempt in _here(plan, todo, ignore, stop):
                results.put(attempt)
            results.put(None)
        except Interrupted as error:
            results.put(error)
        except Exception as error:
            results.put(_plain(error))


def _plain(error: Exception) -> Exception:
    """An error that certainly travels between processes, still of its kind for the exit code."""
    from actuation.desktop import DesktopError
    from agent.errors import BadInput, Needed, exit_code

    if isinstance(error, BadInput):
        return BadInput(str(error))
    if exit_code(error) is not None:
        return DesktopError(str(error)) if isinstance(error, DesktopError) else Needed(str(error))
    return RuntimeError(f"{type(error).__name__}: {error}")


def read(journal: Path | None, digest: str) -> Iterator[Attempt]:
    """Rows of this measurement; a line cut off by a kill is left out and done again."""
    if journal is None or not journal.exists():
        return
    for line in journal.read_text().splitlines():
        try:
            row = json.loads(line)
            if row.pop("plan") == digest:
                yield Attempt.from_row(row)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue


def append(journal: Path, digest: str, attempt: Attempt) -> None:
    """Add the row of a finished attempt; on disk when this returns."""
    journal.parent.mkdir(parents=True, exist_ok=True)
    with journal.open("a+b") as file:
        # A kill may have left half a line: the next row starts on a line of its own.
        if file.tell() and not _ends_line(journal):
            file.write(b"\n")
        row = {"plan": digest} | attempt.row()
        file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _ends_line(journal: Path) -> bool:
    with journal.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
