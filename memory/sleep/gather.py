"""Gather: the episodes that tonight's level learns from.

Each night's fast level is trained above the frozen weights and never above last night's, so it
learns from all good episodes up to a limit, old and new; `fresh` are those that the live level has
not seen, and without any there is no reason to train.
"""

import json
from dataclasses import dataclass
from hashlib import sha256

from memory.episode import Actor, Episode
from memory.levels import Levels
from memory.recall import good
from memory.redact import redact
from memory.store import Store


@dataclass(frozen=True)
class Gathered:
    """ids: oldest first. fresh: those the live level has not learned from. secrets: how many of
    them hold text that must not leave the store (it is masked in the log)."""

    ids: tuple[str, ...]
    fresh: tuple[str, ...]
    secrets: int


def gather(store: Store, levels: Levels, limit: int) -> Gathered:
    """Good demonstrations and runs, and runs in which a person put something right.

    Over the limit the newest stay, and demonstrations before runs: a day of many runs must not
    crowd out the few times that it was shown how.
    """
    corrected = {head.id for head in store.episodes("run", actor=Actor.OPERATOR) if head.outcome}
    worthy = [head for head in store.episodes() if good(head) or head.id in corrected]
    worthy.sort(key=lambda head: (head.provenance != "demonstration", -head.started_at, head.id))
    ids = tuple(head.id for head in sorted(worthy[:limit], key=lambda h: (h.started_at, h.id)))
    kept = [store.episode(name) for name in ids]
    live = levels.live_level()
    known = set(live.episodes) if live else set()
    return Gathered(
        ids=ids,
        fresh=tuple(name for name in ids if name not in known),
        secrets=sum(any(redact(text) != text for text in _texts(one)) for one in kept),
    )


def data_digest(weights: dict[str, list[float]]) -> str:
    """sha256 over episode ids and the reviewed weights of their steps."""
    return sha256(json.dumps(weights, sort_keys=True).encode()).hexdigest()


def _texts(episode: Episode) -> list[str]:
    return [episode.goal, *(f"{step.intended} {step.note}" for step in episode.steps)]
