"""An instance under other circumstances, for the exams of nights: other values in its goal, its
windows elsewhere.

Seed n + 10,000·k is the k-th variation of instance n; k = 0 is the instance as it is. Only values
that are entered are drawn anew: what a row is found by, and what a document says, must stay.
"""

import random
import re
import string
from dataclasses import replace
from datetime import date

from perception.observation import Box
from perception.values import parse_date, value_kind
from tasks.own.job import Job
from tasks.own.postcondition import Append, fills_of
from tasks.own.sources import Goal
from tasks.own.words import Said

STRIDE = 10_000
NOTATIONS = ("%Y-%m-%d", "%d.%m.%Y", "%-d.%-m.%Y", "%-d %B %Y", "%B %-d, %Y")  # read in one way
LESS = 0.08  # of its size that a window may lose


def instance_of(seed: int) -> int:
    return seed % STRIDE


def variation_of(seed: int) -> int:
    return seed // STRIDE


def variation(number: int, which: int) -> int:
    """The seed of an instance's variation."""
    return number + STRIDE * which


def free(job: Job) -> tuple[int, ...]:
    """The places of the goal's values that may be others: those that are entered, and by which no
    row is found."""
    rules = job.wanted.rules
    entered = {fill.source for rule in rules for fill in fills_of(rule)}
    finding = {rule.row.source for rule in rules if not isinstance(rule, Append)}
    return tuple(sorted(s.index for s in entered - finding if isinstance(s, Goal)))


def said(job: Job, seed: int) -> Said:
    """The goal of an instance, or of a variation of it."""
    number = instance_of(seed)
    as_it_is = job.said(number)
    if not variation_of(seed) or job.instances[number].input is not None:
        return as_it_is
    chance = random.Random(f"variation {seed}")
    others = [job.said(n).values for n in range(len(job.instances))]
    values = list(as_it_is.values)
    for place in free(job):
        if place < len(values):
            known = [each[place] for each in others if len(each) == len(values)]
            values[place] = _other(values[place], known, chance)
    return replace(as_it_is, values=tuple(values))


def moved(box: Box, seed: int) -> Box:
    """Where a window stands in a variation: a little smaller, within where it stood."""
    if not variation_of(seed):
        return box
    chance = random.Random(f"window {seed}")
    w, h = (round(side * (1 - chance.uniform(0, LESS))) for side in (box.w, box.h))
    return Box(box.x + chance.randint(0, box.w - w), box.y + chance.randint(0, box.h - h), w, h)


def swapped(seed: int) -> bool:
    """Whether document and program change sides."""
    return variation_of(seed) % 2 == 1


def _other(text: str, known: list[str], chance: random.Random) -> str:
    """Another value of the same kind, in the same notation; of words, one that was said before."""
    kind = value_kind(text)
    if kind == "date":
        return _other_day(text, chance)
    if kind in ("amount", "number"):
        return re.sub(r"\d+", lambda digits: _other_digits(digits[0], chance), text)
    return chance.choice(sorted(known))


def _other_day(text: str, chance: random.Random) -> str:
    day = parse_date(text)
    for notation in NOTATIONS:
        if day is not None and day.strftime(notation) == text:
            other = date(day.year, chance.randint(1, 12), chance.randint(1, 28))
            return other.strftime(notation)
    return text


def _other_digits(digits: str, chance: random.Random) -> str:
    """As many digits; no zero leads that did not lead before."""
    drawn = "".join(chance.choice(string.digits) for _ in digits)
    return drawn if digits[0] == "0" or drawn[0] != "0" else chance.choice("123456789") + drawn[1:]
