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

CLIENTS = 64  # at once; desks, verbs and scripts of one person are far fewer
BREATH = 0.05  # seconds to wait where the system has nothing left for a client


@contextmanager
def served(path: Path, answer: Answer) -> Iterator[None]:
    """Serve while inside; hold the worker's lock around it. Needed where it cannot be opened."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)  # never open to others, not even for a moment
    try:
        with suppress(FileNotFoundError):
            path.unlink()  # of a worker that was killed: its lock is ours
        listener.bind(str(path))
        listener.listen(16)
    except OSError as error:
        listener.close()
        raise Needed(f"cannot open the socket {path}: {error}") from error
    finally:
        os.umask(before)
    closing = threading.Event()
    thread = threading.Thread(target=_accept, args=(listener, answer, closing), daemon=True)
    thread.start()
    try:
        yield
    finally:
        closing.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with suppress(FileNotFoundError):
            path.unlink()


def _accept(listener: socket.socket, answer: Answer, closing: threading.Event) -> None:
    """Take clients until closing; what the system refuses now, it may grant in a moment."""
    room = threading.Semaphore(CLIENTS)
    while not closing.is_set():
        try:
            client, _ = listener.accept()
        except OSError:  # no file descriptor is left, or the client has gone
            closing.wait(BREATH)
            continue
        if not room.acquire(blocking=False):
            _refuse(client, f"{CLIENTS} clients are connected: close one")
            continue
        try:
            threading.Thread(target=_serve, args=(client, answer, room), daemon=True).start()
        except RuntimeError:  # no thread is left
            room.release()
            _refuse(client, "the system has no thread left for another client")
            closing.wait(BREATH)


def _refuse(client: socket.socket, sentence: str) -> None:
    with client, suppress(OSError):
        client.setblocking(False)  # one line fits; nobody is waited for
        client.sendall(wire.line(wire.Refused(sentence, 3)))


def _serve(client: socket.socket, answer: Answer, room: threading.Semaphore) -> None:
    """Reply to one client until it goes; whatever it says, the worker goes on."""
    try:
        with client, client.makefile("rb") as lines, suppress(OSError):
            while text := lines.readline(wire.REQUEST_LINE + 1):
                if len(text) > wire.REQUEST_LINE:
                    sentence = f"a request has at most {wire.REQUEST_LINE} bytes"
                    client.sendall(wire.line(wire.Refused(sentence)))
                    return  # where the next line begins is not known
                client.sendall(_reply(text, answer))
    finally:
        room.release()


def _reply(text: bytes, answer: Answer) -> bytes:
    try:
        return wire.line(answer(wire.request(text)))
    except wire.WireError as error:
        return wire.line(wire.Refused(str(error)))
    except Exception as error:
        sentence = f"a defect of the worker: {type(error).__name__}: {error}"
        return wire.line(wire.Refused(sentence, 1))
