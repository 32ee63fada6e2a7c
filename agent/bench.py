"""Measure a policy on tasks by seed: resumable, in this process, several, or on many machines.

A row of JSON a finished attempt goes beside the output; killed and started again, the bench goes
on from there and does nothing twice.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agent.attempt import Attempt
from agent.events import Sink, ignore
from agent.policies.catalog import shipped
from agent.policies.replay import shown as demonstrations
from agent.stop import Stop
from agent.workers.protocol import Workers

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


Finished = Callable[[Attempt], None]


def bench(
    plan: Plan,
    journal: Path | None,
    processes: int = 1,
    finished: Finished = lambda attempt: None,
    sink: Sink = ignore,
    stop: Stop | None = None,
    address: str = "",
) -> list[Attempt]:
    """All attempts of the plan, in its order. journal: the file of rows to resume from.

    finished: called with each new attempt. sink: sees events when there is one process. address:
    of a Ray cluster, whose machines then run the processes.
    Raises Interrupted when stopped; what was finished is in the journal.
    """
    stop = stop or Stop()
    digest = plan.digest
    known = {_job(attempt): attempt for attempt in read(journal, digest)}
    todo = [job for job in plan.jobs() if job not in known]
    for attempt in workers(processes, address, sink, stop).run(plan, todo) if todo else ():
        if journal is not None:
            append(journal, digest, attempt)
        known[_job(attempt)] = attempt
        finished(attempt)
    if journal is not None and journal.exists():
        journal.replace(done(journal))  # the next bench of this name measures anew
    return [known[job] for job in plan.jobs()]


def workers(processes: int, address: str, sink: Sink, stop: Stop) -> Workers:
    """Who does the attempts; what the others need is imported only for them."""
    if address:
        from agent.workers.cluster import Cluster

        return Cluster(address, processes, stop)
    if processes > 1:
        from agent.workers.processes import Processes

        return Processes(processes, stop)
    from agent.workers.here import Here

    return Here(sink, stop)


def kept(plan: Plan, journal: Path | None) -> int:
    """How many attempts of the plan an earlier start has left in the journal."""
    return len({_job(attempt) for attempt in read(journal, plan.digest)}.intersection(plan.jobs()))


def _job(attempt: Attempt) -> Job:
    return attempt.task, attempt.seed, attempt.variant


def done(journal: Path) -> Path:
    """Where the rows lie once the bench is complete."""
    return journal.with_name(journal.name.replace(".partial.", ".attempts."))


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
