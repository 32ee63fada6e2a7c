"""The dialect of models that are made here: its points count squares of the picture."""

from hypothesis import given
from hypothesis import strategies as st

from actuation.action import Click, Drag
from actuation.geometry import resized
from agent.policies.vlm.dialects.compact import Compact
from agent.policies.vlm.dialects.dialect import view_of
from perception.observation import Screen

SCREENS = st.builds(Screen, st.integers(320, 3000), st.integers(240, 2000))
SHARES = st.floats(0, 1, exclude_max=True)


def speech(factor: int, most: int) -> Compact:
    words = Compact()
    words.factor, words.most = factor, most
    return words


SPEECHES = st.builds(speech, st.sampled_from([16, 28, 32]), st.integers(200 * 200, 2048 * 2048))


@given(SPEECHES, SCREENS, SHARES, SHARES)
def test_a_point_said_and_read_is_the_same_pixel(
    words: Compact, screen: Screen, across: float, down: float
) -> None:
    """To a pixel of the screen, or half a hundredth of a square where that is more."""
    view = view_of(words, screen)
    sizes = zip((screen.width, screen.height), view.units, strict=True)
    over, under = (max(1, size / units / 2 + 0.5) for size, units in sizes)
    x, y = int(across * screen.width), int(down * screen.height)
    for action in (Click(x, y), Drag(x, y, 0, 0)):
        said = words.parse(words.format(action, view), view).action
        assert isinstance(said, Click | Drag)
        assert abs(said.x - x) <= over and abs(said.y - y) <= under


@given(SPEECHES, SCREENS, SHARES, SHARES)
def test_what_stands_before_the_point_is_the_square(
    words: Compact, screen: Screen, across: float, down: float
) -> None:
    view = view_of(words, screen)
    x, y = int(across * screen.width), int(down * screen.height)
    said = words.format(Click(x, y), view).removeprefix("click(").removesuffix(")")
    places = [float(part.partition("=")[2]) for part in said.split(", ")]
    size = resized(screen.width, screen.height, words.factor, words.least, words.most)
    whole = (screen.width, screen.height)
    for place, at, own, shown in zip(places, (x, y), whole, size, strict=True):
        assert abs(place - at * shown / own / words.factor) <= 0.006


def test_two_digits_before_and_behind_the_point() -> None:
    words = speech(16, 320 * 208)
    view = view_of(words, Screen(1280, 800))
    assert (view.width, view.height) == (320, 192)
    assert words.format(Click(289, 373), view) == "click(x=04.52, y=05.60)"
