"""The loop: one episode from the first look to exactly one outcome.

    observe (settled) → decide → guard → hold → target unchanged? → journal the intent
        → perform → observe → journal the outcome → did it change anything?

The same loop drives the agent and the oracle, so a demonstration is recorded on the agent's path.
"Done" is never believed before `verify` has read the saved file. What a person does, says and
refuses in between is kept as well (agent.diary).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from actuation.action import Action, Ask, Done, Fail, Motion, Press, TypeText, Wait
from actuation.desktop import Desktop, DesktopError, Stopped
from actuation.grammar import format_action
from actuation.guard import UNREAD, Guard, effect, target_changed
from actuation.rules import Permit
from agent.approval import QUESTION, Approve, Hold, Request, go_on, never
from agent.clock import Clock
from agent.diary import Diary, Taught, nobody
from agent.events import (
    Answered,
    Began,
    Dropped,
    Ended,
    HandedBack,
    Intended,
    Looked,
    Sink,
    Stepped,
    ignore,
)
from agent.policy import Decision, Policy, PolicyBroke, Pupil, at_work
from agent.stop import Stop
from memory.day import Context
from memory.episode import Actor, Episode, Fate, Outcome
from memory.exclude import Journal as Journal
from perception.observation import Observation
from tasks.task import Verdict

Waited = TypeVar("Waited")
Verify = Callable[[str], Verdict]  # what Done said → what was found

STRIKES = 3
"""So many actions in a row without effect, or drops of one action, end a run."""


WORDS = 2.0
"""Seconds that the words of a dialog may come after its window."""


class ImpossibleError(ValueError):
    """An action that this desktop has no way to do."""


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
    hold: Hold = go_on
    taught: Taught = nobody
    stop: Stop = field(default_factory=Stop)

    def run(self, episode: Episode, context: Context, verify: Verify | None) -> Run:
        """Live through `episode` (begun here, no steps yet) and journal how it ended.

        Errors of the journal (disk full, say) pass through; those of the desktop end the run.
        """
        started = time.monotonic()
        self._diary = Diary(episode.id, self.journal, self.policy, self.actor, self.taught)
        self.journal.begin(episode)
        self.sink(Began(episode.id, episode.goal, self.policy.name, self.actor))
        self.policy.begin(episode.goal, context)
        outcome, said = self._live(episode.id, started)
        run = concluded(episode.id, outcome, said, verify, self._diary.steps, started)
        self.journal.end(episode.id, run.outcome, run.collateral, run.detail, time.time())
        self.sink(ended(run))
        return run

    def _live(self, episode: str, started: float) -> tuple[Outcome, str]:
        """Step until something ends it; a claim of being done comes back as UNVERIFIED."""
        acting, strikes, drops, clock = False, 0, 0, Clock()
        self._held = 0.0
        try:
            seen = self._look(episode, clock)
            while True:
                decision = self._decide(seen, clock)
                self._diary.decided(seen, decision)
                self.sink(_intended(episode, self._diary.place, decision))
                action = self._permitted(decision, seen, started)
                if isinstance(action, _End):
                    return action.outcome, action.detail
                if action is None or self._held_up(lead=True):
                    seen, strikes, drops = self._taken_back(episode, seen, clock), 0, 0
                    continue
                if changed_meanwhile(action, seen, self.desktop.glance()):
                    self.sink(Dropped(episode, self._diary.place, action, "its target changed"))
                    if (drops := drops + 1) == STRIKES:
                        return Outcome.EXHAUSTED, "the target kept changing before it was touched"
                    seen = self._look(episode, clock)
                    continue
                with clock("journal"):
                    index = self._diary.intend(action)
                if isinstance(action, Done | Ask | Fail):
                    self.journal.outcome(episode, index, action)
                    self._finish(episode, index, action, True, clock)
                    clock = Clock()
                    again = isinstance(action, Ask) and self._asked(episode, seen, action, clock)
                    if not again:
                        return _ending(action)
                    seen = again
                    continue
                performed = None
                if not self._held_up(lead=False):  # journalling took a moment
                    acting = True
                    with clock("perform"):
                        performed = self._perform(action)
                if performed is None:
                    # A person cut it short: what was done of it is not known, so it is looked at.
                    self._finish(episode, index, action, True, clock)
                    seen, acting = self._taken_back(episode, seen, clock), False
                    strikes, drops, clock = 0, 0, Clock()
                    continue
                before, seen = seen, self._look(episode, clock)
                with clock("journal"):
                    self.journal.outcome(episode, index, performed)
                acting = False
                self.guard.did(performed)
                self.policy.performed(performed)
                changed = effect(before, seen)
                self._finish(episode, index, performed, changed, clock)
                strikes = 0 if changed or isinstance(action, Wait) else strikes + 1
                if strikes == STRIKES:
                    return Outcome.EXHAUSTED, "three actions in a row changed nothing"
                drops, clock = 0, Clock()
        except Stopped:
            self._diary.stopped()
            return Outcome.STOPPED, "stopped by a person"
        except DesktopError as error:
            return (Outcome.UNKNOWN if acting else Outcome.FAILED), str(error)
        except PolicyBroke as error:
            return Outcome.FAILED, str(error)
        except ImpossibleError as error:
            return Outcome.FAILED, str(error)

    def _perform(self, action: Motion) -> Motion | None:
        """None where a person cut it short and has given the desktop back by now."""
        try:
            return self.desktop.perform(action)
        except Stopped:
            if not self._held_up(lead=False):
                raise
            self.guard.did(action)  # some of it may stand there
            return None
        except ValueError as error:  # a text or key that no keyboard has
            raise ImpossibleError(f"{format_action(action)} cannot be done: {error}") from error

    def _permitted(
        self, decision: Decision, seen: Observation, started: float
    ) -> "Action | _End | None":
        """The action that may be performed, perhaps another that a person put in its place; None
        where a person took the desktop instead of answering."""
        action, asked, patience = decision.action, set[str](), time.monotonic() + WORDS
        while True:
            if self.stop.thrown:
                raise Stopped
            elapsed = time.monotonic() - started - self._held
            permit = self.guard.check(action, seen, self._diary.own, elapsed)
            if UNREAD in permit.rules and time.monotonic() < patience:
                seen = self.desktop.observe()
                continue
            if permit.allowed or (permit.needs_approval and asked.issuperset(permit.rules)):
                return action
            if permit.exhausted:
                return _End(Outcome.EXHAUSTED, permit.reason)
            if not permit.needs_approval:
                return _End(Outcome.REFUSED, permit.reason)
            answer = self._wait(partial(self.approve, _request(action, decision, permit)))
            if answer is None or not answer.yes:
                if self._held_up(lead=False):
                    return None
                if answer is not None:
                    self._diary.propose(Fate.REJECTED)
                return _End(Outcome.REFUSED, f"not approved: {permit.reason}")
            # What a person put in its place is checked as well, and asked about for new reasons.
            action, asked = answer.action or action, asked | set(permit.rules)

    def _asked(
        self, episode: str, seen: Observation, asked: Ask, clock: Clock
    ) -> Observation | None:
        """A new look after a question: a person answered it, or took the desktop instead. None
        where nobody did either, or the policy cannot be told: then it ends the run."""
        if not isinstance(self.policy, Pupil):
            return None
        request = Request(asked, (QUESTION,), "the agent does not know how to go on")
        answer = self._wait(partial(self.approve, request))
        if self._held_up(lead=False):
            return self._taken_back(episode, seen, clock)
        if answer is None or not answer.words:
            return None
        self._diary.heard(seen, asked.question, answer.words)
        self.sink(Answered(episode, asked.question))
        return self._look(episode, clock)

    def _held_up(self, lead: bool) -> bool:
        """Wait as long as a person wants; whether they had the desktop. Stopped where they said
        so."""
        touched = self._wait(partial(self.hold, lead))
        if self.stop.thrown:
            raise Stopped
        return touched

    def _wait(self, person: Callable[[], Waited]) -> Waited:
        """Wait for a person; that time is not the run's."""
        since = time.monotonic()
        try:
            return person()
        finally:
            self._held += time.monotonic() - since

    def _taken_back(self, episode: str, before: Observation, clock: Clock) -> Observation:
        """Keep what a person did, and look at what they have left behind."""
        self._diary.handed_back()
        seen = self._look(episode, clock)
        self.sink(HandedBack(episode, before, seen))
        return seen

    def _look(self, episode: str, clock: Clock) -> Observation:
        with clock("capture"):
            seen = self.desktop.observe()
        clock.move("capture", "settle", 1000 * seen.waited)
        self.sink(Looked(episode, seen))
        return seen

    def _decide(self, seen: Observation, clock: Clock) -> Decision:
        with at_work(), clock("decide"):
            decision = self.policy.decide(seen)
        clock.move("decide", "scene", decision.timings.get("scene", 0.0))
        return decision

    def _finish(
        self, episode: str, index: int, action: Action, changed: bool, clock: Clock
    ) -> None:
        ms = clock.read()
        self._diary.steps.append(ms)
        self.sink(Stepped(episode, index, action, changed, ms))


