"""Asking a program whether it has read what was typed: the EWMH ping.

    hands ── key events ──▶ program's queue: key key key ping ──▶ pong
                                                                 (all keys before it were read)

Programs read their events in order, so the answer to a ping says that every key and click before
it has been read, and the screen may be looked at, or a keycode given another meaning. The major
toolkits answer; a window that does not offer to is not asked.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from Xlib import X
from Xlib.display import Display
from Xlib.error import BadDrawable, BadWindow, ConnectionClosedError
from Xlib.protocol import event


class Echo:
    """Pings the window that has the keyboard. pause(seconds) waits, and raises when stopped."""

    def __init__(self, display: str, pause: Callable[[float], None]) -> None:
        self._display, self._pause = Display(display), pause
        self._display.set_error_handler(lambda *_: None)  # of a window that has just closed
        self._root = self._display.screen().root
        self._number = 0

    def heard(self, seconds: float) -> bool | None:
        """Whether the active program has read all input, within `seconds`; None: it cannot tell."""
        atom = self._display.intern_atom
        active = self._root.get_full_property(atom("_NET_ACTIVE_WINDOW"), X.AnyPropertyType)
        if not active or not active.value[0]:
            return None
        window = self._display.create_resource_object("window", active.value[0])
        ping, protocols = atom("_NET_WM_PING"), atom("WM_PROTOCOLS")
        try:
            offered = window.get_full_property(protocols, X.AnyPropertyType)
        except (BadWindow, BadDrawable):
            return None
        if not offered or ping not in offered.value:
            return None
        self._number = self._number % 0x7FFFFFFF + 1
        data = (32, [ping, self._number, window.id, 0, 0])
        self._root.change_attributes(event_mask=X.SubstructureNotifyMask)
        try:
            window.send_event(event.ClientMessage(window=window, client_type=protocols, data=data))
            self._display.flush()
            return self._answered(ping, time.monotonic() + seconds)
        finally:
            self._root.change_attributes(event_mask=0)
            self._display.flush()

    def close(self) -> None:
        with suppress(ConnectionClosedError):
            self._display.close()

    def _answered(self, ping: int, deadline: float) -> bool:
        while True:
            while self._display.pending_events():
                note = self._display.next_event()
                if note.type & 0x7F == X.ClientMessage and note.data[0] == 32:
                    answer = note.data[1]
                    if answer[0] == ping and answer[1] == self._number:
                        return True
            if time.monotonic() > deadline:
                return False
            self._pause(0.001)
