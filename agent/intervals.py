"""How sure numbers are: intervals of shares and means, and tests of differences.

wilson(94, 100)                       an interval of a share
newcombe((40, 50), (45, 50))          of the difference of two shares
newcombe_paired(38, 2, 7, 3)          of the same, on the same cases
mcnemar(lost=3, won=9)                a p value of paired shares
holm([0.01, 0.04, 0.03])              p values of many questions at once
clustered([[1, 1, 0], [0, 1, 0]])     an interval of a mean over tasks
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Draws = NDArray[np.float64]
Resample = Callable[[np.random.Generator, int], Draws]
"""Of one task: so many means, each of its attempts drawn anew."""

DRAWS = 4000
SEED = 0
Z = 1.96


@dataclass(frozen=True)
class Interval:
    """A number and its 95 % interval."""

    mean: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        return {"mean": self.mean, "low": self.low, "high": self.high}

    @property
    def without_zero(self) -> bool:
        return self.low > 0 or self.high < 0


def wilson(hits: int, attempts: int, z: float = Z) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), 0..1; (0, 1) for no attempts."""
    if attempts == 0:
        return 0.0, 1.0
    share, spread = hits / attempts, z * z / attempts
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / attempts + spread / (4 * attempts))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def newcombe(first: tuple[int, int], second: tuple[int, int], z: float = Z) -> Interval:
    """Of the second share less the first, each (hits, attempts): the square-and-add interval of
    Wilson's limits (Newcombe 1998, Statistics in Medicine 17:873, method 10)."""
    (was, of_was), (now, of_now) = first, second
    before, after = was / max(1, of_was), now / max(1, of_now)
    (low_a, high_a), (low_b, high_b) = wilson(was, of_was, z), wilson(now, of_now, z)
    mean = after - before
    low = mean - math.hypot(after - low_b, high_a - before)
    return Interval(mean, low, mean + math.hypot(high_b - after, before - low_a))


def newcombe_paired(both: int, lost: int, won: int, neither: int) -> Interval:
    """The same of shares over the same cases: how many succeeded twice, first, then, never
    (Newcombe 1998, Statistics in Medicine 17:2635, method 10)."""
    number = both + lost + won + neither
    was, now = both + lost, both + won
    before, after = was / max(1, number), now / max(1, number)
    (low_a, high_a), (low_b, high_b) = wilson(was, number), wilson(now, number)
    spread = math.sqrt(was * (number - was) * now * (number - now))
    product = float(both * neither - lost * won)
    if product > 0:
        product = max(0.0, product - number / 2)  # for continuity
    tie = product / spread if spread else 0.0

    def reach(one: float, other: float) -> float:
        return math.sqrt(max(0.0, one * one - 2 * tie * one * other + other * other))

    mean = after - before
    low = mean - reach(after - low_b, high_a - before)
    return Interval(mean, low, mean + reach(high_b - after, before - low_a))


def newcombe_p(first: tuple[int, int], second: tuple[int, int]) -> float:
    """One less the level of the widest of Newcombe's intervals that leaves no difference out."""
    if not newcombe(first, second, 0.0).without_zero:
        return 1.0
    narrow, wide = 0.0, 40.0
    for _ in range(60):
        middle = (narrow + wide) / 2
        if newcombe(first, second, middle).without_zero:
            narrow = middle
        else:
            wide = middle
    return math.erfc(narrow / math.sqrt(2))


def mcnemar(lost: int, won: int) -> float:
    """The exact two-sided p value (McNemar 1947) from the pairs that differ: of `lost + won`
    throws of a coin, as uneven a split or worse."""
    pairs, fewer = lost + won, min(lost, won)
    tail = sum(math.comb(pairs, number) for number in range(fewer + 1))
    return min(1.0, 2 * float(tail / 2**pairs))


def holm(values: Sequence[float]) -> list[float]:
    """p values corrected for their number (Holm 1979), in the order given."""
    found, largest = [0.0] * len(values), 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=lambda each: values[each])):
        largest = max(largest, min(1.0, (len(values) - rank) * values[place]))
        found[place] = largest
    return found


def clustered(tasks: Sequence[Sequence[float]]) -> Interval:
    """The mean over tasks of their attempts' means, with its bootstrap interval."""
    full = [np.asarray(task, float) for task in tasks if len(task)]
    return bootstrap([float(task.mean()) for task in full], [resampled(task) for task in full])


def clustered_share(tasks: Sequence[Sequence[float]]) -> Interval:
    """The same of a share, of zeros and ones. Where all are alike there is nothing to draw from:
    then Wilson's interval with each task counted once; at one task alone, with each attempt."""
    found = clustered(tasks)
    if len(tasks) == 1 or found.mean in (0.0, 1.0):
        number = len(tasks[0]) if len(tasks) == 1 else len(tasks)
        return Interval(found.mean, *wilson(round(found.mean * number), number))
    return found


def resampled(values: NDArray[np.float64]) -> Resample:
    """Means of the values drawn anew, with replacement."""

    def draw(random: np.random.Generator, times: int) -> Draws:
        means: Draws = values[random.integers(len(values), size=(times, len(values)))].mean(axis=1)
        return means

    return draw


def bootstrap(means: Sequence[float], tasks: Sequence[Resample]) -> Interval:
    """The mean over tasks with its percentile interval. Attempts at one task are alike, so tasks
    are drawn first, with replacement, then the attempts of each within it (the two-stage
    bootstrap; Davison and Hinkley 1997, Bootstrap Methods and their Application, section 3.8).
    The seed is fixed: equal attempts, equal intervals."""
    if not means:
        return Interval(0.0, 0.0, 0.0)
    random = np.random.default_rng(SEED)
    picked = random.integers(len(tasks), size=(DRAWS, len(tasks)))
    drawn = np.empty(picked.shape)
    for number, resample in enumerate(tasks):
        places = picked == number
        drawn[places] = resample(random, int(places.sum()))
    low, high = np.percentile(drawn.mean(axis=1), [2.5, 97.5])
    return Interval(float(np.mean(means)), float(low), float(high))
