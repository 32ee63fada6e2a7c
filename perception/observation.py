"""One look at the screen: pixels, geometry, windows and whether the picture had settled.

Observation
  image    uint8 (H, W, 3), RGB, physical pixels
  screen   origin, size and scale of the captured screen
  windows  front to back, from the window manager (never from accessibility)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Box:
    """A rectangle in observation pixels: left, top, width, height (right and bottom exclusive)."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def center(self) -> tuple[int, int]:
        return self.x + self.w // 2, self.y + self.h // 2

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def intersect(self, other: "Box") -> "Box":
        """The common part; of zero width and height where there is none."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(x, y, max(0, right - x), max(0, bottom - y))

    def moved(self, dx: int, dy: int) -> "Box":
        return Box(self.x + dx, self.y + dy, self.w, self.h)

    @property
    def area(self) -> int:
        return self.w * self.h


@dataclass(frozen=True)
class Screen:
    """Where the captured screen lies in the desktop (physical pixels) and its HiDPI scale."""

    width: int
    height: int
    x: int = 0
    y: int = 0
    scale: float = 1.0


@dataclass(frozen=True)
class Window:
    """A top-level window as the window manager reports it, its box without the frame.

    dialog: whether it is a dialog or a menu, as far as its program tells; not kept in memory.
    """

    title: str
    application: str
    box: Box
    active: bool = False
    dialog: bool = False


@dataclass(frozen=True, eq=False)
class Observation:
    """What one look returned.

    image: uint8 (H, W, 3) RGB. cursor: (x, y) in observation pixels. windows: front to back.
    taken_at: seconds since the epoch. settled: False when the screen was still changing at the
    end of the wait. waited: seconds spent waiting for it to settle.
    """

    image: Image
    screen: Screen
    cursor: tuple[int, int] = (0, 0)
    windows: tuple[Window, ...] = ()
    taken_at: float = 0.0
    settled: bool = True
    waited: float = 0.0

    @property
    def active(self) -> Window | None:
        """The window that has the keyboard, if any."""
        return next((window for window in self.windows if window.active), None)
