"""Where the pointer is at a raw event, which does not say it itself.

VNC, tablet:  raw motion ── axis 0 and 1, of their ranges ──▶ the place, exact in a burst too
mouse:        raw motion ── how far it went, unaccelerated ──▶ ask the server where it is
"""

import struct
from dataclasses import dataclass
from typing import Any

from Xlib.display import Display
from Xlib.ext import xinput

FRESH = 0.05  # seconds for which a place stays; later the agent may have moved the pointer
HEAD = 32  # bytes of a raw event before the mask of its axes
MASK_WORDS = struct.Struct("=H")  # at 22
VALUE = struct.Struct("=iI")  # of an axis: whole, and 2^32ths
ABSOLUTE = 1
VNC = "TigerVNC pointer"  # says that it is relative, and sends pixels of the root

Point = tuple[int, int]


@dataclass(frozen=True)
class Axis:
    """The range of a device's absolute axis, and the pixels that it covers."""

    low: float
    high: float
    pixels: int

    def pixel(self, value: float) -> int:
        # Multiplied first: a range in pixels comes out exact.
        pixel = int((value - self.low) * self.pixels / (self.high - self.low + 1))
        return min(max(pixel, 0), self.pixels - 1)


class Pointing:
    """The pointing devices of a display, by their ids."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._root = display.screen().root
        self._axes: dict[int, tuple[Axis, Axis]] = {}  # of absolute devices
        self._places: dict[int, list[int]] = {}
        self._moved_at: dict[int, float] = {}
        self.read_buttons()

    def learn(self, device: Any) -> None:
        """A device, as XIQueryDevice tells of it."""
        root = self._root.get_geometry()
        size = (root.width, root.height)
        ranges = {
            each.number: (each.min, each.max)
            for each in device.classes
            if each.type == xinput.ValuatorClass and each.mode == ABSOLUTE
        }
        if device.name == VNC:
            ranges = {axis: (0, pixels - 1) for axis, pixels in enumerate(size)}
        if all(axis in ranges and ranges[axis][1] > ranges[axis][0] for axis in range(2)):
            across, down = (Axis(*ranges[axis], size[axis]) for axis in range(2))
            self._axes[device.deviceid] = (across, down)

    def moved(self, device: int, event: memoryview, at: float) -> Point:
        """The place after a raw motion."""
        axes = self._axes.get(device)
        if axes is None:
            return self._ask()
        place = self._places.setdefault(device, list(self._ask()))
        (words,) = MASK_WORDS.unpack_from(event, 22)
        mask = int.from_bytes(event[HEAD : HEAD + 4 * words], "little")
        value = HEAD + 4 * words
        for axis in range(2):
            if mask >> axis & 1:
                whole, part = VALUE.unpack_from(event, value)
                place[axis] = axes[axis].pixel(whole + part / 2**32)
                value += VALUE.size
        self._moved_at[device] = at
        return place[0], place[1]

    def place(self, device: int, at: float) -> Point:
        """The place at a raw press or release."""
        if device in self._places and at <= self._moved_at[device] + FRESH:
            x, y = self._places[device]
            return x, y
        return self._ask()

    def button(self, number: int) -> int:
        """What programs call a device's button: left-handers have theirs swapped."""
        return self._buttons[number - 1] if number <= len(self._buttons) else number

    def read_buttons(self) -> None:
        self._buttons: tuple[int, ...] = tuple(self._display.get_pointer_mapping())

    def _ask(self) -> Point:
        pointer = self._root.query_pointer()
        return pointer.root_x, pointer.root_y
