"""What the recorder works out itself: repeats of a held key, places, joiners."""

from hypothesis import given
from hypothesis import strategies as st

from actuation.joining import Key
from actuation.keyboard import check_printable
from actuation.pointing import Axis
from actuation.repeats import Repeats, Rhythm

EVERY = Rhythm(0.5, 0.04, bytes([255]) * 32)
NONE = Rhythm(0.5, 0.04, bytes(32))


def repeated(repeats: Repeats, until: float) -> list[float]:
    return [round(key.at, 6) for key in repeats.due(until)]


def test_a_held_key_repeats_after_the_delay_until_it_is_let_go() -> None:
    repeats = Repeats()
    repeats.pressed(38, Key(1.0, "a", "a"), EVERY)
    assert repeated(repeats, 1.49) == []
    assert repeats.patience(1.4) is not None
    assert repeated(repeats, 1.6) == [1.5, 1.54, 1.58]
    assert repeated(repeats, 1.6) == []  # none is told twice
    repeats.released(38)
    assert repeated(repeats, 9.0) == [] and repeats.patience(9.0) is None


def test_another_key_ends_the_repeats_and_begins_its_own() -> None:
    repeats = Repeats()
    repeats.pressed(38, Key(1.0, "a", "a"), EVERY)
    repeats.pressed(39, Key(1.2, "s", "s"), EVERY)
    repeats.released(38)
    assert repeated(repeats, 1.72) == [1.7]


def test_a_keyboard_or_a_key_that_does_not_repeat() -> None:
    repeats = Repeats()
    repeats.pressed(38, Key(1.0, "a", "a"), NONE)
    assert repeated(repeats, 9.0) == []
    only = Rhythm(0.5, 0.04, bytes([0, 1, *[0] * 30]))
    assert [code for code in range(256) if only.repeats(code)] == [8]


@given(st.integers(1, 8000), st.data())
def test_an_axis_in_pixels_is_exact(pixels: int, data: st.DataObject) -> None:
    value = data.draw(st.integers(0, pixels - 1))
    assert Axis(0, pixels - 1, pixels).pixel(value) == value


@given(st.integers(100, 8000), st.floats(0, 32767))
def test_an_axis_of_a_tablet_covers_the_screen(pixels: int, value: float) -> None:
    tablet = Axis(0, 32767, pixels)
    assert 0 <= tablet.pixel(value) < pixels
    assert (tablet.pixel(0), tablet.pixel(32767)) == (0, pixels - 1)


def test_text_with_joiners_is_text() -> None:
    check_printable("می\u200cخواهم क्\u200dष")
