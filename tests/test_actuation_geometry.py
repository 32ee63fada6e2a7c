"""There and back again between coordinate spaces costs less than a pixel of the coarser one."""

from hypothesis import given
from hypothesis import strategies as st

from actuation import geometry
from actuation.action import Click, Drag, Press, Scroll
from perception.observation import Screen

SIZES = st.integers(100, 4000)
SCREENS = st.builds(
    Screen,
    SIZES,
    SIZES,
    st.integers(-4000, 4000),
    st.integers(-4000, 4000),
    st.sampled_from([1.0, 1.25, 1.5, 2.0]),
)
SHARES = st.floats(0, 1, exclude_max=True)


def point_on(screen: Screen, across: float, down: float) -> tuple[int, int]:
    return int(across * screen.width), int(down * screen.height)


def near(a: tuple[int, int], b: tuple[int, int], by: float) -> bool:
    return abs(a[0] - b[0]) <= by and abs(a[1] - b[1]) <= by


@given(SCREENS, SHARES, SHARES)
def test_root_and_back(screen: Screen, across: float, down: float) -> None:
    point = point_on(screen, across, down)
    root = geometry.to_root(point, screen)
    assert geometry.from_root(root, screen) == point
    assert root[0] - point[0] == screen.x


@given(SCREENS, SHARES, SHARES)
def test_logical_and_back(screen: Screen, across: float, down: float) -> None:
    point = point_on(screen, across, down)
    assert near(geometry.from_logical(geometry.to_logical(point, screen), screen), point, 1)


VIEWS = st.builds(geometry.View, SCREENS, SIZES, SIZES, st.sampled_from(geometry.Space))


@given(VIEWS, SHARES, SHARES)
def test_a_models_space_and_back(view: geometry.View, across: float, down: float) -> None:
    point = point_on(view.screen, across, down)
    told = view.to_model(point)
    assert all(0 <= value <= most for value, most in zip(told, view.units, strict=True))
    back = view.from_model(told)
    for axis, size in enumerate((view.screen.width, view.screen.height)):
        unit = size / view.units[axis]
        assert abs(back[axis] - point[axis]) <= max(1, unit / 2 + 0.5)


@given(VIEWS, SHARES, SHARES)
def test_what_a_model_says_is_kept_where_pixels_are_finer(
    view: geometry.View, across: float, down: float
) -> None:
    told = int(across * view.units[0]), int(down * view.units[1])
    back = view.to_model(view.from_model(told))
    for axis, size in enumerate((view.screen.width, view.screen.height)):
        unit = size / view.units[axis]
        assert abs(back[axis] - told[axis]) <= max(1, 1 / unit)


@given(SIZES, SIZES, st.sampled_from([14, 16, 28, 32]))
def test_a_resized_picture_keeps_its_bounds(width: int, height: int, factor: int) -> None:
    least, most = 256 * 256, 1280 * 1280
    across, down = geometry.resized(width, height, factor, least, most)
    assert across % factor == down % factor == 0
    assert across * down <= most
    assert across * down >= least


@given(SCREENS, st.integers(-9000, 9000), st.integers(-9000, 9000))
def test_clamping_is_idempotent_and_on_the_screen(screen: Screen, x: int, y: int) -> None:
    clamped = geometry.clamp(Click(x, y), screen)
    assert isinstance(clamped, Click)
    assert 0 <= clamped.x < screen.width
    assert 0 <= clamped.y < screen.height
    assert geometry.clamp(clamped, screen) == clamped


def test_clamping_keeps_everything_else() -> None:
    screen = Screen(100, 50)
    assert geometry.clamp(Drag(-1, 2, 500, 500), screen) == Drag(0, 2, 99, 49)
    assert geometry.clamp(Scroll(5, 999, dy=3), screen) == Scroll(5, 49, dy=3)
    assert geometry.clamp(Press("ctrl+s"), screen) == Press("ctrl+s")
