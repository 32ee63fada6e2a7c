"""What an X server's RECORD extension tells, read from its connection as it comes.

    Display ── create context, enable ──▶ X server ── replies: elements ──▶ events(), 32 bytes each

python-xlib asks, but does not read: it takes thousands of small replies a second apart one by one
and is late. The replies without an end (RECORD 1.13, "RecordEnableContext") are read from its
socket here.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress

from Xlib.display import Display
from Xlib.error import ConnectionClosedError
from Xlib.ext import record

from actuation.desktop import DesktopError

ENABLE = struct.Struct("=BBHI")  # opcode, minor opcode, length in words, context
ENABLE_CONTEXT = 5
REPLY = struct.Struct("=BBHI")  # type, category, sequence, words past the first 32 bytes
REPLY_TYPE = 1
HEAD, EVENT = 32, 32  # bytes of a reply's head, or of an event; and of what is recorded
ELEMENT = 4 + EVENT  # the server's time before each
CHUNK = 2**16
PATIENCE = 10.0  # seconds for the server to begin


class Stream:
    """The events of all devices, and those of some kinds that programs are sent, in order.

    The server keeps them until it has something to send anyway; see actuation.hands.
    DesktopError where there is no RECORD.
    """

    def __init__(self, display: str, devices: tuple[int, int], sent: tuple[int, int]) -> None:
        """devices, sent: the first and last event codes of devices and of those sent to programs,
        each told as often as there are programs that get it."""
        self._display = Display(display)
        if not self._display.has_extension("RECORD"):
            self._display.close()
            raise DesktopError("the X display has no RECORD extension: enable it in the X server")
        ranges = {
            "core_requests": (0, 0),
            "core_replies": (0, 0),
            "ext_requests": (0, 0, 0, 0),
            "ext_replies": (0, 0, 0, 0),
            "delivered_events": sent,
            "device_events": devices,
            "errors": (0, 0),
            "client_started": False,
            "client_died": False,
        }
        self.context = self._display.record_create_context(
            record.FromServerTime, [record.AllClients], [ranges]
        )
        self._display.sync()
        opcode = self._display.display.get_extension_major("RECORD")
        self._socket = self._display.display.socket
        self._socket.setblocking(True)
        self._socket.settimeout(PATIENCE)
        self._socket.sendall(ENABLE.pack(opcode, ENABLE_CONTEXT, 2, self.context))
        self._came = b""
        self.ended = False
        self._begun = False
        while not self._begun:  # what is done from now on is told
            self._receive()
            for _ in self._whole():
                pass

    def fileno(self) -> int:
        return int(self._socket.fileno())

    def events(self) -> Iterator[memoryview]:
        """What has come; waits for it where nothing has. `ended` is true after the last."""
        self._receive()
        yield from self._whole()

    def close(self) -> None:
        with suppress(ConnectionClosedError, OSError):
            self._display.close()

    def _receive(self) -> None:
        try:
            part = self._socket.recv(CHUNK)
        except OSError:
            part = b""
        self.ended = not part
        self._begun |= self.ended
        self._came += part

    def _whole(self) -> Iterator[memoryview]:
        """The events of all replies that came whole."""
        came, at = memoryview(self._came), 0
        while len(came) - at >= HEAD:
            kind, category, _, words = REPLY.unpack_from(came, at)
            end = (
                at + HEAD + (4 * words if kind == REPLY_TYPE else 0)
            )  # else X's own event or error
            if end > len(came):
                break
            if kind == REPLY_TYPE and category == record.FromServer:
                for start in range(at + HEAD, end - ELEMENT + 1, ELEMENT):
                    yield came[start + 4 : start + ELEMENT]
            elif kind == REPLY_TYPE:
                self._begun = True
                self.ended |= category == record.EndOfData
            at = end
        self._came = self._came[at:]
