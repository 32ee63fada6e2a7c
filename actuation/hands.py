"""What a person's hands do on an X display, event by event, in the server's own order.

    mouse, keyboard, VNC ─▶ slave device ─▶ master device ─▶ programs
    XTEST ───────────────▶ slave device ─▶       │
                                 └── RECORD ─────┴─▶ slave's event, master's event, new keymap,
                                                     new focus: one stream

The RECORD extension tells of each event twice: of the device that it came from and of the master
through which programs get it. The first says whose hand it was (never XTEST's, the agent's), the
second what programs see: place, button, modifiers and layout group, the server's own repeats of a
held key too. In the same stream stand changes of the keymap: a VNC server lays characters that
the layout lacks on spare keys just before it presses them.
"""

import os
import select
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from Xlib import X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayConnectionError, DisplayNameError
from Xlib.ext import record, xinput

from actuation.desktop import DesktopError
from actuation.joining import Event, Focus, Key, Moved, Pointer
from actuation.selection import Requested
from actuation.xkb import MODIFIERS, Keymap

# A device's event as XInput 1 sends it (XIproto.h, deviceKeyButtonPointer).
DEVICE = struct.Struct("=BBHIIIIhhhhHBB")
PROPERTY = struct.Struct("=BxHIII")  # PropertyNotify: type, sequence, window, atom, time
REQUEST = struct.Struct("=BxxxIIII")  # SelectionRequest: time, owner, requestor, selection
ELEMENT = 4 + DEVICE.size  # what RECORD sends of one event: the server's time, and the event
KEY_DOWN, KEY_UP, BUTTON_DOWN, BUTTON_UP, MOTION = range(1, 6)  # past XInput's first event
MODIFIER_KEYS = (range(0xFFE1, 0xFFEF), range(0xFE01, 0xFE14), range(0xFF7E, 0xFF80))
TAPPED = {"Alt_L": "Alt_L", "Super_L": "Super_L", "Super_R": "Super_L"}  # alone they open menus
CLOCK = 2**32  # milliseconds after which the server's time begins anew
SAME_CLOCK = 20  # milliseconds: a server of this machine has the same clock
TICK = 0.25  # seconds; what nobody else is told of (a move) waits no longer


