"""Going to sleep: which task and variants a night rehearses, and with which hands and weights."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any

from actuation.rules import Rules
from actuation.virtual import VirtualDesktop
from agent.errors import BadInput
from agent.events import Progress, Sink
from agent.own import held_back, rehearsable
from agent.policies.catalog import maker
from agent.policies.vlm.spec import is_vlm
from agent.rehearsal import LiveRehearsal
from agent.stop import Stop
from memory.episode import Episode
from memory.levels import Levels
from memory.sleep.log import NightRecord
from memory.sleep.night import night
from memory.sleep.plan import Plan
from memory.store import Store
from tasks.catalog import create, exists
from tasks.outside import is_own

FRESH = 9000
"""First seed of the held-back rehearsals; seeds that were lived are passed over."""

MORE = 9
"""Further rehearsals where only a part of a night is judged."""

UNSEEN = ("", "swapped", "resized")
"""Variants that ask the same of other windows: how the plain task is rehearsed."""


@dataclass(frozen=True)
class Lived:
    """What the day was about: the task most met, and its variants."""

    task: str
    variants: tuple[str, ...]
    seeds: frozenset[int]
    held: tuple[str, ...] = ()  # episodes held back for exams


def lived(episodes: list[Episode]) -> Lived:
    """Raises BadInput if no task that there is was lived."""
    there = {name for name in {episode.task for episode in episodes} if exists(name)}
    known = [episode for episode in episodes if episode.task in there]
    if not known:
        raise BadInput("nothing was lived yet: show a task first (dormouse run --policy scripted)")
    task = Counter(episode.task for episode in known).most_common(1)[0][0]
    mine = [episode for episode in known if episode.task == task]
    variants = tuple(sorted({episode.variant for episode in mine}))
    if variants == ("",):
        variants = tuple(name for name in UNSEEN if name in ("", *create(task).variants))
    return Lived(task, variants, frozenset(episode.seed for episode in mine), held_back(known))


def plan(folder: Path, day: Lived, seed: int, rehearsals: int, steps: int | None = None) -> Plan:
    """The plan of a night; `rehearsals` live attempts before and as many after training."""
    fresh = (seed for seed in count(FRESH) if seed not in day.seeds)
    if is_own(day.task):
        fresh = (seed for seed in rehearsable(day.task))
    seeds = tuple(islice(fresh, rehearsals))
    more = tuple(islice(fresh, MORE if rehearsals else 0))
    whole = Plan(folder, day.task, day.variants, seeds, more, day.held, seed)
    return whole if steps is None else replace(whole, steps=steps)


def sleep(
    store: Store,
    levels: Levels,
    tonight: Plan,
    *,
    policy: str = "core",
    size: tuple[int, int],
    rules: Rules,
    sink: Sink,
    stop: Stop,
    host: Callable[[], VirtualDesktop] | None = None,
) -> NightRecord:
    """One night of a policy that learns. Raises Interrupted when stopped: the next night goes on.

    Needs the learner (torch): some seconds to import.
    """
    learner: Any
    if is_vlm(policy):
        from agent.policies.vlm.bedtime import night_of

        learner, policies, tonight = night_of(policy, store, tonight, levels.live())
    else:
        from agent.policies.core.learner import CoreLearner

        learner, policies = CoreLearner(), partial(maker, "core")
    rehearsal = LiveRehearsal(
        host or partial(VirtualDesktop, *size), policies, rules=rules, stop=stop
    )

    def progress(phase: str, done: int, total: int, note: str) -> None:
        sink(Progress(phase, done, total, note))
        stop.check()

    return night(store, levels, learner, rehearsal, tonight, progress)
