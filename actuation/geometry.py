"""The only place where coordinate spaces meet.

    root pixels ─ origin ─▶ observation pixels ─┬─ scale ─▶ logical points
    (all monitors)          (one screen)        ├─ / size × 1000 ─▶ permille, 0–1000
                                                └─ / ratio ─▶ pixels of a resized image

An origin may be negative: a monitor left of or above the first. Points are pixels' centres when
spaces of different resolution meet, so that there and back again moves less than one pixel of
the coarser space.
"""

from dataclasses import replace

from actuation.action import Click, Drag, Motion, Move, Scroll
from perception.observation import Screen

PERMILLE = 1000

Point = tuple[int, int]


def to_root(point: Point, screen: Screen) -> Point:
    return point[0] + screen.x, point[1] + screen.y


def from_root(point: Point, screen: Screen) -> Point:
    return point[0] - screen.x, point[1] - screen.y


def to_logical(point: Point, screen: Screen) -> tuple[float, float]:
    """Observation pixels to points of a HiDPI desktop (one point is `scale` pixels)."""
    return point[0] / screen.scale, point[1] / screen.scale


def from_logical(point: tuple[float, float], screen: Screen) -> Point:
    return clamp_point((round(point[0] * screen.scale), round(point[1] * screen.scale)), screen)


def to_permille(point: Point, screen: Screen) -> Point:
    """Observation pixels to 0–1000 on each axis, as several vision-language models speak."""
    return (
        _rescale(point[0], screen.width, PERMILLE + 1),
        _rescale(point[1], screen.height, PERMILLE + 1),
    )


def from_permille(point: Point, screen: Screen) -> Point:
    return (
        _rescale(point[0], PERMILLE + 1, screen.width),
        _rescale(point[1], PERMILLE + 1, screen.height),
    )


def to_resized(point: Point, screen: Screen, size: tuple[int, int]) -> Point:
    """Observation pixels to pixels of the same picture resized to `size` (width, height)."""
    return _rescale(point[0], screen.width, size[0]), _rescale(point[1], screen.height, size[1])


def from_resized(point: Point, screen: Screen, size: tuple[int, int]) -> Point:
    return _rescale(point[0], size[0], screen.width), _rescale(point[1], size[1], screen.height)


def clamp_point(point: Point, screen: Screen) -> Point:
    """The nearest pixel of the screen."""
    return min(max(point[0], 0), screen.width - 1), min(max(point[1], 0), screen.height - 1)


def clamp(action: Motion, screen: Screen) -> Motion:
    """The action with every point on the screen."""
    match action:
        case Drag():
            x, y = clamp_point((action.x, action.y), screen)
            to_x, to_y = clamp_point((action.to_x, action.to_y), screen)
            return replace(action, x=x, y=y, to_x=to_x, to_y=to_y)
        case Click() | Move() | Scroll():
            x, y = clamp_point((action.x, action.y), screen)
            return replace(action, x=x, y=y)
        case _:
            return action


def _rescale(value: int, size: int, new_size: int) -> int:
    """The pixel of a row of `new_size` under the centre of pixel `value` of a row of `size`."""
    return min(max(int((value + 0.5) * new_size / size), 0), new_size - 1)
