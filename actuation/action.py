"""The vocabulary of the hands: a tagged union, all coordinates in observation pixels."""

from dataclasses import dataclass
from enum import StrEnum


class Button(StrEnum):
    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"


@dataclass(frozen=True)
class Click:
    x: int
    y: int
    button: Button = Button.LEFT
    count: int = 1
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Move:
    x: int
    y: int


@dataclass(frozen=True)
class Drag:
    """Press at the first point, move, release at the second."""

    x: int
    y: int
    to_x: int
    to_y: int
    button: Button = Button.LEFT
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scroll:
    """Wheel clicks at a point: dy > 0 is down, dx > 0 is right."""

    x: int
    y: int
    dy: int = 0
    dx: int = 0
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class TypeText:
    """Any printable Unicode text; a newline or tab is a Press, not text."""

    text: str


@dataclass(frozen=True)
class Press:
    """A key or chord: names joined by '+', as in 'ctrl+s', 'Tab', 'shift+F10' (keysym names)."""

    keys: str


@dataclass(frozen=True)
class Wait:
    seconds: float


@dataclass(frozen=True)
class Ask:
    question: str


@dataclass(frozen=True)
class Done:
    answer: str = ""


@dataclass(frozen=True)
class Fail:
    reason: str


Motion = Click | Move | Drag | Scroll | TypeText | Press | Wait
Ending = Ask | Done | Fail
Action = Motion | Ending
