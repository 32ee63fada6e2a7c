"""The repeats of a key that is held: the X server makes them itself, and tells only programs.

    press ── delay ── repeat ── interval ── repeat ── … ── release, or another key

They are counted by the delay and the interval of the key's own keyboard (XkbGetControls), and so
to within one. A VNC viewer's keyboard repeats by itself and a VNC server makes none: each is a
press of its own then.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from Xlib.display import Display
from Xlib.protocol import rq

from actuation.joining import Key

GET_CONTROLS = 6
REPEAT_KEYS = 1  # the bit of XKB's controls


class _UseExtension(rq.ReplyRequest):  # type: ignore[misc]  # python-xlib has no types
    """XKB answers nothing else on a connection that has not said which version it speaks."""

    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(0),
        rq.RequestLength(),
        rq.Card16("major"),
        rq.Card16("minor"),
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("supported"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Pad(24),
    )


class _GetControls(rq.ReplyRequest):  # type: ignore[misc]  # python-xlib has no types
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(GET_CONTROLS),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Pad(2),
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("device"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Pad(12),
        rq.Card16("delay"),
        rq.Card16("interval"),
        rq.Pad(32),
        rq.Card32("enabled"),
        rq.FixedBinary("keys", 32),
    )


@dataclass(frozen=True)
class Rhythm:
    """How a keyboard repeats: seconds, and a bit for each keycode that does."""

    delay: float
    interval: float
    keys: bytes

    def repeats(self, code: int) -> bool:
        return bool(self.keys[code // 8] >> code % 8 & 1)


def rhythm(display: Display, device: int) -> Rhythm:
    """As the device is set now."""
    opcode = display.query_extension("XKEYBOARD").major_opcode
    _UseExtension(display=display.display, opcode=opcode, major=1, minor=0)
    told = _GetControls(display=display.display, opcode=opcode, device=device)
    keys = told.keys if told.enabled & REPEAT_KEYS and told.interval else bytes(32)
    return Rhythm(told.delay / 1000, max(1, told.interval) / 1000, keys)


class Repeats:
    """The repeats of the key that went down last. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._held: tuple[int, Key, float] | None = None  # keycode, what it does, interval
        self._next = 0.0

    def pressed(self, code: int, key: Key, rhythm: Rhythm) -> None:
        self._held = (code, key, rhythm.interval) if rhythm.repeats(code) else None
        self._next = key.at + rhythm.delay

    def released(self, code: int) -> None:
        if self._held and self._held[0] == code:
            self._held = None

    def due(self, until: float) -> Iterator[Key]:
        """What was repeated until then, and not told yet."""
        while self._held and self._next <= until:
            _, key, interval = self._held
            yield replace(key, at=self._next)
            self._next += interval

    def patience(self, now: float) -> float | None:
        """Seconds until the next repeat; None where none is to come."""
        return max(0.0, self._next - now) if self._held else None
