"""Where a task's windows stand: waits for them, puts them in place, before anyone acts."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Protocol

from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayError, XError

from actuation import windows
from actuation.action import Wait
from actuation.desktop import DesktopError, Host, Program, Stopped
from perception.observation import Box, Observation, Window

Match = Callable[[Window], bool]


class Waiting(Protocol):
    """What a stage needs of a desktop."""

    display: str

    def glance(self) -> Observation: ...
    def perform(self, action: Wait) -> object: ...


class Apart:
    """A desktop for a thread of its own: it waits by itself, the hands are another thread's.

    over: nobody waits any more; then whoever waits is Stopped.
    """

    def __init__(self, desktop: Host, over: Event) -> None:
        self.display, self.glance, self._over = desktop.display, desktop.glance, over

    def perform(self, action: Wait) -> None:
        if self._over.wait(action.seconds):
            raise Stopped("nobody waits for it any more")


class Stage:
    """Places windows on one display; open it with `stage(desktop)`."""

    def __init__(self, display: Display, desktop: Waiting) -> None:
        self._display, self._desktop = display, desktop

    def wait_for(self, match: Match, program: Program, patience: float = 40.0) -> None:
        """Until there is such a window. DesktopError if there is none, or the program ended;
        Stopped if a person says so meanwhile."""
        deadline = time.monotonic() + patience
        while windows.find(self._display, match) is None:
            if not program.running():
                raise DesktopError("the program ended before its window came")
            if time.monotonic() > deadline:
                raise DesktopError(f"no window came within {patience:.0f} s")
            self._desktop.perform(Wait(0.02))

    def place(self, match: Match, box: Box) -> Box:
        """Put the window's client area there; returns where it really is."""
        return windows.place(self._display, self._handle(match), box)

    def raise_(self, match: Match) -> None:
        """To the front, with the keyboard."""
        windows.activate(self._display, self._handle(match))

    def keep_above(self, match: Match) -> None:
        """Above all other windows from now on."""
        windows.keep_above(self._display, self._handle(match))

    def minimise(self, match: Match) -> None:
        windows.minimise(self._display, self._handle(match))

    def _handle(self, match: Match) -> windows.Handle:
        handle = windows.find(self._display, match)
        if handle is None:
            raise DesktopError("the window is gone")
        return handle


@contextmanager
def stage(desktop: Waiting) -> Iterator[Stage]:
    """A connection of its own to the desktop's display, closed afterwards. DesktopError where a
    window closes while it is put in place, or the display does."""
    try:
        display = Display(desktop.display)
        try:
            yield Stage(display, desktop)
        finally:
            display.close()
    except (ConnectionClosedError, DisplayError, XError) as error:
        raise DesktopError(f"a window cannot be put in place: {error}") from error
