"""Attempts in this process, on one display that stays from one to the next."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from actuation.rules import Rules
from actuation.virtual import VirtualDesktop
from agent.attempt import Attempt, Stage, nothing_recalled
from agent.events import Sink
from agent.policies.catalog import maker
from agent.scratch import scratch
from agent.stop import Stop
from memory.day import Context, context
from memory.store import Store

if TYPE_CHECKING:
    from agent.bench import Job, Plan


class Here:
    """sink: sees the events of every attempt."""

    def __init__(self, sink: Sink, stop: Stop) -> None:
        self._sink, self._stop = sink, stop

    def run(self, plan: "Plan", todo: Iterable["Job"]) -> Iterator[Attempt]:
        with ExitStack() as open_now:
            folder = open_now.enter_context(scratch())
            store = open_now.enter_context(Store(plan.keep or folder / "memory.sqlite"))
            recall = nothing_recalled
            if plan.memory:
                memory = open_now.enter_context(Store(plan.memory))
                recall = partial(_recalled, memory)
            stage = open_now.enter_context(
                Stage(
                    partial(VirtualDesktop, *plan.size),
                    maker(plan.policy, plan.weights, plan.memory),
                    store,
                    recall=recall,
                    rules=Rules(
                        max_steps=plan.max_steps, max_seconds=plan.max_seconds, trusts_goal=True
                    ),
                    sink=self._sink,
                    stop=self._stop,
                )
            )
            for task, seed, variant in todo:
                attempt = stage.attempt(task, seed, variant, provenance="bench")
                self._stop.check()  # half an attempt is none: it is done again
                yield attempt


def _recalled(memory: Store, goal: str) -> Context:
    return context(memory, goal, recall=True)
