"""Fava: serves one beancount file on this machine alone, on a port that the system chose.

The port is read from the kernel's list of the server's own sockets, so that no other program can
take it in between, and no other Fava is mistaken for this one.
"""

import importlib.util
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from actuation.action import Wait
from actuation.desktop import DesktopError, Host, Program

LISTENS = "0A"  # the state of a socket, as /proc/net/tcp tells it
MEND = "pip install 'dormouse[bench]'"


def start(desktop: Host, book: Path) -> Program:
    """Serve the book. DesktopError where Fava is not installed."""
    if importlib.util.find_spec("fava") is None:
        raise DesktopError(f"missing fava: {MEND}")
    # The cache of beancount would lie beside the book.
    environment = {"BEANCOUNT_DISABLE_LOAD_CACHE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [sys.executable, "-m", "fava.cli", "--host", "127.0.0.1", "--port", "0", str(book)]
    return desktop.launch(argv, environment)


def wait_ready(desktop: Host, program: Program, patience: float = 30.0) -> str:
    """The address, once Fava answers there. DesktopError if it does not within `patience` seconds,
    Stopped if a person says so meanwhile."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not program.running():
            raise DesktopError(f"fava ended at once: {MEND} mends a broken install")
        port = listening(program.pid)
        if port is not None and _answers(address := f"http://127.0.0.1:{port}/"):
            return address
        desktop.perform(Wait(0.05))
    raise DesktopError(f"fava did not answer within {patience:.0f} s")


def listening(pid: int) -> int | None:
    """The port on which a process listens, by IPv4; None if it does not."""
    try:
        held = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
        table = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    except OSError:  # it has just closed one, or ended
        return None
    for line in table:
        _, local, _, state, *rest = line.split()
        if state == LISTENS and f"socket:[{rest[5]}]" in held:
            return int(local.partition(":")[2], 16)
    return None


def _answers(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
    try:
        with opener.open(address, timeout=10):
            return True
    except (urllib.error.URLError, TimeoutError):
        return False
