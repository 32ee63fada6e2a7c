"""Flags: what an operator said of a step by hand, and what should have been done instead.

The night honours them: a flagged step is not learned from, a corrected one is learned as
corrected (memory.sleep.review).
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from actuation.action import Action
from actuation.grammar import format_action, parse_action
from memory.episode import Episode, Fate

Words = Mapping[int, tuple[str, str]]  # step → reason, correction ("" for none)


@dataclass(frozen=True)
class Flag:
    """at: when it was said, in seconds since the epoch."""

    reason: str
    correction: Action | None
    at: float


def write(database: sqlite3.Connection, episode: str, index: int, flag: Flag) -> None:
    """Keep a flag; a later one of the same step replaces it."""
    correction = None if flag.correction is None else format_action(flag.correction)
    database.execute(
        "INSERT OR REPLACE INTO flag (episode, place, reason, correction, at)"
        " VALUES (?, ?, ?, ?, ?)",
        (episode, index, flag.reason, correction, flag.at),
    )


def erase(database: sqlite3.Connection, episode: str, index: int) -> None:
    """Take a flag back."""
    database.execute("DELETE FROM flag WHERE episode = ? AND place = ?", (episode, index))


def read(database: sqlite3.Connection, episode: str) -> dict[int, Flag]:
    """The flags of an episode by step."""
    rows = database.execute(
        "SELECT place, reason, correction, at FROM flag WHERE episode = ? ORDER BY place",
        (episode,),
    ).fetchall()
    return {
        place: Flag(reason, None if action is None else parse_action(action), at)
        for place, reason, action, at in rows
    }


def plain(flags: Mapping[int, Flag]) -> Words:
    """The flags of an episode as JSON can hold them."""
    return {
        index: (flag.reason, "" if flag.correction is None else format_action(flag.correction))
        for index, flag in sorted(flags.items())
    }


def parsed(words: Words, at: float = 0.0) -> dict[int, Flag]:
    """plain() turned back; when each was said is lost."""
    return {
        index: Flag(reason, parse_action(action) if action else None, at)
        for index, (reason, action) in words.items()
    }


def digest(words: Words) -> str:
    """sha256 over what was said of an episode, whenever it was; "" where nothing was."""
    lines = [json.dumps([index, *each]) for index, each in sorted(words.items())]
    return sha256("\n".join(lines).encode()).hexdigest() if lines else ""


def corrected(episode: Episode, flags: Mapping[int, Flag]) -> Episode:
    """The episode as it should have been: corrections in the place of what was performed."""
    steps = tuple(
        replace(step, performed=flags[step.index].correction, fate=Fate.EDITED)
        if step.index in flags and flags[step.index].correction is not None
        else step
        for step in episode.steps
    )
    return replace(episode, steps=steps)
