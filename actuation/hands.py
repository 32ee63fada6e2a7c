"""What a person's hands do on an X display, event by event, in the server's own order.

    keyboard, VNC ─▶ raw key ──────────────────┐
    mouse, VNC ────▶ raw button, raw motion ───┼─▶ one connection, one order ─▶ Key, Pointer, …
    XKB: new modifiers, layout group, keymap ──┤
    window manager: another focus ─────────────┘

Each device's raw events are asked for by itself (XI2proto.txt, "RawEvent"): what the agent does
comes from XTEST's devices, which are never asked for, and programs cannot keep raw events to
themselves. The modifiers and the layout group that hold before each are XKB's; the keymap is read
anew as soon as it has changed, since a VNC server lays characters that the layout lacks on spare
keys just before it presses them.
"""

import os
import select
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from Xlib import X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayConnectionError, DisplayNameError
from Xlib.ext import ge, xinput

from actuation.desktop import DesktopError
from actuation.joining import Event, Focus, Key, Moved, Pointer
from actuation.pointing import Pointing
from actuation.repeats import Repeats, Rhythm, rhythm
from actuation.stream import Stream
from actuation.xkb import MODIFIERS, Keymap, Meaning

KIND = struct.Struct("=HHI")  # past an XInput event's first 8 bytes: kind, device, time
DETAIL = struct.Struct("=I")  # of a raw event, past its first 16 bytes
PROPERTY = struct.Struct("=II")  # of PropertyNotify, past its first 8 bytes: atom, time
NEW_KEYBOARD, NEW_MAP, NEW_STATE = range(3)  # XKB's events
MODIFIER_KEYS = (range(0xFFE1, 0xFFEF), range(0xFE01, 0xFE14), range(0xFF7E, 0xFF80))
TAPPED = {"Alt_L": "Alt_L", "Super_L": "Super_L", "Super_R": "Super_L"}  # alone they open menus
CLOCK = 2**32  # milliseconds after which the server's time begins anew
SAME_CLOCK = 20  # milliseconds: a server of this machine has the same clock
STATE_BITS = 0x60FF  # of a pointer's state: the modifiers and the layout group
KEYS = (1 << xinput.RawKeyPress) | (1 << xinput.RawKeyRelease)
BUTTONS = (1 << xinput.RawButtonPress) | (1 << xinput.RawButtonRelease) | (1 << xinput.RawMotion)


