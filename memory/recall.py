"""Recall: which lived steps come to mind for a goal, most similar first."""

import math
import re
from collections import Counter
from dataclasses import dataclass

from memory.episode import Episode, Outcome, Step
from memory.levels import Level
from memory.store import Store


@dataclass(frozen=True, eq=False)
class RecalledStep:
    """A step of an earlier episode with the goal it served; similarity 0..1 of the goals."""

    goal: str
    step: Step
    outcome: Outcome | None
    similarity: float


def recall(
    store: Store, goal: str, limit: int = 3, level: Level | None = None
) -> tuple[RecalledStep, ...]:
    """The steps that were done in the `limit` good episodes whose goals are most like this one.

    Most similar episode first (equally similar: the latest), each in the order it was lived.
    level: whose weights act; of a task that it has learned only what came later is recalled: the
    night learned without it, and with it would find itself in a situation that it never saw.
    """
    heads = store.episodes()
    learned = {head.task for head in heads if level and head.id in level.episodes and head.task}
    lived = [
        episode
        for episode in heads
        if good(episode)
        and not (level and episode.task in learned and episode.started_at < level.made_at)
    ]
    alike = similarities(goal, [episode.goal for episode in lived])
    ranked = sorted(
        zip(alike, lived, strict=True),
        key=lambda pair: (round(pair[0], 2), pair[1].started_at),
        reverse=True,
    )
    return tuple(
        RecalledStep(episode.goal, step, episode.outcome, similarity)
        for similarity, episode in ranked[:limit]
        if similarity > 0
        for step in store.episode(episode.id).steps
        if step.performed is not None
    )


def good(episode: Episode) -> bool:
    """Worth learning from: verified, or shown by a person where nothing could check it."""
    if episode.collateral:
        return False
    if episode.provenance == "demonstration":
        return episode.outcome in (Outcome.VERIFIED, Outcome.UNVERIFIED, Outcome.ASKED)
    return episode.provenance == "run" and episode.outcome is Outcome.VERIFIED


def similarities(goal: str, others: list[str]) -> list[float]:
    """Cosine of TF-IDF word vectors, 0..1, of a goal against each other one."""
    counts = [_words(text) for text in (goal, *others)]
    seen = Counter(word for count in counts for word in count)

    def vector(count: Counter[str]) -> dict[str, float]:
        rare = {w: n * (1 + math.log(len(counts) / seen[w])) for w, n in count.items()}
        length = math.sqrt(sum(v * v for v in rare.values())) or 1.0
        return {word: value / length for word, value in rare.items()}

    asked, *known = map(vector, counts)
    return [min(1.0, sum(v * asked.get(w, 0.0) for w, v in one.items())) for one in known]


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))
