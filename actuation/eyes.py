"""The frames before and after a person's acts: each visible change of a display, as it comes.

    painted ──▶ grab ──▶ more than a caret? ──▶ the last few frames ──▶ the one before a moment

A thread of its own looks when X DAMAGE says that something was painted, so that neither a press
nor its recording waits for a picture.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from mss.exception import ScreenShotError
from Xlib import X
from Xlib.display import Display
from Xlib.error import BadDrawable, BadWindow, ConnectionClosedError

from actuation import windows
from actuation.geometry import from_root
from actuation.joining import Painted
from perception.frames import Raw, difference, is_caret
from perception.observation import Box, Observation, Screen, Window
from perception.screen import Capture, Polled, Repaints, to_rgb

GAP = 0.015  # seconds between two looks while the screen is painted without a pause
GLANCE = 0.1  # seconds after which a look at the closing sign is due
ROOM = 2**27  # bytes of frames that are kept
FEWEST, MOST = 3, 64  # frames, whatever their size
LIT = (60, 50)  # width and height of a change that is more than a button lighting up


@dataclass(frozen=True, eq=False)
class Frame:
    """The screen as it was from `at` (time.monotonic()) on. taken_at: seconds since the epoch."""

    at: float
    taken_at: float
    raw: Raw
    cursor: tuple[int, int]
    windows: tuple[Window, ...]


class Eyes:
    """Calls painted(Painted), from its own thread, for each visible change."""

    def __init__(self, display: str, screen: Screen, painted: Callable[[Painted], None]) -> None:
        self._screen, self._painted = screen, painted
        self._look = Display(display)
        self._look.set_error_handler(lambda *_: None)  # of a window that has just closed
        area = Box(screen.x, screen.y, screen.width, screen.height)
        self._capture = Capture(display, area)
        try:
            self._changes: Repaints | Polled = Repaints(display)
        except ScreenShotError:
            self._changes = Polled(self._capture.raw)
        # Titles, the focus, menus that are mapped: each says so.
        mask = X.PropertyChangeMask | X.SubstructureNotifyMask
        self._look.screen().root.change_attributes(event_mask=mask)
        self._lock, self._looking = threading.Lock(), threading.Lock()
        size = screen.width * screen.height * 4
        self._frames: deque[Frame] = deque(maxlen=min(MOST, max(FEWEST, ROOM // size)))
        self._hidden = False
        self._heard: set[int] = set()  # the windows whose titles are listened to
        self._changes.clear()
        self._keep(self._capture.raw(), self._list())
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="recorded eyes", daemon=True)
        self._thread.start()

    def before(self, at: float) -> Frame:
        """The last frame that was whole by then; the oldest there is where that one is gone.
        LookupError after forget()."""
        with self._lock:
            if not self._frames:
                raise LookupError("no frame while the recording is hidden")
            return next((one for one in reversed(self._frames) if one.at <= at), self._frames[0])

    def latest(self) -> Frame:
        return self.before(math.inf)

    def hide(self) -> None:
        """From now on no frame is taken."""
        self._hidden = True

    def forget(self) -> None:
        """Drop the frames that were kept; before show() there are none."""
        with self._looking, self._lock:
            self._frames.clear()

    def show(self) -> None:
        """Take frames again, the first at once."""
        with self._looking:
            self._hidden = False
            self._keep(self._capture.raw(), self._list())

    def observation(self, frame: Frame, settled: bool) -> Observation:
        return Observation(
            image=to_rgb(frame.raw),
            screen=self._screen,
            cursor=frame.cursor,
            windows=frame.windows,
            taken_at=frame.taken_at,
            settled=settled,
        )

    def close(self) -> None:
        """Safe to call twice."""
        if not self._closing.is_set():
            self._closing.set()
            self._thread.join()
            for connection in (self._changes, self._capture):
                connection.close()
            with suppress(ConnectionClosedError, OSError):
                self._look.close()

    def _watch(self) -> None:
        with suppress(ConnectionClosedError, ScreenShotError, OSError):
            while not self._closing.is_set():
                if self._changes.wait(GLANCE) or self._look.pending_events():
                    with self._looking:
                        self._changes.clear()
                        if not self._hidden:
                            self._see()
                    self._closing.wait(GAP)

    def _see(self) -> None:
        last, raw = self.latest(), self._capture.raw()
        at = time.monotonic()
        change = difference(last.raw, raw)
        told = self._list() if self._stale() else last.windows
        if is_caret(change) and told == last.windows:
            return
        self._keep(raw, told, at)
        if change and not is_caret(change):
            large = change.w >= LIT[0] and change.h >= LIT[1]
            popups = sum(window.dialog for window in told)
            popup = popups > sum(window.dialog for window in last.windows)
            self._painted(Painted(at, large, popup))

    def _keep(self, raw: Raw, told: tuple[Window, ...], at: float | None = None) -> None:
        pointer = self._look.screen().root.query_pointer()
        cursor = from_root((pointer.root_x, pointer.root_y), self._screen)
        frame = Frame(at or time.monotonic(), time.time(), raw, cursor, told)
        with self._lock:
            self._frames.append(frame)

    def _stale(self) -> bool:
        stale = False
        while self._look.pending_events():
            self._look.next_event()
            stale = True
        return stale

    def _list(self) -> tuple[Window, ...]:
        try:
            self._listen_to_titles()
            return windows.listed(self._look, (self._screen.x, self._screen.y))
        except (BadWindow, BadDrawable):  # it closed meanwhile: its closing is told
            return self._frames[-1].windows if self._frames else ()

    def _listen_to_titles(self) -> None:
        name = self._look.intern_atom("_NET_CLIENT_LIST")
        listed = self._look.screen().root.get_full_property(name, X.AnyPropertyType)
        handles = set(listed.value) if listed else set()
        for handle in handles - self._heard:
            window = self._look.create_resource_object("window", handle)
            window.change_attributes(event_mask=X.PropertyChangeMask)
        self._heard = handles
