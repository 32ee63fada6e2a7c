"""Rehearsal: real tasks on a virtual desktop with given weights, for the exam of a night."""

from collections.abc import Callable, Sequence
from pathlib import Path

from actuation.desktop import Host
from actuation.rules import Rules
from agent.attempt import PolicyMaker, Stage
from agent.events import Sink, ignore
from agent.stop import Stop
from memory.exclude import Unkept
from memory.sleep.protocols import Rehearsed


class LiveRehearsal:
    """Implements memory.sleep.protocols.Rehearsal. What it lives through is thrown away."""

    def __init__(
        self,
        host: Callable[[], Host],
        policies: Callable[[Path | None], PolicyMaker],
        *,
        rules: Rules | None = None,
        sink: Sink = ignore,
        stop: Stop | None = None,
    ) -> None:
        """host: starts a fresh desktop. policies: a maker of policies with a level's weights."""
        self._host = host
        self._policies = policies
        self._rules = rules or Rules()
        self._sink = sink
        self._stop = stop or Stop()

    def rehearse(
        self,
        task: str,
        variant: str,
        seeds: Sequence[int],
        weights: Path | None,
        progress: Callable[[Rehearsed], None] | None = None,
    ) -> list[Rehearsed]:
        """One attempt for each seed. Raises Interrupted when stopped, DesktopError if a task's
        set-up fails twice."""
        done: list[Rehearsed] = []
        with Stage(
            self._host,
            self._policies(weights),
            Unkept(),
            rules=self._rules,
            sink=self._sink,
            stop=self._stop,
        ) as stage:
            for seed in seeds:
                lived = stage.attempt(task, seed, variant, provenance="rehearsal")
                self._stop.check()
                done.append(
                    Rehearsed(task, variant, seed, lived.outcome, lived.collateral, lived.seconds)
                )
                if progress:
                    progress(done[-1])
        return done
