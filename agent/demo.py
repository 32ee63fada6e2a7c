"""The first day and the first night, played on a folder of its own.

    morning: unseen invoices → day: demonstrations → night → next morning: other unseen invoices

Demonstrations are performed by the oracle's hands through the loop, as a person's would be.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from actuation.rules import Rules
from actuation.virtual import VirtualDesktop
from agent.attempt import Attempt, PolicyMaker, Stage
from agent.bedtime import lived, plan, sleep
from agent.events import Sink
from agent.film import Film, film
from agent.policies.catalog import maker
from agent.report import Part, write
from agent.stop import Stop
from agent.tally import Json, contract
from memory.episode import Actor, Outcome
from memory.levels import Levels
from memory.sleep.log import NightRecord
from memory.store import Store

TASK = "books/enter_invoice"


@dataclass(frozen=True)
class Script:
    """Seeds of the demo (all different, so that every invoice after the night is unseen) and the
    night's size."""

    before: range = range(10_000, 10_003)
    shown: range = range(10_100, 10_105)
    after: range = range(10_200, 10_205)
    night: int = 0
    rehearsals: int = 3
    steps: int | None = None


@dataclass(frozen=True)
class Played:
    """What the demo showed."""

    before: tuple[Attempt, ...]
    shown: tuple[Attempt, ...]
    night: NightRecord
    after: tuple[Attempt, ...]
    script: Script
    seconds: float

    @property
    def better(self) -> bool:
        """More was verified than before, and nothing went wrong."""
        was, now = (
            sum(one.outcome is Outcome.VERIFIED for one in part) / len(part)
            for part in (self.before, self.after)
        )
        harm = any(one.outcome is Outcome.WRONG or one.collateral for one in self.after)
        return now > was and not harm

    def as_json(self) -> Json:
        """The contract of `dormouse demo --json`."""
        return {
            "before": contract(TASK, "core", self.script.before, self.before),
            "after": contract(TASK, "core", self.script.after, self.after),
            "kept": kept(self.night),
            "night": self.night.contract(),
            "seconds": self.seconds,
        }


Chapter = Callable[[str], None]


def play(
    folder: Path,
    script: Script,
    *,
    size: tuple[int, int],
    rules: Rules,
    sink: Sink,
    stop: Stop,
    chapter: Chapter,
    attached: Callable[[VirtualDesktop], VirtualDesktop],
) -> Played:
    """Play it all in `folder`. chapter: told the heading of each part as it begins.

    Raises Interrupted when stopped; what was lived until then is in the folder.
    """
    started = time.monotonic()
    levels = Levels(folder / "levels")

    def host() -> VirtualDesktop:
        return attached(VirtualDesktop(*size))

    with ExitStack() as open_now:
        store = open_now.enter_context(Store(folder / "memory.sqlite"))

        def part(
            heading: str, policies: PolicyMaker, seeds: Sequence[int], provenance: str, actor: Actor
        ) -> tuple[Attempt, ...]:
            chapter(heading)
            done = []
            with Stage(host, policies, store, rules=rules, sink=sink, stop=stop) as stage:
                for seed in seeds:
                    done.append(stage.attempt(TASK, seed, "", provenance, actor))
                    stop.check()
            return tuple(done)

        agent = ("run", Actor.AGENT)
        before = part(
            "Morning: invoices it has never seen", maker("core", None), script.before, *agent
        )
        shown = part(
            "Day: it is shown how",
            maker("scripted", None),
            script.shown,
            "demonstration",
            Actor.ORACLE,
        )
        chapter("Night: it sleeps on it")
        tonight = plan(
            folder / "nights",
            lived(store.episodes()),
            script.night,
            script.rehearsals,
            script.steps,
        )
        record = sleep(
            store,
            levels,
            tonight,
            size=size,
            rules=rules,
            sink=sink,
            stop=stop,
            host=host,
        )
        after = part(
            "Next morning: other invoices it has never seen",
            maker("core", levels.live()),
            script.after,
            *agent,
        )
    return Played(before, shown, record, after, script, time.monotonic() - started)


def report(folder: Path, played: Played) -> Path:
    """The HTML report: the three parts, and the film of one invoice of the next morning."""
    best = sorted(played.after, key=lambda one: one.outcome is not Outcome.VERIFIED)[:1]
    films: list[Film] = []
    with Store(folder / "memory.sqlite") as store:
        films += [film(store.episode(one.episode), one.ms) for one in best]
    word = "promoted" if played.night.promoted else "rejected"
    return write(
        folder / "report.html",
        "The first day and the first night",
        [
            Part("Morning, before", played.before),
            Part("Day, shown by the oracle's hands", played.shown),
            Part("Next morning, after", played.after),
        ],
        films,
        [
            f"The night took {played.night.seconds:.0f} s and was {word}: {played.night.reason}.",
            f"Its log: nights/{played.night.night}/night.html beside this file.",
        ],
    )


def kept(night: NightRecord) -> Json:
    """The old skills after the night, in the shape of a bench.

    A drawn episode is passed or failed step by step: it claims nothing and takes no time of note.
    """
    inside = f"{TASK.partition('/')[0]}/"
    tasks: dict[str, Json] = {}
    for name, score in night.exam.items():
        if name.startswith(inside):
            continue
        passed = round(score.after * score.attempts)
        tasks[name] = {
            "attempts": score.attempts,
            "verified": passed,
            "claimed": passed,
            "false_success": 0,
            "collateral": 0,
            "steps": 0,
            "seconds": 0,
            "verdicts": {"verified": passed, "failed": score.attempts - passed},
            "before": round(score.before * score.attempts),
        }
    return {
        "suite": "nursery",
        "policy": "core",
        "weights": night.after,
        "seeds": [0, max((score.attempts for score in night.exam.values()), default=0)],
        "tasks": tasks,
        "step_ms": {},
    }
