"""The nursery's skills: each draws a small job, moment by moment, with what is right to do then.

    point_at     Click "Save". / Click the next free cell of "City".
    press_key    Press "ctrl+n".
    copy_value   Copy "Due date" to "Deadline" (a cell or a field; typed words in quotes too)
    fill_row     Copy name, city and phone to the next free row.
    enter_card   Enter the card in the next free row: every column that is filled in other rows.
    fill_form    Fill in the form from the card, then click "Send".
    follow_cues  Enter the card.  — how is told by recalled steps alone

Where the needed value is not on the screen, the right choice is ASK; where the goal asks for one
thing more that nobody has shown ("…, then glimp it"), ASK too, once the rest is done. None of them
saves a file unless recalled steps say so, and none knows which amount of an invoice a ledger wants.
"""

import random
from collections.abc import Callable
from dataclasses import replace

from agent.policies.core.nursery.goals import and_then, row_goal
from agent.policies.core.nursery.jobs import (
    ASK,
    DONE,
    RETURN,
    TAB,
    Job,
    Redraw,
    Walk,
    click_cell,
    draw_column,
    draw_concepts,
    draw_rows,
    press,
    source_choice,
)
from agent.policies.core.nursery.lexicon import Concept, syllables
from agent.policies.core.nursery.rows import card_pairs, draw_table, row_moment
from agent.policies.core.nursery.screens import (
    Canvas,
    Form,
    draw_card,
    draw_form,
    place_windows,
)
from agent.policies.core.situation import KEYS, Choice, ChoiceKind, Deed, Lesson, Situation
from agent.policies.core.values import form_for
from perception.scene import Kind

Skill = Callable[[int], Job]


def fill_row(seed: int) -> Job:
    rng = random.Random(f"{seed}/fill_row")
    chosen = draw_concepts(rng, rng.randint(2, 6))
    wanted = [rng.random() < 0.75 for _ in chosen]
    wanted[rng.randrange(len(chosen))] = True
    columns = [draw_column(rng, c, c if w else None) for c, w in zip(chosen, wanted, strict=True)]
    told = [c.told for c in columns if c.source]
    rng.shuffle(told)
    listed = ", ".join(told[:-1]) + (" and " if len(told) > 1 else "") + told[-1]
    goal, table = row_goal(rng, listed)
    goal, after, end = and_then(rng, goal, table)
    walk = Walk.over(columns, TAB, (RETURN, *after))
    return Job(len(walk.steps) + 1, lambda m: row_moment(seed, goal, columns, walk, m, end=end))


def enter_card(seed: int) -> Job:
    rng = random.Random(f"{seed}/enter_card")
    chosen = draw_concepts(rng, rng.randint(2, 7))
    wanted = [rng.random() < 0.8 for _ in chosen]
    wanted[rng.randrange(len(chosen))] = True
    columns = [draw_column(rng, c, c if w else None) for c, w in zip(chosen, wanted, strict=True)]
    cards = ("card", "record", "slip", "page", "sheet", "entry", syllables(rng))
    which = rng.choice(("the", "the", "this"))
    goal, table = row_goal(rng, f"{which} {rng.choice(cards)}")
    goal, after, end = and_then(rng, goal, table)
    walk = Walk.over(columns, TAB, (RETURN, *after))
    return Job(
        len(walk.steps) + 1,
        lambda m: row_moment(seed, goal, columns, walk, m, end=end, tidy=True),
    )


def _twin(rng: random.Random, concept: Concept, others: list[Concept]) -> Concept:
    """Another concept to fill a column by a convention that no words tell."""
    return rng.choice([o for o in others if o is not concept] or [concept])


def follow_cues(seed: int) -> Job:
    rng = random.Random(f"{seed}/follow_cues")
    chosen = draw_concepts(rng, rng.randint(2, 6))
    columns = []
    for concept in chosen:
        rule = rng.random()
        source = concept if rule < 0.6 else None
        if 0.6 <= rule < 0.8:
            source = _twin(rng, concept, draw_concepts(rng, 4))
        columns.append(draw_column(rng, concept, source))
    between = TAB if rng.random() < 0.8 else KEYS.index(rng.choice(("Right", "Return")))
    ends = (
        ("Return", "ctrl+s"),
        ("Return",),
        ("ctrl+s",),
        ("ctrl+Return",),
        ("F5",),
        ("Return", "F10"),
    )
    after = tuple(KEYS.index(key) for key in rng.choice(ends))
    noun = rng.choice(("card", "record", "slip", "form", "page", syllables(rng)))
    goal = rng.choice(
        (
            "Enter the {}.",
            "Book the {}.",
            "Add the {} to the list.",
            "Take the {} over into the table.",
        )
    ).format(noun)
    walk = Walk.over(columns, between, after)
    return Job(len(walk.steps) + 1, lambda m: row_moment(seed, goal, columns, walk, m, cued=True))


