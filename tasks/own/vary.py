"""An instance under other circumstances, for the exams of nights: other values in its goal, its
windows elsewhere.

Seed n + 10,000·k is the k-th variation of instance n; k = 0 is the instance as it is. Only values
that are entered are drawn anew: what a row is found by, and what a document says, must stay.
"""

import random
import re
import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from perception.observation import Box
from perception.values import parse_amount, parse_date, value_kind
from tasks.own.job import MOST, Job
from tasks.own.postcondition import Append, fills_of
from tasks.own.sources import Goal
from tasks.own.words import Said

STRIDE = MOST
NOTATIONS = ("%Y-%m-%d", "%d.%m.%Y", "%-d.%-m.%Y", "%-d %B %Y", "%B %-d, %Y")  # read in one way
DAYS = 150  # that dates are moved, at most
SHRUNK = 0.08  # of its size that a window may lose


def instance_of(seed: int) -> int:
    return seed % STRIDE


def variation_of(seed: int) -> int:
    return seed // STRIDE


def variation(number: int, which: int) -> int:
    """The seed of an instance's variation."""
    return number + STRIDE * which


def redrawable(job: Job) -> tuple[int, ...]:
    """The places of the goal's values that may be others: those that are entered, and by which no
    row is found."""
    rules = job.wanted.rules
    entered = {fill.source for rule in rules for fill in fills_of(rule)}
    finding = {rule.row.source for rule in rules if not isinstance(rule, Append)}
    places = {s.index for s in entered if isinstance(s, Goal)}
    return tuple(sorted(places - {s.index for s in finding if isinstance(s, Goal)}))


def said(job: Job, seed: int) -> Said:
    """The goal of an instance, or of a variation of it: its dates moved alike, its numbers no
    larger, its words those of another instance; what was equal, or added up, still is."""
    number = instance_of(seed)
    as_it_is = job.said(number)
    if not variation_of(seed) or job.instances[number].input is not None:
        return as_it_is
    chance = random.Random(f"variation {seed}")
    others = [job.said(n).values for n in range(len(job.instances))]
    other = chance.choice([each for each in others if len(each) == len(as_it_is.values)])
    shift = timedelta(days=chance.choice([day for day in range(-DAYS, DAYS + 1) if day]))
    places = [place for place in redrawable(job) if place < len(as_it_is.values)]
    fixed = _adding_up([as_it_is.values[place] for place in places])
    drawn: dict[str, str] = {}
    for place in places:
        text = as_it_is.values[place]
        kind = value_kind(text)
        if text in drawn:
            continue
        if kind == "date":
            drawn[text] = _moved_day(text, shift)
        elif kind in ("amount", "number"):
            drawn[text] = text if fixed else _smaller(text, chance)
        else:
            drawn[text] = other[place]
    if len(set(drawn.values())) < len(drawn):  # two that were different would be one
        return as_it_is
    values = (drawn[v] if at in places else v for at, v in enumerate(as_it_is.values))
    return replace(as_it_is, values=tuple(values))


def moved(box: Box, seed: int) -> Box:
    """Where a window stands in a variation: a little smaller, within where it stood."""
    if not variation_of(seed):
        return box
    chance = random.Random(f"window {seed}")
    w, h = (round(side * (1 - chance.uniform(0, SHRUNK))) for side in (box.w, box.h))
    return Box(box.x + chance.randint(0, box.w - w), box.y + chance.randint(0, box.h - h), w, h)


def swapped(seed: int) -> bool:
    """Whether document and program change sides."""
    return variation_of(seed) % 2 == 1


def _adding_up(texts: Sequence[str]) -> bool:
    """Whether one of the numbers is the sum of others, as net and tax are of a total."""
    numbers = [found for text in texts if (found := parse_amount(text)) is not None]
    return any(
        sum(part, Decimal(0)) in numbers
        for count in range(2, len(numbers))
        for part in combinations(numbers, count)
    )


def _moved_day(text: str, shift: timedelta) -> str:
    day = parse_date(text)
    for notation in NOTATIONS:
        if day is not None and day.strftime(notation) == text:
            moved_to: date = day + shift
            return moved_to.strftime(notation)
    return text


def _smaller(text: str, chance: random.Random) -> str:
    """A number of as many digits, in the same notation, no larger than this one."""
    digits = "".join(char for char in text if char in string.digits)
    least = 10 ** (len(digits.lstrip("0")) - 1) if int(digits) else 0
    drawn = iter(str(chance.randint(least, int(digits))).zfill(len(digits)))
    return re.sub(r"\d", lambda _: next(drawn), text)
