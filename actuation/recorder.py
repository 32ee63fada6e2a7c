"""A person's hands on an X display as the agent's own Actions, with the frames around each.

    with closing(HandRecorder(desktop, keep)):   # keep(Recorded), from a thread of its own
        …

    Hands ── events ──┐
                      ├──▶ one queue ──▶ Joiner ──▶ acts ──▶ frames before and after ──▶ told
    Eyes ── painted ──┘

What the agent does itself, by XTEST, is never recorded. An input method's text (ibus, fcitx) goes
to the program past the X server: only the keys that were pressed for it can be had.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from actuation.action import Click, Drag, Motion, Move, Scroll
from actuation.eyes import Eyes, Frame
from actuation.geometry import from_root
from actuation.hands import Hands
from actuation.joining import Act, Event, Joiner, Key, Painted, Pasted
from actuation.recorded import Recorded
from actuation.selection import Selections
from actuation.x11 import X11Desktop
from actuation.xkb import printable
from perception.observation import Screen

QUIET = 0.15  # seconds without a visible change, then an act's picture is complete
CAP = 1.0  # seconds after which it is taken as it is
PASTES = {"ctrl+v": "CLIPBOARD", "ctrl+shift+v": "CLIPBOARD", "shift+Insert": "CLIPBOARD"}


@dataclass(frozen=True)
class _Hidden:
    """hide() was called at a moment."""

    hidden: bool
    at: float


class HandRecorder:
    """The Recorder protocol on a display. DesktopError where it lacks what is needed."""

    def __init__(self, desktop: X11Desktop, told: Callable[[Recorded], None]) -> None:
        self._screen, self._told = desktop.screen, told
        self._came: queue.SimpleQueue[Event | _Hidden | None] = queue.SimpleQueue()
        self._joiner = Joiner()
        self._waiting: list[tuple[Act, Frame]] = []  # done, but for the frame after them
        self._hidden_at: float | None = None
        self._painted = 0.0
        # The offset between the two clocks, so that all times are of one that does not jump.
        self._epoch = time.time() - time.monotonic()
        self._selections = Selections(desktop.display)
        self._eyes = Eyes(desktop.display, desktop.screen, self._put)
        try:
            self._hands = Hands(desktop.display, self._put)
        except BaseException:
            self._eyes.close()
            self._selections.close()
            raise
        self._thread = threading.Thread(target=self._join, name="recorder", daemon=True)
        self._thread.start()

    def hide(self, hidden: bool) -> None:
        if hidden == (self._hidden_at is not None):
            return
        now = time.monotonic()
        self._hidden_at = now if hidden else None
        if hidden:
            self._eyes.hide()
        self._came.put(_Hidden(hidden, now))

    def close(self) -> None:
        self._hands.close()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._eyes.close()

    def _put(self, event: Event | None) -> None:
        """From the threads of hands and eyes."""
        hidden = self._hidden_at
        if event is None or hidden is None or event.at <= hidden:
            self._came.put(event)

    def _join(self) -> None:
        try:
            while True:
                try:
                    event = self._came.get(timeout=self._patience())
                except queue.Empty:
                    self._idle()
                    continue
                if event is None:
                    break
                if isinstance(event, _Hidden):
                    self._hide(event)
                else:
                    self._feed(event)
            self._take(self._joiner.finish())
            self._complete(time.monotonic())
        finally:
            self._selections.close()

    def _patience(self) -> float | None:
        """Seconds until something is due without an event."""
        now = time.monotonic()
        due = [] if self._joiner.deadline is None else [self._joiner.deadline]
        if self._waiting:
            ended = self._waiting[-1][0].ended
            due.append(min(max(self._painted, ended) + QUIET, ended + CAP))
        return max(0.001, min(due) - now) if due else None

    def _idle(self) -> None:
        now = time.monotonic()
        self._take(self._joiner.idle(now))
        if self._waiting:
            ended = self._waiting[-1][0].ended
            if now >= min(max(self._painted, ended) + QUIET, ended + CAP):
                self._complete(now)

    def _feed(self, event: Event) -> None:
        match event:
            case Painted():
                self._painted = event.at
            case Key(name=name) if name in PASTES:
                text = self._selections.line(PASTES[name])
                event = Pasted(event.at, text if text and printable(text) else "", name)
        self._take(self._joiner.feed(event))

    def _take(self, acts: Iterator[Act]) -> None:
        for act in acts:
            self._complete(act.began)
            self._waiting.append((act, self._eyes.before(act.began)))

    def _complete(self, at: float) -> None:
        """Tell what waits for the frame after it, which is the last one before `at`."""
        waiting, self._waiting = self._waiting, []
        for act, before in waiting:
            frame = self._eyes.before(at)
            after = frame if frame.at >= before.at else before
            settled = at >= self._painted + QUIET
            recorded = Recorded(
                _seen(act.action, self._screen),
                self._eyes.observation(before, True),
                self._eyes.observation(after, settled),
                self._epoch + act.began,
                self._epoch + act.ended,
                act.pasted,
            )
            self._told(recorded)

    def _hide(self, note: _Hidden) -> None:
        if note.hidden:
            self._take(self._joiner.finish())
            self._complete(note.at)
            self._eyes.forget()
        else:
            self._joiner = Joiner()
            self._eyes.show()


def _seen(action: Motion, screen: Screen) -> Motion:
    """Root pixels to observation pixels."""
    match action:
        case Drag():
            x, y = from_root((action.x, action.y), screen)
            to_x, to_y = from_root((action.to_x, action.to_y), screen)
            return replace(action, x=x, y=y, to_x=to_x, to_y=to_y)
        case Click() | Move() | Scroll():
            x, y = from_root((action.x, action.y), screen)
            return replace(action, x=x, y=y)
        case _:
            return action
