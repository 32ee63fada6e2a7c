"""The film of an episode: for each step the picture it was decided on, and what was done there.

A page registers a film by `film({...})`: from a script inside it, or from a file beside it, since
a page opened from disk may load scripts but fetch nothing.
"""

import base64
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PIL import Image as Pictures

from actuation.action import Action, Click, Drag, Scroll
from actuation.grammar import format_action
from memory.episode import Episode
from perception.observation import Image

Mark = dict[str, int | str]


@dataclass(frozen=True)
class Shot:
    """A frame of a film: the picture as a data URI, what was done on it, and where. mark: what is
    drawn on the picture, in its pixels; {} for what has no place, as keys. ms: by phase."""

    picture: str
    action: str
    note: str
    mark: Mark
    confidence: float
    actor: str
    performed: bool
    ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Film:
    """The steps of one episode."""

    id: str
    title: str
    goal: str
    outcome: str
    detail: str
    width: int
    height: int
    shots: tuple[Shot, ...]


def film(episode: Episode, ms: Sequence[Mapping[str, float]] = ()) -> Film:
    """The film of an episode read with its frames. ms: milliseconds of its steps by phase."""
    height, width = episode.steps[0].observation.image.shape[:2] if episode.steps else (0, 0)
    shots = []
    for step in episode.steps:
        action = step.performed or step.intended
        shots.append(
            Shot(
                picture=data_uri(step.observation.image),
                action=format_action(action),
                note=step.note,
                mark=mark(action),
                confidence=step.confidence,
                actor=str(step.actor),
                performed=step.performed is not None,
                ms=ms[step.index] if step.index < len(ms) else {},
            )
        )
    title = " ".join(f"{episode.task} {episode.variant} seed {episode.seed}".split())
    outcome = f"{episode.outcome or 'open'}" + (", collateral" if episode.collateral else "")
    return Film(
        episode.id, title, episode.goal, outcome, episode.detail, width, height, tuple(shots)
    )


def mark(action: Action) -> Mark:
    """What of an action can be drawn on the screen."""
    match action:
        case Click():
            note = " ".join([*action.modifiers, "" if action.button == "left" else action.button])
            place: Mark = {"kind": "click", "x": action.x, "y": action.y, "count": action.count}
            return place | ({"note": note.strip()} if note.strip() else {})
        case Drag():
            ends = {"x": action.x, "y": action.y, "to_x": action.to_x, "to_y": action.to_y}
            return {"kind": "drag", **ends}
        case Scroll():
            turns = {"dx": action.dx, "dy": action.dy}
            return {"kind": "scroll", "x": action.x, "y": action.y, **turns}
    x, y = getattr(action, "x", None), getattr(action, "y", None)
    return {} if x is None or y is None else {"kind": "move", "x": x, "y": y}


def script(film: Film) -> str:
    """A line of JavaScript that registers the film; equal pictures are told once."""
    pictures = list(dict.fromkeys(shot.picture for shot in film.shots))
    places = {picture: place for place, picture in enumerate(pictures)}
    shots = [
        {
            "picture": places[shot.picture],
            "action": shot.action,
            "note": shot.note,
            "mark": shot.mark,
            "confidence": round(shot.confidence, 3),
            "actor": shot.actor,
            "performed": shot.performed,
            "ms": {phase: round(value, 1) for phase, value in shot.ms.items()},
        }
        for shot in film.shots
    ]
    head = {
        "id": film.id,
        "title": film.title,
        "goal": film.goal,
        "outcome": film.outcome,
        "detail": film.detail,
        "width": film.width,
        "height": film.height,
    }
    told = json.dumps(head | {"pictures": pictures, "shots": shots}, ensure_ascii=False)
    # Within a page nothing may look like the end of a script.
    return "film(" + told.replace("<", "\\u003c") + ");\n"


def data_uri(image: Image) -> str:
    """A frame as an inline lossless picture."""
    buffer = io.BytesIO()
    # a tenth of the time of the smallest encoding, and a quarter more bytes
    Pictures.fromarray(image).save(buffer, "WEBP", lossless=True, method=1, quality=20)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
