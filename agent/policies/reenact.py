"""A stored episode behind the door of a policy: does again what was done, and looks before it
touches. Where the screen is another than it was, it fails and says at which step."""

import numpy as np

from actuation.action import Action, Click, Done, Drag, Fail, Scroll
from agent.policy import Decision
from memory.day import Context
from memory.episode import Episode, Step
from perception.observation import Box, Image, Observation

PATCH = 24  # pixels around a point that must look the same
ALIKE = 0.9  # share of them; a caret or a hover may differ


class Reenact:
    """Decides the performed actions of an episode, in order."""

    name = "reenact"

    def __init__(self, episode: Episode) -> None:
        self.weights = episode.weights
        self._steps = [step for step in episode.steps if step.performed is not None]
        self._next = 0

    def begin(self, goal: str, context: Context) -> None:
        self._next = 0

    def decide(self, observation: Observation) -> Decision:
        if self._next == len(self._steps):
            return Decision(Done(), note="the stored episode ends here")
        step = self._steps[self._next]
        assert step.performed is not None
        if reason := divergence(step, observation):
            return Decision(Fail(f"diverged at step {step.index + 1}: {reason}"), note=reason)
        return Decision(step.performed, note=f"step {step.index + 1}")

    def performed(self, action: Action) -> None:
        self._next += 1

    def interrupted(self) -> None:
        pass


def divergence(step: Step, now: Observation) -> str:
    """Why the step's action does not fit the screen of now; "" where it does."""
    then = step.observation
    if then.image.shape != now.image.shape:
        return f"the screen is {now.screen.width}×{now.screen.height}"
    if isinstance(step.performed, Click | Drag | Scroll):
        alike = likeness(then.image, now.image, step.performed.x, step.performed.y)
        if alike < ALIKE:
            return f"the target looks different ({alike:.0%} of its pixels are the same)"
        return ""
    was, is_ = (seen.active.application if seen.active else "" for seen in (then, now))
    return "" if was == is_ else f"the keyboard is with {is_ or 'nothing'}, it was with {was}"


def likeness(then: Image, now: Image, x: int, y: int) -> float:
    """Share of equal pixels in the patch around a point, 0..1."""
    height, width = then.shape[:2]
    patch = Box(x - PATCH // 2, y - PATCH // 2, PATCH, PATCH).intersect(Box(0, 0, width, height))
    cut = np.s_[patch.y : patch.bottom, patch.x : patch.right]
    return float((then[cut] == now[cut]).all(axis=-1).mean()) if patch.area else 0.0
