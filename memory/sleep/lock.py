"""One sleeper at a time: a lock that the kernel drops with the process that held it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyAsleepError(RuntimeError):
    """Another process is sleeping over the same levels."""


@contextmanager
def asleep(folder: Path) -> Iterator[None]:
    """Hold folder/lock. Raises AlreadyAsleepError, naming the other process, if it is held."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            other = file.read().strip() or "unknown"
            raise AlreadyAsleepError(
                f"Another sleep (process {other}) is under way on {folder}: wait until it ends."
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
