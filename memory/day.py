"""The day's context: what the policy is handed beside the goal, assembled from memory."""

import time
from dataclasses import dataclass

from memory import recall as recollection
from memory.levels import Level
from memory.recall import RecalledStep
from memory.redact import redact
from memory.store import Store

EPISODES = 3  # how many earlier episodes come to mind


@dataclass(frozen=True)
class Context:
    """habits: standing words of the operator. done: one line for each run of the day so far.
    recalled: steps of similar episodes, most similar first; empty with recall off. answered: the
    day's questions, and what the operator said."""

    habits: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    recalled: tuple[RecalledStep, ...] = ()
    answered: tuple[tuple[str, str], ...] = ()


def context(
    store: Store,
    goal: str,
    recall: bool = True,
    habits: tuple[str, ...] = (),
    now: float | None = None,
    level: Level | None = None,
) -> Context:
    """The context for a goal. now: seconds since the epoch; the day began at local midnight.
    level: whose weights act, None for the shipped ones."""
    today = time.localtime(now)
    midnight = time.mktime((*today[:3], 0, 0, 0, 0, 0, -1))
    done = tuple(
        f"{time.strftime('%H:%M', time.localtime(run.started_at))} {redact(run.goal)}:"
        f" {run.outcome or 'under way'}"
        for run in store.episodes(provenance="run", since=midnight)
    )
    steps = recollection.recall(store, goal, EPISODES, level) if recall else ()
    answered = tuple((redact(asked), redact(said)) for asked, said in store.answers(midnight))
    return Context(habits, done, steps, answered)
