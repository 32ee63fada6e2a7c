"""Events of an X connection, taken from its socket as they come.

    Display ── opens, authorises ──▶ socket ── select(…) ──▶ X server ── events ──▶ events()

python-xlib opens the connection and does not read it: it knows neither raw events nor the XKB
extension, and takes a tenth of a millisecond for each event.

Not the RECORD extension, which was made for this: at thousands of keys a second the server of
TigerVNC 1.12 (xserver 1.20) loses what is recorded, sends clients the replies of others, and ends
with a segmentation fault.
"""

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress

from Xlib import X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError
from Xlib.ext import ge, xinput

from actuation.desktop import DesktopError

VERSION = (2, 2)  # of XInput: from 2.1 on raw events come under grabs too
USE_EXTENSION, SELECT_EVENTS, XI_SELECT_EVENTS, GET_INPUT_FOCUS = 0, 1, 46, 43
CORE_KEYBOARD = 0x100  # XkbUseCoreKbd
XKB_EVENTS = 0b111  # NewKeyboardNotify, MapNotify, StateNotify
REPLY, LEAST = 1, 32  # a reply's type; the bytes of every event, reply and error
CHUNK = 2**16


class Stream:
    """One connection's events. select() and ask_end() may be called while another thread reads.

    xinput, xkb: the major opcode of XInput, and the event code of XKB. DesktopError where the
    display lacks one of them.
    """

    def __init__(self, display: str) -> None:
        self._display = Display(display)
        try:
            self.xinput, self.xkb, xkb = self._extensions()
        except BaseException:
            self._display.close()
            raise
        self._root = self._display.screen().root
        self._root.change_attributes(event_mask=X.PropertyChangeMask)
        self._display.sync()
        self._socket = self._display.display.socket
        self._socket.setblocking(True)
        self._came, self.ended = b"", False
        self._replies = 0  # XKB's comes first, then that of ask_end()
        self._socket.sendall(
            struct.pack("=BBHHH", xkb, USE_EXTENSION, 2, 1, 0)
            + struct.pack(
                "=BBHHHHHHH",
                *(xkb, SELECT_EVENTS, 4, CORE_KEYBOARD, XKB_EVENTS, 0, XKB_EVENTS, 0xFF, 0xFF),
            )
        )

    def select(self, masks: Mapping[int, int]) -> None:
        """Ask for the XInput events of devices, at the root window: device → mask."""
        body = b"".join(struct.pack("=HHI", *(device, 1, mask)) for device, mask in masks.items())
        head = struct.pack("=IHxx", self._root.id, len(masks))
        length = 1 + (len(head) + len(body)) // 4
        self._socket.sendall(
            struct.pack("=BBH", self.xinput, XI_SELECT_EVENTS, length) + head + body
        )

    def ask_end(self) -> None:
        """End the events once all is told that happened until now."""
        self._socket.sendall(struct.pack("=BBH", GET_INPUT_FOCUS, 0, 1))

    def fileno(self) -> int:
        return int(self._socket.fileno())

    def events(self) -> Iterator[memoryview]:
        """What has come; waits for it where nothing has. `ended` is true after the last."""
        try:
            part = self._socket.recv(CHUNK)
        except OSError:
            part = b""
        self.ended = not part
        came, at = memoryview(self._came + part), 0
        while len(came) - at >= LEAST:
            kind, (words,) = came[at] & 0x7F, struct.unpack_from("=I", came, at + 4)
            size = LEAST + (4 * words if kind in (REPLY, ge.GenericEventCode) else 0)
            if len(came) - at < size:
                break
            if kind > REPLY:
                yield came[at : at + size]
            self._replies += kind == REPLY
            self.ended |= self._replies == 2
            at += size
        self._came = bytes(came[at:])

    def close(self) -> None:
        with suppress(ConnectionClosedError, OSError):
            self._display.close()

    def _extensions(self) -> tuple[int, int, int]:
        found = {}
        for name in (xinput.extname, "XKEYBOARD"):
            found[name] = self._display.query_extension(name)
            if found[name] is None:
                raise DesktopError(f"the X display has no {name} extension: enable it")
        told = xinput.XIQueryVersion(
            display=self._display.display,
            opcode=found[xinput.extname].major_opcode,
            major_version=VERSION[0],
            minor_version=VERSION[1],
        )
        if (told.major_version, told.minor_version) < (2, 1):
            raise DesktopError("the X display has no XInput 2.1: update the X server")
        xkb = found["XKEYBOARD"]
        return found[xinput.extname].major_opcode, xkb.first_event, xkb.major_opcode
