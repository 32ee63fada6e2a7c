"""A person's hands on an X display as the agent's own Actions, with the frames around each.

    with closing(HandRecorder(desktop, keep)):   # keep(Recorded), from a thread of its own
        …

    Hands ── events ──┐
                      ├──▶ one queue ──▶ Joiner ──▶ acts ──▶ frames before and after ──▶ told
    Eyes ── painted ──┘

What the agent does itself, by XTEST, is never recorded. Of what a person does, this cannot be had:
what an input method (ibus, fcitx) makes of the keys, since its text goes to the program past the X
server (an input method on the viewer's own side is no matter: its text comes as keys); fingers on
a touch screen; what a program adds or takes back by itself, as completion does while one types;
the way of a drag between its ends; the exact number of a held key's repeats (actuation.repeats).
A paste by a menu is told as the click that it is, and one of several lines as its key.
"""

import math
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from actuation.action import Click, Drag, Motion, Move, Scroll
from actuation.eyes import Eyes, Frame
from actuation.geometry import clamp_point, from_root, to_root
from actuation.hands import Hands
from actuation.joining import Act, Event, Joiner, Key, Moved, Painted, Pasted, Pointer
from actuation.recorded import Recorded
from actuation.selection import Selections
from actuation.x11 import X11Desktop
from perception.observation import Screen

QUIET = 0.15  # seconds without a visible change, then an act's picture is complete
CAP = 1.0  # seconds after which it is taken as it is
PASTES = ("ctrl+v", "ctrl+shift+v", "shift+Insert")
TERMINALS = ("xterm", "uxterm", "gnome-terminal-server", "konsole", "xfce4-terminal", "alacritty",
             "kitty", "tilix", "terminator", "urxvt")  # fmt: skip
MIDDLE = 2
TIMES = 0.001  # seconds: the server's clock tells no less


@dataclass(frozen=True)
class _Hidden:
    """The recording was hidden, or shown again, at a moment."""

    hidden: bool
    at: float


_Note = Event | _Hidden | None


class HandRecorder:
    """The Recorder protocol on a display. DesktopError where it lacks what is needed."""

    def __init__(self, desktop: X11Desktop, told: Callable[[Recorded], None]) -> None:
        self._screen, self._told = desktop.screen, told
        self._came: queue.SimpleQueue[_Note] = queue.SimpleQueue()
        self._joiner = Joiner()
        self._pinned: dict[float, Frame] = {}  # the frames before what may have begun
        self._waiting: list[tuple[Act, Frame]] = []  # done, but for the frame after them
        self._hidden = (math.inf, math.inf)  # from when until when, the last time
        self._dark = False  # hidden, as far as the queue is read
        self._painted = 0.0
        # Once, so that the epoch's clock may be set meanwhile.
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
        now, (since, until) = time.monotonic(), self._hidden
        if hidden == (since <= now < until):
            return
        self._hidden = (now, math.inf) if hidden else (since, now)
        if hidden:
            self._eyes.hide()
        self._came.put(_Hidden(hidden, now))

    def close(self) -> None:
        self._hands.close()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._eyes.close()

    def _put(self, event: Event | None) -> None:
        """From the threads of hands and eyes, which may be late: what counts is when it was."""
        since, until = self._hidden
        if event is None or not since - TIMES < event.at <= until:
            self._came.put(event)

    def _join(self) -> None:
        try:
            while (note := self._next()) is not None:
                if isinstance(note, _Hidden):
                    self._hide(note)
                elif not self._dark:
                    self._feed(note)
            self._take(self._joiner.finish())
            self._complete(time.monotonic())
        finally:
            self._selections.close()

    def _next(self) -> _Note:
        """The next of what came; meanwhile what is due is told."""
        while True:
            try:
                return self._came.get(timeout=self._patience())
            except queue.Empty:
                self._idle()

    def _patience(self) -> float | None:
        """Seconds until something is due without an event."""
        due = [] if self._joiner.deadline is None else [self._joiner.deadline]
        if self._waiting:
            due.append(self._complete_at())
        return max(0.001, min(due) - time.monotonic()) if due else None

    def _complete_at(self) -> float:
        ended = self._waiting[-1][0].ended
        return min(max(self._painted, ended) + QUIET, ended + CAP)

    def _idle(self) -> None:
        now = time.monotonic()
        self._take(self._joiner.idle(now))
        if self._waiting and now >= self._complete_at():
            self._complete(now)

    def _feed(self, event: Event) -> None:
        if isinstance(event, Moved | Pointer):
            place = to_root(clamp_point(from_root((event.x, event.y), self._screen), self._screen),
                            self._screen)  # fmt: skip
            if place != (event.x, event.y) and (isinstance(event, Moved) or event.down):
                return  # on another screen, which nobody sees
            event = replace(event, x=place[0], y=place[1])
        match event:
            case Painted():
                self._painted = event.at
            case Key(name=name) if name in PASTES and self._pastes(name):
                event = Pasted(event.at, self._selections.line("CLIPBOARD"), name)
        self._take(self._joiner.feed(event))
        match event:
            case Pointer(number=number, down=False) if number == MIDDLE:
                text = self._selections.line("PRIMARY")
                if text and self._selections.over_text():
                    self._take(self._joiner.feed(Pasted(event.at, text)))
        begun = self._joiner.beginnings
        self._pinned = {at: self._before(at) for at in begun}

    def _pastes(self, name: str) -> bool:
        """Whether the active program pastes by this key, as far as is known; and has what."""
        window = next((one for one in self._eyes.latest().windows if one.active), None)
        if window is None or not self._selections.owned("CLIPBOARD"):
            return False
        return (window.application.lower() in TERMINALS) == (name == "ctrl+shift+v")

    def _before(self, at: float) -> Frame:
        return self._pinned.get(at) or self._eyes.before(at)

    def _take(self, acts: Iterator[Act]) -> None:
        for act in acts:
            self._complete(act.began)
            self._waiting.append((act, self._before(act.began)))

    def _complete(self, at: float) -> None:
        """Tell what waits for the frame after it, which is the last one before `at`."""
        waiting, self._waiting = self._waiting, []
        for act, before in waiting:
            frame = self._before(at)
            self._told(
                Recorded(
                    _seen(act.action, self._screen),
                    self._eyes.observation(before, True),
                    self._eyes.observation(max(before, frame, key=lambda one: one.at), True),
                    self._epoch + act.began,
                    self._epoch + act.ended,
                    act.pasted,
                )
            )

    def _hide(self, note: _Hidden) -> None:
        self._dark = note.hidden
        if note.hidden:
            self._take(self._joiner.finish())
            self._complete(note.at)
            self._pinned = {}
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
