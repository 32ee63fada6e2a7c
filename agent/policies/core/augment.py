"""Drawn variations of a lived lesson: windows elsewhere, other values, other words, a value gone.

Nothing here knows a job. Positions, values and wordings of the few demonstrated screens are
chance; what stays the same through all variations is what there is to learn.
"""

import random
import string
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.policies.core.columns import reordered
from agent.policies.core.nursery.lexicon import (
    concepts,
    draw_amount,
    draw_date,
    draw_notation,
    syllables,
)
from agent.policies.core.pages import relaid, repartitioned, select
from agent.policies.core.situation import (
    QUOTED,
    Choice,
    ChoiceKind,
    Cue,
    Deed,
    Lesson,
    Situation,
    is_source,
    place_of,
)
from agent.policies.core.sums import additions, amounts, roles
from agent.policies.core.words import plain, similarity
from memory.day import EPISODES
from perception.observation import Box
from perception.scene import Element, Scene
from perception.values import value_kind

GONE = 0.15  # how often the value to be copied, or the page, is taken off the screen: then ask
ECHO = 0.3  # how often a column of items on the page is headed like the focused column
REPHRASED = 0.5  # how often a word that not all goals of a task share is left out or another
REMINDED = 0.25  # how often other episodes of the task come to mind; more costs old skills
RELAID = 0.5  # how often the fields of a page have another order and layout
REPARTITIONED = 0.4  # how often a sum is told in more parts, or in fewer
UNNAMED = 0.3  # how often what is copied from a sum has a label nobody knows
REORDERED = 0.6  # how often the table has other columns beside the focused one
TURNED = 0.45  # how often labels stand above instead of left, and left instead of above
NEAR = 0.5  # from which similarity on a text on the screen is what the goal names
LOST = 0.03  # how often any other text is not seen


def augment(lesson: Lesson, seed: int) -> Lesson:
    """A variation with the same meaning; equal seeds give equal variations."""
    rng = random.Random(seed)
    lesson = _without_some(lesson, rng)
    if rng.random() < REORDERED:
        lesson = reordered(lesson, rng)
    if lesson.copies_screen and rng.random() < GONE:
        lesson = _value_gone(lesson, rng)
    elif lesson.before_copying and rng.random() < GONE:
        lesson = _page_gone(lesson)
    if rng.random() < REPARTITIONED:
        lesson = repartitioned(lesson, rng)
    if rng.random() < RELAID:
        lesson = relaid(lesson, rng)
    lesson = _reworded(lesson, rng)
    if rng.random() < ECHO:
        lesson = _echoed(lesson, rng)
    if rng.random() < TURNED:
        lesson = _turned(lesson)
    return _rearranged(lesson, rng) if rng.random() < 0.85 else lesson


def retold(lesson: Lesson, told: Mapping[str, Sequence[str]], seed: int) -> Lesson:
    """Mostly the goal in the words of another day; told: the goals lived, by task.

    Only where no goal of the task names a value: then all ask for the same, and words that they
    do not all share may be left out or be others.
    """
    rng = random.Random(f"goal {seed}")
    goals = told.get(lesson.task, ())
    named = any(QUOTED.search(goal) or any(map(str.isdigit, goal)) for goal in goals)
    if named or not goals or rng.random() < 0.25:
        return lesson
    shared = set.intersection(*(set(plain(goal).split()) for goal in goals))
    words = [
        word
        if plain(word) in shared or (chance := rng.random()) > REPHRASED
        else ("" if chance < REPHRASED / 2 else syllables(rng, 1, 2))
        for word in rng.choice(goals).split()
    ]
    goal = " ".join(filter(None, words)) if len(goals) > 1 else goals[0]
    return replace(lesson, situation=replace(lesson.situation, goal=goal))


def reminded(lesson: Lesson, lived: Mapping[str, tuple[Cue, ...]], seed: int) -> Lesson:
    """Now and then the lesson of a day on which other episodes of its task come to mind, as they
    will once the job was done again; lived: the cues of each episode of the task."""
    rng = random.Random(f"recall {seed}")
    names = sorted(lived.keys() - {lesson.episode}) or sorted(lived)
    if not names or rng.random() >= REMINDED:
        return lesson
    cues = [
        replace(cue, similarity=likeness)
        for name in rng.sample(names, rng.randint(1, min(EPISODES, len(names))))
        for likeness in [rng.uniform(0.4, 1.0)]
        for cue in lived[name]
    ]
    return replace(lesson, situation=replace(lesson.situation, cues=tuple(cues)))


def _without_some(lesson: Lesson, rng: random.Random) -> Lesson:
    targets = set(lesson.choice.targets) | set(lesson.wrong.targets if lesson.wrong else ())
    lost = {
        i
        for i, e in enumerate(lesson.situation.scene.elements)
        if i not in targets and not e.focused and e.grid < 0 and rng.random() < LOST
    }
    return select(lesson, lambda i, _: i not in lost)


