"""From events of a person's hands to acts, as an agent would say them. Pure: no X, no clock.

    Key "B" Key "a" Key BackSpace Key "ä" ──▶ TypeText("Bä")
    Button down, up, down, up ──▶ Click(count=2)     down, far away up ──▶ Drag
    Wheel, Wheel, Wheel ──▶ Scroll(dy=3)             Motion ──▶ nothing, or a Move that opened
                                                                something

An act is told as soon as nothing can be joined to it any more. Places are root pixels, times are
seconds of one clock, in order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from actuation.action import Button, Click, Drag, Motion, Move, Press, Scroll, TypeText, Wait

PAUSE = 2.0  # seconds without a key after which typing is over
DOUBLE_SECONDS, DOUBLE_PIXELS = 0.4, 5  # GTK's own: within them a click is a second one
DRAG_PIXELS = 4  # a hand shakes less
WHEEL_SECONDS = 0.4  # between two wheel clicks of one Scroll
HOVER_SECONDS = 0.25  # a pointer that rests so long may have opened something
HOVER_PIXELS = 8  # a resting hand moves so far
ALOOF = 1.5  # seconds after an act until when a large change is its own and not the pointer's
WAITED, LONGEST_WAIT = 1.0, 10.0  # seconds: shorter ones are no Wait, longer ones are cut
BUTTONS = {1: Button.LEFT, 2: Button.MIDDLE, 3: Button.RIGHT}
WHEEL = {4: (-1, 0), 5: (1, 0), 6: (0, -1), 7: (0, 1)}  # button → dy, dx
ERASE = "BackSpace"


@dataclass(frozen=True)
class Key:
    """A key went down, or repeated. text: what it types, "" for a key that types nothing. name:
    what Press says, with modifiers."""

    at: float
    text: str
    name: str


@dataclass(frozen=True)
class Pasted:
    """A paste and the line of text that it brought; "" for what cannot be typed. name as Key's,
    "" where the middle button pasted: its click comes just before."""

    at: float
    text: str
    name: str = ""


@dataclass(frozen=True)
class Pointer:
    """A button (X's number, as programs see it) went down or up at (x, y)."""

    at: float
    x: int
    y: int
    number: int
    down: bool
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moved:
    at: float
    x: int
    y: int


@dataclass(frozen=True)
class Focus:
    """Another window got the keyboard."""

    at: float


@dataclass(frozen=True)
class Painted:
    """The screen changed visibly, more than by a caret. large: by more than a button that lights
    up. popup: with a menu or another window that a program put there itself."""

    at: float
    large: bool = True
    popup: bool = False


Event = Key | Pasted | Pointer | Moved | Focus | Painted


@dataclass(frozen=True)
class Act:
    """What was done, begun and ended at; pasted as in Recorded."""

    action: Motion
    began: float
    ended: float
    pasted: bool = False


@dataclass(frozen=True)
class _Typing:
    """A run of typing. erased: the last character that BackSpace left nothing of."""

    text: str
    began: float
    ended: float
    erased: str = ""


@dataclass(frozen=True)
class _Rest:
    """Where the pointer is, since when, and whether something large was painted meanwhile."""

    x: int
    y: int
    since: float
    opened: bool = False


class Joiner:
    """Events in, acts out, in order and each once.

    for act in joiner.feed(event): …      # and joiner.idle(now) from joiner.deadline on
    """

    def __init__(self) -> None:
        self._open: _Typing | Act | None = None  # what may still grow
        self._down: Pointer | None = None  # a button that is held
        self._rest: _Rest | None = None
        self._ended: float | None = None  # when the last act ended
        self._painted: float | None = None  # the last paint after it

    @property
    def beginnings(self) -> tuple[float, ...]:
        """Moments at which an act may have begun that is not told yet."""
        held = self._down.at if self._down else None
        rest = self._rest.since if self._rest else None
        grows = None
        match self._open:
            case _Typing(began=began) | Act(began=began):
                grows = began
        return tuple(at for at in (grows, held, rest, self._ended) if at is not None)

    @property
    def deadline(self) -> float | None:
        """When what is open is over if nothing comes; None if nothing is open or a button held."""
        if self._down is not None:
            return None
        match self._open:
            case _Typing(ended=ended):
                return ended + PAUSE
            case Act(Scroll(), ended=ended):
                return ended + WHEEL_SECONDS
            case Act(ended=ended):
                return ended + DOUBLE_SECONDS
            case None:
                return None

    def feed(self, event: Event) -> Iterator[Act]:
        """The acts that are over now."""
        yield from self.idle(event.at)
        match event:
            case Painted():
                self._paint(event)
            case Moved():
                yield from self._move(event)
            case Focus():
                yield from self._close()
            case Key(text=text) if text:
                yield from self._type(event)
            case Key(name=name) if name == ERASE and isinstance(self._open, _Typing):
                yield from self._erase(event)
            case Key():
                yield from self._begin(event.at)
                yield from self._tell(Act(Press(event.name), event.at, event.at))
            case Pasted():
                yield from self._paste(event)
            case Pointer(number=number, down=down) if number in WHEEL:
                if down:
                    yield from self._scroll(event)
            case Pointer():
                yield from self._button(event)

    def idle(self, now: float) -> Iterator[Act]:
        """The acts that are over because nothing came until `now`."""
        if self.deadline is not None and now >= self.deadline:
            yield from self._close()

    def finish(self) -> Iterator[Act]:
        """The last acts. A button that is still held is no act yet, and is dropped."""
        yield from self._close()
        self._down = self._rest = None

    def _type(self, key: Key) -> Iterator[Act]:
        match self._open:
            case _Typing() as run:
                self._open = replace(run, text=run.text + key.text, ended=key.at, erased="")
            case _:
                yield from self._begin(key.at)
                self._open = _Typing(key.text, key.at, key.at)

    def _erase(self, key: Key) -> Iterator[Act]:
        """Take back the last character; beyond the run, BackSpace is an act of its own.

        A run of which nothing is left stays open: what is typed next stands in its place. If
        nothing is, both are told, since the first key may have replaced what was selected.
        """
        run = self._open
        assert isinstance(run, _Typing)
        if run.text:
            rest, last = run.text[:-1], run.text[-1]
            self._open = replace(run, text=rest, ended=key.at, erased="" if rest else last)
        else:
            yield from self._begin(key.at)
            yield from self._tell(Act(Press(ERASE), key.at, key.at))

    def _paste(self, event: Pasted) -> Iterator[Act]:
        """The text, typed: whoever re-enacts it has another clipboard. What is no line of text
        stays the press, whose clipboard was filled in the same recording or is out of reach."""
        match self._open:
            case Act(Click(button=Button.MIDDLE) as click, began, ended) if not event.name:
                self._open = None
                place = replace(click, button=Button.LEFT, count=1)
                yield from self._tell(Act(place, began, ended))
            case _:
                yield from self._begin(event.at)
        action = TypeText(event.text) if event.text else Press(event.name)
        yield from self._tell(Act(action, event.at, event.at, True))

    def _scroll(self, wheel: Pointer) -> Iterator[Act]:
        dy, dx = WHEEL[wheel.number]
        match self._open:
            case Act(Scroll() as turned, began) if self._joins(turned, wheel, dy, dx):
                more = replace(turned, dy=turned.dy + dy, dx=turned.dx + dx)
                self._open = Act(more, began, wheel.at)
            case _:
                yield from self._begin(wheel.at)
                scroll = Scroll(wheel.x, wheel.y, dy, dx, wheel.modifiers)
                self._open = Act(scroll, wheel.at, wheel.at)

    def _joins(self, turned: Scroll, wheel: Pointer, dy: int, dx: int) -> bool:
        """The same way, and hardly moved: what turns back is a second look."""
        near = max(abs(turned.x - wheel.x), abs(turned.y - wheel.y)) <= DOUBLE_PIXELS
        onward = turned.dy * dy > 0 or turned.dx * dx > 0
        return near and onward and turned.modifiers == wheel.modifiers

    def _button(self, event: Pointer) -> Iterator[Act]:
        if event.down:
            if self._down is None and event.number in BUTTONS:
                if not self._again(event):
                    yield from self._begin(event.at)
                self._down = event
            return
        start = self._down
        if start is None or start.number != event.number:
            return  # a second button meanwhile, or one pressed before the recording
        self._down = None
        if max(abs(event.x - start.x), abs(event.y - start.y)) > DRAG_PIXELS:
            yield from self._close()
            button = BUTTONS[start.number]
            drag = Drag(start.x, start.y, event.x, event.y, button, start.modifiers)
            yield from self._tell(Act(drag, start.at, event.at))
        else:
            yield from self._click(start, event)

    def _click(self, start: Pointer, end: Pointer) -> Iterator[Act]:
        click = Click(start.x, start.y, BUTTONS[start.number], 1, start.modifiers)
        match self._open:
            case Act(Click() as first, began):
                self._open = Act(replace(first, count=first.count + 1), began, end.at)
                if first.count + 1 == 3:
                    yield from self._close()
            case _:
                self._open = Act(click, start.at, end.at)

    def _again(self, event: Pointer) -> bool:
        """Whether a press may make the click before it a double one."""
        match self._open:
            case Act(Click() as first):
                near = max(abs(first.x - event.x), abs(first.y - event.y)) <= DOUBLE_PIXELS
                same = first.button is BUTTONS[event.number] and first.modifiers == event.modifiers
                return near and same
            case _:
                return False

    def _move(self, event: Moved) -> Iterator[Act]:
        rest = self._rest
        if self._down is not None:
            return
        if rest and max(abs(rest.x - event.x), abs(rest.y - event.y)) <= HOVER_PIXELS:
            return
        if rest and rest.opened:
            yield from self._close()
            yield from self._waited(rest.since)
            yield from self._tell(Act(Move(rest.x, rest.y), rest.since, event.at))
        self._rest = _Rest(event.x, event.y, event.at)

    def _paint(self, event: Painted) -> None:
        if event.large or event.popup:  # a clock that ticks was not waited for
            self._painted = event.at
        rest = self._rest
        if rest and self._open is None and event.at >= rest.since + HOVER_SECONDS:
            aloof = self._ended is None or event.at >= self._ended + ALOOF
            opened = event.popup or (event.large and aloof)
            self._rest = replace(rest, opened=rest.opened or opened)

    def _begin(self, at: float) -> Iterator[Act]:
        """Another act begins: what is open is over, and a wait for the screen before it."""
        yield from self._close()
        yield from self._waited(at)
        self._rest = None  # what opens from now on, the act opened

    def _waited(self, at: float) -> Iterator[Act]:
        if self._ended is not None and self._painted is not None:
            waited = min(self._painted, at) - self._ended
            if waited >= WAITED:
                seconds = min(round(waited, 1), LONGEST_WAIT)
                yield from self._tell(Act(Wait(seconds), self._ended, at))

    def _close(self) -> Iterator[Act]:
        was, self._open = self._open, None
        match was:
            case _Typing(text, began, ended, erased):
                yield from self._tell(Act(TypeText(text or erased), began, ended))
                if not text:
                    yield from self._tell(Act(Press(ERASE), ended, ended))
            case Act():
                yield from self._tell(was)
            case None:
                pass

    def _tell(self, act: Act) -> Iterator[Act]:
        self._ended = act.ended
        if self._painted is not None and self._painted <= act.ended:
            self._painted = None
        yield act
