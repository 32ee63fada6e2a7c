"""A person's hand for measurements and tests: the input half of a VNC client (RFC 6143, RFB 3.8).

    with Hand(desktop.vnc_socket, desktop.vnc_password) as hand:
        hand.click(100, 200)

What it does comes from the VNC server's own devices, as a real viewer's input does. It asks for
no pictures, so that the server sends none.
"""

import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Self

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from actuation.desktop import DesktopError
from actuation.keyboard import keysym_of

PATIENCE = 10.0  # seconds for the server to answer
VERSION = b"RFB 003.008\n"
VNC_AUTH = 2
RETURN = 0xFF0D
DRAG_STEPS = 8


class Hand:
    """Mouse and keyboard of somebody at a viewer; places are framebuffer pixels.

    Every call returns once it is sent. DesktopError where the server refuses or has gone.
    """

    def __init__(self, path: Path, password: str) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        try:
            self._socket.connect(str(path))
            self._shake(password)
        except OSError as error:
            self._socket.close()
            raise self._gone(error) from error
        except DesktopError:
            self._socket.close()
            raise

    def move(self, x: int, y: int) -> None:
        """Point at (x, y), no button down."""
        self.button(x, y, 0)

    def button(self, x: int, y: int, mask: int) -> None:
        """Point at (x, y) with just these buttons down: bit 0 left, 1 middle, 2 right, 3 and 4
        the wheel up and down, 5 and 6 left and right."""
        self._send(struct.pack(">BBHH", 5, mask, x, y))

    def click(self, x: int, y: int, mask: int = 1, count: int = 1) -> None:
        """Click with the buttons of `mask`, as often as `count` and without a pause."""
        for now in (0, *count * (mask, 0)):
            self.button(x, y, now)

    def drag(self, start: tuple[int, int], end: tuple[int, int], mask: int = 1) -> None:
        """Press at the one place, release at the other, by way of a few places between."""
        self.move(*start)
        for step in range(DRAG_STEPS + 1):
            x, y = (a + (b - a) * step // DRAG_STEPS for a, b in zip(start, end, strict=True))
            self.button(x, y, mask)
        self.move(*end)

    def wheel(self, x: int, y: int, dy: int = 0, dx: int = 0) -> None:
        """Turn the wheel, as Scroll counts: dy > 0 is down, dx > 0 is right."""
        self.move(x, y)
        for amount, back, forth in ((dy, 8, 16), (dx, 32, 64)):
            for _ in range(abs(amount)):
                self.button(x, y, forth if amount > 0 else back)
                self.move(x, y)

    def key(self, keysym: int, down: bool) -> None:
        self._send(struct.pack(">BBxxI", 4, down, keysym))

    def tap(self, keysym: int) -> None:
        self.key(keysym, True)
        self.key(keysym, False)

    def chord(self, *keysyms: int) -> None:
        """Hold all but the last while that one is tapped."""
        for keysym in keysyms:
            self.key(keysym, True)
        for keysym in reversed(keysyms):
            self.key(keysym, False)

    def type(self, text: str) -> None:
        """A newline is Return."""
        for char in text:
            self.tap(RETURN if char == "\n" else keysym_of(char))

    def close(self) -> None:
        """Leave; what is still held is let go by the server. Safe to call twice.

        It returns when the server has read everything that was sent.
        """
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            while self._socket.recv(4096):
                pass
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _shake(self, password: str) -> None:
        version = self._read(12)
        if version != VERSION:
            raise DesktopError(f"{self._path} speaks {version!r}: use a VNC server with RFB 3.8")
        self._socket.sendall(VERSION)
        ways = self._read(self._read(1)[0])
        if VNC_AUTH not in ways:
            raise DesktopError(
                f"the VNC server offers the ways in {list(ways)}: start it with VncAuth, or wait"
                " if it locks out after wrong passwords"
            )
        self._socket.sendall(bytes([VNC_AUTH]))
        self._socket.sendall(_answered(self._read(16), password))
        if self._read(4) != bytes(4):
            raise DesktopError("the VNC server refused the password: use its desktop's own")
        self._socket.sendall(b"\1")  # shared: other viewers stay
        *_, name = struct.unpack(">HH16sI", self._read(24))  # size and pixel format first
        self._read(name)

    def _send(self, message: bytes) -> None:
        try:
            self._socket.sendall(message)
        except OSError as error:
            raise self._gone(error) from error

    def _read(self, count: int) -> bytes:
        text = b""
        while len(text) < count:
            part = self._socket.recv(count - len(text))
            if not part:
                raise self._gone("it closed the line")
            text += part
        return text

    def _gone(self, why: object) -> DesktopError:
        return DesktopError(f"no VNC server at {self._path} ({why}): start the desktop again")


def _answered(challenge: bytes, password: str) -> bytes:
    """The challenge under DES, keyed with the password's first eight bytes, each mirrored."""
    key = password.encode("latin-1", "replace")[:8].ljust(8, b"\0")
    mirrored = bytes(int(f"{byte:08b}"[::-1], 2) for byte in key)
    # DES is what the protocol has; the socket is private. Three DES with one key are one DES.
    encryptor = Cipher(TripleDES(3 * mirrored), modes.ECB()).encryptor()
    return encryptor.update(challenge) + encryptor.finalize()
