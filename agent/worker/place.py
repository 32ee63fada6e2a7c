"""Where a worker is found, and the lock that makes it the only one of its memory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from agent.config import Settings
from agent.errors import Needed

LONGEST = 100  # bytes: the kernel takes a socket's path up to 107


class TakenError(Needed):
    """Another worker owns this memory."""


def socket_of(settings: Settings) -> Path:
    """The worker's socket: beside the memory, or in a folder of this user where that is too long
    a path for a socket."""
    beside = settings.run.absolute() / "worker.sock"
    if len(os.fsencode(beside)) <= LONGEST:
        return beside
    name = sha256(os.fsencode(beside)).hexdigest()[:16]
    base = Path(os.environ.get("XDG_RUNTIME_DIR", f"/tmp/dormouse-{os.getuid()}"))
    return base / f"dormouse-{name}.sock"


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the lock of this memory's worker. Raises TakenError where another holds it."""
    settings.run.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.run / "worker.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            other = file.read().strip() or "unknown"
            raise TakenError(
                f"a worker (process {other}) already owns the memory in {settings.data}:"
                " use it, or end it with `dormouse stop --worker`"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def held(settings: Settings) -> bool:
    """Whether a worker owns this memory now."""
    path = settings.run / "worker.lock"
    with suppress(OSError), path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def owner_of(settings: Settings) -> int:
    """The process that owns this memory now, 0 for none."""
    path = settings.run / "worker.lock"
    text = path.read_text().strip() if held(settings) else ""
    return int(text) if text.isdigit() else 0
