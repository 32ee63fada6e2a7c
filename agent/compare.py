"""Which differences between two benches are real: `dormouse bench --compare A.json B.json`.

A task that both measured on the same seeds is compared pair by pair (exact McNemar test), any other
by Newcombe's interval; Holm's correction is over all of them. Means are compared by a
task-clustered bootstrap of the differences, paired by seed where seeds are shared.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from agent.errors import BadInput
from agent.intervals import (
    Draws,
    Interval,
    Resample,
    bootstrap,
    holm,
    mcnemar,
    newcombe,
    newcombe_p,
    newcombe_paired,
    resampled,
)
from agent.tally import Cell

Word = Literal["better", "worse", "more", "less", "no real difference"]
MEASURES = ("success", "steps", "seconds")
REAL = 0.05  # a corrected p value below it is a real difference


@dataclass(frozen=True)
class Row:
    """An attempt, as `dormouse bench --json` writes it."""

    seed: int
    success: float
    steps: float
    seconds: float

    def value(self, measure: str) -> float:
        return {"success": self.success, "steps": self.steps, "seconds": self.seconds}[measure]


@dataclass(frozen=True)
class Bench:
    """What a file says. cells: attempts by task and variant. traps: the cells that are traps."""

    name: str
    cells: Mapping[Cell, tuple[Row, ...]]
    traps: frozenset[Cell]


@dataclass(frozen=True)
class Compared:
    """One task. before, after: (successes, attempts). pairs: seeds in common, 0 where unpaired.
    p: corrected for the number of tasks."""

    cell: Cell
    before: tuple[int, int]
    after: tuple[int, int]
    pairs: int
    lost: int
    won: int
    difference: Interval
    p: float

    @property
    def word(self) -> Word:
        if self.p >= REAL:
            return "no real difference"
        return "better" if self.difference.mean > 0 else "worse"


@dataclass(frozen=True)
class Comparison:
    """All tasks, and the difference of the means: of plain tasks, and of traps where there are."""

    tasks: tuple[Compared, ...]
    means: Mapping[str, Mapping[str, Interval]]  # "plain" or "traps" → measure → difference
    left_out: tuple[Cell, ...]  # measured in one of the two only


def read(path: Path) -> Bench:
    """BadInput, in one sentence, for a file that is no bench."""
    try:
        numbers = json.loads(path.read_text(encoding="utf-8"))
        cells: dict[Cell, list[Row]] = {}
        for row in numbers["attempts"]:
            one = Row(row["seed"], float(row["success"]), float(row["steps"]), row["seconds"])
            cells.setdefault((row["task"], row["variant"]), []).append(one)
        laid = numbers.get("traps", {})
        traps = frozenset((task, trap) for task in laid for trap in laid[task])
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path} is no output of dormouse bench --json with attempts") from error
    return Bench(str(path), {cell: tuple(rows) for cell, rows in cells.items()}, traps)


def compare(first: Bench, second: Bench) -> Comparison:
    """What changed from the first to the second. BadInput where they share no task."""
    common = [cell for cell in first.cells if cell in second.cells]
    if not common:
        raise BadInput(f"{first.name} and {second.name} have no task in common")
    found = [_compared(cell, first.cells[cell], second.cells[cell]) for cell in common]
    corrected = holm([one.p for one in found])
    traps = first.traps | second.traps
    parts = {
        "plain": [cell for cell in common if cell not in traps],
        "traps": [cell for cell in common if cell in traps],
    }
    return Comparison(
        tuple(replace(one, p=p) for one, p in zip(found, corrected, strict=True)),
        {
            name: {each: mean(first, second, cells, each) for each in MEASURES}
            for name, cells in parts.items()
            if cells
        },
        tuple(sorted(first.cells.keys() ^ second.cells.keys())),
    )


def word(measure: str, difference: Interval) -> Word:
    """What the difference of a mean is. Fewer steps or seconds are not better as such: a run that
    gives up early has the fewest."""
    if not difference.without_zero:
        return "no real difference"
    more = difference.mean > 0
    if measure == "success":
        return "better" if more else "worse"
    return "more" if more else "less"


def mean(first: Bench, second: Bench, cells: Sequence[Cell], measure: str) -> Interval:
    """Of the second's mean over tasks less the first's: paired by seed where seeds are shared."""
    means, draws = [], []
    for cell in cells:
        was, now = first.cells[cell], second.cells[cell]
        paired = pairs(was, now)
        if paired:
            change = np.array([b.value(measure) - a.value(measure) for a, b in paired])
            means.append(float(change.mean()))
            draws.append(resampled(change))
        else:
            a, b = (np.array([row.value(measure) for row in rows]) for rows in (was, now))
            means.append(float(b.mean() - a.mean()))
            draws.append(_unpaired(resampled(a), resampled(b)))
    return bootstrap(means, draws)


def pairs(was: Sequence[Row], now: Sequence[Row]) -> list[tuple[Row, Row]]:
    """The rows of both on the same seeds."""
    later = {row.seed: row for row in now}
    return [(row, later[row.seed]) for row in was if row.seed in later]


def _unpaired(before: Resample, after: Resample) -> Resample:
    def draw(random: np.random.Generator, times: int) -> Draws:
        difference: Draws = after(random, times) - before(random, times)
        return difference

    return draw


def _compared(cell: Cell, was: Sequence[Row], now: Sequence[Row]) -> Compared:
    """With its p value not yet corrected. Where seeds are shared, only those count."""
    paired = pairs(was, now)
    if paired:
        was, now = [a for a, _ in paired], [b for _, b in paired]
    turns = Counter((bool(a.success), bool(b.success)) for a, b in paired)
    lost, won = turns[True, False], turns[False, True]
    before, after = ((sum(int(row.success) for row in rows), len(rows)) for rows in (was, now))
    if paired:
        change = newcombe_paired(turns[True, True], lost, won, turns[False, False])
        p = mcnemar(lost, won)
    else:
        change, p = newcombe(before, after), newcombe_p(before, after)
    return Compared(cell, before, after, len(paired), lost, won, change, p)
