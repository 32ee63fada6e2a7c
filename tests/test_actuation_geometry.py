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


@given(SCREENS, SHARES, SHARES)
def test_permille_and_back(screen: Screen, across: float, down: float) -> None:
    point = point_on(screen, across, down)
    permille = geometry.to_permille(point, screen)
    assert all(0 <= value <= 1000 for value in permille)
    cell = max(1.0, max(screen.width, screen.height) / 1001)
    assert near(geometry.from_permille(permille, screen), point, cell)


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(1001, 4000))
def test_permille_round_trip_is_exact_on_larger_screens(x: int, y: int, size: int) -> None:
    screen = Screen(size, size)
    point = geometry.from_permille((x, y), screen)
    assert near(geometry.to_permille(point, screen), (x, y), 1)


@given(SCREENS, SHARES, SHARES, SIZES, SIZES)
def test_resized_and_back(
    screen: Screen, across: float, down: float, width: int, height: int
) -> None:
    point = point_on(screen, across, down)
    resized = geometry.to_resized(point, screen, (width, height))
    assert 0 <= resized[0] < width
    assert 0 <= resized[1] < height
    back = geometry.from_resized(resized, screen, (width, height))
    coarser = max(1.0, screen.width / width, screen.height / height)
    assert near(back, point, coarser)


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
