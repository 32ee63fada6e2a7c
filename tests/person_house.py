"""A person at a VNC viewer, for tests: does Actions with mouse and keyboard, at a person's pace."""

import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from actuation.action import Button, Click, Drag, Motion, Move, Press, Scroll, TypeText, Wait
from actuation.keyboard import ALIASES, keysym_named
from actuation.rfb import Hand
from actuation.virtual import VirtualDesktop

MASKS = {Button.LEFT: 1, Button.MIDDLE: 2, Button.RIGHT: 4}
UP, DOWN, LEFT, RIGHT = 8, 16, 32, 64
SHIFTED = dict(zip("1234567890-=[];'\\,./`", '!@#$%^&*()_+{}:"|<>?~', strict=True))  # on a US board
BREATH = 0.5  # seconds between two acts: a faster second click would be a double one


class Person:
    """do() an Action through the VNC server's own devices, then wait until the screen is quiet,
    where it can be seen from here."""

    def __init__(self, desktop: VirtualDesktop | None, hand: Hand, seed: int = 0) -> None:
        self._desktop, self._hand = desktop, hand
        self._chance = random.Random(seed)

    def do(self, action: Motion) -> None:
        hand = self._hand
        match action:
            case Click():
                hand.move(action.x, action.y)
                time.sleep(0.1)
                with self._held(action.modifiers):
                    for _ in range(action.count):
                        hand.button(action.x, action.y, MASKS[action.button])
                        time.sleep(0.03)
                        hand.button(action.x, action.y, 0)
                        time.sleep(0.06)
            case Move():
                hand.move(action.x, action.y)
            case Drag():
                self._drag(action)
            case Scroll():
                hand.move(action.x, action.y)
                ways = ((UP, -action.dy), (DOWN, action.dy), (LEFT, -action.dx), (RIGHT, action.dx))
                for mask, times in ways:
                    for _ in range(times):
                        hand.button(action.x, action.y, mask)
                        hand.button(action.x, action.y, 0)
                        time.sleep(0.05)
            case TypeText():
                for char in action.text:
                    with self._held(["shift"] if char.isupper() else []):  # as viewers do
                        hand.type(char)
                    time.sleep(self._chance.uniform(0.02, 0.08))
            case Press():
                *held, key = chord(action.keys)
                if "shift" in held and len(key) == 1:  # a viewer says what Shift makes of it
                    key = SHIFTED.get(key, key.upper())
                with self._held(held):
                    hand.tap(keysym_named(key))
            case Wait():
                time.sleep(action.seconds)
        time.sleep(BREATH)
        if self._desktop is not None:
            self._desktop.observe()

    def _drag(self, drag: Drag) -> None:
        mask, steps = MASKS[drag.button], 12
        self._hand.move(drag.x, drag.y)
        time.sleep(0.1)
        for step in range(steps + 1):
            x = drag.x + (drag.to_x - drag.x) * step // steps
            y = drag.y + (drag.to_y - drag.y) * step // steps
            self._hand.button(x, y, mask)
            time.sleep(0.03)
        time.sleep(0.2)
        self._hand.button(drag.to_x, drag.to_y, 0)

    @contextmanager
    def _held(self, names: Iterable[str]) -> Iterator[None]:
        codes = [keysym_named(ALIASES.get(name, name)) for name in names]
        for code in codes:
            self._hand.key(code, True)
        try:
            yield
        finally:
            for code in reversed(codes):
                self._hand.key(code, False)


def chord(keys: str) -> list[str]:
    """The names of a chord's keys; "+" itself is a key."""
    return [*keys[:-2].split("+"), "plus"] if keys.endswith("++") else keys.split("+")


def joined(actions: Iterable[Motion]) -> list[Motion]:
    """What was done, however it was cut: keys that write are text, texts in a row are one, what
    BackSpace takes back was never typed; moves and waits are left out."""
    found: list[Motion] = []
    for action in actions:
        written = _written(action)
        last = found[-1] if found else None
        match action:
            case Move() | Wait():
                pass
            case Press("BackSpace") if isinstance(last, TypeText) and last.text:
                found[-1] = TypeText(last.text[:-1])
            case _ if written and isinstance(last, TypeText):
                found[-1] = TypeText(last.text + written)
            case _ if written:
                found.append(TypeText(written))
            case Press(keys):
                found.append(Press(ordered(keys)))
            case _:
                found.append(action)
    return found


def _written(action: Motion) -> str:
    match action:
        case TypeText(text):
            return text
        case Press("space"):
            return " "
        case Press(keys) if len(keys) == 1:
            return keys
        case _:
            return ""


def ordered(keys: str) -> str:
    """A chord with its keys in one order and in the keysyms' names."""
    *held, key = chord(keys)
    name = ALIASES.get(key.lower(), key)
    return "+".join([*sorted(one.lower() for one in held), name])
