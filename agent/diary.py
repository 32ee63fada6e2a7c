"""The steps of one run, as they are journalled: the agent's own, and what a person teaches.

taken over ──▶ what the agent wanted (never performed) │ each act of the person's hands
rejected   ──▶ what the agent wanted
edited     ──▶ what the agent wanted │ what was done instead, on the same frame
answered   ──▶ the question │ the words, on the same frame
"""

from collections.abc import Callable, Sequence

from actuation.action import Action, Motion, Press, TypeText
from actuation.recorded import Recorded
from agent.clock import Clock
from agent.policy import Decision, Policy, Pupil, at_work
from memory.episode import Actor, Fate, Step
from memory.exclude import Journal
from perception.observation import Observation

REPAINTED = 0.005
"""The share of the screen that repaints itself at most: an icon, a highlighted button."""

Taught = Callable[[], Sequence[Recorded]]
"""What a person's hands did since it was last called, in order: called when a run begins, when
they have handed back, and when they stop it."""


def nobody() -> Sequence[Recorded]:
    """Nobody's hands are followed."""
    return ()


class Diary:
    """steps: milliseconds by phase, one entry for each step of the episode."""

    def __init__(
        self, episode: str, journal: Journal, policy: Policy, actor: Actor, taught: Taught
    ) -> None:
        self._episode, self._journal, self._policy = episode, journal, policy
        self._actor, self._taught = actor, taught
        self._wanted: tuple[Observation, Decision] | None = None
        self._persons = 0
        self.steps: list[dict[str, float]] = []
        taught()  # what was done before the run is no part of it

    @property
    def place(self) -> int:
        """Where the next step will stand."""
        return len(self.steps)

    @property
    def own(self) -> int:
        """How many steps are the agent's own: a person's are not its budget's."""
        return self.place - self._persons

    def decided(self, seen: Observation, decision: Decision) -> None:
        """What is wanted on this frame; done it is not yet."""
        self._wanted = seen, decision

    def intend(self, action: Action) -> int:
        """Journal what is about to be done; its place. What a person put in the place of what was
        wanted is theirs, and what was wanted is kept beside it."""
        assert self._wanted is not None, "what was not decided is not done"
        seen, decision = self._wanted
        edited = action != decision.action
        if edited:
            self.propose(Fate.EDITED)
        who, sure = (Actor.OPERATOR, 1.0) if edited else (self._actor, decision.confidence)
        note = "" if edited else decision.note
        self._journal.intend(self._episode, Step(self.place, seen, action, None, who, sure, note))
        self._wanted = None
        return self.place

    def propose(self, fate: Fate) -> None:
        """Keep what was wanted, and is not done."""
        if self._wanted is None:
            return
        seen, decision = self._wanted
        self._keep(
            Step(
                index=self.place,
                observation=seen,
                intended=decision.action,
                performed=None,
                actor=self._actor,
                confidence=decision.confidence,
                note=decision.note,
                weight=0,
                reason=str(fate),
                fate=fate,
            )
        )

    def heard(self, seen: Observation, question: str, words: str) -> None:
        """Keep a person's answer, and let the policy hear it."""
        said = TypeText(words)
        self._keep(Step(self.place, seen, said, None, Actor.OPERATOR, fate=Fate.ANSWER))
        if isinstance(self._policy, Pupil):
            with at_work():
                self._policy.answered(question, words)

    def handed_back(self) -> None:
        """Keep what a person's hands did, and let the policy follow it."""
        for seen, action in self._acts(self._taught()):
            if isinstance(self._policy, Pupil):
                with at_work():
                    self._policy.watched(seen, action)
        self._policy.interrupted()

    def stopped(self) -> None:
        """Keep what a person's hands did before they stopped the run, but for the double Escape
        that stopped it."""
        acts = list(self._taught())
        while acts and acts[-1].action == Press("Escape"):
            acts.pop()
        self._acts(acts)

    def _acts(self, acts: Sequence[Recorded]) -> list[tuple[Observation, Motion]]:
        if acts:
            self.propose(Fate.TAKEN_OVER)
        kept = []
        for number, act in enumerate(acts):
            frame, note = act.before, "pasted" if act.pasted else ""
            if number == 0 and self._wanted is not None and same_place(self._wanted[0], frame):
                frame = self._wanted[0]  # side by side: what was wanted there, and what was done
            done, who = act.action, Actor.OPERATOR
            self._keep(Step(self.place, frame, done, done, who, note=note))
            kept.append((frame, done))
        self._wanted = None
        return kept

    def _keep(self, step: Step) -> None:
        """Journal a step that is not the agent's own."""
        self._journal.intend(self._episode, step)
        if step.performed is not None:
            self._journal.outcome(self._episode, step.index, step.performed)
        self.steps.append(Clock().read())
        self._persons += 1


def same_place(wanted_on: Observation, touched: Observation) -> bool:
    """Whether the screen on which hands began is the one that the proposal was made on: nothing
    but they could have changed it since, late repaints and what hovering does aside."""
    one, other = wanted_on.image, touched.image
    if one.shape != other.shape or wanted_on.windows != touched.windows:
        return False
    return float((one != other).any(axis=2).mean()) < REPAINTED