def _value_gone(lesson: Lesson, rng: random.Random) -> Lesson:
    """The needed value, or the whole window that it stands in, cannot be seen: ask."""
    scene = lesson.situation.scene
    texts = {lesson.situation.sources[t] for t in lesson.choice.targets}
    windows = {scene.elements[t].window for t in lesson.choice.targets if t < len(scene.elements)}
    focus = scene.focused
    whole = rng.random() < 0.3 and focus is not None and focus.window not in windows

    def keep(_: int, e: Element) -> bool:
        if whole:
            return e.window not in windows
        return e.grid >= 0 or e.text not in texts

    bare = select(lesson, keep)
    situation = replace(bare.situation, slots=())
    return replace(bare, situation=situation, choice=Choice(ChoiceKind.ASK))


def _page_gone(lesson: Lesson) -> Lesson:
    """What will have to be copied stands in a window that cannot be seen: ask before beginning."""
    scene, focus = lesson.situation.scene, lesson.situation.scene.focused
    targets = lesson.choice.targets
    shown = {scene.elements[t].window for t in targets} | {focus.window if focus else -1}
    bare = select(lesson, lambda i, e: e.window in shown or i in targets)
    if len(bare.situation.scene.elements) == len(scene.elements):
        return lesson
    return replace(bare, choice=Choice(ChoiceKind.ASK))


def _echoed(lesson: Lesson, rng: random.Random) -> Lesson:
    """Items of a list on the page (a value stands left of them) under the focus's own word.

    Equal words alone do not make a value the right one: a person copied another.
    """
    scene, targets = lesson.situation.scene, set(lesson.choice.targets)
    place = place_of(scene)
    if not place or lesson.choice.kind != ChoiceKind.TYPE:
        return lesson
    listed = [
        i
        for i, e in enumerate(scene.elements)
        if i not in targets
        and is_source(scene, e)
        and value_kind(e.left) in ("amount", "number")
        and value_kind(e.above) == "text"
    ]
    labels = {
        label
        for t in targets
        if t < len(scene.elements)
        for label in (scene.elements[t].left, scene.elements[t].above)
    }
    heads = sorted({scene.elements[i].above for i in listed} - labels)
    if not heads:
        return lesson
    head = rng.choice(heads)
    elements = tuple(
        replace(
            e,
            text=place if e.text == head and e.grid < 0 else e.text,
            left=place if e.left == head else e.left,
            above=place if e.above == head else e.above,
        )
        for e in scene.elements
    )
    situation = replace(lesson.situation, scene=replace(scene, elements=elements))
    return replace(lesson, situation=situation)


def _turned(lesson: Lesson) -> Lesson:
    """Outside tables, what stood left stands above: a page laid out in another way."""
    situation, scene = lesson.situation, lesson.situation.scene
    elements = tuple(
        e if e.grid >= 0 else replace(e, left=e.above, above=e.left) for e in scene.elements
    )
    slots = tuple(replace(s, left=s.above, above=s.left) for s in situation.slots)
    made = replace(situation, scene=replace(scene, elements=elements), slots=slots)
    return replace(lesson, situation=made)


def _synonyms(rng: random.Random, texts: set[str]) -> dict[str, str]:
    """For the labels among the texts that the nursery knows, another word of the same concept."""
    known = {plain(word): concept.words for concept in concepts() for word in concept.words}
    chosen = {}
    for text in sorted(texts):
        words = known.get(plain(text))
        if words and rng.random() < 0.6:
            chosen[text] = rng.choice(words)
    return chosen


def _redrawn(rng: random.Random, texts: set[str]) -> dict[str, str]:
    """Other values of the same kind; facts of the day do not reach the weights."""
    drawn = {}
    for text in sorted(texts):
        kind = value_kind(text)
        if kind == "date":
            drawn[text] = draw_date(rng)
        elif kind == "amount":
            drawn[text] = draw_amount(rng)
        elif any(letter.isdigit() for letter in text):
            drawn[text] = _scrambled(rng, text)
        else:
            ends = text.split()[1:]
            drawn[text] = " ".join(
                [syllables(rng).capitalize(), *(w for w in ends if rng.random() < 0.5)]
            )
    return drawn


def _unnamed(rng: random.Random, lesson: Lesson) -> dict[str, str]:
    """Words that mean nothing for the labels of a copied amount that is part of a sum."""
    scene, part = lesson.situation.scene, roles(lesson.situation.scene)
    known = [scene.elements[t] for t in lesson.choice.targets if t in part]
    labels = {label for e in known for label in (e.left, e.above) if value_kind(label) == "text"}
    return {label: syllables(rng).capitalize() for label in sorted(labels - {place_of(scene)})}


def _added_anew(rng: random.Random, scene: Scene) -> dict[str, str]:
    """Other amounts for those that add up, so that they still do."""
    drawn, write = {}, draw_notation(rng)
    for sum_ in additions(scene):
        factor = 10 ** rng.uniform(-0.7, 0.7)
        parts = [max(1, round(part * factor)) for part in sum_.parts]
        new = dict(zip((sum_.total, *sum_.parts), (sum(parts), *parts), strict=True))
        for i, cents in amounts(scene).items():
            if scene.elements[i].window == sum_.window and cents in new:
                drawn[scene.elements[i].text] = write(new[cents])
    return drawn


