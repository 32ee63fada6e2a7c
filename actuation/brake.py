"""The brake of a pair of hands: an action under way when it is pulled ends, come what may."""

import threading
import time

from actuation.desktop import Stopped

GLANCE = 0.05  # seconds between two looks at a brake that was pulled and let go at once


class Brake:
    """pull() and release() come from any thread; begin(), check() and wait() from the acting one.

    While it is pulled nothing begins. What had begun ends even where it is released before the
    hands have felt it: else a person who takes over and hands back at once had changed nothing.
    """

    def __init__(self) -> None:
        self._pulled = threading.Event()
        self._pulls = 0
        self._seen = 0  # pulls before the action under way

    def pull(self) -> None:
        self._pulled.set()  # first: whoever begins in between meets it
        self._pulls += 1

    def release(self) -> None:
        self._pulled.clear()

    def begin(self) -> None:
        """An action begins. Stopped while the brake is pulled."""
        self._seen = self._pulls
        self.check()

    def check(self) -> None:
        """Stopped if it is pulled, or was since the action began."""
        if self._pulled.is_set() or self._pulls != self._seen:
            raise Stopped("stopped by a person or a signal")

    def wait(self, seconds: float) -> None:
        """check(), and again until so much time has gone."""
        until = time.monotonic() + seconds
        self.check()
        while (left := until - time.monotonic()) > 0:
            self._pulled.wait(min(left, GLANCE))
            self.check()
