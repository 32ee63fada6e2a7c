"""Stopping: one switch that a person, a signal or a test can throw, from any thread.

with Stop() as stop:        # Ctrl-C and SIGTERM throw it while inside
    stop.attach(desktop)    # ... and abort the action in progress
"""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

from actuation.desktop import Desktop


class Interrupted(Exception):  # noqa: N818 - a person said so
    """The work was stopped; what was finished is kept."""


class Stop:
    """A latch: once thrown it stays thrown. The second Ctrl-C interrupts at once.

    signals: those that throw it inside `with`.
    """

    def __init__(self, *signals: int) -> None:
        self._signals = signals or (signal.SIGINT, signal.SIGTERM)
        self._thrown = threading.Event()
        self._desktops: list[Desktop] = []
        self._previous: dict[int, object] = {}

    @property
    def thrown(self) -> bool:
        return self._thrown.is_set()

    def check(self) -> None:
        """Raise Interrupted if thrown."""
        if self.thrown:
            raise Interrupted

    def throw(self) -> None:
        """Stop: hands are released at once, and nothing further is begun."""
        self._thrown.set()
        for desktop in tuple(self._desktops):
            desktop.stop()

    def attach(self, desktop: Desktop) -> None:
        self._desktops.append(desktop)
        if self.thrown:
            desktop.stop()

    def detach(self, desktop: Desktop) -> None:
        if desktop in self._desktops:
            self._desktops.remove(desktop)

    def __enter__(self) -> "Stop":
        if threading.current_thread() is threading.main_thread():
            for number in self._signals:
                self._previous[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._previous.clear()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.thrown:
            raise KeyboardInterrupt
        if number == signal.SIGINT:
            os.write(2, b"\nstopping; once more stops at once\n")
        self._thrown.set()
        elsewhere(self.throw)(number, frame)


def elsewhere(act: Callable[[], object]) -> Callable[[int, FrameType | None], None]:
    """A signal's handler that acts in a thread of its own: a handler may have interrupted a thread
    that holds the lock it would need."""

    def handler(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=act, daemon=True).start()

    return handler
