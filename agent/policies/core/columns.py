"""A lived lesson with the columns of its table in another order, or fewer of them.

What goes into a column does not depend on which others stand beside it; what comes after it does
on whether it is the first or the last, so only what is typed is also shown at the edges.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

from agent.policies.core.situation import Choice, ChoiceKind, Lesson
from perception.observation import Box
from perception.scene import Element, Scene

DROPPED = 0.25  # of the columns beside the focused one
EDGE = 0.2  # how often no column is left on one side of a focused one that is typed into


def reordered(lesson: Lesson, rng: random.Random) -> Lesson:
    """Columns left of the focused one change places among themselves, and those right of it."""
    scene, focus = lesson.situation.scene, lesson.situation.scene.focused
    clicks = ChoiceKind.CLICK in (lesson.choice.kind, lesson.wrong and lesson.wrong.kind)
    if clicks or focus is None or focus.grid < 0:
        return lesson
    count = len(scene.grids[focus.grid].headers)
    if not 0 <= focus.column < count:
        return lesson
    left, right = range(focus.column), range(focus.column + 1, count)
    edge = EDGE if lesson.choice.kind == ChoiceKind.TYPE else 0.0
    order = [*_some(left, rng, edge), focus.column, *_some(right, rng, edge)]
    made, kept = _arranged(scene, focus.grid, order)
    place = {old: new for new, old in enumerate(kept)}
    headers = scene.grids[focus.grid].headers
    gone = {headers[c] for c in range(count) if c not in order}
    situation = lesson.situation
    shift = len(kept) - len(scene.elements)

    def moved(choice: Choice) -> Choice:
        return replace(choice, targets=tuple(place.get(t, t + shift) for t in choice.targets))

    deeds = tuple(d for d in situation.deeds if d.place not in gone or d.kind == ChoiceKind.CLICK)
    return replace(
        lesson,
        situation=replace(situation, scene=made, deeds=deeds),
        choice=moved(lesson.choice),
        wrong=lesson.wrong and moved(lesson.wrong),
    )


def _some(columns: Sequence[int], rng: random.Random, none: float) -> list[int]:
    """At least one of them, if there is any, in any order; with the chance `none`, none."""
    if rng.random() < none:
        return []
    kept = [c for c in columns if rng.random() >= DROPPED] or rng.sample(columns, bool(columns))
    rng.shuffle(kept)
    return kept


def _arranged(scene: Scene, grid: int, order: Sequence[int]) -> tuple[Scene, list[int]]:
    """The scene with those columns of a grid, in that order, and the indices of what was kept."""
    old, known = scene.grids[grid], len(scene.grids[grid].headers)
    spans = {c: _span(scene, grid, c) for c in range(known)}
    at, starts = min((x for x, _ in spans.values()), default=0), {}
    for c in order:
        starts[c] = at - spans[c][0]
        at += spans[c][1]
    position = {c: new for new, c in enumerate(order)}
    kept, elements = [], []
    for i, e in enumerate(scene.elements):
        if e.grid == grid and 0 <= e.column < known:
            if e.column not in position:
                continue
            box = Box(max(0, e.box.x + starts[e.column]), e.box.y, e.box.w, e.box.h)
            e = replace(e, box=box, column=position[e.column])
        kept.append(i)
        elements.append(e)
    moved = replace(
        old,
        headers=tuple(old.headers[c] for c in order),
        filled=tuple(old.filled[c] for c in order),
        kinds=tuple(old.kinds[c] for c in order),
    )
    grids = tuple(moved if g is old else g for g in scene.grids)
    focus = kept.index(scene.focus) if scene.focus in kept else -1
    made = replace(scene, grids=grids, elements=_beside(elements, grid), focus=focus)
    return made, kept


def _span(scene: Scene, grid: int, column: int) -> tuple[int, int]:
    """(x, width) of a column."""
    boxes = [e.box for e in scene.elements if (e.grid, e.column) == (grid, column)]
    left = min((box.x for box in boxes), default=0)
    return left, max((box.right for box in boxes), default=left) - left


def _beside(elements: list[Element], grid: int) -> tuple[Element, ...]:
    """The nearest text left of each cell anew."""
    left: dict[int, str] = {}
    for i in sorted(range(len(elements)), key=lambda i: elements[i].column):
        e = elements[i]
        if e.grid == grid:
            elements[i] = replace(e, left=left.get(e.row, ""))
            left[e.row] = e.text or left.get(e.row, "")
    return tuple(elements)
