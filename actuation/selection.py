"""What a paste brings: the text of an X selection (ICCCM 2), read as the pasting program reads it.

owner (a program that copied) ◀── UTF8_STRING? ── requestor ──▶ one line of text, or none
"""

import select
import time
from contextlib import suppress

from Xlib import X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError
from Xlib.protocol import rq

from actuation.xkb import printable

BEAMS = ("xterm", "text", "ibeam", "vertical-text")  # what themes call the shape over text
PATIENCE = 0.3  # seconds for the owner to answer
LONGEST = 4000  # characters that are still typed by hand rather than pasted
OTHER = ("text/uri-list", "x-special/gnome-copied-files", "image/png")  # more than text


class _NamedCursor(rq.ReplyRequest):  # type: ignore[misc]  # python-xlib has no types
    """XFixesGetCursorImageAndName (fixesproto 2.0)."""

    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(25), rq.RequestLength())
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Pad(4),
        rq.Card16("width"),
        rq.Card16("height"),
        rq.Pad(12),
        rq.Card16("length"),
        rq.Pad(2),
        rq.Binary("data"),
    )


class Selections:
    """The selections of a display. Not thread-safe."""

    def __init__(self, display: str) -> None:
        self._display = Display(display)
        self._display.set_error_handler(lambda *_: None)  # of an owner that has just ended
        root = self._display.screen().root
        self._window = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._answer = self._display.intern_atom("_DORMOUSE_PASTED")
        self._text = self._display.intern_atom("UTF8_STRING")
        self._display.xfixes_query_version()
        self._fixes = self._display.query_extension("XFIXES").major_opcode

    def line(self, name: str) -> str:
        """The text of the selection ("CLIPBOARD", "PRIMARY") if it is one line, else "".

        Files and pictures are no text, whatever else their owner offers.
        """
        selection = self._display.intern_atom(name)
        targets = self._ask(selection, self._display.intern_atom("TARGETS"))
        if targets is None:
            return ""
        if {self._display.intern_atom(other) for other in OTHER} & set(targets.value):
            return ""
        found = self._ask(selection, self._text)
        if found is None or found.property_type != self._text:  # INCR: longer than is typed
            return ""
        data = found.value if isinstance(found.value, bytes) else found.value.encode()
        text = data.decode("utf-8", "replace")
        return text if len(text) <= LONGEST and printable(text) else ""

    def owned(self, name: str) -> bool:
        """Whether a program holds the selection."""
        owner = self._display.get_selection_owner(self._display.intern_atom(name))
        return bool(getattr(owner, "id", owner))

    def over_text(self) -> bool:
        """Whether the pointer is over text that takes a paste, by its shape's name."""
        cursor = _NamedCursor(display=self._display.display, opcode=self._fixes)
        pixels = 4 * cursor.width * cursor.height
        name = bytes(cursor.data[pixels : pixels + cursor.length]).decode("latin-1")
        return name in BEAMS

    def close(self) -> None:
        with suppress(ConnectionClosedError, OSError):
            self._display.close()

    def _ask(self, selection: int, target: int):  # type: ignore[no-untyped-def]  # Xlib has none
        self._window.convert_selection(selection, target, self._answer, X.CurrentTime)
        self._display.flush()
        until = time.monotonic() + PATIENCE
        while True:
            while self._display.pending_events():
                event = self._display.next_event()
                if event.type == X.SelectionNotify and event.target == target:
                    if event.property == X.NONE:
                        return None
                    return self._window.get_full_property(
                        self._answer, X.AnyPropertyType, sizehint=4 * LONGEST
                    )
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._display.fileno()], [], [], left)[0]:
                return None
