"""Frames and repaints of one X display, any number of displays in one process.

mss takes the picture over shared memory; X DAMAGE says that something was painted. Each object
holds a connection of its own, so that looking never waits for the hands.
"""

import select
import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np
from mss.base import MSSImplementation
from mss.exception import ScreenShotError
from mss.linux import xcb, xcbgen
from mss.linux.xshmgetimage import MSSImplXShmGetImage, ShmStatus
from Xlib import X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError
from Xlib.ext import damage

from perception.frames import Raw, difference
from perception.observation import Box, Image


class _ShmCapture(MSSImplXShmGetImage):
    """mss's shared-memory backend, also on servers that list a depth twice.

    Xvnc lists depth 24 twice, the root's visual under the second only; mss's constructor looks
    at the first and gives up. This one looks at all of them.
    """

    def __init__(self, display: str) -> None:
        MSSImplementation.__init__(self)  # past the two X constructors
        self.conn, number = xcb.connect(display.encode())
        self.pref_screen = xcbgen.setup_roots(xcb.get_setup(self.conn))[number]
        self.root = self.drawable = self.pref_screen.root
        self._xfixes_ready = None
        self.drawable_depth = self.pref_screen.root_depth
        self.drawable_visual_id = self.pref_screen.root_visual
        visual = next(
            visual
            for depth in xcbgen.screen_allowed_depths(self.pref_screen)
            for visual in xcbgen.depth_visuals(depth)
            if visual.visual_id == self.drawable_visual_id
        )
        masks = (visual.red_mask, visual.green_mask, visual.blue_mask)
        if masks != (0xFF0000, 0xFF00, 0xFF):
            raise ScreenShotError(f"unsupported colour masks {masks}: a BGRX screen is needed")
        self._memfd = self._buf = self._shmseg = None
        self.shm_status: ShmStatus = self._setup_shm()


class Capture:
    """Takes frames of one X display, or of the part of it in `area` (root pixels)."""

    def __init__(self, display: str, area: Box | None = None) -> None:
        self._mss = _ShmCapture(display)
        root = self._mss.monitors()[0]
        self.root = Box(root["left"], root["top"], root["width"], root["height"])
        self.area = area or self.root

    def raw(self) -> Raw:
        """The frame as the server holds it: uint32 (H, W); the top byte is undefined."""
        area = self.area
        region = {"left": area.x, "top": area.y, "width": area.w, "height": area.h}
        return np.frombuffer(self._mss.grab(region), dtype=np.uint32).reshape(area.h, area.w)

    def grab(self) -> Image:
        """The frame as uint8 (H, W, 3), RGB."""
        return to_rgb(self.raw())

    def monitors(self) -> list[Box]:
        """The monitors of the display in root pixels; the whole root where there is no RANDR."""
        found = [Box(m["left"], m["top"], m["width"], m["height"]) for m in self._mss.monitors()]
        return found[1:] or found

    def close(self) -> None:
        self._mss.close()


def to_rgb(raw: Raw) -> Image:
    """uint32 (H, W) BGRX to a contiguous uint8 (H, W, 3) RGB."""
    bytes_of = raw.view(np.uint8).reshape(*raw.shape, 4)
    image = np.empty((*raw.shape, 3), np.uint8)
    for channel in range(3):  # three strided copies: 1.1 ms where Pillow takes 5
        image[:, :, channel] = bytes_of[:, :, 2 - channel]
    image.flags.writeable = False  # an Observation is a record
    return image


class Repaints:
    """Tells when something was painted, from X DAMAGE events (about 1 ms late)."""

    def __init__(self, display: str) -> None:
        self._display = Display(display)
        if not self._display.has_extension("DAMAGE"):
            self._display.close()
            raise ScreenShotError("the X server has no DAMAGE extension")
        self._display.damage_query_version()
        root = self._display.screen().root
        # One event when the damaged area becomes non-empty, none until clear(): a playing video
        # cannot flood a connection that nobody reads.
        self._damage = root.damage_create(damage.DamageReportNonEmpty)
        self._display.sync()

    def clear(self) -> None:
        """Forget what was painted so far."""
        self._display.damage_subtract(self._damage, X.NONE, X.NONE)
        self._display.sync()
        while self._display.pending_events():
            self._display.next_event()

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` for a repaint since the last clear(); True if there was one."""
        end = time.monotonic() + seconds
        while not self._display.pending_events():
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._display.fileno()], [], [], left)[0]:
                return bool(self._display.pending_events())
        return True

    def close(self) -> None:
        with suppress(ConnectionClosedError):
            self._display.close()


class Polled:
    """The same question asked by comparing frames, for servers without DAMAGE."""

    def __init__(self, grab: Callable[[], Raw], interval: float = 0.02) -> None:
        self._grab, self._interval = grab, interval
        self._last = grab()

    def clear(self) -> None:
        self._last = self._grab()

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while difference(self._last, self._grab()) is None:
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(left, self._interval))
        return True

    def close(self) -> None:
        """Nothing to give back."""
