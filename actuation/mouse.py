"""The mouse of one X display, over XTEST. Coordinates are root pixels."""

import time
from collections.abc import Callable

from Xlib import X
from Xlib.display import Display

from actuation.action import Button

NUMBERS = {Button.LEFT: 1, Button.MIDDLE: 2, Button.RIGHT: 3}
UP, DOWN, LEFT, RIGHT = 4, 5, 6, 7  # the wheel's buttons
# Toolkits join clicks that come close in time and place: two single clicks would become a double
# one, and a double one after a single nothing at all.
SEPARATE_SECONDS, SEPARATE_PIXELS = 0.5, 8
DRAG_STEPS, DRAG_PAUSE = 12, 0.012


class Mouse:
    """pause(seconds) waits, and raises if the hands were stopped. Not thread-safe."""

    def __init__(self, display: Display, pause: Callable[[float], None]) -> None:
        self._display, self._pause = display, pause
        self._down: list[int] = []
        self._last = (0.0, 0, 0)  # when and where the last click was

    def move(self, x: int, y: int) -> None:
        self._display.xtest_fake_input(X.MotionNotify, x=x, y=y)
        self._display.sync()

    def click(self, x: int, y: int, button: Button, count: int) -> None:
        self.move(x, y)
        since, old_x, old_y = self._last
        if max(abs(x - old_x), abs(y - old_y)) <= SEPARATE_PIXELS:
            self._pause(max(0.0, since + SEPARATE_SECONDS - time.monotonic()))
        for _ in range(count):
            self._pause(0)
            self._button(X.ButtonPress, NUMBERS[button])
            self._button(X.ButtonRelease, NUMBERS[button])
            self._display.sync()
        self._last = (time.monotonic(), x, y)

    def drag(self, start: tuple[int, int], end: tuple[int, int], button: Button) -> None:
        self.move(*start)
        self._pause(DRAG_PAUSE)
        self._button(X.ButtonPress, NUMBERS[button])
        for step in range(1, DRAG_STEPS + 1):
            self._pause(DRAG_PAUSE)
            share = step / DRAG_STEPS
            self.move(
                round(start[0] + share * (end[0] - start[0])),
                round(start[1] + share * (end[1] - start[1])),
            )
        self._pause(DRAG_PAUSE)
        self.release()

    def scroll(self, x: int, y: int, dy: int, dx: int) -> None:
        self.move(x, y)
        for amount, back, forth in ((dy, UP, DOWN), (dx, LEFT, RIGHT)):
            for _ in range(abs(amount)):
                self._pause(0)
                number = forth if amount > 0 else back
                self._button(X.ButtonPress, number)
                self._button(X.ButtonRelease, number)
                self._display.sync()

    def release(self) -> None:
        """Release every button that is held by this mouse."""
        for number in self._down.copy():
            self._button(X.ButtonRelease, number)
        self._display.sync()

    def _button(self, kind: int, number: int) -> None:
        if kind == X.ButtonPress:
            self._down.append(number)
        else:
            self._down.remove(number)
        self._display.xtest_fake_input(kind, number)
