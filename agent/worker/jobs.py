"""The queue of assigned tasks, on disk: a worker that is killed finds them again."""

import threading
import time
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from agent.errors import Needed
from agent.worker.wire import Job
from memory import atomic

KEPT = 50  # ended jobs that are remembered

_FILE: TypeAdapter[tuple[Job, ...]] = TypeAdapter(tuple[Job, ...])


class Jobs:
    """Jobs in the order in which they were assigned; those with an outcome have ended."""

    def __init__(self, path: Path) -> None:
        """Needed for a damaged file."""
        self._path, self._lock = path, threading.Lock()
        try:
            self._all = _FILE.validate_json(path.read_bytes()) if path.exists() else ()
        except ValidationError as error:
            raise Needed(f"{path} is damaged: remove it, the queue begins anew") from error

    @property
    def waiting(self) -> tuple[Job, ...]:
        return tuple(job for job in self._all if not job.outcome)

    @property
    def ended(self) -> tuple[Job, ...]:
        return tuple(job for job in self._all if job.outcome)

    def add(self, job: Job) -> Job:
        with self._lock:
            numbered = replace(job, id=1 + max((each.id for each in self._all), default=0))
            self._keep((*self._all, numbered))
            return numbered

    def cancel(self, number: int) -> bool:
        with self._lock:
            left = tuple(job for job in self._all if job.id != number or job.outcome)
            gone = len(left) < len(self._all)
            if gone:
                self._keep(left)
            return gone

    def due(self) -> Job | None:
        """The first job whose time has come."""
        now = time.time()
        return next((job for job in self.waiting if job.at <= now), None)

    def begin(self, number: int) -> None:
        """Mark a job as begun, before its first action."""
        with self._lock:
            self._keep(
                tuple(replace(job, begun=True) if job.id == number else job for job in self._all)
            )

    def recover(self) -> None:
        """Jobs that a worker began and did not end are not repeated blindly: a person decides."""
        cut = "the worker ended during it: see what was done before you assign it again"
        with self._lock:
            self._keep(
                tuple(
                    replace(job, outcome="unknown", detail=cut)
                    if job.begun and not job.outcome
                    else job
                    for job in self._all
                )
            )

    def end(self, ended: Job) -> None:
        """Keep how a job ended; it has an outcome now."""
        with self._lock:
            after = tuple(ended if job.id == ended.id else job for job in self._all)
            old = [job.id for job in after if job.outcome][:-KEPT]
            self._keep(tuple(job for job in after if job.id not in old))

    def _keep(self, jobs: tuple[Job, ...]) -> None:
        atomic.write_bytes(self._path, _FILE.dump_json(jobs, indent=1))
        self._all = jobs
