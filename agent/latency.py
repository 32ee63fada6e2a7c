"""How quickly the agent stops and yields, how old the shown frame is, how the desk keeps up.

    dormouse doctor --latency        # a worker, a desk and a person's hand of its own

Everything is measured where it ends: a stop is over when the hands are off and no key is down.
"""

import os
import pty
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from actuation.action import Drag, Motion, TypeText, Wait
from actuation.desktop import Stopped
from actuation.hands import Hands
from actuation.person import PersonWatch
from actuation.rfb import Hand
from actuation.virtual import VirtualDesktop
from agent.config import Settings
from agent.errors import Needed
from agent.scratch import scratch
from agent.session import Session
from agent.stop import Stop, elsewhere
from agent.tally import percentile
from agent.touching import DOUBLE, Touching
from agent.worker import wire
from agent.worker.client import Connection, connect
from agent.worker.server import served
from agent.worker.sleeper import end_with_parent

TASK = "books/enter_invoice"
LONG: tuple[Motion, ...] = (
    TypeText("The quick brown fox jumps over the lazy dog. " * 400),  # longer than the wait
    Drag(100, 100, 600, 500),
    Wait(20.0),
)
WATCHED = 10.0  # seconds for which a desk is looked at
SHIFT, ESCAPE = 0xFFE1, 0xFF1B
FOREIGN = 0x1003042  # keysym of あ, which no layout here has

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Latency:
    """Milliseconds of each try."""

    tries: tuple[float, ...]

    def row(self) -> dict[str, float]:
        """The numbers of the contract."""
        shares = {f"p{round(100 * share)}": share for share in (0.5, 0.95, 0.99)}
        told = {name: round(percentile(self.tries, share), 2) for name, share in shares.items()}
        return told | {"tries": len(self.tries)}


def hands(tries: int, progress: Progress, suffix: str = "") -> Iterator[tuple[str, Latency]]:
    """("stop", …), ("yield", …), …: from a person's act to hands off, in the middle of actions.

    stop goes the way of the desk's `!` and of `dormouse stop`: socket, session, hands. sigterm is
    the signal, in a process whose main thread acts, as the worker's does. yield is a key at a VNC
    client, by the watch, to the session; escape is the second of two, until the run is stopped.
    """
    session = Session()
    with (
        scratch() as folder,
        served(folder / "socket", lambda request: wire.Done(changed=session.stop())),
        Connection(folder / "socket") as line,
        VirtualDesktop() as desktop,
        Hand(desktop.vnc_socket, desktop.vnc_password) as hand,
        closing(PersonWatch(desktop.display, Touching(session))),
    ):
        session.attach(desktop)
        acts: dict[str, tuple[Callable[[], object], ...]] = {
            "stop": (lambda: line.ask(wire.Intend("stop")),),
            "sigterm": (lambda: os.kill(os.getpid(), signal.SIGTERM),),
            "yield": (lambda: hand.key(SHIFT, True),),
            "escape": (lambda: hand.tap(ESCAPE), lambda: hand.tap(ESCAPE)),
        }
        for name, moves in acts.items():
            found = []
            with _on_sigterm(session.stop) if name == "sigterm" else nullcontext():
                for number in range(tries):
                    run = Stop()
                    run.attach(desktop)
                    session.begin(run)
                    over = run if name != "yield" else None
                    found.append(_cut_short(desktop, LONG[number % len(LONG)], moves, over))
                    hand.key(SHIFT, False)
                    session.end()
                    session.go_on()
                    time.sleep(0.005 if name != "escape" else DOUBLE)
                    progress(name + suffix, number + 1, tries)
            yield name + suffix, Latency(tuple(found))


@contextmanager
def _on_sigterm(act: Callable[[], object]) -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, elsewhere(act))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _cut_short(
    desktop: VirtualDesktop, action: Motion, moves: Sequence[Callable[[], object]], run: Stop | None
) -> float:
    """Milliseconds from the last of a person's moves until the hands are off, and `run` stopped."""
    begun = [0.0]

    def act() -> None:
        for move in moves:
            time.sleep(0.06)  # into the middle of it
            begun[0] = time.perf_counter()
            move()

    person = threading.Thread(target=act, daemon=True)
    person.start()
    with suppress(Stopped):
        desktop.perform(action)
        raise Needed("the hands did not stop: this is a defect, please report it")
    ended = time.perf_counter()
    if run is not None:
        while not run.thrown and time.perf_counter() - ended < 10:
            time.sleep(0.0002)
        ended = max(ended, time.perf_counter())
    person.join()
    return 1000 * max(0.0, ended - begun[0])


@contextmanager
def worker(folder: Path) -> Iterator[Settings]:
    """A worker over a memory of its own."""
    settings = Settings(data=folder)
    (folder / "toured").touch()  # else the desk begins with the tour, and its picture rests
    env = os.environ | {"DORMOUSE_DATA": str(folder), "DORMOUSE_LEAD_SECONDS": "0.3"}
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "worker"],
        env=env,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                connect(settings).close()
                break
            except Needed:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield settings
    finally:
        process.terminate()
        process.wait(60)