class Hands:
    """Calls told(Event), from a thread of its own, for all that no XTEST device did; told(None)
    once, at the end. DesktopError where the display lacks what is needed.
    """

    def __init__(self, display: str, told: Callable[[Event | Requested | None], None]) -> None:
        self._told = told
        self._keymap = Keymap(display)
        self._composer = self._keymap.composer()
        self._known: dict[tuple[int, int], Any] = {}
        self._stale = False
        self._hand: int | None = None  # the kind of the hand's event that its master repeats next
        self._alone = 0  # the keycode of a modifier that nothing else was pressed with
        try:
            self._control, self._data = Display(display), Display(display)
        except (DisplayConnectionError, DisplayNameError, OSError) as error:
            self._keymap.close()
            raise DesktopError(
                f"cannot open the X display {display!r} ({error}): start a session or set DISPLAY"
            ) from error
        for name in ("RECORD", xinput.extname):
            if not self._control.has_extension(name):
                self._hang_up()
                raise DesktopError(f"the X display has no {name} extension: enable it")
        self._base = self._control.query_extension(xinput.extname).first_event
        self._focus = self._control.intern_atom("_NET_ACTIVE_WINDOW")
        self._root = self._control.screen().root
        self._root.change_attributes(event_mask=X.PropertyChangeMask)
        self._ahead = self._compare_clocks()
        self._select()
        self._context = self._create()
        self._wake, self._waker = os.pipe()
        self._closing, self._began = threading.Event(), threading.Event()
        self._listener = threading.Thread(target=self._listen, name="recorded hands", daemon=True)
        self._flusher = threading.Thread(target=self._flush, name="recorded flush", daemon=True)
        self._listener.start()
        self._flusher.start()
        self._began.wait()  # what is done from now on is told

    def close(self) -> None:
        """What was done until now is told first. Safe to call twice, and from told()."""
        if not self._closing.is_set():
            self._closing.set()
            os.close(self._waker)  # the end of the pipe wakes the flusher
        for thread in (self._flusher, self._listener):
            if thread is not threading.current_thread():
                thread.join()

    def _create(self) -> int:
        """A recording of all devices; of what programs hear of keymaps, focus and selections,
        each told as often as there are programs that listen."""
        ranges = {
            "core_requests": (0, 0),
            "core_replies": (0, 0),
            "ext_requests": (0, 0, 0, 0),
            "ext_replies": (0, 0, 0, 0),
            "delivered_events": (X.PropertyNotify, X.MappingNotify),
            "device_events": (self._base + KEY_DOWN, self._base + MOTION),
            "errors": (0, 0),
            "client_started": False,
            "client_died": False,
        }
        context = self._data.record_create_context(
            record.FromServerTime, [record.AllClients], [ranges]
        )
        self._data.sync()
        return int(context)

    def _select(self) -> None:
        """Who is a hand, and who a master; and ask for the raw events of hands.

        The server sends what is recorded only when it has something to send anyway: a raw event
        wakes _flush(), whose question it answers.
        """
        self._root.xinput_select_events([(xinput.AllDevices, xinput.HierarchyChangedMask)])
        devices = self._control.xinput_query_device(xinput.AllDevices).devices
        masters, slaves = (
            {each.deviceid for each in devices if each.use in uses and "XTEST" not in each.name}
            for uses in (
                (xinput.MasterPointer, xinput.MasterKeyboard),
                (xinput.SlavePointer, xinput.SlaveKeyboard),
            )
        )
        self._hands, self._masters = frozenset(slaves), frozenset(masters)
        kinds = (
            xinput.RawKeyPress,
            xinput.RawKeyRelease,
            xinput.RawButtonPress,
            xinput.RawButtonRelease,
        )
        mask = sum(1 << kind for kind in kinds)
        if slaves:
            self._root.xinput_select_events([(device, mask) for device in sorted(slaves)])

    def _compare_clocks(self) -> int:
        """Milliseconds that time.monotonic() is ahead of the server's clock, modulo CLOCK; at
        most, so that no frame seems to be older than an act that it shows already."""
        atom, cardinal = map(self._control.intern_atom, ("_DORMOUSE_CLOCK", "CARDINAL"))
        found = []
        for _ in range(5):
            now = int(time.monotonic() * 1000)
            self._root.change_property(atom, cardinal, 32, [0])
            while (note := self._control.next_event()).type != X.PropertyNotify:
                pass
            found.append((now - int(note.time) + SAME_CLOCK) % CLOCK - SAME_CLOCK)
        self._root.delete_property(atom)
        ahead = min(found)
        return 0 if abs(ahead) <= SAME_CLOCK else ahead

    def _seconds(self, server: int) -> float:
        """The server's time as time.monotonic()'s."""
        now = int(time.monotonic() * 1000)
        ago = (now - self._ahead - server + CLOCK // 2) % CLOCK - CLOCK // 2
        return (now - ago) / 1000

    def _flush(self) -> None:
        try:
            while not self._closing.is_set():
                while self._control.pending_events():
                    event = self._control.next_event()
                    if getattr(event, "evtype", None) == xinput.HierarchyChanged:
                        self._select()
                self._control.sync()  # its answer brings with it what was recorded before
                if not self._control.pending_events():
                    select.select([self._control.fileno(), self._wake], [], [], TICK)
            self._control.record_disable_context(self._context)
            self._control.sync()
        except (ConnectionClosedError, OSError):
            pass  # the listener meets it too, and ends

    def _listen(self) -> None:
        try:
            with suppress(ConnectionClosedError, OSError):
                self._data.record_enable_context(self._context, self._came)
        finally:
            self._began.set()
            self._told(None)
            self._closing.set()
            self._flusher.join()
            os.close(self._wake)
            self._hang_up()

    def _came(self, reply: Any) -> None:
        self._began.set()
        if reply.category != record.FromServer:
            return
        data = reply.data
        for start in range(0, len(data) - ELEMENT + 1, ELEMENT):
            body = data[start + 4 : start + ELEMENT]
            kind = body[0] & 0x7F
            if kind == X.MappingNotify:
                self._stale = True
            elif kind == X.PropertyNotify:
                _, _, _, atom, at = PROPERTY.unpack_from(body)
                if atom == self._focus:
                    self._composer.reset()
                    self._told(Focus(self._seconds(at)))
            elif kind == X.SelectionRequest:
                _, _, _, requestor, selection = REQUEST.unpack_from(body)
                self._told(Requested(time.monotonic(), selection, requestor))
            elif KEY_DOWN <= kind - self._base <= MOTION:
                self._device(*DEVICE.unpack(body))

    def _device(
        self, kind: int, detail: int, _sequence: int, server: int, _root: int, _window: int,
        _child: int, x: int, y: int, _x: int, _y: int, state: int, _same: int, device: int,
    ) -> None:  # fmt: skip
        device &= 0x7F  # the highest bit says that valuators follow
        if device not in self._masters:
            self._hand = kind if device in self._hands else None
            return
        hand, self._hand = self._hand, None
        if hand != kind:
            return  # XTEST's
        at = self._seconds(server)
        what = (kind & 0x7F) - self._base
        if what == KEY_DOWN:
            self._key(detail, state, at)
        elif what == KEY_UP:
            if detail == self._alone:
                name = TAPPED.get(self._keymap.meaning(detail, 0).name)
                if name:
                    self._told(Key(at, "", name))
            self._alone = 0
        elif what == MOTION:
            self._told(Moved(at, x, y))
        else:
            self._alone = 0
            held = tuple(name for name, bit in MODIFIERS.items() if state & bit)
            self._told(Pointer(at, x, y, detail, what == BUTTON_DOWN, held))

    def _key(self, code: int, state: int, at: float) -> None:
        if self._stale:
            self._stale = False  # first: what changes meanwhile is told later
            self._keymap.read()
            self._known.clear()
        meaning = self._known.get((code, state))
        if meaning is None:
            meaning = self._known[code, state] = self._keymap.meaning(code, state)
        if any(meaning.keysym in keys for keys in MODIFIER_KEYS):
            self._alone = 0 if self._alone else code
            return
        self._alone = 0
        text: str | None = ""
        if not set(meaning.modifiers) - {"shift"}:
            text = self._composer.feed(meaning.keysym)
        if text is not None:
            self._told(Key(at, text, "+".join((*meaning.modifiers, meaning.name))))

    def _hang_up(self) -> None:
        self._keymap.close()
        for display in (self._control, self._data):
            with suppress(ConnectionClosedError, OSError):
                display.close()
