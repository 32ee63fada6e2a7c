"""Recalled steps → cues: what was done in similar episodes, told by labels."""

from collections.abc import Sequence

from agent.policies.core.situation import ChoiceKind, Cue, Deed
from agent.policies.core.trail import Trail, choice_of, deed_of
from memory.recall import RecalledStep
from perception.read import Reader


def cues(reader: Reader, steps: Sequence[RecalledStep]) -> tuple[Cue, ...]:
    """One cue for each recalled step that the core has a way to say."""
    made: list[Cue] = []
    trail, before = Trail(""), None
    for recalled in steps:
        if recalled.step.index == 0:
            trail, before = Trail(recalled.goal), None
        situation = trail.look(reader.read(recalled.step.observation))
        action = recalled.step.performed or recalled.step.intended
        choice = choice_of(situation, action)
        deed: Deed | None = None if choice is None else deed_of(situation, choice)
        if deed is not None:
            made.append(Cue(deed, before, recalled.similarity))
        trail.did(action)
        before = ChoiceKind.WAIT if choice is None else choice.kind
    return tuple(made)
