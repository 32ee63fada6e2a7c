"""The only place where coordinate spaces meet.

    root pixels ─ origin ─▶ observation pixels ─┬─ scale ─▶ logical points
    (all monitors)          (one screen)        ├─ / size × 1000 ─▶ permille, 0–1000
                                                ├─ × ratio ─▶ pixels of a resized image
                                                └─ × ratio / side ─▶ squares of that image

An origin may be negative: a monitor left of or above the first.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from actuation.action import Click, Drag, Motion, Move, Scroll
from perception.observation import Screen

PERMILLE = 1000
PARTS = 100  # of a square's side

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


class Space(StrEnum):
    """The units in which a model speaks of points."""

    PERMILLE = "permille"  # 0–1000 on each axis
    RESIZED = "resized"  # pixels of the picture that it was shown
    SQUARES = "squares"  # hundredths of the squares that this picture is cut into


@dataclass(frozen=True)
class View:
    """A screen as a model sees it: resized to width × height pixels, its points in `space`.
    square: side in pixels of what one visual token stands for, of which both are multiples.

    Scaled as the families' own code does it (value / size × other size): pixel 0 is 0 in every
    space, and the far edge is clamped to the last pixel. There and back again costs at most one
    pixel, or half a unit of the model's space where that is larger (screens above 3000 pixels).
    """

    screen: Screen
    width: int
    height: int
    space: Space
    square: int = 1

    @property
    def units(self) -> tuple[int, int]:
        """The extent of the model's space on each axis."""
        match self.space:
            case Space.PERMILLE:
                return PERMILLE, PERMILLE
            case Space.RESIZED:
                return self.width, self.height
            case Space.SQUARES:
                return self.width * PARTS // self.square, self.height * PARTS // self.square

    def to_model(self, point: Point) -> Point:
        """Observation pixels to the model's units."""
        across, down = self.units
        x, y = point[0] * across / self.screen.width, point[1] * down / self.screen.height
        return min(round(x), across), min(round(y), down)

    def from_model(self, point: tuple[float, float]) -> Point:
        """The model's units to the nearest observation pixel of the screen."""
        across, down = self.units
        x, y = point[0] * self.screen.width / across, point[1] * self.screen.height / down
        return clamp_point((round(x), round(y)), self.screen)


def resized(width: int, height: int, factor: int, least: int, most: int) -> tuple[int, int]:
    """Width and height that a picture is resized to: multiples of `factor`, its area within least
    and most pixels, its shape kept as far as that goes ("smart resize", Qwen2-VL, arXiv
    2409.12191)."""
    across = max(factor, round(width / factor) * factor)
    down = max(factor, round(height / factor) * factor)
    if across * down > most:
        shrink = math.sqrt(width * height / most)
        across = max(factor, math.floor(width / shrink / factor) * factor)
        down = max(factor, math.floor(height / shrink / factor) * factor)
    elif across * down < least:
        grow = math.sqrt(least / (width * height))
        across = math.ceil(width * grow / factor) * factor
        down = math.ceil(height * grow / factor) * factor
    return across, down


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