def _scrambled(rng: random.Random, text: str) -> str:
    """Another number or code of the same build: digits for digits, letters for letters."""
    letters = {True: string.ascii_uppercase, False: string.ascii_lowercase}
    return "".join(
        rng.choice(string.digits)
        if c.isdigit()
        else rng.choice(letters[c.isupper()])
        if c.isalpha()
        else c
        for c in text
    )


def _reworded(lesson: Lesson, rng: random.Random) -> Lesson:
    situation, scene = lesson.situation, lesson.situation.scene
    labels = {t for e in scene.elements for t in (e.left, e.above, e.header) if t}
    values = {e.text for e in scene.elements if e.grid >= 0 and e.row >= 0 and e.text}
    values |= {
        situation.sources[t] for t in lesson.choice.targets if lesson.choice.kind == ChoiceKind.TYPE
    }
    values |= set(situation.entered)
    values |= {e.text for e in scene.elements if value_kind(e.text) in ("date", "amount")}
    values -= set(situation.spans)
    new = _redrawn(rng, values) | _added_anew(rng, scene) | _synonyms(rng, labels)
    new |= _redrawn(rng, _free_spans(situation))

    if rng.random() < UNNAMED:
        new |= _unnamed(rng, lesson)

    def say(text: str) -> str:
        return new.get(text, text)

    elements = tuple(
        replace(e, text=say(e.text), left=say(e.left), above=say(e.above), header=say(e.header))
        for e in scene.elements
    )
    grids = tuple(replace(g, headers=tuple(say(h) for h in g.headers)) for g in scene.grids)

    def retold(deed: Deed) -> Deed:
        return replace(deed, place=say(deed.place), source=say(deed.source))

    made = replace(
        situation,
        goal=QUOTED.sub(lambda span: f'"{say(span[1] or span[2])}"', situation.goal),
        scene=replace(scene, elements=elements, grids=grids),
        deeds=tuple(retold(deed) for deed in situation.deeds),
        slots=tuple(
            replace(s, value=say(s.value), left=say(s.left), above=say(s.above))
            for s in situation.slots
        ),
        entered=frozenset(say(text) for text in situation.entered),
        cues=tuple(Cue(retold(c.deed), c.before, c.similarity) for c in situation.cues),
    )
    return replace(lesson, situation=made)


def _free_spans(situation: Situation) -> set[str]:
    """The goal's values that may be others: on the screen they stand as they are, or not at all.

    What stands there a little differently is meant by the goal, and read by the eyes.
    """
    texts = {element.text for element in situation.scene.elements if element.text}
    return {
        span
        for span in situation.spans
        if not any(text != span and similarity(text, span) > NEAR for text in texts)
    }


def _rearranged(lesson: Lesson, rng: random.Random) -> Lesson:
    """Every window moved; sometimes two change places; sizes changed within reason."""
    scene = lesson.situation.scene
    if not scene.windows:
        return lesson
    homes = [w.box for w in scene.windows]
    if len(homes) >= 2 and rng.random() < 0.5:
        homes[0], homes[1] = _swapped(homes[0], homes[1])
    scales = [(rng.uniform(0.85, 1.15), rng.uniform(0.85, 1.15)) for _ in homes]
    boxes = [
        Box(
            _within(home.x + rng.randint(-80, 80), home.w, scene.width),
            _within(home.y + rng.randint(-60, 60), home.h, scene.height),
            int(old.box.w * sx),
            int(old.box.h * sy),
        )
        for home, old, (sx, sy) in zip(homes, scene.windows, scales, strict=True)
    ]

    def moved(box: Box, window: int) -> Box:
        if window < 0:
            return box
        old, new, (sx, sy) = scene.windows[window].box, boxes[window], scales[window]
        x = new.x + int((box.x - old.x) * sx)
        y = new.y + int((box.y - old.y) * sy)
        return Box(x, y, max(4, int(box.w * sx)), max(4, int(box.h * sy)))

    made = Scene(
        scene.width,
        scene.height,
        tuple(replace(w, box=b) for w, b in zip(scene.windows, boxes, strict=True)),
        tuple(replace(g, box=moved(g.box, g.window)) for g in scene.grids),
        tuple(replace(e, box=moved(e.box, e.window)) for e in scene.elements),
        scene.focus,
    )
    return replace(lesson, situation=replace(lesson.situation, scene=made))


def _swapped(a: Box, b: Box) -> tuple[Box, Box]:
    """Homes after two windows changed places: each starts where the other did."""
    return Box(b.x, b.y, a.w, a.h), Box(a.x, a.y, b.w, b.h)


def _within(at: int, size: int, limit: int) -> int:
    return max(0, min(at, max(0, limit - size)))
