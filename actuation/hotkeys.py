"""Chords that a person may press in any program, and that no program gets.

    with Hotkeys(display, {"ctrl+alt+Return": finish, "ctrl+alt+space": cue.turn}):
        ...

Passive grabs on the root window (XGrabKey, Xlib manual 12.2), with every lock that a keyboard may
have: Caps Lock, Num Lock and both.
"""

import os
import select
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Self

from Xlib import X
from Xlib.display import Display
from Xlib.error import (
    BadAccess,
    CatchError,
    ConnectionClosedError,
    DisplayConnectionError,
    DisplayNameError,
)

from actuation.desktop import DesktopError
from actuation.keyboard import keysym_named

MASKS = {
    "shift": X.ShiftMask,
    "ctrl": X.ControlMask,
    "alt": X.Mod1Mask,
    "super": X.Mod4Mask,
}
MEANT = X.ShiftMask | X.ControlMask | X.Mod1Mask | X.Mod4Mask
LOCKS = (0, X.LockMask, X.Mod2Mask, X.LockMask | X.Mod2Mask)


class Hotkeys:
    """Calls what a chord stands for, from a thread of its own, until close() or the display ends.

    ValueError for a chord that this keyboard has not; DesktopError where there is no display, or
    another program has taken the chord.
    """

    def __init__(self, display: str, keys: Mapping[str, Callable[[], object]]) -> None:
        try:
            self._display = Display(display)
        except (DisplayConnectionError, DisplayNameError, OSError) as error:
            raise DesktopError(
                f"cannot open the X display {display!r} ({error}): start a session or set DISPLAY"
            ) from error
        self._acts: dict[tuple[int, int], Callable[[], object]] = {}
        try:
            for chord, act in keys.items():
                self._grab(chord, act)
        except BaseException:
            self._display.close()
            raise
        self._closing = threading.Event()
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._listen, name="hotkeys", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nothing is called afterwards, and programs get the chords again. Safe to call twice, and
        from what is called."""
        if not self._closing.is_set():
            self._closing.set()
            os.close(self._waker)  # the end of the pipe wakes the thread
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _grab(self, chord: str, act: Callable[[], object]) -> None:
        *held, key = chord.split("+")
        wrong = [name for name in held if name.lower() not in MASKS]
        code = self._display.keysym_to_keycode(keysym_named(key))
        if wrong or not code:
            raise ValueError(f"no chord {chord!r} on this keyboard: say it as ctrl+alt+Return")
        mask = 0
        for name in held:
            mask |= MASKS[name.lower()]
        root = self._display.screen().root
        for locks in LOCKS:
            taken = CatchError(BadAccess)
            root.grab_key(
                code, mask | locks, False, X.GrabModeAsync, X.GrabModeAsync, onerror=taken
            )
            self._display.sync()
            if taken.get_error():
                raise DesktopError(f"another program has the keys {chord}: choose others")
        self._acts[code, mask] = act

    def _listen(self) -> None:
        try:
            while not self._closing.is_set():
                while self._display.pending_events():
                    event = self._display.next_event()
                    if event.type == X.KeyPress and not self._closing.is_set():
                        self._acts.get((event.detail, event.state & MEANT), _nothing)()
                ready, _, _ = select.select([self._display.fileno(), self._wake], [], [])
                if self._wake in ready:
                    break
        except (ConnectionClosedError, OSError):
            pass  # the display went
        finally:
            os.close(self._wake)
            with suppress(ConnectionClosedError, OSError):
                self._display.close()


def _nothing() -> None:
    """A chord that was let go of meanwhile."""
