"""Where a worker is found, and the lock that makes it the only one of its memory.

    run/worker.lock   locked while a worker lives; names its process
    run/worker.path   where it listens, so that clients with another environment find it too

The lock is one on an open file description: the kernel drops it with the process, and anybody
can look at it without taking it.
"""

import fcntl
import os
import stat
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from agent.config import Settings
from agent.errors import Needed
from memory.process import alive, myself

LONGEST = 100  # bytes: the kernel takes a socket's path up to 107
SHARED = Path("/tmp")
PATIENCE = 0.3  # seconds: a worker that is ending, or one that has not yet written its name
TURN = 0.01


class TakenError(Needed):
    """Another worker owns this memory."""


def socket_of(settings: Settings) -> Path:
    """The socket of the worker that owns this memory, or of the one that will.

    Needed where no folder is private enough for it.
    """
    if held(settings):
        with suppress(OSError):
            if written := os.fsdecode((settings.run / "worker.path").read_bytes()):
                return Path(written)
    return _chosen(settings)


def _chosen(settings: Settings) -> Path:
    """Beside the memory, or in a folder of this user where that is too long a path for a socket."""
    beside = settings.run.absolute() / "worker.sock"
    if len(os.fsencode(beside)) <= LONGEST:
        return beside
    name = f"dormouse-{sha256(os.fsencode(beside)).hexdigest()[:16]}.sock"
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    if session and len(os.fsencode(Path(session) / name)) <= LONGEST and _private(Path(session)):
        return Path(session).absolute() / name
    ours = SHARED / f"dormouse-{os.getuid()}"
    with suppress(FileExistsError):
        ours.mkdir(mode=0o700)
    if not _private(ours):
        raise Needed(
            f"{ours} is not a folder of yours alone (mode 700): remove it, or keep the memory"
            " under a shorter path"
        )
    return ours / name


def _private(folder: Path) -> bool:
    """Whether it is a real folder that nobody else can look into or change."""
    try:
        seen = folder.lstat()
    except OSError:
        return False
    mine = seen.st_uid == os.getuid() and not seen.st_mode & 0o077
    return mine and stat.S_ISDIR(seen.st_mode)


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the lock of this memory's worker. Raises TakenError where another holds it."""
    settings.run.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.data.stat().st_mode & 0o077:  # made before other users were kept out
        settings.data.chmod(0o700)
    told = settings.run / "worker.path"
    with (settings.run / "worker.lock").open("a+") as file:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.fcntl(file, fcntl.F_OFD_SETLK, _range(fcntl.F_WRLCK))
                break
            except (BlockingIOError, PermissionError):
                if time.monotonic() > deadline:
                    raise TakenError(
                        f"a worker (process {owner_of(settings) or 'unknown'}) already owns the"
                        f" memory in {settings.data}: use it, or end it with"
                        " `dormouse stop --worker`"
                    ) from None
                time.sleep(TURN)
        told.unlink(missing_ok=True)  # of a worker that was killed
        with suppress(Needed):  # who owns the memory without listening needs no socket
            told.write_bytes(os.fsencode(_chosen(settings)))
        file.truncate(0)
        file.write(myself())
        file.flush()
        try:
            yield
        finally:
            told.unlink(missing_ok=True)
            file.truncate(0)


def held(settings: Settings) -> bool:
    """Whether a worker owns this memory now."""
    with suppress(OSError), (settings.run / "worker.lock").open("rb") as file:
        seen = fcntl.fcntl(file, fcntl.F_OFD_GETLK, _range(fcntl.F_RDLCK))
        return bool(struct.unpack(FLOCK, seen)[0] != fcntl.F_UNLCK)
    return False


def owner_of(settings: Settings) -> int:
    """The process that owns this memory now, 0 for none."""
    deadline = time.monotonic() + PATIENCE
    while held(settings):
        with suppress(OSError):
            # A name that a killed worker left may be another process's number by now.
            name = (settings.run / "worker.lock").read_text()
            if alive(name):
                return int(name.partition("@")[0])
        if time.monotonic() > deadline:
            break
        time.sleep(TURN)  # it is about to write its name
    return 0


FLOCK = "hhqqi"  # struct flock of fcntl(2): type, whence, start, length (0: all), process


def _range(kind: int) -> bytes:
    return struct.pack(FLOCK, kind, os.SEEK_SET, 0, 0, 0)
