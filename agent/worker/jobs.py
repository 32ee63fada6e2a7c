"""The queue of assigned tasks, on disk: a worker that is killed finds them again."""

import threading
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from agent.errors import Needed
from agent.worker.told import Job
from memory import atomic
from memory.redact import redact

KEPT = 50  # ended jobs that are remembered


@dataclass(frozen=True)
class Queue:
    """The file. next: the id of the next job; no id is used twice."""

    next: int = 1
    jobs: tuple[Job, ...] = ()


_FILE: TypeAdapter[Queue] = TypeAdapter(Queue)
_ENTRIES: TypeAdapter[tuple[Job, ...]] = TypeAdapter(tuple[Job, ...])  # of the first version


class Jobs:
    """Jobs in the order in which they were assigned; those with an outcome have ended.

    Every change raises Needed, and changes nothing, where the file could not be read again.
    """

    def __init__(self, path: Path, words: Callable[[str], str] = redact) -> None:
        """words: what the file may keep of a text. Needed for a damaged file."""
        self._path, self._words, self._lock = path, words, threading.Lock()
        self._now = self._read() if path.exists() else Queue()

    def _read(self) -> Queue:
        content = self._path.read_bytes()
        try:
            if content.lstrip().startswith(b"["):
                found = Queue(jobs=_ENTRIES.validate_json(content))
            else:
                found = _FILE.validate_json(content)
        except ValidationError as error:
            raise Needed(f"{self._path} is damaged: remove it, the queue begins anew") from error
        highest = max((job.id for job in found.jobs), default=0)
        return replace(found, next=max(found.next, highest + 1))

    @property
    def waiting(self) -> tuple[Job, ...]:
        return tuple(job for job in self._now.jobs if not job.outcome)

    @property
    def ended(self) -> tuple[Job, ...]:
        return tuple(job for job in self._now.jobs if job.outcome)

    def add(self, job: Job) -> Job:
        with self._lock:
            numbered = replace(job, id=self._now.next)
            self._keep(Queue(numbered.id + 1, (*self._now.jobs, numbered)))
            return numbered

    def cancel(self, number: int) -> bool:
        """Take a job off the queue; False if it has begun, or is not there."""
        with self._lock:
            jobs = self._now.jobs
            left = tuple(job for job in jobs if job.id != number or job.begun or job.outcome)
            gone = len(left) < len(jobs)
            if gone:
                self._keep(replace(self._now, jobs=left))
            return gone

    def due(self) -> Job | None:
        """The first job whose time has come and that has not begun."""
        now = time.time()
        return next((job for job in self.waiting if job.at <= now and not job.begun), None)

    def take(self) -> Job | None:
        """Begin the job that is due: nobody cancels it any more."""
        with self._lock:
            job = self.due()
            if job is None:
                return None
            begun = replace(job, begun=True)
            self._replace({job.id: begun})
            return begun

    def recover(self) -> None:
        """Jobs that a worker began and did not end are not repeated blindly: a person decides."""
        cut = "the worker ended during it: see what was done before you assign it again"
        with self._lock:
            self._replace(
                {
                    job.id: replace(job, outcome="unknown", detail=cut)
                    for job in self.waiting
                    if job.begun
                }
            )

    def end(self, ended: Job) -> None:
        """Keep how a job ended, also one that is gone from the queue; it has an outcome now."""
        with self._lock:
            self._replace({ended.id: ended})

    def _replace(self, new: dict[int, Job]) -> None:
        jobs = tuple(new.pop(job.id, job) for job in self._now.jobs)
        jobs = (*jobs, *new.values())
        old = {job.id for job in [job for job in jobs if job.outcome][:-KEPT]}
        self._keep(replace(self._now, jobs=tuple(job for job in jobs if job.id not in old)))

    def _keep(self, queue: Queue) -> None:
        kept = replace(queue, jobs=tuple(map(self._harmless, queue.jobs)))
        content = _FILE.dump_json(kept, indent=1)
        # A queue that cannot be read back would end the next worker at its start.
        try:
            same = _FILE.validate_json(content) == kept
        except ValidationError:
            same = False
        if not same:
            raise Needed(f"{self._path} could not hold this task: the queue is as it was")
        atomic.write_bytes(self._path, content)
        self._now = queue

    def _harmless(self, job: Job) -> Job:
        """A job as its file keeps it; this process goes on with what was said."""
        texts: dict[str, Any] = {
            one.name: self._words(text)
            for one in fields(job)
            if one.name != "task" and isinstance(text := getattr(job, one.name), str)
        }
        return replace(job, **texts)