class Desk:
    """The desk in a pseudo-terminal, as a person would have it."""

    def __init__(self, settings: Settings) -> None:
        pid, self._terminal = pty.fork()
        if pid == 0:
            env = os.environ | {
                "DORMOUSE_DATA": str(settings.data),
                "TERM": "xterm-256color",
                "COLUMNS": "120",
                "LINES": "40",
            }
            os.execve(sys.executable, [sys.executable, "-m", "agent"], env)
        self.pid = pid
        self._quiet(15.0)

    def key(self, key: bytes) -> float:
        """Milliseconds from a key to the first change on the screen."""
        self._drain()
        begun = time.perf_counter()
        os.write(self._terminal, key)
        if not select.select([self._terminal], [], [], 5)[0]:
            return 5000.0
        spent = 1000 * (time.perf_counter() - begun)
        self._drain()
        return spent

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        words = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, 15)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def _quiet(self, patience: float) -> None:
        """Read until it has drawn itself."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and select.select([self._terminal], [], [], 2.0)[0]:
            self._read()

    def _drain(self) -> None:
        while select.select([self._terminal], [], [], 0)[0] and self._read():
            pass

    def _read(self) -> bytes:
        try:
            return os.read(self._terminal, 65536)
        except OSError:
            return b""


def keys(desk: Desk, tries: int, name: str, progress: Progress) -> Latency:
    """Typing into the desk's filter."""
    desk.key(b"/")
    found = []
    for number in range(tries):
        found.append(desk.key(b"a" if number % 20 < 10 else b"\x7f"))
        progress(name, number + 1, tries)
        time.sleep(0.03)
    desk.key(b"\r")
    return Latency(tuple(found))


def measure(tries: int, asleep: bool, progress: Progress) -> tuple[dict[str, Latency], float]:
    """All of it: name → latency, and the desk's share of one core while the agent runs.

    asleep: measure stop, yield and typing again while a night runs.
    """
    from agent.tui.age import ages  # a desk is heavy

    found: dict[str, Latency] = dict(hands(tries, progress))
    with (
        scratch() as folder,
        worker(folder) as settings,
        connect(settings) as line,
    ):
        for seed in range(10_000, 10_012):
            line.ask(wire.Add(wire.Job(0, TASK, seed, policy="scripted")))
        version = -1
        while not (now := line.look(version, 1.0)).shown:
            version = now.version
            progress("waiting", 0, 1)
        found["frame_age"] = Latency(
            ages(settings, WATCHED, lambda gone: progress("frame_age", int(gone), int(WATCHED)))
        )
        desk = Desk(settings)
        try:
            used, since = desk.cpu(), time.monotonic()
            while (gone := time.monotonic() - since) < WATCHED:
                progress("desk_cpu", int(gone), int(WATCHED))
                time.sleep(0.2)
            share = (desk.cpu() - used) / (time.monotonic() - since)
            found["keypress"] = keys(desk, tries, "keypress", progress)
            line.ask(wire.Intend("stop"))
            for job in line.look().queue:
                line.ask(wire.Cancel(job.id))
            if asleep:
                line.ask(wire.Intend("go_on"))
                while line.look().job:
                    time.sleep(0.1)
                    progress("waiting", 0, 1)
                line.ask(wire.Sleep(rehearse=False))
                while (night := line.look().night) is None or night.phase != "consolidate":
                    time.sleep(0.2)
                    progress("waiting", 0, 1)
                found["keypress_asleep"] = keys(desk, tries, "keypress_asleep", progress)
                found |= dict(hands(tries, progress, "_asleep"))
        finally:
            desk.close()
    found["record"] = record(tries, progress)
    found["journal"] = journal(tries, progress)
    return found, share


def record(tries: int, progress: Progress) -> Latency:
    """From a person's key at a VNC client until the recorder has it, with what it means: the
    keymap is read anew for a character that the layout lacks, in one try of ten."""
    came: queue.SimpleQueue[float] = queue.SimpleQueue()
    found = []
    with (
        VirtualDesktop() as desktop,
        Hand(desktop.vnc_socket, desktop.vnc_password) as hand,
        closing(Hands(desktop.display, lambda event: came.put(time.perf_counter()))),
    ):
        for number in range(tries):
            keysym = ord("a") + number % 20 if number % 10 else FOREIGN + number // 10 % 10
            begun = time.perf_counter()
            hand.tap(keysym)
            found.append(1000 * (came.get(timeout=10) - begun))
            progress("record", number + 1, tries)
            time.sleep(0.01)
    return Latency(tuple(found))


def journal(tries: int, progress: Progress) -> Latency:
    """Journalling a step of a demonstration: intent with its frame, and outcome, on disk."""
    from dataclasses import replace

    from memory import fake
    from memory.store import Store

    found = []
    with scratch() as folder, Store(folder / "m.sqlite") as store:
        shown = fake.demonstration("e")
        store.begin(fake.head(shown))
        for number in range(tries):
            frame = fake.look(fake.drawn_frame(number, (1280, 800)))
            step = replace(fake.intent(shown.steps[0]), index=number, observation=frame)
            begun = time.perf_counter()
            store.intend("e", step)
            store.outcome("e", number, step.intended)
            found.append(1000 * (time.perf_counter() - begun))
            progress("journal", number + 1, tries)
    return Latency(tuple(found))
