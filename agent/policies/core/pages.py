"""A lived lesson whose document is laid out in another way, or tells its sum in other parts.

Of the pages that are to come a few demonstrated ones show too little: not how fields may stand to
their labels and to each other, and not how many taxes there are. None of it changes what a person
would have done.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from agent.policies.core.nursery.lexicon import is_label
from agent.policies.core.situation import Choice, Lesson
from agent.policies.core.sums import Addition, additions, amounts, roles
from perception.observation import Box
from perception.scene import Element, Scene

GAP = 24  # pixels between a field and the next one in its row
LINE = 1.8  # heights of a text from one line to the next


def select(lesson: Lesson, keep: Callable[[int, Element], bool]) -> Lesson:
    """The lesson with only some elements; indices follow."""
    scene = lesson.situation.scene
    kept = [i for i, e in enumerate(scene.elements) if keep(i, e)]
    return _with(lesson, kept, tuple(scene.elements[i] for i in kept))


def _with(lesson: Lesson, kept: list[int], elements: tuple[Element, ...]) -> Lesson:
    """The lesson with other elements, the old `kept` ones first and in order; indices follow."""
    situation, scene = lesson.situation, lesson.situation.scene
    place = {old: new for new, old in enumerate(kept)}
    first, shift = len(scene.elements), len(elements) - len(scene.elements)

    def moved(choice: Choice) -> Choice:
        left = (t for t in choice.targets if t in place or t >= first)
        return replace(choice, targets=tuple(place.get(t, t + shift) for t in left))

    made = replace(scene, elements=elements, focus=place.get(scene.focus, -1))
    return replace(
        lesson,
        situation=replace(situation, scene=made),
        choice=moved(lesson.choice),
        wrong=lesson.wrong and moved(lesson.wrong),
    )


def _fields(scene: Scene) -> list[tuple[int, int]]:
    """Labels that the nursery knows and the one value beside or below each, outside tables and the
    window of the focus, as indices in reading order."""
    here = scene.focused.window if scene.focused else -1
    there = [i for i, e in enumerate(scene.elements) if e.grid < 0 and e.window != here]
    labels = {(e.window, e.text): i for i in there for e in [scene.elements[i]] if e.text}
    found: dict[int, list[int]] = {}
    for i in there:
        e = scene.elements[i]
        for text in (e.left, e.above):
            if is_label(text) and not is_label(e.text):
                found.setdefault(labels.get((e.window, text), i), []).append(i)
                break
    return [(label, one) for label, (one, *more) in found.items() if not more and one != label]


def relaid(lesson: Lesson, rng: random.Random) -> Lesson:
    """The fields of the page in another order and layout, those of a sum in the same order: beside
    their labels, below them, or in rows."""
    scene = lesson.situation.scene
    summed = roles(scene)
    elements = list(scene.elements)
    for window in range(len(scene.windows)):
        mine = [each for each in _fields(scene) if scene.elements[each[0]].window == window]
        others = [each for each in mine if each[1] not in summed]
        rng.shuffle(others)
        for group in (others, [each for each in mine if each[1] in summed]):
            if len(group) > 1:
                for index, element in _laid(scene, group, rng):
                    elements[index] = element
    return _with(lesson, list(range(len(elements))), tuple(elements))


def _laid(
    scene: Scene, group: Sequence[tuple[int, int]], rng: random.Random
) -> Iterator[tuple[int, Element]]:
    """The fields of a group where the first of them begins, in one of three layouts."""
    both = [scene.elements[i] for field in group for i in field]
    x, y = min(e.box.x for e in both), min(e.box.y for e in both)
    down, across = int(LINE * max(e.box.h for e in both)), GAP + max(e.box.w for e in both)
    beside = rng.random() < 1 / 3
    columns = 1 if beside or rng.random() < 1 / 2 else rng.randint(2, 4)
    upper = [""] * columns  # the text above, in each column
    for at, (label, value) in enumerate(group):
        row, column = divmod(at, columns)
        one, two = scene.elements[label], scene.elements[value]
        last = [scene.elements[i] for i in group[at - 1]] if at else []
        if beside:
            yield label, _at(one, x, y + row * down, "", last[0].text if last else "")
            upper_value = last[1].text if last else ""
            yield value, _at(two, x + across, y + row * down, one.text, upper_value)
            continue
        left = [e.text for e in last] if column else ["", ""]
        place = x + column * across, y + 2 * row * down
        yield label, _at(one, *place, left[0], upper[column])
        yield value, _at(two, place[0], place[1] + down, left[1], one.text)
        upper[column] = two.text


def _at(element: Element, x: int, y: int, left: str, above: str) -> Element:
    box = Box(x, y, element.box.w, element.box.h)
    return replace(element, box=box, left=left, above=above)


def repartitioned(lesson: Lesson, rng: random.Random) -> Lesson:
    """The sum of a page in one part more, or one less; the total stays as it is."""
    scene = lesson.situation.scene
    targets = set(lesson.choice.targets) | set(lesson.wrong.targets if lesson.wrong else ())
    for sum_ in additions(scene):
        parts = {
            i: cents
            for i, cents in amounts(scene).items()
            if cents in sum_.parts[1:]
            and scene.elements[i].window == sum_.window
            and i not in targets
        }
        if len(sum_.parts) == 2 and len(parts) == 1:
            return _split(lesson, sum_, *parts.popitem(), rng)
        if len(sum_.parts) == 3 and len(parts) == 2:
            return _joined(lesson, sum_, *parts)
    return lesson


def _split(lesson: Lesson, sum_: Addition, index: int, cents: int, rng: random.Random) -> Lesson:
    """One part as two, the second on a line of its own below."""
    scene = lesson.situation.scene
    part = scene.elements[index]
    one = rng.randint(1, max(1, cents - 1))
    at = _label(scene, index)
    if at < 0 or 2 * one == cents or one == cents:
        return lesson
    label = scene.elements[at]
    first, second = _written(one), _written(cents - one)
    down = int(LINE * part.box.h)
    other = replace(label, text=_otherwise(label.text, rng), box=label.box.moved(0, down))
    beside = part.left == label.text
    added = replace(
        part,
        text=second,
        left=other.text if beside else part.left,
        above=first if beside else other.text,
        box=part.box.moved(0, down),
    )
    kept = tuple(
        replace(
            e,
            text=first if i == index else e.text,
            left=first if e.left == part.text else e.left,
            above=second if e.above == part.text else e.above,
        )
        if e.window == sum_.window
        else e
        for i, e in enumerate(scene.elements)
    )
    return _if_it_adds_up(
        lesson, _with(lesson, list(range(len(kept))), (*kept, other, added)), sum_
    )


def _joined(lesson: Lesson, sum_: Addition, one: int, two: int) -> Lesson:
    """Two parts as one."""
    scene = lesson.situation.scene
    gone, stays = scene.elements[two], scene.elements[one]
    label, whole = _label(scene, two), _written(sum(sum_.parts[1:]))

    def said(text: str) -> str:
        return whole if text in (stays.text, gone.text) else text

    elements = tuple(
        replace(e, text=said(e.text), left=said(e.left), above=said(e.above))
        if e.window == sum_.window
        else e
        for e in scene.elements
    )
    retold = _with(lesson, list(range(len(elements))), elements)
    made = select(retold, lambda i, _: i not in (two, label))
    return _if_it_adds_up(lesson, made, sum_)


def _if_it_adds_up(lesson: Lesson, made: Lesson, sum_: Addition) -> Lesson:
    """What was made, where the same total is now seen as the sum of other parts."""
    found = {(a.window, a.total): len(a.parts) for a in additions(made.situation.scene)}
    return made if found.get((sum_.window, sum_.total), 0) not in (0, len(sum_.parts)) else lesson


def _label(scene: Scene, value: int) -> int:
    """The index of a value's label, -1 without one."""
    return next((label for label, one in _fields(scene) if one == value), -1)


def _written(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _otherwise(text: str, rng: random.Random) -> str:
    """A label whose digits are others: another rate of the same tax."""
    return "".join(rng.choice("123456789") if c.isdigit() else c for c in text)
