"""What a person says of the recording under way: hide this, show again, that was it.

terminal, desk, hotkeys on the desktop ──▶ Cue ──▶ Recording, Session
"""

import threading
import time
from collections.abc import Callable

from actuation.action import Ask, Done

Ending = Done | Ask


class Cue:
    """Of one recording, from any thread. changed() is called without any lock held.

    begun_at: seconds since the epoch when hands began to be recorded, 0 before.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._listeners: list[Callable[[bool], None]] = []
        self.begun_at = 0.0
        self.ending: Ending | None = None
        self.hidden = False

    def begin(self, hide: Callable[[bool], None]) -> None:
        """Hands are recorded from now on. hide: called with each change, and at once if hidden."""
        with self._lock:
            self._listeners.append(hide)
            self.begun_at = time.time()
            if self.hidden:
                hide(True)
        self._changed()

    def hide(self, hidden: bool) -> bool:
        """Keep nothing, neither keys nor pixels, until shown again; it holds when this returns."""
        with self._lock:
            new = hidden is not self.hidden and self.ending is None
            if new:
                for listener in self._listeners:
                    listener(hidden)
                self.hidden = hidden
        if new:
            self._changed()
        return new

    def turn(self) -> None:
        """Hide what is shown, show what is hidden."""
        self.hide(not self.hidden)

    def finish(self, ending: Ending | None = None) -> bool:
        """The demonstration ends here: done (the default), with an answer, or with a question."""
        with self._lock:
            new = self.ending is None
            if new:
                self.ending = ending or Done()
        if new:
            self._changed()
        return new
