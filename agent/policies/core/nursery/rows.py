"""Filling a row of a table from a card, moment by moment: what several skills draw."""

import random
from dataclasses import replace

from agent.policies.core.nursery.jobs import (
    ASK,
    DONE,
    RETURN,
    TAB,
    Column,
    Walk,
    click_cell,
    draw_concepts,
    draw_rows,
    press,
    source_choice,
)
from agent.policies.core.nursery.lexicon import syllables
from agent.policies.core.nursery.screens import (
    Canvas,
    Sheet,
    draw_card,
    draw_lines,
    draw_sheet,
    place_windows,
)
from agent.policies.core.situation import Choice, Lesson, Situation
from perception.values import value_kind


def card_pairs(
    rng: random.Random, columns: list[Column], missing: Column | None
) -> list[tuple[str, str]]:
    """The card's labels and values: what the columns need, and distracting ones.

    "Amount" alone names no amount more than another: where it is missing, all amounts are.
    """
    used = {c.source.name for c in columns if c.source}
    pairs = [(c.label, c.value) for c in columns if c.source and c is not missing]
    for concept in draw_concepts(rng, rng.randint(1, 7)):
        if concept.name not in used:
            pairs.append((rng.choice(concept.words), concept.draw(rng)))
            used.add(concept.name)
    if missing is not None and missing.concept.name == "amount":
        pairs = [(label, value) for label, value in pairs if value_kind(value) != "amount"]
    rng.shuffle(pairs)
    return pairs


def draw_table(
    rng: random.Random,
    columns: list[Column],
    rows: tuple[tuple[str, ...], ...],
    focus: tuple[int, int] | None,
    typed: tuple[str, ...],
    pairs: list[tuple[str, str]] | None,
    missing: Column | None = None,
) -> Canvas:
    """A sheet beside a card (or alone, with pairs None); window order and places by chance.

    missing: the column whose value is not on the card, nor named anywhere else.
    """
    canvas = Canvas.empty(rng)
    boxes = place_windows(rng, 2)
    sheet = Sheet(
        tuple(c.concept for c in columns), tuple(c.header for c in columns), rows, typed, focus
    )
    if pairs is not None:
        draw_card(canvas, pairs, boxes[0], syllables(rng), active=False)
        if rng.random() < 0.4:
            items = draw_concepts(rng, rng.randint(2, 4))
            heads = [rng.choice(c.words) for c in items]
            # equal words alone do not make an item the right value
            if missing is None and rng.random() < 0.4:
                column, at = rng.choice(columns), rng.randrange(len(items))
                items[at], heads[at] = column.concept, rng.choice((column.header, column.label))
                heads[at] = heads[at] or column.header
            values = [[c.draw(rng) for c in items] for _ in range(rng.randint(2, 4))]
            page = boxes[0]
            draw_lines(
                canvas,
                replace(page, x=page.x + 20, y=max(page.y, page.bottom - 130), w=page.w - 40),
                heads,
                values,
            )
    draw_sheet(canvas, sheet, boxes[1], f"{syllables(rng)}.xlsx", active=True)
    return canvas


def row_moment(
    seed: int,
    goal: str,
    columns: list[Column],
    walk: Walk,
    moment: int,
    *,
    end: Choice = DONE,
    cued: bool = False,
    tidy: bool = False,
) -> Lesson:
    """One moment of filling a row. end: what is right at last. cued: recalled steps tell how.
    tidy: see draw_rows."""
    rng = random.Random(f"{seed}/screen")
    rows = draw_rows(rng, columns, rng.randint(1, 11), tidy)
    chance = random.Random(f"{seed}/{moment}")
    step: tuple[int, str | int] | None = walk.steps[moment] if moment < len(walk.steps) else None
    done = walk.steps[:moment]
    filled = {i for i, what in done if what == "type"}
    typed = tuple(c.typed if i in filled else "" for i, c in enumerate(columns))
    missing = None
    blind = False
    if step and step[1] == "type" and chance.random() < 0.22:
        missing, blind = columns[step[0]], chance.random() < 0.25
    finished = [what for _, what in done if not isinstance(what, str) and what != TAB]
    focus: tuple[int, int] | None
    if not done:
        # anywhere: where the cursor happens to be says nothing of where to begin
        at = chance.randint(0, max(0, len(rows) - 1)), chance.randrange(len(columns))
        focus = at if chance.random() < 0.7 else None
    elif finished and finished[0] == RETURN:
        focus = (len(rows) + 1, 0)
    else:
        focus = (len(rows), step[0] if step else len(columns) - 1)
    pairs = None if blind else card_pairs(rng, columns, missing)
    scene = draw_table(rng, columns, rows, focus, typed, pairs, missing).scene()
    entered = frozenset(columns[i].value for i in filled)
    cues = walk.cues(_retold(columns, chance), chance) if cued else ()
    situation = Situation(goal, scene, walk.deeds(columns, moment), (), entered, cues)
    if missing is not None:
        return Lesson(situation, ASK)
    if step is None:
        return Lesson(situation, end)
    column, what = step
    if what == "click":
        return Lesson(situation, click_cell(scene, len(rows), 0))
    if what == "type":
        return Lesson(situation, source_choice(scene, situation, columns[column].value))
    return Lesson(situation, press(int(what)))


def _retold(columns: list[Column], rng: random.Random) -> list[Column]:
    """The same columns in another wording and order, as an earlier day would have shown them."""
    other = [
        replace(
            c,
            header=rng.choice(c.concept.words),
            label=rng.choice(c.source.words) if c.source else "",
        )
        for c in columns
    ]
    rng.shuffle(other)
    return other
