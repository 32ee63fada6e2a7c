"""Looking at and touching one X display; shared by the virtual and the operator's own desktop.

Mouse and keyboard go over XTEST through python-xlib, not pyautogui: one connection for each
display (so several displays in one process), nothing at import time, and no text lost.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import assert_never

from mss.exception import ScreenShotError
from Xlib.display import Display
from Xlib.error import (
    BadDrawable,
    BadWindow,
    ConnectionClosedError,
    DisplayConnectionError,
    DisplayNameError,
)

from actuation import windows
from actuation.action import Click, Drag, Motion, Move, Press, Scroll, TypeText, Wait
from actuation.brake import Brake
from actuation.desktop import DesktopError
from actuation.echo import Echo
from actuation.geometry import clamp, from_root, to_root
from actuation.keyboard import Keyboard
from actuation.mouse import Mouse
from perception.frames import Pace, Raw, settle
from perception.observation import Box, Image, Observation, Screen, Window
from perception.screen import Capture, Polled, Repaints, to_rgb

HANGS = 20.0  # seconds without an answer after which a program counts as hanging
UNASKED_PAUSE = 0.25  # seconds for a program to read its keys that cannot be asked


class X11Desktop:
    """The Desktop protocol on an X display that already runs.

    perform() may be called from one thread while another looks or stops: hands and eyes have
    connections and locks of their own.
    """

    def __init__(
        self, display: str, area: Box | None = None, scale: float = 1.0, pace: Pace | None = None
    ) -> None:
        """area: the part of the root that is seen (a monitor); the whole root if None."""
        self.display = display
        self._pace = pace or Pace()
        self._brake = Brake()
        self._hands, self._eyes = threading.Lock(), threading.Lock()
        self._before: Raw | None = None  # the screen before the action nobody has looked at
        self._closed = False
        try:
            self._control, self._look = Display(display), Display(display)
        except (DisplayConnectionError, DisplayNameError, OSError) as error:
            raise DesktopError(
                f"cannot open the X display {display!r} ({error}): start a session or set DISPLAY"
            ) from error
        if not self._control.has_extension("XTEST"):
            raise DesktopError(f"the X display {display!r} has no XTEST extension: enable it")
        for connection in (self._control, self._look):
            connection.set_error_handler(_ignore)  # of a window that has just closed
        self._capture = Capture(display, area)
        seen = self._capture.area
        self.screen = Screen(seen.w, seen.h, seen.x, seen.y, scale)
        try:
            self._changes: Repaints | Polled = Repaints(display)
        except ScreenShotError:
            self._changes = Polled(self._capture.raw)
        self._echo, self._watcher = Echo(display, self._brake.wait), Echo(display, time.sleep)
        self._keyboard = Keyboard(self._control, self._brake.wait, self._heard)
        self._mouse = Mouse(self._control, self._brake.wait)

    def observe(self) -> Observation:
        with self._eyes, self._alive():
            start = time.monotonic()
            before, self._before = self._before, None
            if before is not None:
                self._watcher.heard(self._pace.cap)  # a busy program paints late
            seen = settle(self._capture.raw, self._changes, self._pace, before, self._watcher.heard)
            return self._seen(to_rgb(seen.frame), seen.settled, time.monotonic() - start)

    def glance(self) -> Observation:
        with self._eyes, self._alive():
            return self._seen(self._capture.grab(), False, 0.0)

    def perform(self, action: Motion) -> Motion:
        with self._hands, self._alive():
            self._brake.begin()
            with self._eyes:
                self._changes.clear()
                self._before = self._capture.raw()
            try:
                return self._perform(action)
            finally:
                self._mouse.release()
                self._keyboard.release()

    def windows(self) -> tuple[Window, ...]:
        """Front to back, boxes in observation pixels."""
        with self._eyes, self._alive():
            return windows.listed(self._look, (self.screen.x, self.screen.y))

    def stop(self) -> None:
        # None of this desktop's locks: it must work while another thread types. From a signal's
        # handler call it in a thread of its own (agent.stop.elsewhere).
        self._brake.pull()

    def resume(self) -> None:
        self._brake.release()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._brake.pull()
        with self._hands, self._eyes:
            self._brake.release()  # giving keycodes back may have to wait
            self._brake.begin()
            with suppress(ConnectionClosedError):
                self._keyboard.close()
            self._brake.pull()
            for connection in (self._echo, self._watcher, self._changes, self._capture):
                connection.close()
            for display in (self._control, self._look):
                with suppress(ConnectionClosedError):
                    display.close()

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """Say in the Desktop's words that the X server is gone."""
        try:
            yield
        except (ConnectionClosedError, ScreenShotError) as error:
            raise DesktopError(f"the X display {self.display!r} is gone: start it again") from error
        except (BadWindow, BadDrawable) as error:
            raise DesktopError("a window closed meanwhile: look again") from error

    def _perform(self, action: Motion) -> Motion:
        action = clamp(action, self.screen)
        match action:
            case Click():
                self._keyboard.hold(action.modifiers)
                self._mouse.click(*self._root(action.x, action.y), action.button, action.count)
            case Move():
                self._mouse.move(*self._root(action.x, action.y))
            case Drag():
                end = self._root(action.to_x, action.to_y)
                self._keyboard.hold(action.modifiers)
                self._mouse.drag(self._root(action.x, action.y), end, action.button)
            case Scroll():
                self._keyboard.hold(action.modifiers)
                self._mouse.scroll(*self._root(action.x, action.y), action.dy, action.dx)
            case TypeText():
                self._keyboard.type(action.text)
            case Press():
                self._keyboard.press(action.keys)
            case Wait():
                self._brake.wait(action.seconds)
            case _:
                assert_never(action)
        return action

    def _root(self, x: int, y: int) -> tuple[int, int]:
        return to_root((x, y), self.screen)

    def _heard(self) -> None:
        """Wait until the active program has read all input. DesktopError if it hangs."""
        answer = self._echo.heard(HANGS)
        if answer is None:
            self._brake.wait(UNASKED_PAUSE)
        elif not answer:
            raise DesktopError(f"the active program has not read its input for {HANGS:.0f} s")

    def _seen(self, image: Image, settled: bool, waited: float) -> Observation:
        pointer = self._look.screen().root.query_pointer()
        offset = (self.screen.x, self.screen.y)
        return Observation(
            image=image,
            screen=self.screen,
            cursor=from_root((pointer.root_x, pointer.root_y), self.screen),
            windows=windows.listed(self._look, offset),
            taken_at=time.time(),
            settled=settled,
            waited=waited,
        )


def _ignore(*_: object) -> None:
    """Asynchronous X errors: requests about windows that are gone."""
