"""A stored episode behind the door of a policy: does again what was done, and looks before it
touches. Where the screen is another than it was, it fails and says at which step.

    as it was? ── yes ──▶ the step
        │ no: a program may be late (wait), the pointer may have lit something up (point there)
        └── still no ──▶ fail: "diverged at step 7: …"
"""

import numpy as np

from actuation.action import Action, Click, Done, Drag, Fail, Move, Press, Scroll, TypeText, Wait
from agent.policy import Decision
from memory.day import Context
from memory.episode import Episode, Step
from memory.private.spans import HIDDEN
from perception.observation import Box, Image, Observation, Window

PATCH = 24  # pixels around a point that must look the same
ALIKE = 0.9  # share of them; a caret may differ
TINT = 24  # of 255, in each colour: a pointer that rests on a button lights it up by less
LATE, LOOKS = 0.5, 12  # seconds between looks for a late program, and how many
AGAIN, HOVER = 3, 9  # looks before the pointer goes where it was then, and where it will touch
SHAKEN = 8  # pixels by which a window of another title may be larger or smaller, and be the same


class Reenact:
    """Decides the performed actions of an episode, in order."""

    name = "reenact"

    def __init__(self, episode: Episode) -> None:
        self.weights = episode.weights
        self._steps = [step for step in episode.steps if step.performed is not None]
        self.begin("", Context())

    def begin(self, goal: str, context: Context) -> None:
        self._next = self._looks = 0
        self._preparing = False

    def decide(self, observation: Observation) -> Decision:
        self._preparing = False
        if self._next == len(self._steps):
            return Decision(Done(), note="the stored episode ends here")
        step = self._steps[self._next]
        assert step.performed is not None
        note = f"step {step.index + 1}"
        reason = divergence(step, observation)
        if not reason:
            return Decision(step.performed, note=note)
        prepared = self._prepared(step, observation)
        if prepared is None:
            return Decision(Fail(f"diverged at {note}: {reason}"), note=reason)
        self._preparing = True
        return Decision(prepared, note=f"{note} is not yet as it was: {reason}")

    def performed(self, action: Action) -> None:
        if not self._preparing:
            self._next += 1
            self._looks = 0

    def interrupted(self) -> None:
        pass

    def _prepared(self, step: Step, now: Observation) -> Action | None:
        """What may bring the screen of then about without touching anything; None where all was
        tried, or where nothing of it helps."""
        action, (x, y) = step.performed, step.observation.cursor
        self._looks += 1
        if self._looks > LOOKS or (isinstance(action, TypeText | Press) and _hidden(action)):
            return None
        if isinstance(action, Click | Drag | Scroll):
            if self._looks == AGAIN and (x, y) != now.cursor:
                return Move(x, y)
            if self._looks == HOVER:
                return Move(action.x, action.y)
        return Wait(LATE)


def divergence(step: Step, now: Observation) -> str:
    """Why the step's action does not fit the screen of now; "" where it does."""
    then = step.observation
    if then.image.shape != now.image.shape:
        return f"the screen is {now.screen.width}×{now.screen.height}"
    match step.performed:
        case Click(x=x, y=y) | Drag(x=x, y=y) | Scroll(x=x, y=y):
            alike = likeness(then.image, now.image, x, y)
            if alike < ALIKE:
                return f"the target looks different ({alike:.0%} of its pixels are the same)"
        case TypeText() | Press() as keys:
            if _hidden(keys):
                return "what was typed there is not kept"
            if not _same(then.active, now.active):
                was, is_ = (_named(seen.active) for seen in (then, now))
                return f"the keyboard is with {is_}, it was with {was}"
        case _:
            pass
    return ""


def likeness(then: Image, now: Image, x: int, y: int) -> float:
    """Share of pixels in the patch around a point that are the same but for a tint, 0..1."""
    height, width = then.shape[:2]
    patch = Box(x - PATCH // 2, y - PATCH // 2, PATCH, PATCH).intersect(Box(0, 0, width, height))
    cut = np.s_[patch.y : patch.bottom, patch.x : patch.right]
    apart = np.abs(then[cut].astype(np.int16) - now[cut])
    return float((apart <= TINT).all(axis=-1).mean()) if patch.area else 0.0


def _hidden(action: TypeText | Press) -> bool:
    said = action.text if isinstance(action, TypeText) else action.keys
    return bool(said) and not said.strip(HIDDEN)


def _same(was: Window | None, now: Window | None) -> bool:
    """Whether it is the same window, as far as that can be told: titles name files and what was
    changed in them, so that one of another title but of the same size is the same."""
    if was is None or now is None:
        return was is now
    size = max(abs(was.box.w - now.box.w), abs(was.box.h - now.box.h))
    return was.application == now.application and (was.title == now.title or size <= SHAKEN)


def _named(window: Window | None) -> str:
    return f"{window.application} “{window.title}”" if window else "nothing"
