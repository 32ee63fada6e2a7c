"""The loop: one episode from the first look to exactly one outcome.

    observe (settled) → decide → guard → target unchanged? → journal the intent → perform
        → observe → journal the outcome → did it change anything?

The same loop drives the agent and the oracle, so a demonstration is recorded on the agent's path.
"Done" is never believed before `verify` has read the saved file.
"""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from actuation.action import Action, Ask, Done, Fail, Wait
from actuation.desktop import Desktop, DesktopError, Stopped
from actuation.guard import Guard, effect, target_changed
from agent.events import Began, Dropped, Ended, Intended, Looked, Sink, Stepped, ignore
from agent.policy import Decision, Policy
from agent.stop import Stop
from memory.day import Context
from memory.episode import Actor, Episode, Outcome, Step
from perception.observation import Observation
from tasks.task import Verdict

STRIKES = 3
"""So many actions in a row without effect, or drops of one action, end a run."""

PHASES = ("settle", "capture", "scene", "decide", "perform", "journal", "total")


Approve = Callable[[Action, str], bool]
"""Asked with a delicate action and why it is one; True lets it pass."""


def never(action: Action, reason: str) -> bool:
    """Nobody is there to approve anything."""
    return False


class PolicyBroke(Exception):  # noqa: N818 - what happened, as a run's detail says it
    """A defect in a policy, with the place of it."""


class Journal(Protocol):
    """What the loop needs of memory; memory.store.Store is the real one."""

    def begin(self, episode: Episode) -> None: ...
    def intend(self, episode_id: str, step: Step) -> None: ...
    def outcome(self, episode_id: str, index: int, performed: Action) -> None: ...
    def end(
        self, episode_id: str, outcome: Outcome, collateral: bool, detail: str, ended_at: float
    ) -> None: ...


@dataclass(frozen=True, eq=False)
class Run:
    """How a run went. claimed: the policy itself said done. steps: milliseconds by phase of each.

    verdict: what the verifier found, whatever the ending; None where there is no verifier.
    """

    episode: str
    outcome: Outcome
    detail: str
    claimed: bool
    verdict: Verdict | None
    steps: tuple[dict[str, float], ...]
    seconds: float

    @property
    def collateral(self) -> bool:
        return self.verdict is not None and self.verdict.collateral


