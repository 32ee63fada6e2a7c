"""What a person takes out of a recording, or says of it, before anything learns from it.

    recording ──trim, mask, dotted, label──▶ recording ──accept──▶ demonstration

Every function is one transaction of the store, which then sweeps: pixels and words that are taken
out are gone from the files, not only from sight. All raise KeyError for an unknown episode,
StillOpenError while it is being lived, and AmendError for what cannot be done.
"""

import dataclasses
import sqlite3
from collections.abc import Callable

from actuation.action import Action, Ask, Done, Fail, Press, TypeText
from actuation.grammar import format_action, parse_action
from memory.episode import Outcome
from memory.exclude import writes
from memory.frames import Frames
from memory.private.spans import HIDDEN
from memory.store import Store
from perception.observation import Box, Image

RECORDING, DEMONSTRATION = "recording", "demonstration"
CUT_OFF = (Outcome.UNKNOWN, Outcome.STOPPED, Outcome.FAILED)
"""Endings of a recording that no verdict followed."""


class AmendError(ValueError):
    """What was asked cannot be done to this episode; one sentence."""


def trim(store: Store, episode: str, first: int, last: int) -> None:
    """Keep the steps from `first` to `last`, both included, numbered from 0 again."""
    with store.amending(episode) as (database, frames):
        _recording(database, episode)
        count = len(_places(database, episode))
        if not 0 <= first <= last < count:
            raise AmendError(f"steps {first} to {last} cannot be kept: there are 0 to {count - 1}")
        database.execute(
            "DELETE FROM step WHERE episode = ? AND (place < ? OR place > ?)",
            (episode, first, last),
        )
        # Flags move with the steps that they refer to: within this transaction they may differ.
        database.execute("PRAGMA defer_foreign_keys = ON")
        for table in ("step", "flag"):
            for place in range(first, last + 1):
                database.execute(
                    f"UPDATE {table} SET place = ? WHERE episode = ? AND place = ?",
                    (place - first, episode, place),
                )
        _rewrite(database, frames, episode, lambda place, image: image)
    store.purge()


def mask(store: Store, episode: str, box: Box, step: int | None = None) -> None:
    """Blacken a box, in observation pixels, on the frame of one step, or on all (None)."""

    def blacken(place: int, image: Image) -> Image:
        if step is not None and place != step:
            return image
        seen = box.intersect(Box(0, 0, image.shape[1], image.shape[0]))
        if not seen.area:
            raise AmendError(f"the box lies outside of step {place}'s frame: nothing is masked")
        image = image.copy()
        image[seen.y : seen.bottom, seen.x : seen.right] = 0
        return image

    with store.amending(episode) as (database, frames):
        _recording(database, episode)
        places = _places(database, episode)
        if step is not None and step not in places:
            raise AmendError(f"there is no step {step}: there are 0 to {len(places) - 1}")
        _rewrite(database, frames, episode, blacken)
    store.purge()


def dotted(store: Store, episode: str, step: int) -> None:
    """Put dots in the place of what a step says: typed text, an answer, a key that writes."""
    with store.amending(episode) as (database, _):
        _recording(database, episode)
        _dot(database, episode, step)
    store.purge()


def _dot(database: sqlite3.Connection, episode: str, step: int) -> None:
    row = database.execute(
        "SELECT intended, performed FROM step WHERE episode = ? AND place = ?", (episode, step)
    ).fetchone()
    if row is None:
        raise AmendError(f"there is no step {step}")
    intended, performed = (None if text is None else _dots(parse_action(text)) for text in row)
    assert intended is not None
    database.execute(
        "UPDATE step SET intended = ?, performed = ?, note = '', reason = ''"
        " WHERE episode = ? AND place = ?",
        (
            format_action(intended),
            None if performed is None else format_action(performed),
            episode,
            step,
        ),
    )
    database.execute("DELETE FROM flag WHERE episode = ? AND place = ?", (episode, step))


def label(store: Store, episode: str, goal: str) -> None:
    """Say in other words what is shown."""
    if not goal.strip():
        raise AmendError("a demonstration needs a goal: say what it shows")
    with store.amending(episode) as (database, _):
        _recording(database, episode)
        database.execute("UPDATE episode SET goal = ? WHERE id = ?", (goal.strip(), episode))
    store.purge()


def accept(store: Store, episode: str) -> None:
    """Make a demonstration of it: the next night may learn from it."""
    with store.amending(episode) as (database, _):
        outcome, collateral, detail = _recording(database, episode)
        if outcome is Outcome.WRONG or collateral:
            raise AmendError(
                f"the check found it wrong ({detail}): nothing would learn from it, discard it"
            )
        if not _places(database, episode):
            raise AmendError("it has no steps: nothing could be learned from it, discard it")
        if outcome in CUT_OFF:
            # A person who accepts it says that what it shows is right; nothing could check it.
            outcome = Outcome.UNVERIFIED
        # A kill between the two writes of a step: hands are recorded after they did it.
        database.execute(
            "UPDATE step SET performed = intended WHERE episode = ? AND performed IS NULL",
            (episode,),
        )
        database.execute(
            "UPDATE episode SET provenance = ?, outcome = ? WHERE id = ?",
            (DEMONSTRATION, outcome, episode),
        )


def _recording(database: sqlite3.Connection, episode: str) -> tuple[Outcome | None, bool, str]:
    """Outcome, collateral and detail. KeyError for an unknown episode, AmendError for one that is
    no recording: what nights may have learned from stays as it is, or goes as a whole."""
    row = database.execute(
        "SELECT provenance, outcome, collateral, detail FROM episode WHERE id = ?", (episode,)
    ).fetchone()
    if row is None:
        raise KeyError(f"no episode {episode}")
    provenance, outcome, collateral, detail = row
    if provenance != RECORDING:
        raise AmendError(f"episode {episode} is a {provenance} and no recording that waits")
    return (None if outcome is None else Outcome(outcome)), bool(collateral), detail


def _places(database: sqlite3.Connection, episode: str) -> list[int]:
    rows = database.execute(
        "SELECT place FROM step WHERE episode = ? ORDER BY place", (episode,)
    ).fetchall()
    return [place for (place,) in rows]


def _rewrite(
    database: sqlite3.Connection,
    frames: Frames,
    episode: str,
    change: Callable[[int, Image], Image],
) -> None:
    """Write every frame of an episode anew, since each builds on the one before it, and drop what
    is shown no more."""
    rows = database.execute(
        "SELECT place, frame FROM step WHERE episode = ? ORDER BY place", (episode,)
    ).fetchall()
    frames.forget()
    for place, frame in rows:
        (image,) = frames.read([frame])
        database.execute(
            "UPDATE step SET frame = ? WHERE episode = ? AND place = ?",
            (frames.write(change(place, image), episode), episode, place),
        )
    frames.sweep()


def _dots(action: Action) -> Action:
    match action:
        case TypeText(text):
            return TypeText(HIDDEN * len(text))
        case Press(keys) if writes(keys):
            return Press(HIDDEN)
        case Ask(text):
            return Ask(HIDDEN * len(text))
        case Fail(text):
            return Fail(HIDDEN * len(text))
        case Done(answer):
            return dataclasses.replace(action, answer=HIDDEN * len(answer))
        case _:
            return action
