"""The worker's socket: mode 0600, a thread for each client, one JSON object a line."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agent.errors import Needed
from agent.worker import wire

Answer = Callable[[wire.Request], wire.Response]


@contextmanager
def served(path: Path, answer: Answer) -> Iterator[None]:
    """Serve while inside; hold the worker's lock around it. Needed where it cannot be opened."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileNotFoundError):
        path.unlink()  # of a worker that was killed: its lock is ours
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)  # never open to others, not even for a moment
    try:
        listener.bind(str(path))
    except OSError as error:
        raise Needed(f"cannot open the socket {path}: {error}") from error
    finally:
        os.umask(before)
    listener.listen(16)
    thread = threading.Thread(target=_accept, args=(listener, answer), daemon=True)
    thread.start()
    try:
        yield
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with suppress(FileNotFoundError):
            path.unlink()


def _accept(listener: socket.socket, answer: Answer) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(client, answer), daemon=True).start()


def _serve(client: socket.socket, answer: Answer) -> None:
    """Reply to one client until it goes; whatever it says, the worker goes on."""
    with client, client.makefile("rb") as lines, suppress(OSError):
        while text := lines.readline(wire.LINE):
            try:
                reply = answer(wire.request(text))
            except wire.WireError as error:
                reply = wire.Refused(str(error))
            except Exception as error:
                reply = wire.Refused(f"a defect of the worker: {type(error).__name__}: {error}", 1)
            client.sendall(wire.line(reply))