def fill_form(seed: int) -> Job:
    rng = random.Random(f"{seed}/fill_form")
    chosen = draw_concepts(rng, rng.randint(2, 6))
    columns = [draw_column(rng, c, c if rng.random() < 0.9 else None) for c in chosen]
    buttons = tuple(
        rng.sample(
            ("OK", "Save", "Send", "Cancel", "Apply", "Submit", "Abbrechen"), rng.randint(2, 3)
        )
    )
    button = rng.choice(buttons)
    told = [c.told for c in columns if c.source]
    goal = f'Fill in {", ".join(told)}, then click "{button}".' if told else f'Click "{button}".'
    walk = Walk.over(columns, TAB, ())

    def at(moment: int) -> Lesson:
        drawing = random.Random(f"{seed}/screen")
        chance = random.Random(f"{seed}/{moment}")
        done = walk.steps[:moment]
        step = walk.steps[moment] if moment < len(walk.steps) else None
        filled = {i for i, what in done if what == "type"}
        missing = (
            columns[step[0]] if step and step[1] == "type" and chance.random() < 0.22 else None
        )
        focus = -1 if not done else (step[0] if step else len(columns) - 1)
        form = Form(
            tuple(c.header for c in columns),
            tuple(c.value if i in filled else "" for i, c in enumerate(columns)),
            buttons,
            focus if moment <= len(walk.steps) else -1,
        )
        canvas, boxes = Canvas.empty(drawing), place_windows(drawing, 2)
        draw_card(
            canvas, card_pairs(drawing, columns, missing), boxes[0], syllables(drawing), False
        )
        draw_form(canvas, form, boxes[1], syllables(drawing), True)
        scene = canvas.scene()
        deeds = walk.deeds(columns, min(moment, len(walk.steps)))
        if moment > len(walk.steps):
            deeds = (*deeds, Deed(ChoiceKind.CLICK, button))
        entered = frozenset(columns[i].value for i in filled)
        situation = Situation(goal, scene, deeds, (), entered)
        if missing is not None:
            return Lesson(situation, ASK)
        if step is None:
            if moment > len(walk.steps):
                return Lesson(situation, DONE)
            return Lesson(situation, _click_named(situation, button, Kind.BUTTON))
        if step[1] == "click":
            fields = tuple(i for i, e in enumerate(scene.elements) if e.kind == Kind.FIELD)
            if not fields:
                raise Redraw
            first = min(fields, key=lambda i: scene.elements[i].box.y)
            return Lesson(situation, Choice(ChoiceKind.CLICK, (first,)))
        if step[1] == "type":
            choice = source_choice(scene, situation, columns[step[0]].value)
            return Lesson(situation, replace(choice, form=0))
        return Lesson(situation, press(int(step[1])))

    return Job(len(walk.steps) + 2, at)


def _click_named(situation: Situation, name: str, kind: Kind | None = None) -> Choice:
    targets = tuple(
        i
        for i, e in enumerate(situation.scene.elements)
        if e.text == name and (kind is None or e.kind == kind)
    )
    if not targets:
        raise Redraw
    return Choice(ChoiceKind.CLICK, targets)


