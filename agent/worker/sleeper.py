"""The night as a process of its own: it cannot slow the worker's stop, and a kill cannot undo it.

worker ── dormouse sleep --events ──▶ JSON lines: progress …, the night's result
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

from agent.config import Settings
from agent.events import Progress
from agent.worker.wire import Sleep

NICE = 10  # the desk, and a run's eyes, come first


class Sleeper:
    """One night at a time. ended(words) is called, from a thread of its own, when it is over."""

    def __init__(
        self, settings: Settings, progress: Callable[[Progress], None], ended: Callable[[str], None]
    ) -> None:
        self._settings, self._progress, self._ended = settings, progress, ended
        self._process: subprocess.Popen[str] | None = None
        self._paused = False

    @property
    def asleep(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def begin(self, order: Sleep) -> bool:
        """Begin, or go on with, the night; False if one is under way."""
        if self.asleep:
            return False
        argv = [sys.executable, "-m", "agent", "sleep", "--events", "--seed", str(order.seed)]
        argv += [] if order.rehearse else ["--no-rehearse"]
        argv += [] if order.steps is None else ["--steps", str(order.steps)]
        self._paused = False
        self._process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"DORMOUSE_DATA": str(self._settings.data.absolute())},
            preexec_fn=_gently,
        )
        threading.Thread(target=self._follow, args=(self._process,), daemon=True).start()
        return True

    def pause(self) -> bool:
        """End the process; the next begin() goes on where it was."""
        if not self.asleep or self._process is None:
            return False
        self._paused = True
        self._process.send_signal(signal.SIGTERM)
        return True

    def close(self) -> None:
        if self.pause() and self._process is not None:
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _follow(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout and process.stderr
        result = ""
        for text in process.stdout:
            row = json.loads(text)
            if row.get("event") == "progress":
                self._progress(Progress(row["phase"], row["done"], row["total"], row["note"]))
            elif row.get("event") == "night":
                word = "promoted" if row["promoted"] else "rejected"
                result = f"night {row['night']} {word}: {row['reason']}"
        errors = process.stderr.read().strip().splitlines()
        process.wait()
        if not result:
            result = "night paused" if self._paused else f"night ended: {' '.join(errors[-1:])}"
        self._ended(result)


def _gently() -> None:
    """In the child: give way to whoever else needs the processor, and end with the worker."""
    import ctypes

    os.nice(NICE)
    ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)  # PR_SET_PDEATHSIG
