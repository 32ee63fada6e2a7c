"""When a picture counts as settled, with a clock and a painter of the test's own."""

import numpy as np
import pytest

from actuation.action import Press, TypeText
from actuation.virtual import VirtualDesktop
from perception.frames import Pace, Raw, difference, is_caret, settle
from perception.observation import Box
from perception.screen import Capture, Polled

PACE = Pace(patience=0.15, quiet=0.05, cap=1.5)


class Painter:
    """A screen that changes at given seconds; its clock moves only while someone waits."""

    def __init__(self, changes: dict[float, tuple[slice, slice]]) -> None:
        self.now = 0.0
        self._changes = sorted(changes.items(), key=lambda change: change[0])
        self._cleared = 0.0

    def grab(self) -> Raw:
        frame = np.zeros((100, 100), np.uint32)
        for at, place in self._changes:
            if at <= self.now:
                frame[place] ^= 0xFFFFFF
        return frame

    def clear(self) -> None:
        self._cleared = self.now

    def wait(self, seconds: float) -> bool:
        coming = [at for at, _ in self._changes if self._cleared < at <= self.now + seconds]
        self.now = max(self.now, coming[0]) if coming else self.now + seconds
        return bool(coming)

    def clock(self) -> float:
        return self.now


BIG, CARET = (slice(10, 40), slice(10, 40)), (slice(10, 28), slice(50, 51))
NOTHING = (slice(0), slice(0))


def test_a_late_repaint_is_waited_for() -> None:
    painter = Painter({0.1: BIG})
    seen = settle(painter.grab, painter, PACE, painter.grab(), clock=painter.clock)
    assert seen.settled
    assert seen.frame[20, 20] == 0xFFFFFF
    assert seen.waited == pytest.approx(0.15)


def test_repaints_without_a_change_do_not_count_as_the_late_one() -> None:
    painter = Painter({0.01: NOTHING, 0.03: CARET, 0.12: BIG})
    seen = settle(painter.grab, painter, PACE, painter.grab(), clock=painter.clock)
    assert seen.settled
    assert seen.frame[20, 20] == 0xFFFFFF


def test_an_action_without_effect_costs_the_patience_and_the_quiet() -> None:
    painter = Painter({})
    seen = settle(painter.grab, painter, PACE, painter.grab(), clock=painter.clock)
    assert seen.settled
    assert seen.waited == pytest.approx(0.2)


def test_a_blinking_caret_does_not_defeat_it() -> None:
    blinks = {0.02 * n: CARET for n in range(1, 200)}
    painter = Painter(blinks)
    seen = settle(painter.grab, painter, PACE, None, clock=painter.clock)
    assert seen.settled
    assert seen.waited <= 0.07


def test_a_busy_program_is_waited_for() -> None:
    """It paints at once, saves for a while without a sign of life, and paints again."""
    painter = Painter({0.01: BIG, 0.4: (slice(60, 90), slice(60, 90))})

    def answers(seconds: float) -> None:
        painter.now = max(painter.now, 0.41)

    seen = settle(painter.grab, painter, PACE, painter.grab(), answers, painter.clock)
    assert seen.settled
    assert seen.frame[70, 70] == 0xFFFFFF


def test_a_playing_film_ends_at_the_cap_unsettled() -> None:
    film = {0.02 * n: (slice(n % 50, 100), slice(0, 100)) for n in range(1, 200)}
    painter = Painter(film)
    seen = settle(painter.grab, painter, PACE, None, clock=painter.clock)
    assert not seen.settled
    assert PACE.cap <= seen.waited <= PACE.cap + PACE.quiet


def test_difference_is_the_box_of_all_changes() -> None:
    before = np.zeros((50, 80, 3), np.uint8)
    after = before.copy()
    assert difference(before, after) is None
    after[10, 20, 1] = after[30, 70, 2] = 1
    assert difference(before, after) == Box(20, 10, 51, 21)
    with pytest.raises(ValueError, match="shapes"):
        difference(before, before[:10])
    raw = np.zeros((5, 5), np.uint32)
    assert difference(raw, raw + np.uint32(0xFF000000)) is None  # the unused byte
    assert is_caret(Box(0, 0, 2, 20))
    assert not is_caret(Box(0, 0, 20, 2))


def test_looking_at_a_real_program(desktop: VirtualDesktop) -> None:
    before = desktop.observe()
    program = desktop.launch(["xmessage", "-buttons", "", "-title", "page", "-center", "x" * 60])
    window = desktop.wait_for(lambda window: window.title == "page").box
    seen = desktop.observe()
    change = difference(before.image, seen.image)
    assert change is not None
    assert change.intersect(window).area == window.area
    assert seen.settled
    assert seen.active is not None
    assert seen.active.application == "Xmessage"
    desktop.perform(Press("Down"))
    desktop.perform(TypeText("nobody listens"))
    assert difference(seen.image, desktop.observe().image) is None
    program.terminate()


def test_polling_sees_what_damage_sees(desktop: VirtualDesktop) -> None:
    capture = Capture(desktop.display)
    try:
        polled = Polled(capture.raw, interval=0.005)
        assert not polled.wait(0.02)
        program = desktop.launch(["xmessage", "-center", "hello"])
        assert polled.wait(20)
        polled.clear()
        program.terminate()
        assert polled.wait(20)
    finally:
        capture.close()
