"""Keeps the processes of one virtual desktop, and ends them all when their owner is gone.

    owner ── JSON lines on stdin ──▶ keeper ──▶ Xvnc, D-Bus, window manager, programs
          ◀── JSON lines on stdout ──

Run by actuation.virtual as a file of its own (standard library only, 40 ms to start):
    python -I -S keeper.py FOLDER

As a subreaper it inherits every orphaned grandchild. The owner's end, even by SIGKILL, closes
stdin: then every descendant is killed, and FOLDER is removed. Children get SIGKILL should the
keeper itself be killed.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

MARK = "DORMOUSE_DESKTOP"  # names the folder in the environment of every process of a desktop
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
BIRTH = 30.0  # seconds that a keeper may take to lock its folder


def descendants(root: int) -> list[int]:
    """Every process below `root`, parents first; zombies excepted."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue  # it has just ended
            if state != "Z":
                children.setdefault(int(parent), []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        below = children.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def send(pids: list[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


class Keeper:
    def __init__(self) -> None:
        self.programs: dict[int, subprocess.Popen[bytes]] = {}
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def start(self, argv: list[str], env: dict[str, str], cwd: str, log: str) -> int:
        """Start a program in a session of its own, its output in `log`; return its pid."""
        # A name in .out wants the standard output alone; errors go to the .log beside it.
        with Path(log).open("ab") as output, Path(log).with_suffix(".log").open("ab") as errors:
            program = subprocess.Popen(
                argv,
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                preexec_fn=lambda: self.libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
            )
        self.programs[program.pid] = program
        return program.pid

    def running(self, pid: int) -> bool:
        program = self.programs.get(pid)
        return program is not None and program.poll() is None

    def end(self, pid: int, patience: float) -> None:
        """SIGTERM to the program's group, SIGKILL to what is left after `patience` seconds."""
        if not self.running(pid):
            return
        family = [pid, *descendants(pid)]
        os.killpg(pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while self.running(pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        alive = set(descendants(os.getpid()))
        send([one for one in family if one in alive], signal.SIGKILL)
        self.programs[pid].wait()

    def end_all(self) -> None:
        """Programs first, the display (the first started) last, so that it can tidy up."""
        server = next(iter(self.programs), None)
        deadline = time.monotonic() + 5.0
        while time.monotonic() < deadline:
            left = [pid for pid in descendants(os.getpid()) if pid != server]
            if not left:
                break
            send(left, signal.SIGKILL)
            self.reap()
            time.sleep(0.01)
        if server is not None:
            self.end(server, 2.0)

    def reap(self) -> None:
        """Collect ended children, adopted orphans among them."""
        for program in self.programs.values():
            program.poll()
        known = {program.pid for program in self.programs.values()}
        for pid in adopted_zombies(os.getpid()) - known:
            os.waitpid(pid, os.WNOHANG)

    def answer(self, line: bytes) -> object:
        order = json.loads(line)
        match order.pop("order"):
            case "start":
                return self.start(**order)
            case "running":
                return self.running(**order)
            case "end":
                self.end(**order)
                return None
            case other:
                raise ValueError(f"unknown order {other!r}")


def adopted_zombies(parent: int) -> set[int]:
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, above = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state == "Z" and int(above) == parent:
                found.add(int(entry.name))
    return found


def sweep(folder: Path) -> None:
    """Remove a desktop's folder, and processes that carry its mark, if its keeper is gone."""
    lock_file = folder / "lock"
    try:
        if not lock_file.exists() and time.time() - folder.stat().st_mtime < BIRTH:
            return  # another process is starting this desktop just now
        with lock_file.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # a living keeper holds it
            mark = f"{MARK}={folder}".encode()
            for entry in Path("/proc").iterdir():
                if entry.name.isdigit() and mark in _environment(entry):
                    send([int(entry.name)], signal.SIGKILL)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return  # in use, of another user, or swept by someone else just now


def _environment(entry: Path) -> list[bytes]:
    try:
        return (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def main(folder: str) -> None:
    owner = os.getppid()
    # Locked before it has its name: a sweep never sees it free while the desktop lives.
    lock = (Path(folder) / "lock.new").open("ab")
    fcntl.flock(lock, fcntl.LOCK_EX)
    (Path(folder) / "lock.new").rename(Path(folder) / "lock")
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    keeper, buffer = Keeper(), b""
    try:
        while True:
            ready = select.select([0], [], [], 1.0)[0]
            keeper.reap()
            # A forked copy of the owner may hold the pipe open after the owner is gone.
            if os.getppid() != owner:
                break
            if not ready:
                continue
            chunk = os.read(0, 65536)
            if not chunk:
                break
            buffer += chunk
            while b"\n" in buffer:
                line, _, buffer = buffer.partition(b"\n")
                try:
                    reply = {"value": keeper.answer(line)}
                except OSError as error:
                    reply = {"error": f"{error.strerror}: {error.filename}"}
                os.write(1, json.dumps(reply).encode() + b"\n")
    finally:
        keeper.end_all()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
