"""What of each window can be seen: windows lie above each other, and frames lie around them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from perception.observation import Box, Image, Observation, Window

_TITLE = 48  # frames are thinner than this above a window, in pixels
_HANDLE = 12  # and than this below it


@dataclass(frozen=True)
class Surface:
    """The visible part of one window (index -1: the rest of the screen).

    box: in the observation. hidden: parts covered by windows in front, relative to box.
    """

    window: int
    box: Box
    hidden: tuple[Box, ...] = ()

    def picture(self, image: Image) -> Image:
        """Its pixels, the hidden parts black, so that what happens in front changes nothing."""
        box = self.box
        picture = image[box.y : box.bottom, box.x : box.right].copy()
        for part in self.hidden:
            picture[part.y : part.bottom, part.x : part.right] = 0
        return picture

    def touches_edge(self, box: Box, near: int = 2) -> bool:
        """Whether a box relative to this surface comes near its edge or a hidden part."""
        grown = Box(box.x - near, box.y - near, box.w + 2 * near, box.h + 2 * near)
        outside = (
            grown.x < 0 or grown.y < 0 or grown.right > self.box.w or grown.bottom > self.box.h
        )
        return outside or any(grown.intersect(part).area > 0 for part in self.hidden)


def surfaces(observation: Observation) -> list[Surface]:
    """Front to back, the rest of the screen last; windows that cannot be seen are left out."""
    screen = Box(0, 0, observation.screen.width, observation.screen.height)
    height, width = observation.image.shape[:2]
    screen = screen.intersect(Box(0, 0, width, height))
    found: list[Surface] = []
    covers: list[Box] = []
    for index, window in enumerate(observation.windows):
        box = window.box.intersect(screen)
        hidden = _relative(covers, box)
        if box.area and not any(part.area == box.area for part in hidden):
            found.append(Surface(index, box, hidden))
        if box.area:
            covers.append(framed(observation.image, window).intersect(screen))
    found.append(Surface(-1, screen, _relative(covers, screen)))
    return found


def _relative(covers: Sequence[Box], box: Box) -> tuple[Box, ...]:
    parts = (cover.intersect(box) for cover in covers)
    return tuple(part.moved(-box.x, -box.y) for part in parts if part.area)


def framed(image: Image, window: Window) -> Box:
    """A window's box with its frame: the lines beside it that go on above and below it."""
    box = window.box
    top, bottom = box.y, box.bottom
    left, right = box.x - 1, box.right
    for x in (left, right):
        if 0 <= x < image.shape[1]:
            top = min(top, box.y - _along(image[: max(box.y, 0), x][::-1], _TITLE))
            bottom = max(bottom, box.bottom + _along(image[box.bottom :, x], _HANDLE))
    return Box(left, top - 1, right - left + 1, bottom - top + 2)


def _along(pixels: Image, most: int) -> int:
    """How far the first colour goes on; 0 where it goes on for too long to be a frame."""
    if len(pixels) == 0:
        return 0
    same = (pixels == pixels[0]).all(axis=1)
    length = int(np.argmin(same)) if not same.all() else len(same)
    return length if length <= most else 0
