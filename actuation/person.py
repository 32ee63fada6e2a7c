"""A person's hands on an X display, told from the agent's own by the device they come from.

    mouse, keyboard, VNC ──▶ a device of its own ──raw event, source──▶ touched(Touch)
    the agent ──XTEST──▶ "… XTEST pointer/keyboard" ──raw event, source──▶ ignored

XInput2 raw events are asked for by device (XI2proto.txt, "RawEvent"), so that nothing rests on
timing, and those of XTEST are never sent: a long text that the agent types does not stand in line
before a person's touch. Warps and the server's own key repeats make no raw events.
"""

import os
import select
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from Xlib import XK, X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayConnectionError, DisplayNameError, XError
from Xlib.ext import ge, xinput

from actuation.desktop import DesktopError

# With 2.0 the server keeps raw events back while a program grabs the input: a menu is open, a
# window is being dragged. From 2.1 on they always come, and name their source; 2.2 adds fingers.
WANTED, NEEDED = (2, 2), (2, 1)
RAW_TOUCH_BEGIN = 22  # a finger on a touch screen (XI 2.2); python-xlib does not name it
KINDS = {
    xinput.RawKeyPress: "key",
    xinput.RawButtonPress: "button",
    xinput.RawMotion: "motion",
    RAW_TOUCH_BEGIN: "button",
}
HEAD = struct.Struct("=HIIH")  # device, time, detail, source: a raw event past its first ten bytes


@dataclass(frozen=True)
class Touch:
    """kind: "key", "button" or "motion". escape: the Escape key went down. at: time.monotonic()
    when it was read."""

    kind: str
    escape: bool
    at: float


class PersonWatch:
    """Calls touched(Touch), from a thread of its own, for what no XTEST device did.

    It ends with close() or with the display; an exception out of touched() ends it too, and is
    reported as a thread's is. DesktopError where there is no display or no XInput2.
    """

    def __init__(self, display: str, touched: Callable[[Touch], None]) -> None:
        self._touched = touched
        try:
            self._display = Display(display)  # its own: python-xlib's are not thread-safe
        except (DisplayConnectionError, DisplayNameError, OSError) as error:
            raise DesktopError(
                f"cannot open the X display {display!r} ({error}): start a session or set DISPLAY"
            ) from error
        try:
            self._opcode, version = self._extension()
            self._kinds = [kind for kind in KINDS if kind != RAW_TOUCH_BEGIN or version >= WANTED]
            self._hands = self._select()
            self._escapes, self._remapped = self._escape_keys(), False
        except (ConnectionClosedError, XError) as error:
            self._hang_up()
            raise DesktopError(
                f"the X display {display!r} does not tell its devices ({error}): start it again"
            ) from error
        except DesktopError:
            self._hang_up()
            raise
        self._closing = threading.Event()
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._listen, name="person", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """No touch is told afterwards. Safe to call twice, and from touched().

        It waits for a touched() in progress: hold no lock that touched() needs.
        """
        if not self._closing.is_set():
            self._closing.set()
            os.close(self._waker)  # the end of the pipe wakes the thread
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _extension(self) -> tuple[int, tuple[int, int]]:
        """The extension's opcode and version. DesktopError if XInput2 is missing."""
        extension = self._display.query_extension(xinput.extname)
        if extension is None:
            raise DesktopError("the X display has no XInput extension: enable it in the X server")
        opcode: int = extension.major_opcode
        # python-xlib's own xinput_query_version() asks for 2.0.
        told = xinput.XIQueryVersion(
            display=self._display.display,
            opcode=opcode,
            major_version=WANTED[0],
            minor_version=WANTED[1],
        )
        version = (told.major_version, told.minor_version)
        if version < NEEDED:
            raise DesktopError("the X display has XInput {}.{}: 2.1 is needed".format(*version))
        return opcode, version

    def _select(self) -> frozenset[int]:
        """Ask for the raw events of the devices behind which may be a person: not of XTEST's, of
        masters, which gather others, or of floating ones, which reach no program."""
        root, slaves = self._display.screen().root, (xinput.SlavePointer, xinput.SlaveKeyboard)
        # First of all: a device that is plugged in while the others are asked for is told.
        root.xinput_select_events([(xinput.AllDevices, xinput.HierarchyChangedMask)])
        devices = self._display.xinput_query_device(xinput.AllDevices).devices
        hands = frozenset(
            each.deviceid for each in devices if each.use in slaves and "XTEST" not in each.name
        )
        mask = sum(1 << kind for kind in self._kinds)
        if hands:  # the server refuses an empty list
            root.xinput_select_events([(device, mask) for device in sorted(hands)])
        return hands

    def _escape_keys(self) -> frozenset[int]:
        """Keycodes whose plain meaning is Escape: some layouts have it on Caps Lock as well."""
        low, high = self._display.display.info.min_keycode, self._display.display.info.max_keycode
        rows = self._display.get_keyboard_mapping(low, high - low + 1)
        return frozenset(low + at for at, row in enumerate(rows) if row[0] == XK.XK_Escape)

    def _listen(self) -> None:
        try:
            while (event := self._next()) is not None and not self._closing.is_set():
                touch = self._read(event)
                if touch:
                    self._touched(touch)
        finally:
            os.close(self._wake)
            self._hang_up()

    def _next(self) -> Any | None:
        """The next event; None once the watch is closed or the display has gone."""
        with suppress(ConnectionClosedError, OSError):
            while not self._display.pending_events():
                if self._remapped:  # only now, so that it never delays a touch
                    self._remapped = False
                    self._escapes = self._escape_keys()
                    continue
                ready, _, _ = select.select([self._display.fileno(), self._wake], [], [])
                if self._wake in ready:
                    return None
            return self._display.next_event()
        return None

    def _read(self, event: Any) -> Touch | None:
        now = time.monotonic()
        if event.type == X.MappingNotify:
            self._remapped = True
        elif event.type != ge.GenericEventCode or event.extension != self._opcode:
            pass
        elif event.evtype == xinput.HierarchyChanged:
            with suppress(ConnectionClosedError):  # _next() meets it again, and ends
                self._hands = self._select()
        elif event.evtype in KINDS:
            _, _, detail, source = HEAD.unpack_from(event.data)
            if source in self._hands:
                kind = KINDS[event.evtype]
                return Touch(kind, kind == "key" and detail in self._escapes, now)
        return None

    def _hang_up(self) -> None:
        with suppress(ConnectionClosedError, OSError):
            self._display.close()