def copy_value(seed: int) -> Job:
    rng = random.Random(f"{seed}/copy_value")
    chosen = draw_concepts(rng, rng.randint(2, 5))
    columns = [draw_column(rng, c, c) for c in chosen]
    at_column = rng.randrange(len(columns))
    column = columns[at_column]
    if rng.random() < 0.3:  # from another place, or words of the goal itself
        other = _twin(rng, column.concept, draw_concepts(rng, 4))
        column = draw_column(rng, column.concept, other)
    quoted = rng.random() < 0.3 and not column.value.count('"')
    if quoted:
        goal = f'Type "{column.value}" in {column.header}.'
    else:
        goal = rng.choice(
            (
                "Copy {} to {}.",
                "Copy the {} into the field {}.",
                "Put the {} in {}.",
                "Take {} over to {}.",
            )
        ).format(column.label, column.header)
    columns[at_column] = column
    in_form = rng.random() < 0.5

    def at(moment: int) -> Lesson:
        drawing = random.Random(f"{seed}/screen")
        chance = random.Random(f"{seed}/{moment}")
        absent = moment == 1 and not quoted and chance.random() < 0.25
        typed = [
            column.typed if moment == 2 and i == at_column else "" for i in range(len(columns))
        ]
        pairs = card_pairs(drawing, [column] if quoted is False else [], column if absent else None)
        rows = draw_rows(drawing, columns, drawing.randint(1, 9))
        canvas = Canvas.empty(drawing)
        if in_form:
            boxes = place_windows(drawing, 2)
            draw_card(canvas, pairs, boxes[0], syllables(drawing), False)
            headers = tuple(c.header for c in columns)
            values = tuple(
                column.value if moment == 2 and i == at_column else "" for i in range(len(columns))
            )
            draw_form(
                canvas,
                Form(headers, values, ("OK",), at_column if moment else -1),
                boxes[1],
                "form",
                True,
            )
        else:
            anywhere = drawing.randint(0, len(rows)), drawing.randrange(len(columns))
            focus = (len(rows), at_column) if moment else anywhere
            canvas = draw_table(drawing, columns, rows, focus, tuple(typed), pairs)
        scene = canvas.scene()
        deeds = [Deed(ChoiceKind.CLICK, column.header)][: min(moment, 1)]
        if moment == 2:
            form = 0 if in_form else int(form_for(column.value))
            deeds.append(Deed(ChoiceKind.TYPE, column.header, column.label, form=form))
        entered = frozenset({column.value} if moment == 2 else ())
        situation = Situation(goal, scene, tuple(deeds), (), entered)
        if absent:
            return Lesson(situation, ASK)
        if moment == 2:
            return Lesson(situation, DONE)
        if moment == 1:
            choice = source_choice(scene, situation, column.value)
            return Lesson(situation, replace(choice, form=0) if in_form else choice)
        if not in_form:
            return Lesson(situation, click_cell(scene, len(rows), at_column))
        fields = [i for i, e in enumerate(scene.elements) if e.kind == Kind.FIELD]
        fields.sort(key=lambda i: scene.elements[i].box.y)
        if len(fields) < len(columns):
            raise Redraw
        return Lesson(situation, Choice(ChoiceKind.CLICK, (fields[at_column],)))

    return Job(3, at)


def point_at(seed: int) -> Job:
    rng = random.Random(f"{seed}/point_at")
    columns = [draw_column(rng, c, c) for c in draw_concepts(rng, rng.randint(2, 5))]

    def at(moment: int) -> Lesson:
        drawing = random.Random(f"{seed}/screen")
        rows = draw_rows(drawing, columns, drawing.randint(1, 9))
        canvas = draw_table(
            drawing, columns, rows, None, ("",) * len(columns), card_pairs(drawing, columns, None)
        )
        scene = canvas.scene()
        named = [i for i, e in enumerate(scene.elements) if e.text and e.grid < 0]
        if drawing.random() < 0.4:
            column = drawing.randrange(len(columns))
            goal = f'Click the next free cell of "{columns[column].header}".'
            choice, place = click_cell(scene, len(rows), column), columns[column].header
        else:
            name = scene.elements[drawing.choice(named)].text
            goal = f'Click "{name}".'
            choice, place = _click_named(Situation(goal, scene), name), name
        if moment:
            return Lesson(Situation(goal, scene, (Deed(ChoiceKind.CLICK, place),)), DONE)
        return Lesson(Situation(goal, scene), choice)

    return Job(2, at)


def press_key(seed: int) -> Job:
    rng = random.Random(f"{seed}/press_key")
    key = rng.randrange(len(KEYS))
    goal = rng.choice(("Press {}.", 'Press "{}".', "Hit {}.")).format(KEYS[key])
    columns = [draw_column(rng, c, c) for c in draw_concepts(rng, rng.randint(2, 5))]

    def at(moment: int) -> Lesson:
        drawing = random.Random(f"{seed}/screen")
        rows = draw_rows(drawing, columns, drawing.randint(1, 9))
        focus = (drawing.randint(0, len(rows)), 0)
        scene = draw_table(drawing, columns, rows, focus, ("",) * len(columns), None).scene()
        if moment:
            deed = Deed(ChoiceKind.PRESS, columns[0].header, key=key)
            return Lesson(Situation(goal, scene, (deed,)), DONE)
        return Lesson(Situation(goal, scene), press(key))

    return Job(2, at)


SKILLS: dict[str, tuple[Skill, float]] = {
    "point_at": (point_at, 0.08),
    "press_key": (press_key, 0.03),
    "copy_value": (copy_value, 0.19),
    "fill_row": (fill_row, 0.26),
    "enter_card": (enter_card, 0.18),
    "fill_form": (fill_form, 0.09),
    "follow_cues": (follow_cues, 0.17),
}