@dataclass
class Loop:
    """Drives one policy on one desktop; `run` once for each episode."""

    desktop: Desktop
    policy: Policy
    guard: Guard
    journal: Journal
    actor: Actor = Actor.AGENT
    sink: Sink = ignore
    approve: Approve = never
    stop: Stop = field(default_factory=Stop)

    def run(self, episode: Episode, context: Context, verify: Callable[[], Verdict] | None) -> Run:
        """Live through `episode` (begun here, no steps yet) and journal how it ended.

        Errors of the journal (disk full, say) pass through; those of the desktop end the run.
        """
        started = time.monotonic()
        self._steps: list[dict[str, float]] = []
        self.journal.begin(episode)
        self.sink(Began(episode.id, episode.goal, self.policy.name, self.actor))
        self.policy.begin(episode.goal, context)
        outcome, detail = self._live(episode.id, started)
        claimed = outcome is Outcome.UNVERIFIED
        verdict = verify() if verify else None
        if claimed and verdict is not None:
            done = verdict.ok and not verdict.expects_ask
            outcome = Outcome.VERIFIED if done else Outcome.WRONG
            detail = verdict.reason
        run = Run(
            episode=episode.id,
            outcome=outcome,
            detail=detail,
            claimed=claimed,
            verdict=verdict,
            steps=tuple(self._steps),
            seconds=time.monotonic() - started,
        )
        self.journal.end(episode.id, run.outcome, run.collateral, run.detail, time.time())
        self.sink(Ended(episode.id, outcome, run.collateral, detail, len(self._steps), run.seconds))
        return run

    def _live(self, episode: str, started: float) -> tuple[Outcome, str]:
        """Step until something ends it; a claim of being done comes back as UNVERIFIED."""
        acting, strikes, drops, clock = False, 0, 0, _Clock()
        try:
            seen = self._look(episode, clock)
            while True:
                index = len(self._steps)
                decision = self._decide(seen, clock)
                action = decision.action
                self.sink(Intended(episode, index, action, decision.confidence, decision.note))
                if end := self._forbidden(action, seen, index, started):
                    return end
                if target_changed(action, seen, self.desktop.glance()):
                    self.sink(Dropped(episode, index, action, "its target changed"))
                    if (drops := drops + 1) == STRIKES:
                        return Outcome.EXHAUSTED, "the target kept changing before it was touched"
                    seen = self._look(episode, clock)
                    continue
                with clock("journal"):
                    self.journal.intend(episode, self._step(index, seen, decision))
                if isinstance(action, Done | Ask | Fail):
                    self.journal.outcome(episode, index, action)
                    self._finish(episode, index, action, True, clock)
                    return _ending(action)
                acting = True
                with clock("perform"):
                    performed = self.desktop.perform(action)
                before, seen = seen, self._look(episode, clock)
                with clock("journal"):
                    self.journal.outcome(episode, index, performed)
                acting = False
                self.policy.performed(performed)
                changed = effect(before, seen)
                self._finish(episode, index, performed, changed, clock)
                strikes = 0 if changed or isinstance(action, Wait) else strikes + 1
                if strikes == STRIKES:
                    return Outcome.EXHAUSTED, "three actions in a row changed nothing"
                drops, clock = 0, _Clock()
        except Stopped:
            return Outcome.STOPPED, "stopped by a person"
        except DesktopError as error:
            return (Outcome.UNKNOWN if acting else Outcome.FAILED), str(error)
        except PolicyBroke as error:
            return Outcome.FAILED, str(error)

    def _forbidden(
        self, action: Action, seen: Observation, index: int, started: float
    ) -> tuple[Outcome, str] | None:
        """Why the action may not be performed; None if it may."""
        if self.stop.thrown:
            return Outcome.STOPPED, "stopped by a person"
        permit = self.guard.check(action, seen, index, time.monotonic() - started)
        if permit.allowed:
            return None
        if permit.exhausted:
            return Outcome.EXHAUSTED, permit.reason
        if not permit.needs_approval:
            return Outcome.REFUSED, permit.reason
        if not self.approve(action, permit.reason):
            return Outcome.REFUSED, f"not approved: {permit.reason}"
        return None

    def _look(self, episode: str, clock: "_Clock") -> Observation:
        with clock("capture"):
            seen = self.desktop.observe()
        clock.move("capture", "settle", 1000 * seen.waited)
        self.sink(Looked(episode, seen))
        return seen

    def _decide(self, seen: Observation, clock: "_Clock") -> Decision:
        try:
            with clock("decide"):
                decision = self.policy.decide(seen)
        except DesktopError:
            raise
        except Exception as error:  # whatever a policy does, the run ends openly
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}:{place.lineno}"
            raise PolicyBroke(
                f"the policy broke: {type(error).__name__} at {where}: {error}"
            ) from error
        clock.move("decide", "scene", decision.timings.get("scene", 0.0))
        return decision

    def _step(self, index: int, seen: Observation, decision: Decision) -> Step:
        return Step(
            index=index,
            observation=seen,
            intended=decision.action,
            performed=None,
            actor=self.actor,
            confidence=decision.confidence,
            note=decision.note,
        )

    def _finish(
        self, episode: str, index: int, action: Action, changed: bool, clock: "_Clock"
    ) -> None:
        self._steps.append(clock.read())
        self.sink(Stepped(episode, index, action, changed, self._steps[-1]))


def _ending(action: Done | Ask | Fail) -> tuple[Outcome, str]:
    match action:
        case Done(answer):
            return Outcome.UNVERIFIED, answer
        case Ask(question):
            return Outcome.ASKED, question
        case Fail(reason):
            return Outcome.FAILED, reason


class _Clock:
    """Milliseconds by phase of one step: `with clock("perform"): …`."""

    def __init__(self) -> None:
        self._born = time.perf_counter()
        self._ms = dict.fromkeys(PHASES, 0.0)

    def __call__(self, phase: str) -> "_Clock":
        self._phase, self._since = phase, time.perf_counter()
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._ms[self._phase] += 1000 * (time.perf_counter() - self._since)

    def move(self, source: str, target: str, ms: float) -> None:
        """Count `ms` of one phase as another's."""
        ms = min(ms, self._ms[source])
        self._ms[source] -= ms
        self._ms[target] += ms

    def read(self) -> dict[str, float]:
        return self._ms | {"total": 1000 * (time.perf_counter() - self._born)}