class Hands:
    """Calls told(Event), from a thread of its own, for all that no XTEST device did; told(None)
    once, at the end. DesktopError where the display lacks what is needed.
    """

    def __init__(self, display: str, told: Callable[[Event | None], None]) -> None:
        self._told = told
        self._keymap = Keymap(display)
        self._composer = self._keymap.composer()
        self._known: dict[tuple[int, int], Meaning] = {}
        self._repeats = Repeats()
        self._rhythms: dict[int, Rhythm] = {}  # by keyboard
        self._stale = False
        self._alone = 0  # the keycode of a modifier that nothing else was pressed with
        try:
            self._control = Display(display)
        except (DisplayConnectionError, DisplayNameError, OSError) as error:
            self._keymap.close()
            raise DesktopError(
                f"cannot open the X display {display!r} ({error}): start a session or set DISPLAY"
            ) from error
        try:
            self._stream = Stream(display)
            self._root = self._control.screen().root
            self._focus = self._control.intern_atom("_NET_ACTIVE_WINDOW")
            self._ahead = self._compare_clocks()
            self._pointing = Pointing(self._control)
            self._select()
            self._state = self._root.query_pointer().mask & STATE_BITS
        except BaseException:
            self._control.close()
            self._keymap.close()
            raise
        self._closing = threading.Event()
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._listen, name="recorded hands", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """What was done until now is told first. Safe to call twice, and from told()."""
        if not self._closing.is_set():
            self._closing.set()
            os.close(self._waker)  # the end of the pipe wakes the thread
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _select(self) -> None:
        """Ask for the events of devices behind which may be a person: not of XTEST's, of masters,
        which gather others, or of floating ones, which reach no program."""
        devices = self._control.xinput_query_device(xinput.AllDevices).devices
        uses = {xinput.SlaveKeyboard: KEYS, xinput.SlavePointer: BUTTONS}
        masks = {}
        for each in devices:
            if each.use in uses and "XTEST" not in each.name:
                masks[each.deviceid] = uses[each.use]
                self._pointing.learn(each)
        self._stream.select({**masks, xinput.AllDevices: xinput.HierarchyChangedMask})
        self._control.sync()

    def _compare_clocks(self) -> int:
        """Milliseconds that time.monotonic() is ahead of the server's clock, modulo CLOCK; at
        most, so that no frame seems to be older than an act that it shows already."""
        atom, cardinal = map(self._control.intern_atom, ("_DORMOUSE_CLOCK", "CARDINAL"))
        self._root.change_attributes(event_mask=X.PropertyChangeMask)
        found = []
        for _ in range(5):
            now = int(time.monotonic() * 1000)
            self._root.change_property(atom, cardinal, 32, [0])
            while (note := self._control.next_event()).type != X.PropertyNotify:
                pass
            found.append((now - int(note.time) + SAME_CLOCK) % CLOCK - SAME_CLOCK)
        self._root.delete_property(atom)
        self._root.change_attributes(event_mask=0)
        ahead = min(found)
        return 0 if abs(ahead) <= SAME_CLOCK else ahead

    def _seconds(self, server: int) -> float:
        """The server's time as time.monotonic()'s."""
        now = int(time.monotonic() * 1000)
        ago = (now - self._ahead - server + CLOCK // 2) % CLOCK - CLOCK // 2
        return (now - ago) / 1000

    def _listen(self) -> None:
        try:
            with suppress(ConnectionClosedError, OSError):
                asked = False
                while not self._stream.ended:
                    lines: list[Stream | int] = (
                        [self._stream] if asked else [self._stream, self._wake]
                    )
                    ready = select.select(lines, [], [], self._repeats.patience(time.monotonic()))[
                        0
                    ]
                    if self._stream in ready:
                        for event in self._stream.events():
                            self._came(event)
                    self._repeat(time.monotonic())
                    if self._wake in ready:
                        asked = True
                        self._stream.ask_end()
        finally:
            self._told(None)
            self._closing.set()
            os.close(self._wake)
            self._keymap.close()
            self._stream.close()
            with suppress(ConnectionClosedError, OSError):
                self._control.close()

    def _came(self, event: memoryview) -> None:
        kind = event[0] & 0x7F
        if kind == ge.GenericEventCode:
            self._device(event, *KIND.unpack_from(event, 8))
        elif kind == self._stream.xkb:
            if event[1] == NEW_STATE:
                self._state = event[9] | event[13] << 13  # modifiers, group
            else:
                self._stale = True
        elif kind == X.MappingNotify:
            self._pointing.read_buttons()
        elif kind == X.PropertyNotify:
            atom, at = PROPERTY.unpack_from(event, 8)
            if atom == self._focus:
                self._composer.reset()
                self._told(Focus(self._seconds(at)))

    def _device(self, event: memoryview, kind: int, device: int, server: int) -> None:
        at = self._seconds(server)
        (detail,) = DETAIL.unpack_from(event, 16)
        if kind == xinput.RawMotion:
            self._told(Moved(at, *self._pointing.moved(device, event, at)))
            return
        if kind == xinput.HierarchyChanged:
            self._select()
            return
        self._repeat(at)
        if kind == xinput.RawKeyPress:
            self._press(detail, at, device)
        elif kind == xinput.RawKeyRelease:
            self._release(detail, at)
        elif kind in (xinput.RawButtonPress, xinput.RawButtonRelease):
            self._alone = 0
            held = tuple(name for name, bit in MODIFIERS.items() if self._state & bit)
            x, y = self._pointing.place(device, at)
            number, down = self._pointing.button(detail), kind == xinput.RawButtonPress
            self._told(Pointer(at, x, y, number, down, held))

    def _press(self, code: int, at: float, device: int) -> None:
        if self._stale:
            self._stale = False  # first: what changes meanwhile is told later
            self._keymap.read()
            self._known.clear()
        meaning = self._known.get((code, self._state))
        if meaning is None:
            meaning = self._known[code, self._state] = self._keymap.meaning(code, self._state)
        if any(meaning.keysym in keys for keys in MODIFIER_KEYS):
            self._alone = 0 if self._alone else code
            return
        self._alone = 0
        text: str | None = ""
        if not set(meaning.modifiers) - {"shift"}:
            text = self._composer.feed(meaning.keysym)
        if text is not None:
            key = Key(at, text, "+".join((*meaning.modifiers, meaning.name)))
            self._told(key)
            if device not in self._rhythms:
                self._rhythms[device] = rhythm(self._control, device)
            self._repeats.pressed(code, key, self._rhythms[device])

    def _repeat(self, until: float) -> None:
        for key in self._repeats.due(until):
            self._told(key)

    def _release(self, code: int, at: float) -> None:
        self._repeats.released(code)
        if code == self._alone:
            name = TAPPED.get(self._keymap.meaning(code, 0).name)
            if name:
                self._told(Key(at, "", name))
            self._alone = 0
