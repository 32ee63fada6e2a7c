"""Gather: the episodes that tonight's level learns from.

Each night's fast level is trained above the frozen weights and never above last night's, so it
learns from all good episodes up to a limit, old and new; `fresh` are those that the live level has
not seen, and without any there is no reason to train.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from memory.amend import RECORDING
from memory.episode import Episode
from memory.flags import Flag, Words, digest, parsed, plain
from memory.levels import Level, Levels
from memory.recall import good
from memory.redact import redact
from memory.store import Store


@dataclass(frozen=True)
class Gathered:
    """ids: oldest first. fresh: those the live level has not learned from as they are judged now;
    one that it should no longer learn from is among them, and not among `ids`. secrets: how many
    of `ids` hold text that must not leave the store (it is masked in the log). said: what the
    operator had said of their steps, which holds for the whole night: what is said while it runs
    is for the next one."""

    ids: tuple[str, ...]
    fresh: tuple[str, ...]
    secrets: int
    said: dict[str, Words] | None = None  # None in nights that began before it was kept

    def flags(self, name: str) -> dict[int, Flag]:
        """Of one episode, by step."""
        return parsed((self.said or {}).get(name, {}))

    @property
    def digests(self) -> dict[str, str]:
        """Of the episodes that were flagged."""
        return {name: digest(words) for name, words in (self.said or {}).items()}


def gather(store: Store, levels: Levels, limit: int, held: Collection[str] = ()) -> Gathered:
    """Good demonstrations and runs, and what a person put right: by hand, or by a correction.

    held: episodes that are held back, for an exam: nothing is learned from them.

    Over the limit the newest stay, and demonstrations before runs: a day of many runs must not
    crowd out the few times that it was shown how.
    """
    corrected, said = store.taught(), store.flagged()
    corrected |= {name for name, each in said.items() if any(f.correction for f in each.values())}
    # An open one is still lived; a recording waits for its person's yes.
    heads = [h for h in store.episodes() if h.outcome and h.provenance != RECORDING]
    worthy = [
        head for head in heads if head.id not in held and (good(head) or head.id in corrected)
    ]
    worthy.sort(key=lambda head: (head.provenance != "demonstration", -head.started_at, head.id))
    ids = tuple(head.id for head in sorted(worthy[:limit], key=lambda h: (h.started_at, h.id)))
    kept = [store.episode(name) for name in ids]
    live = levels.live_level()
    changed = {head.id for head in heads if live and _changed(said.get(head.id, {}), head.id, live)}
    known = set(live.episodes) if live else set()
    return Gathered(
        ids=ids,
        fresh=tuple(name for name in ids if name not in known or name in changed)
        + tuple(sorted(changed.difference(ids))),
        secrets=sum(any(redact(text) != text for text in _texts(one)) for one in kept),
        said=_plain(said, ids),
    )


def spoken(store: Store, ids: tuple[str, ...]) -> dict[str, Words]:
    """What the operator has said of these episodes by now."""
    return _plain(store.flagged(), ids)


def _plain(said: dict[str, dict[int, Flag]], ids: tuple[str, ...]) -> dict[str, Words]:
    return {name: plain(each) for name, each in said.items() if name in ids}


def _changed(flags: dict[int, Flag], name: str, live: Level) -> bool:
    """Whether the live level learned from the episode, and something else was said of it then."""
    if name not in live.episodes:
        return False
    if live.flags is None:
        return any(flag.at > live.made_at for flag in flags.values())
    return digest(plain(flags)) != live.flags.get(name, "")


def data_digest(weights: dict[str, list[float]]) -> str:
    """sha256 over episode ids and the reviewed weights of their steps."""
    return sha256(json.dumps(weights, sort_keys=True).encode()).hexdigest()


def _texts(episode: Episode) -> list[str]:
    return [episode.goal, *(f"{step.intended} {step.note}" for step in episode.steps)]
