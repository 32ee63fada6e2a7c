"""What the operator keeps out of memory: excluded windows are black before a frame reaches disk.

step ──▶ Excluding ──▶ the window's visible pixels black, its title gone, its text dots ──▶ store

Once one was on the screen, what an episode says of itself in words may quote it: those words are
not kept either.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np

from actuation.action import Action, Ask, Done, Fail, Press, TypeText
from memory.episode import Episode, Outcome, Step
from memory.private.spans import HIDDEN
from perception.observation import Box, Observation, Window

NOT_KEPT = "details are not kept: an excluded window was on the screen"

# A window's box is without its frame, whose title bar tells much: so much around it goes too.
ABOVE, AROUND = 32, 6

# Keys that write nothing; any other, alone or with shift, may be a letter of a password.
_NAMES = (
    "tab iso_left_tab return enter kp_enter escape backspace delete kp_delete insert home end"
    " left right up down prior next page_up page_down menu caps_lock num_lock"
    " shift shift_l shift_r ctrl control control_l control_r alt alt_l alt_r super super_l"
)
WORDLESS = frozenset(_NAMES.split()) | {f"f{number}" for number in range(1, 25)}
WRITING = {"shift", "shift_l", "shift_r", "altgr", "iso_level3_shift"}


class Journal(Protocol):
    """The writing side of memory.store.Store."""

    def begin(self, episode: Episode) -> None: ...
    def intend(self, episode_id: str, step: Step, after: Observation | None = None) -> None: ...
    def outcome(self, episode_id: str, index: int, performed: Action) -> None: ...
    def end(
        self, episode_id: str, outcome: Outcome, collateral: bool, detail: str, ended_at: float
    ) -> None: ...


@runtime_checkable
class Mending(Protocol):
    """A journal in which a step can be put in another's place, as memory.store.Store's."""

    def mend(self, episode_id: str, step: Step) -> None: ...


class Unkept:
    """A journal of what is thrown away: a rehearsal, a replay. Nothing of it reaches the disk."""

    def begin(self, episode: Episode) -> None: ...
    def intend(self, episode_id: str, step: Step, after: Observation | None = None) -> None: ...
    def outcome(self, episode_id: str, index: int, performed: Action) -> None: ...
    def end(
        self, episode_id: str, outcome: Outcome, collateral: bool, detail: str, ended_at: float
    ) -> None: ...


class Excluding:
    """A journal that keeps windows out whose title or application matches one of `patterns`.

    Raises re.error for a pattern that is none.
    """

    def __init__(self, journal: Journal, patterns: Sequence[str]) -> None:
        self._journal = journal
        self._patterns = [re.compile(pattern, re.IGNORECASE) for pattern in patterns]
        self._dotted = False  # whether the step under way typed into an excluded window
        self._quiet = False

    @property
    def quiet(self) -> bool:
        """Whether the episode has seen an excluded window: then no words of it may be kept."""
        return self._quiet

    def saw(self, observation: Observation) -> None:
        """A look that may not become a step, as before a refusal; what follows is quiet too."""
        self._quiet |= any(map(self._excluded, observation.windows))

    def begin(self, episode: Episode) -> None:
        self._dotted = self._quiet = False
        self._journal.begin(episode)

    def intend(self, episode_id: str, step: Step, after: Observation | None = None) -> None:
        """after: the frame after the action, where it is known already, as of a person's act."""
        self.saw(step.observation)
        if after is not None:
            self.saw(after)
        active = step.observation.active
        self._dotted = active is not None and self._excluded(active)
        self._journal.intend(episode_id, self._without(step, self._dotted))

    def mend(self, episode_id: str, step: Step) -> None:
        """Put a step in the place of an earlier one, where the journal behind can."""
        active = step.observation.active
        if isinstance(self._journal, Mending):
            dotted = active is not None and self._excluded(active)
            self._journal.mend(episode_id, self._without(step, dotted))

    def _without(self, step: Step, dotted: bool) -> Step:
        seen = blackened(step.observation, self._excluded)
        shown = any(map(self._excluded, step.observation.windows))
        note = "" if shown else step.note  # it may say what is typed, or read there
        performed = None if step.performed is None else self._kept(step.performed, dotted)
        intended = self._kept(step.intended, dotted)
        return replace(step, observation=seen, intended=intended, performed=performed, note=note)

    def outcome(self, episode_id: str, index: int, performed: Action) -> None:
        self._journal.outcome(episode_id, index, self._kept(performed, self._dotted))

    def end(
        self, episode_id: str, outcome: Outcome, collateral: bool, detail: str, ended_at: float
    ) -> None:
        said = NOT_KEPT if self._quiet else detail
        self._journal.end(episode_id, outcome, collateral, said, ended_at)

    def _excluded(self, window: Window) -> bool:
        names = (window.title, window.application)
        return any(pattern.search(name) for pattern in self._patterns for name in names)

    def _kept(self, action: Action, dotted: bool) -> Action:
        match action:
            case TypeText(text) if dotted:
                return TypeText(HIDDEN * len(text))
            case Press(keys) if dotted and writes(keys):
                return Press(HIDDEN)
            case Ask(text) if self._quiet:
                return Ask(HIDDEN * len(text))
            case Fail(text) if self._quiet:
                return Fail(HIDDEN * len(text))
            case Done(text) if self._quiet:
                return Done(HIDDEN * len(text))
            case _:
                return action


def writes(keys: str) -> bool:
    """Whether a key or chord may write a character."""
    *held, key = keys.removesuffix("+").split("+")  # "+" itself is a key
    return WRITING.issuperset(name.lower() for name in held) and key.lower() not in WORDLESS


def blackened(observation: Observation, excluded: "Excluded") -> Observation:
    """The observation without what can be seen of excluded windows."""
    windows = observation.windows
    if not any(map(excluded, windows)):
        return observation
    image, shape = observation.image.copy(), observation.image.shape[:2]
    free = np.ones(shape, bool)  # not covered by a window further in front
    for window in windows:
        if excluded(window):
            part = _part(framed(window.box), shape)
            image[part][free[part]] = 0
        free[_part(window.box, shape)] = False
    kept = tuple(replace(each, title="excluded") if excluded(each) else each for each in windows)
    return replace(observation, image=image, windows=kept)


def framed(box: Box) -> Box:
    """With all that a window manager may draw around it."""
    return Box(box.x - AROUND, box.y - ABOVE, box.w + 2 * AROUND, box.h + ABOVE + AROUND)


def _part(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The box as indices of an image, as far as it lies in it."""
    seen = box.intersect(Box(0, 0, shape[1], shape[0]))
    return slice(seen.y, seen.bottom), slice(seen.x, seen.right)


class Excluded(Protocol):
    def __call__(self, window: Window, /) -> bool: ...
