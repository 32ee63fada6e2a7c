"""Lived episodes as lessons: what a model is trained on.

A lesson is what the model had in view at once: the turns since pictures were last evicted, each
reply with the weight that the review gave it; or, to be learned against, what it had in view when
it proposed what a person refused. Training sees the prompts that acting sees, but for the day's
context and recalled steps.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image as Pictures

from actuation.action import Action, Click, Drag, Move, Scroll, TypeText
from agent.policies.vlm.context import Transcript, heard, resize
from agent.policies.vlm.dialects.dialect import Dialect, DialectError, view_of
from agent.policies.vlm.speaker import Message
from memory.day import Context
from memory.episode import Episode, Fate
from memory.taught import refused
from perception.observation import Image, Screen

To = Callable[[int, int], tuple[int, int]]

SHIFT = 0.06  # of the screen, at most, that a variation moves
NUDGE = 0.03  # the same of a variation that is not scaled
SHRINK = (0.94, 1.06)
AGAINST = -1.0  # what was refused counts as much as what was right


@dataclass(frozen=True, eq=False)
class Turn:
    """What was seen and done. image: uint8 (H, W, 3), of the size that the model sees. action: in
    pixels of the screen. weight: 0 for what is not learned, negative for what was refused. told:
    what the operator had answered just before."""

    image: Image
    screen: Screen
    action: Action
    weight: float
    thought: str = ""
    told: str = ""


@dataclass(frozen=True, eq=False)
class Lesson:
    """turns: from the first of the run; those before `first` are evicted. old: from replay."""

    goal: str
    task: str
    turns: tuple[Turn, ...]
    first: int = 0
    old: bool = False


def lessons(
    dialect: Dialect, episode: Episode, weights: Sequence[float], pictures: int
) -> list[Lesson]:
    """The lessons of one episode; weights: one a step. Steps that cannot be said end it."""
    turns: list[Turn] = []
    against: list[Lesson] = []
    told, unwanted = "", refused(episode)
    for step, weight in zip(episode.steps, weights, strict=True):
        if step.fate is Fate.ANSWER and isinstance(step.intended, TypeText):
            told = heard(step.intended.text)
        wrong = unwanted.get(step.index)
        if step.performed is None and wrong is None:
            continue  # cut short: it is looked at again; or proposed, and something else was done
        screen = step.observation.screen
        view = view_of(dialect, screen)
        image = resize(step.observation.image, view.width, view.height)
        if wrong is not None:
            before = [replace(turn, weight=0.0) for turn in turns]
            turn = Turn(image, screen, wrong, AGAINST, told=told)
            against.append(Lesson(episode.goal, episode.task, (*before, turn)))
        if step.performed is None:
            continue
        turns.append(Turn(image, screen, step.performed, weight, told=told))
        told = ""
    starts = _starts(dialect, episode.goal, turns, pictures)
    turns = turns[: len(starts)]
    blocks: list[Lesson] = []
    for lesson in against:
        evicted = _starts(dialect, episode.goal, lesson.turns, pictures)
        if len(evicted) == len(lesson.turns):
            blocks.append(replace(lesson, first=evicted[-1]))
    for at in range(len(turns)):
        if at + 1 == len(turns) or starts[at + 1] != starts[at]:
            block = Lesson(episode.goal, episode.task, tuple(turns[: at + 1]), starts[at])
            if any(turn.weight > 0 for turn in block.turns[block.first :]):
                blocks.append(block)
    return blocks


def _starts(dialect: Dialect, goal: str, turns: Sequence[Turn], pictures: int) -> list[int]:
    """At each turn the first one that is still in view; it ends before what cannot be said."""
    transcript = Transcript(dialect, goal, Context(), pictures)
    starts = []
    for turn in turns:
        _tell(transcript, turn)
        transcript.look(turn.image, turn.screen)
        assert transcript.view is not None, "it has just looked"
        try:
            transcript.reply(dialect.format(turn.action, transcript.view))
        except DialectError:
            break
        starts.append(transcript.evicted)
    return starts


def apart(lesson: Lesson) -> list[Lesson]:
    """A lesson for each reply that is learned, which ends with it: for models whose prompts show
    earlier replies otherwise than they are said."""
    found = []
    for at, turn in enumerate(lesson.turns):
        if at >= lesson.first and turn.weight != 0:
            before = tuple(replace(one, weight=0.0) for one in lesson.turns[:at])
            found.append(replace(lesson, turns=(*before, turn)))
    return found


def conversation(dialect: Dialect, lesson: Lesson, pictures: int) -> list[Message]:
    """What the model saw and said, up to the lesson's last reply."""
    transcript = Transcript(dialect, lesson.goal, Context(), pictures)
    for at, turn in enumerate(lesson.turns):
        view = view_of(dialect, turn.screen)
        if at < lesson.first:
            transcript.skip(dialect.format(turn.action, view))
        else:
            _tell(transcript, turn)
            transcript.look(turn.image, turn.screen)
            transcript.reply(dialect.format(turn.action, view, turn.thought))
    return transcript.messages[:-1]


def _tell(transcript: Transcript, turn: Turn) -> None:
    if turn.told:
        transcript.tell(turn.told)


def varied(lesson: Lesson, seed: int, scaled: bool = True) -> Lesson:
    """The same deeds on a screen that is moved and scaled: every point goes with the pixels. Moved
    alone, it is by whole pixels of the picture, and nothing gets blurred."""
    rng = random.Random(seed)
    size = rng.uniform(*SHRINK) if scaled else 1.0
    most = SHIFT if scaled else NUDGE
    across, down = (rng.uniform(-most, most) + (1 - size) / 2 for _ in range(2))
    if not scaled:
        height, width = lesson.turns[0].image.shape[:2]
        across, down = round(across * width) / width, round(down * height) / height
    turns = tuple(_moved(turn, size, across, down) for turn in lesson.turns)
    for turn in turns:
        for x, y in points(turn.action):
            if not (0 <= x < turn.screen.width and 0 <= y < turn.screen.height):
                return lesson  # what is touched would leave the screen
    return replace(lesson, turns=turns)


def points(action: Action) -> list[tuple[int, int]]:
    match action:
        case Drag():
            return [(action.x, action.y), (action.to_x, action.to_y)]
        case Click() | Move() | Scroll():
            return [(action.x, action.y)]
        case _:
            return []


def _moved(turn: Turn, size: float, across: float, down: float) -> Turn:
    """size: factor about the origin. across, down: share of the screen that all then moves by."""
    height, width = turn.image.shape[:2]
    left, top = -across * width / size, -down * height / size
    picture = Pictures.fromarray(turn.image).transform(
        (width, height),
        Pictures.Transform.AFFINE,
        (1 / size, 0, left, 0, 1 / size, top),
        Pictures.Resampling.BILINEAR,
        fillcolor=tuple(int(value) for value in turn.image[0, 0]),
    )
    screen = turn.screen

    def to(x: int, y: int) -> tuple[int, int]:
        return round(x * size + across * screen.width), round(y * size + down * screen.height)

    return replace(turn, image=np.asarray(picture), action=with_points(turn.action, to))


def with_points(action: Action, to: To) -> Action:
    match action:
        case Drag():
            (x, y), (to_x, to_y) = to(action.x, action.y), to(action.to_x, action.to_y)
            return replace(action, x=x, y=y, to_x=to_x, to_y=to_y)
        case Click() | Move() | Scroll():
            x, y = to(action.x, action.y)
            return replace(action, x=x, y=y)
        case _:
            return action
