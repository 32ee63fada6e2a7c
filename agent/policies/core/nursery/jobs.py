"""What the skills share: a job's columns and values, the moments of filling them, the drawing."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.policies.core.nursery.lexicon import Concept, concepts, invented
from agent.policies.core.situation import (
    KEYS,
    Choice,
    ChoiceKind,
    Cue,
    Deed,
    Lesson,
    Situation,
    is_source,
)
from agent.policies.core.values import form_for, written
from perception.scene import Scene

TAB, RETURN = KEYS.index("Tab"), KEYS.index("Return")
DONE = Choice(ChoiceKind.DONE)
ASK = Choice(ChoiceKind.ASK)


@dataclass(frozen=True)
class Job:
    """A small job of `length` moments; at(i) draws the i-th with what is right to do then."""

    length: int
    at: Callable[[int], Lesson]


class Redraw(Exception):  # noqa: N818 - a draw that cannot be used, not an error
    """The drawn screen does not show what the lesson needs (a misreading hid it, say)."""


@dataclass(frozen=True)
class Column:
    """header: the words over the column. source: what fills it (None: it stays blank), under
    `label` on the card, with `value`. told: how the goal calls it."""

    concept: Concept
    header: str
    source: Concept | None
    label: str
    value: str
    told: str

    @property
    def typed(self) -> str:
        return written(self.value, form_for(self.value)) or self.value


def draw_concepts(rng: random.Random, count: int) -> list[Concept]:
    """Distinct concepts; some invented, and often several amounts or dates together."""
    known = list(concepts())
    family = [c for c in known if c.name in ("net", "vat", "total", "amount", "date", "due")]
    chosen = rng.sample(family, rng.randint(2, 4)) if rng.random() < 0.5 else []
    rest = [c for c in known if c not in chosen]
    rng.shuffle(rest)
    chosen += rest[: max(0, count - len(chosen))]
    chosen = [invented(rng) if rng.random() < 0.15 else c for c in chosen[:count]]
    rng.shuffle(chosen)
    return chosen


def draw_column(rng: random.Random, concept: Concept, source: Concept | None) -> Column:
    words = source.words if source else ("",)
    header = rng.choice(concept.words)
    label = header if source is concept and rng.random() < 0.3 else rng.choice(words)
    told = rng.choice((header, header, label or header, label or header, rng.choice(concept.words)))
    value = source.draw(rng) if source else ""
    if source and written(value, form_for(value)) is None:
        value = source.draw(rng)
    return Column(concept, header, source, label, value, told)


def draw_rows(
    rng: random.Random, columns: Sequence[Column], count: int, tidy: bool = False
) -> tuple[tuple[str, ...], ...]:
    """Existing rows; a column that is not to be filled is mostly blank in them (tidy: always)."""
    blank = [c.source is None and (tidy or rng.random() < 0.95) for c in columns]
    return tuple(
        tuple(
            "" if empty else column.concept.draw(rng)
            for column, empty in zip(columns, blank, strict=True)
        )
        for _ in range(count)
    )


def source_choice(scene: Scene, situation: Situation, value: str) -> Choice:
    """TYPE that value from wherever it stands; raises Redraw where it does not."""
    targets = tuple(
        i for i, e in enumerate(scene.elements) if e.text == value and is_source(scene, e)
    )
    if not targets:
        targets = tuple(
            len(scene.elements) + len(situation.slots) + i
            for i, span in enumerate(situation.spans)
            if span == value
        )
    if not targets:
        raise Redraw
    return Choice(ChoiceKind.TYPE, targets, form=int(form_for(value)))


def click_cell(scene: Scene, row: int, column: int) -> Choice:
    targets = tuple(
        i
        for i, e in enumerate(scene.elements)
        if e.grid >= 0 and (e.row, e.column) == (row, column)
    )
    if not targets:
        raise Redraw
    return Choice(ChoiceKind.CLICK, targets)


def press(key: int) -> Choice:
    return Choice(ChoiceKind.PRESS, key=key)


@dataclass(frozen=True)
class Walk:
    """Filling a row column by column, as moments: where the focus is and what comes next.

    steps: (column, "click" | "type" | a key's index); the end is DONE.
    """

    steps: tuple[tuple[int, str | int], ...]

    @classmethod
    def over(cls, columns: Sequence[Column], between: int, after: Sequence[int]) -> "Walk":
        steps: list[tuple[int, str | int]] = [(0, "click")]
        for i, column in enumerate(columns):
            if column.source is not None:
                steps.append((i, "type"))
            if i < len(columns) - 1:
                steps.append((i, between))
        # Return leads back to the first column
        steps += [
            (0 if RETURN in after[:i] else len(columns) - 1, key) for i, key in enumerate(after)
        ]
        return cls(tuple(steps))

    def deeds(self, columns: Sequence[Column], moment: int) -> tuple[Deed, ...]:
        """What was done before a moment."""
        made = []
        for column, step in self.steps[:moment]:
            c = columns[column]
            if step == "click":
                made.append(Deed(ChoiceKind.CLICK, c.header))
            elif step == "type":
                form = int(form_for(c.value))
                made.append(Deed(ChoiceKind.TYPE, c.header, c.label, form=form))
            else:
                made.append(Deed(ChoiceKind.PRESS, c.header, key=int(step)))
        return tuple(made)

    def cues(self, columns: Sequence[Column], rng: random.Random) -> tuple[Cue, ...]:
        """The whole walk as recalled steps, a few of them forgotten."""
        deeds = (*self.deeds(columns, len(self.steps)), Deed(ChoiceKind.DONE))
        likeness = rng.uniform(0.4, 1.0)
        before = [None, *(deed.kind for deed in deeds)]
        pairs = zip(deeds, before, strict=False)
        return tuple(Cue(d, b, likeness) for d, b in pairs if rng.random() < 0.93)
