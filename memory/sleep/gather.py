"""Gather: the episodes that tonight's level learns from.

Each night's fast level is trained above the frozen weights and never above last night's, so it
learns from all good episodes up to a limit, old and new; `fresh` are those that the live level has
not seen, and without any there is no reason to train.
"""

import json
from dataclasses import dataclass
from hashlib import sha256

from memory.episode import Actor, Episode
from memory.flags import Flag, digest
from memory.levels import Level, Levels
from memory.recall import good
from memory.redact import redact
from memory.store import Store


@dataclass(frozen=True)
class Gathered:
    """ids: oldest first. fresh: those the live level has not learned from. secrets: how many of
    them hold text that must not leave the store (it is masked in the log). flags: digest of what
    the operator said of their steps."""

    ids: tuple[str, ...]
    fresh: tuple[str, ...]
    secrets: int
    flags: str = ""


def gather(store: Store, levels: Levels, limit: int) -> Gathered:
    """Good demonstrations and runs, and what a person put right: by hand, or by a correction.

    Over the limit the newest stay, and demonstrations before runs: a day of many runs must not
    crowd out the few times that it was shown how.
    """
    corrected = {head.id for head in store.episodes("run", actor=Actor.OPERATOR) if head.outcome}
    said = store.flagged()
    corrected |= {name for name, each in said.items() if any(f.correction for f in each.values())}
    heads = [head for head in store.episodes() if head.outcome]  # an open one is still lived
    worthy = [head for head in heads if good(head) or head.id in corrected]
    worthy.sort(key=lambda head: (head.provenance != "demonstration", -head.started_at, head.id))
    ids = tuple(head.id for head in sorted(worthy[:limit], key=lambda h: (h.started_at, h.id)))
    kept = [store.episode(name) for name in ids]
    live = levels.live_level()
    known = {name for name in live.episodes if not _newer(said, name, live)} if live else set()
    return Gathered(
        ids=ids,
        fresh=tuple(name for name in ids if name not in known),
        secrets=sum(any(redact(text) != text for text in _texts(one)) for one in kept),
        flags=spoken(store, ids),
    )


def spoken(store: Store, ids: tuple[str, ...]) -> str:
    """Digest of the flags of these episodes."""
    return digest({name: each for name, each in store.flagged().items() if name in ids})


def _newer(said: dict[str, dict[int, Flag]], name: str, live: Level) -> bool:
    """Whether something was said of the episode since the live level learned from it."""
    return any(flag.at > live.made_at for flag in said.get(name, {}).values())


def data_digest(weights: dict[str, list[float]]) -> str:
    """sha256 over episode ids and the reviewed weights of their steps."""
    return sha256(json.dumps(weights, sort_keys=True).encode()).hexdigest()


def _texts(episode: Episode) -> list[str]:
    return [episode.goal, *(f"{step.intended} {step.note}" for step in episode.steps)]
