"""The night as a process of its own: it cannot slow the worker's stop, and a kill cannot undo it.

    begin ──▶ one permanent thread ── dormouse sleep --events ──▶ JSON lines: progress …, result

The process ends with the thread that started it (so that no night outlives its worker), which is
why clients' threads, which come and go, do not start it.
"""

import ctypes
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from agent.config import Settings
from agent.events import Progress
from agent.worker.wire import Sleep

NICE = 10  # the desk, and a run's eyes, come first
COMMAND = (sys.executable, "-m", "agent", "sleep", "--events")
LAST_LINES = 2.0  # seconds for what an ended process has written to be read
MERCY = 20.0  # seconds for a night to end by itself

_LIBC = ctypes.CDLL(None)  # loaded here: a child between fork and exec must not import
_PR_SET_PDEATHSIG = 1

Process = subprocess.Popen[str]


class Sleeper:
    """One night at a time.

    progress(event) and, once for each process, ended(words) are called from threads of its own;
    until ended() has returned, the night counts as under way.
    """

    def __init__(
        self,
        settings: Settings,
        progress: Callable[[Progress], None],
        ended: Callable[[str], None],
        command: Sequence[str] = COMMAND,
    ) -> None:
        """command: what begins a night; options are added to it."""
        self._settings, self._progress, self._ended = settings, progress, ended
        self._command = tuple(command)
        self._turn = threading.Condition()
        self._busy = self._paused = self._ending = self._closed = False
        self._process: Process | None = None
        self._orders: queue.SimpleQueue[tuple[Sleep, Future[None]] | None] = queue.SimpleQueue()
        threading.Thread(target=self._live, name="sleeper", daemon=True).start()

    @property
    def asleep(self) -> bool:
        return self._busy

    def begin(self, order: Sleep) -> bool:
        """Begin, or go on with, the night; False if one is under way. OSError where no process
        can be started."""
        with self._turn:
            # Who was told that the last night is over may begin the next at once.
            self._turn.wait_for(lambda: not self._ending, LAST_LINES)
            if self._busy or self._closed:
                return False
            self._busy, self._paused = True, False
        begun: Future[None] = Future()
        self._orders.put((order, begun))
        begun.result()
        return True

    def pause(self) -> bool:
        """End the process; the next begin() goes on where it was."""
        with self._turn:
            if not self._busy:
                return False
            self._paused = True
            if self._process is not None:
                self._process.send_signal(signal.SIGTERM)
            return True

    def close(self) -> None:
        """Pause, and wait for the process to end; no night begins any more."""
        with self._turn:
            self._closed = True
        process = self._process
        if self.pause() and process is not None:
            try:
                process.wait(MERCY)
            except subprocess.TimeoutExpired:
                process.kill()
        self._orders.put(None)

    # The permanent thread.

    def _live(self) -> None:
        while (ordered := self._orders.get()) is not None:
            order, begun = ordered
            try:
                process = self._start(order)
            except BaseException as error:
                self._busy = False
                begun.set_exception(error)
                continue
            begun.set_result(None)
            result = ""
            try:
                result = self._follow(process)
            except Exception as error:
                traceback.print_exc()
                result = f"night ended: {type(error).__name__}: {error}"
            finally:
                self._over(process, result)

    def _start(self, order: Sleep) -> Process:
        argv = [*self._command, "--seed", str(order.seed)]
        argv += [] if order.rehearse else ["--no-rehearse"]
        argv += [] if order.steps is None else ["--steps", str(order.steps)]
        self._log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._log.open("wb") as log:  # no pipe: nobody reads it while the night lasts
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
                errors="replace",
                env=os.environ | {"DORMOUSE_DATA": str(self._settings.data.absolute())},
                preexec_fn=_gently,
            )
        with self._turn:
            self._process = process
            if self._paused:  # said while it was being started
                process.send_signal(signal.SIGTERM)
        return process

    def _follow(self, process: Process) -> str:
        """What came of it, once it has ended."""
        results: list[str] = []
        reader = threading.Thread(target=self._read, args=(process, results), daemon=True)
        reader.start()
        process.wait()
        # A program that the night left behind may hold the pipe open: it is not waited for.
        reader.join(LAST_LINES)
        if results:
            return results[-1]
        return "night paused" if self._paused else f"night ended: {_last_line(self._log)}"

    def _read(self, process: Process, results: list[str]) -> None:
        assert process.stdout
        with process.stdout:
            for text in process.stdout:
                if self._process is not process:
                    return
                try:
                    self._tell(json.loads(text), results)
                except (ValueError, TypeError, KeyError, AttributeError):
                    continue  # a library's warning, say
                except Exception:
                    traceback.print_exc()

    def _tell(self, row: dict[str, Any], results: list[str]) -> None:
        match row.get("event"):
            case "progress":
                self._progress(Progress(row["phase"], row["done"], row["total"], row["note"]))
            case "night":
                word = "promoted" if row["promoted"] else "rejected"
                results.append(f"night {row['night']} {word}: {row['reason']}")
            case _:
                pass

    def _over(self, process: Process, result: str) -> None:
        if process.poll() is None:  # it could not be followed
            process.kill()
            process.wait()
        with self._turn:
            self._process, self._ending = None, True
        try:
            self._ended(result)
        except Exception:
            traceback.print_exc()
        finally:
            with self._turn:
                self._busy = self._ending = False
                self._turn.notify_all()

    @property
    def _log(self) -> Path:
        return self._settings.run / "night.log"


def _last_line(path: Path) -> str:
    """The last thing an ended process said of itself; "" where it said nothing."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1].strip() if lines else ""


def _gently() -> None:
    """In the child: give way to whoever else needs the processor, and end with the worker."""
    os.nice(NICE)
    end_with_parent()


def end_with_parent() -> None:
    """In a child, before its program begins: SIGTERM when the thread that started it ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
