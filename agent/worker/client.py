"""A client of the worker: one connection, one request at a time.

with connect(settings) as worker:
    worker.intend("pause")
"""

import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeVar

from agent.config import Settings
from agent.errors import BadInput, Needed
from agent.unlock import for_children
from agent.worker import wire
from agent.worker.place import held, socket_of

Kind = TypeVar("Kind")
BIRTH = 60.0  # seconds that a worker may take to open its socket


class NoWorker(Needed):
    """Nobody listens any more: nothing is done, and nothing begins."""


class Worker(Protocol):
    """What clients may ask for; the fake of tests has it too. Raises BadInput or Needed with the
    worker's sentence where it refuses."""

    def look(
        self, after: int = -1, patience: float = 0.0, watching: bool = False
    ) -> wire.Status: ...
    def see(self, width: int, height: int, after: str = "") -> wire.Picture: ...
    def ask(self, request: wire.Request) -> wire.Done: ...


class Connection:
    """The Worker protocol over a Unix socket. Use it from one thread."""

    def __init__(self, path: Path) -> None:
        """Needed where no worker of this user listens."""
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise NoWorker(
                "no worker runs: start one with `dormouse worker`, or the desk"
            ) from error
        owner = _owner(self._socket)
        if owner != os.getuid():
            self._socket.close()
            raise Needed(f"another user (number {owner}) listens at {path}: it is not your worker")
        self._file = self._socket.makefile("rb")

    def look(self, after: int = -1, patience: float = 0.0, watching: bool = False) -> wire.Status:
        told = self._get(wire.Look(after=after, patience=patience, watching=watching), wire.Told)
        return told.status

    def see(self, width: int, height: int, after: str = "") -> wire.Picture:
        return self._get(wire.See(width=width, height=height, after=after), wire.Picture)

    def ask(self, request: wire.Request) -> wire.Done:
        return self._get(request, wire.Done)

    def _get(self, request: wire.Request, kind: type[Kind]) -> Kind:
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # it may have said why
                self._socket.sendall(wire.line(request))
            text = self._file.readline(wire.LINE)
        except OSError as error:
            raise NoWorker(f"the worker is gone: {error}") from error
        if not text:
            raise NoWorker("the worker has ended")
        try:
            reply = wire.response(text)
        except wire.WireError as error:
            raise Needed(f"the worker's answer is not understood: {error}") from error
        if isinstance(reply, wire.Refused):
            raise (BadInput if reply.code == 2 else Needed)(reply.sentence)
        if not isinstance(reply, kind):
            raise Needed(f"the worker answered {type(reply).__name__}: update Dormouse")
        return reply

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _owner(line: socket.socket) -> int:
    """The user whose process listens at the other end."""
    size = struct.calcsize("3i")  # struct ucred of unix(7): process, user, group
    return int(struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[1])


def connect(settings: Settings) -> Connection:
    """Needed where no worker runs."""
    return Connection(socket_of(settings))


def started(settings: Settings, progress: Callable[[str], None] = lambda words: None) -> Connection:
    """A connection to the worker, which is started where none runs and outlives this process."""
    try:
        return connect(settings)
    except Needed:
        progress("starting the worker")
    for_children(settings)
    settings.run.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = settings.run / "worker.log"
    with log.open("ab") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "agent", "worker"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
            env=os.environ | {"DORMOUSE_DATA": str(settings.data.absolute())},
        )
    deadline = time.monotonic() + BIRTH
    while time.monotonic() < deadline:
        try:
            return connect(settings)
        except Needed:
            if worker.poll() is not None and not held(settings):
                last = log.read_text(errors="replace").strip().splitlines()[-1:]
                raise Needed(f"the worker did not start: {' '.join(last)} ({log})") from None
            time.sleep(0.05)
    raise Needed(f"the worker did not open its socket in {BIRTH:.0f} s: see {log}")
