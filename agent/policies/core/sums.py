"""What adds up on a page: arithmetic that can be seen without knowing a word of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from agent.policies.core.situation import is_source
from agent.policies.core.words import kind_of
from perception.scene import Scene
from perception.values import parse_amount


class Role(IntEnum):
    """What an amount is in a sum."""

    SUM = 0
    MAIN = 1  # the largest part
    REST = 2  # any other part


@dataclass(frozen=True)
class Addition:
    """total = the sum of parts, in cents, the largest part first; window: index into windows."""

    window: int
    total: int
    parts: tuple[int, ...]

    def role(self, cents: int) -> Role | None:
        if cents == self.total:
            return Role.SUM
        if cents == self.parts[0]:
            return Role.MAIN
        return Role.REST if cents in self.parts else None


def cents_of(text: str) -> int | None:
    """An amount's value in cents; None for another text, or for parts of a cent."""
    value = parse_amount(text) if kind_of(text) == "amount" else None
    return int(value * 100) if value is not None and value * 100 == int(value * 100) else None


def amounts(scene: Scene) -> dict[int, int]:
    """Index of element → cents, for every amount above zero that may be copied."""
    found = {i: cents_of(e.text) for i, e in enumerate(scene.elements) if is_source(scene, e)}
    return {i: cents for i, cents in found.items() if cents is not None and cents > 0}


def additions(scene: Scene) -> list[Addition]:
    """For each window the largest of its amounts that is the sum of two or three others."""
    windows: dict[int, set[int]] = {}
    for i, cents in amounts(scene).items():
        windows.setdefault(scene.elements[i].window, set()).add(cents)
    made = []
    for window, values in sorted(windows.items()):
        ordered = sorted(values, reverse=True)
        for at, total in enumerate(ordered):
            parts = _parts(total, ordered[at + 1 :])
            if parts:
                made.append(Addition(window, total, parts))
                break
    return made


def _parts(total: int, smaller: Sequence[int]) -> tuple[int, ...]:
    """Two or three of the smaller values (falling) that add up to total; () if there are none.

    Two before three, and the largest first part before any other.
    """
    known = set(smaller)
    for first in smaller:
        if total - first < first and total - first in known:
            return first, total - first
    for i, first in enumerate(smaller):
        for second in smaller[i + 1 :]:
            third = total - first - second
            if third < second and third in known:
                return first, second, third
    return ()


def roles(scene: Scene) -> dict[int, Role]:
    """Index of element → what it is in the sum of its window, where it is part of one."""
    sums = {a.window: a for a in additions(scene)}
    found = {
        i: sums[scene.elements[i].window].role(cents)
        for i, cents in amounts(scene).items()
        if scene.elements[i].window in sums
    }
    return {i: role for i, role in found.items() if role is not None}
