"""HTML reports of benches and demos: one file, no network, with the film of a run inside."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from PIL import Image as Pictures

from actuation.grammar import format_action
from agent.attempt import Attempt
from agent.tally import by_task, step_ms
from memory.episode import Episode
from memory.store import Store
from perception.observation import Image


@dataclass(frozen=True)
class Part:
    """A heading and the attempts under it."""

    title: str
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True)
class Shot:
    """A frame of a film: the picture as a data URI, what was done on it, and where (or None)."""

    picture: str
    action: str
    note: str
    point: tuple[float, float] | None  # shares of width and height


@dataclass(frozen=True)
class Film:
    """The steps of one episode."""

    title: str
    width: int
    height: int
    shots: tuple[Shot, ...]


def film(episode: Episode) -> Film:
    """The film of an episode read with its frames."""
    shots = []
    height, width = episode.steps[0].observation.image.shape[:2] if episode.steps else (0, 0)
    for step in episode.steps:
        action = step.performed or step.intended
        x, y = getattr(action, "x", None), getattr(action, "y", None)
        shots.append(
            Shot(
                picture=data_uri(step.observation.image),
                action=format_action(action),
                note=step.note,
                point=None if x is None or y is None else (x / width, y / height),
            )
        )
    title = f"{episode.task} {episode.variant} seed {episode.seed}: {episode.outcome or 'open'}"
    return Film(" ".join(title.split()), width, height, tuple(shots))


def data_uri(image: Image) -> str:
    """A frame as an inline lossless picture."""
    buffer = io.BytesIO()
    Pictures.fromarray(image).save(buffer, "WEBP", lossless=True, method=2)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


def write(
    path: Path,
    title: str,
    parts: Sequence[Part],
    films: Sequence[Film] = (),
    remarks: Sequence[str] = (),
) -> Path:
    """Write the report (atomically); returns its path."""
    from jinja2 import Environment, StrictUndefined

    from memory import atomic

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = files("agent").joinpath("templates/report.html.j2").read_text(encoding="utf-8")
    text = environment.from_string(template).render(
        title=title,
        remarks=remarks,
        parts=[(part.title, by_task(part.attempts)) for part in parts if part.attempts],
        attempts=[attempt for part in parts for attempt in part.attempts],
        steps=step_ms(attempt for part in parts for attempt in part.attempts),
        films=films,
    )
    with atomic.replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")
    return path


def films_of(store: Path, attempts: Sequence[Attempt], limit: int = 3) -> list[Film]:
    """Films of the most telling attempts: wrong ones first, then the first that went well."""
    if not store.exists():
        return []
    order = {"wrong": 0, "unknown": 1, "exhausted": 2, "failed": 3, "verified": 4}
    ranked = sorted(attempts, key=lambda attempt: order.get(str(attempt.outcome), 5))
    with Store(store) as memory:
        return [film(memory.episode(attempt.episode)) for attempt in ranked[:limit]]