@dataclass(frozen=True)
class _End:
    """The run ends instead of acting."""

    outcome: Outcome
    detail: str


def _request(action: Action, decision: Decision, permit: Permit) -> Request:
    return Request(
        action,
        permit.rules,
        permit.reason,
        decision.note,
        decision.confidence,
        decision.target,
        decision.source,
    )


def changed_meanwhile(action: Action, seen: Observation, now: Observation) -> bool:
    """Whether the action would meet something else than it was decided for: a target that looks
    different, or another window under the keys."""
    if isinstance(action, TypeText | Press):
        before, after = (look.active for look in (seen, now))
        names = [(one.application, one.title) if one else None for one in (before, after)]
        return names[0] != names[1]
    return target_changed(action, seen, now)


def _intended(episode: str, index: int, decision: Decision) -> Intended:
    return Intended(
        episode,
        index,
        decision.action,
        decision.confidence,
        decision.note,
        decision.target,
        decision.source,
    )


def concluded(
    episode: str,
    outcome: Outcome,
    said: str,
    verify: Verify | None,
    steps: list[dict[str, float]],
    started: float,
) -> Run:
    """A run that has ended, once `verify` was asked: a claim of being done is not believed.

    outcome, said: as the run itself ended, UNVERIFIED for such a claim. started: time.monotonic().
    """
    claimed = outcome is Outcome.UNVERIFIED
    verdict = verify(said if claimed else "") if verify else None
    if claimed and verdict is not None:
        done = verdict.ok and not verdict.expects_ask
        if not verdict.unknown:
            outcome = Outcome.VERIFIED if done else Outcome.WRONG
        said = verdict.reason
    seconds = time.monotonic() - started
    return Run(episode, outcome, said, claimed, verdict, tuple(steps), seconds)


def ended(run: Run) -> Ended:
    """The event of it."""
    steps = len(run.steps)
    return Ended(run.episode, run.outcome, run.collateral, run.detail, steps, run.seconds)


def _ending(action: Done | Ask | Fail) -> tuple[Outcome, str]:
    match action:
        case Done(answer):
            return Outcome.UNVERIFIED, answer
        case Ask(question):
            return Outcome.ASKED, question
        case Fail(reason):
            return Outcome.FAILED, reason
