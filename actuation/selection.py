"""What a paste brings: the text of an X selection (ICCCM 2), read as the pasting program reads it.

owner (a program that copied) ◀── UTF8_STRING? ── requestor ──▶ one line of text, or none
"""

import select
import time
from contextlib import suppress
from dataclasses import dataclass

from Xlib import X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError

from actuation.xkb import printable

PATIENCE = 0.3  # seconds for the owner to answer
LONGEST = 4000  # characters that are still typed by hand rather than pasted
OTHER = ("text/uri-list", "x-special/gnome-copied-files", "image/png")  # more than text


@dataclass(frozen=True)
class Requested:
    """A program asked for a selection (an atom) for one of its windows."""

    at: float
    selection: int
    requestor: int


class Selections:
    """The selections of a display. Not thread-safe."""

    def __init__(self, display: str) -> None:
        self._display = Display(display)
        self._display.set_error_handler(lambda *_: None)  # of an owner that has just ended
        root = self._display.screen().root
        self._window = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._answer = self._display.intern_atom("_DORMOUSE_PASTED")
        self._text = self._display.intern_atom("UTF8_STRING")

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

    def foreign(self, request: Requested, name: str) -> bool:
        """Whether another program than this one asked for that selection."""
        ours = self._client(request.requestor) == self._client(self._window.id)
        return request.selection == self._display.intern_atom(name) and not ours

    def at_home(self, name: str) -> bool:
        """Whether the program that has the keyboard owns the selection: it need not ask."""
        owner = self._display.get_selection_owner(self._display.intern_atom(name))
        focus = self._display.get_input_focus().focus
        owned, focused = getattr(owner, "id", 0), getattr(focus, "id", 0)
        return bool(owned and focused) and self._client(owned) == self._client(focused)

    def close(self) -> None:
        with suppress(ConnectionClosedError, OSError):
            self._display.close()

    def _client(self, handle: int) -> int:
        return handle & ~int(self._display.display.info.resource_id_mask)

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
