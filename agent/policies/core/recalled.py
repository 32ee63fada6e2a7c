"""Recalled steps → cues: what was done in similar episodes, told by labels."""

from collections.abc import Sequence
from dataclasses import replace

from agent.policies.core.situation import Choice, ChoiceKind, Cue, Situation
from agent.policies.core.trail import Trail, choice_of, deed_of
from memory.recall import RecalledStep
from perception.read import Reader

Moments = tuple[tuple[str, int, float], ...]


class Recollection:
    """Makes cues of recalled steps; those of the last recall are kept, since reading them again
    costs seconds and mostly the same episodes come to mind."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._last: tuple[Moments, tuple[Cue | None, ...]] = ((), ())

    def cues(self, steps: Sequence[RecalledStep]) -> tuple[Cue, ...]:
        """One cue for each recalled step that the core has a way to say."""
        moments = tuple((r.goal, r.step.index, r.step.observation.taken_at) for r in steps)
        if moments != self._last[0]:
            self._last = moments, self._read(steps)
        pairs = zip(self._last[1], steps, strict=True)
        return tuple(replace(cue, similarity=r.similarity) for cue, r in pairs if cue is not None)

    def _read(self, steps: Sequence[RecalledStep]) -> tuple[Cue | None, ...]:
        made: list[Cue | None] = []
        trail, before, last = Trail(""), None, 0
        for recalled in steps:
            if recalled.goal != trail.goal or recalled.step.index <= last:
                trail, before = Trail(recalled.goal), None
            last = recalled.step.index
            situation = trail.look(self.reader.read(recalled.step.observation))
            action = recalled.step.performed or recalled.step.intended
            choice = choice_of(situation, action)
            made.append(cue_of(situation, choice, before))
            trail.did(action)
            before = kind_of(choice)
        return tuple(made)


def cue_of(situation: Situation, choice: Choice | None, before: ChoiceKind | None) -> Cue | None:
    """What is remembered of one step; None where the core has no way to say it."""
    return None if choice is None else Cue(deed_of(situation, choice), before)


def kind_of(choice: Choice | None) -> ChoiceKind:
    """What the next cue remembers of the step before it."""
    return ChoiceKind.WAIT if choice is None else choice.kind
