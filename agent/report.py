"""HTML reports of benches and demos, without a network: tables, and runs step by step.

report.html      every number, every attempt
films/ID.js      the steps of one attempt, loaded when it is looked at
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path

from agent.attempt import Attempt
from agent.film import Film, film, script
from agent.intervals import Interval
from agent.tally import Tally, by_cell, by_level, by_task, means, scores, step_ms
from memory import atomic
from memory.store import Store


@dataclass(frozen=True)
class Part:
    """A heading and the attempts under it."""

    title: str
    attempts: tuple[Attempt, ...]


def write(
    path: Path,
    title: str,
    parts: Sequence[Part],
    films: Sequence[Film] = (),
    remarks: Sequence[str] = (),
) -> Path:
    """Write the report as one file, its films inside (atomically); returns its path."""
    inside = [script(each) for each in films]
    return _page(path, title, parts, [each.id for each in films], inside, remarks)


def gallery(
    folder: Path,
    title: str,
    parts: Sequence[Part],
    store: Path,
    limit: int,
    remarks: Sequence[str] = (),
) -> Path:
    """Write the report with a file beside it for each of at most `limit` films; returns its path.

    store: where the attempts were lived; without it there are no films.
    """
    place = folder / "films"
    place.mkdir(parents=True, exist_ok=True)
    shown = []
    if store.exists():
        attempts = telling([attempt for part in parts for attempt in part.attempts])
        with Store(store) as memory:
            known = {head.id for head in memory.episodes()}
            for attempt in [one for one in attempts if one.episode in known][:limit]:
                text = script(film(memory.episode(attempt.episode), attempt.ms))
                atomic.write_bytes(place / f"{attempt.episode}.js", text.encode())
                shown.append(attempt.episode)
    for old in place.glob("*.js"):
        if old.stem not in shown:
            old.unlink()
    return _page(folder / "report.html", title, parts, shown, (), remarks)


def telling(attempts: Iterable[Attempt]) -> list[Attempt]:
    """The attempts most worth a look first: failures in turn of their tasks, then one good one of
    each task and trap, then the others."""
    cells = [tally.attempts for tally in by_cell(attempts).values()]
    bad = _in_turn([[one for one in cell if not good(one)] for cell in cells])
    return bad + _in_turn([[one for one in cell if good(one)] for cell in cells])


def good(attempt: Attempt) -> bool:
    return attempt.success and not attempt.collateral


def _in_turn(cells: Sequence[Sequence[Attempt]]) -> list[Attempt]:
    return [one for turn in zip_longest(*cells) for one in turn if one is not None]


def levels(attempts: Sequence[Attempt]) -> list[tuple[int, Tally, int, Interval]]:
    """Level, its attempts, how many tasks it has, and their mean success."""
    return [
        (level, tally, len(by_task(tally.attempts)), means(tally.attempts)["success"])
        for level, tally in by_level(attempts).items()
    ]


def _page(
    path: Path,
    title: str,
    parts: Sequence[Part],
    filmed: Sequence[str],
    inside: Sequence[str],
    remarks: Sequence[str],
) -> Path:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = files("agent").joinpath("templates/report.html.j2").read_text(encoding="utf-8")
    full = [part for part in parts if part.attempts]
    attempts = [attempt for part in full for attempt in part.attempts]
    text = environment.from_string(template).render(
        title=title,
        remarks=remarks,
        parts=[
            (part.title, Tally(part.attempts), by_cell(part.attempts), means(part.attempts))
            for part in full
        ],
        levels=levels(full[0].attempts) if full else [],
        scores=scores(attempts),
        attempts=attempts,
        good=good,
        steps=step_ms(attempts),
        filmed=set(filmed),
        inside=inside,
    )
    with atomic.replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")
    return path
