"""Steps and episodes as rows of the store: actions as text, what stood around a frame as JSON."""

import json
from typing import TypeAlias

from actuation.grammar import format_action, parse_action
from memory.episode import Actor, Episode, Fate, Outcome, Step
from perception.observation import Box, Image, Observation, Screen, Window

Value: TypeAlias = str | int | float | bytes | None

EPISODE = (
    "id, goal, task, variant, seed, provenance, weights, started_at, ended_at, outcome,"
    " collateral, detail"
)
STEP = (
    "episode, place, frame, view, intended, performed, actor, confidence, note, weight, reason,"
    " fate"
)


def episode_row(episode: Episode) -> tuple[Value, ...]:
    """The values of EPISODE's columns."""
    return (
        episode.id,
        episode.goal,
        episode.task,
        episode.variant,
        episode.seed,
        episode.provenance,
        episode.weights,
        episode.started_at,
        episode.ended_at,
        episode.outcome,
        int(episode.collateral),
        episode.detail,
    )


def read_episode(row: tuple[Value, ...], steps: tuple[Step, ...] = ()) -> Episode:
    """The inverse of episode_row."""
    name, goal, task, variant, seed, provenance, weights, started, ended, how, collateral, why = row
    return Episode(
        id=str(name),
        goal=str(goal),
        task=str(task),
        variant=str(variant),
        seed=int(seed or 0),
        provenance=str(provenance),
        weights=str(weights),
        started_at=float(started or 0),
        ended_at=None if ended is None else float(ended),
        outcome=None if how is None else Outcome(str(how)),
        collateral=bool(collateral),
        detail=str(why),
        steps=steps,
    )


def step_row(episode: str, step: Step, frame: int) -> tuple[Value, ...]:
    """The values of STEP's columns."""
    return (
        episode,
        step.index,
        frame,
        format_view(step.observation),
        format_action(step.intended),
        None if step.performed is None else format_action(step.performed),
        step.actor,
        step.confidence,
        step.note,
        step.weight,
        step.reason,
        step.fate,
    )


def read_step(row: tuple[Value, ...], image: Image) -> Step:
    """The inverse of step_row, given the frame's pixels."""
    _, place, _, view, intended, performed, actor, confidence, note, weight, reason, fate = row
    return Step(
        index=int(place or 0),
        observation=parse_view(str(view), image),
        intended=parse_action(str(intended)),
        performed=None if performed is None else parse_action(str(performed)),
        actor=Actor(str(actor)),
        confidence=float(confidence or 0),
        note=str(note),
        weight=None if weight is None else float(weight),
        reason=str(reason),
        fate=Fate(str(fate)),
    )


def format_view(observation: Observation) -> str:
    """Everything of an observation but its pixels, as JSON."""
    screen = observation.screen
    return json.dumps(
        {
            "screen": [screen.width, screen.height, screen.x, screen.y, screen.scale],
            "cursor": [int(v) for v in observation.cursor],
            "windows": [
                [w.title, w.application, w.box.x, w.box.y, w.box.w, w.box.h, w.active]
                for w in observation.windows
            ],
            "taken_at": observation.taken_at,
            "settled": observation.settled,
            "waited": observation.waited,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def parse_view(view: str, image: Image) -> Observation:
    """The inverse of format_view, given the pixels."""
    data = json.loads(view)
    return Observation(
        image=image,
        screen=Screen(*data["screen"]),
        cursor=(data["cursor"][0], data["cursor"][1]),
        windows=tuple(
            Window(title, application, Box(x, y, w, h), active)
            for title, application, x, y, w, h, active in data["windows"]
        ),
        taken_at=data["taken_at"],
        settled=data["settled"],
        waited=data["waited"],
    )
