"""What the operator keeps out of memory: excluded windows are black before a frame reaches disk.

step ──▶ Excluding ──▶ the window's visible pixels black, its title gone, its text dots ──▶ store
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from actuation.action import Action, TypeText
from memory.episode import Episode, Outcome, Step
from perception.observation import Box, Observation, Window

HIDDEN = "•"


class Journal(Protocol):
    """The writing side of memory.store.Store."""

    def begin(self, episode: Episode) -> None: ...
    def intend(self, episode_id: str, step: Step) -> None: ...
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

    def begin(self, episode: Episode) -> None:
        self._journal.begin(episode)

    def intend(self, episode_id: str, step: Step) -> None:
        active = step.observation.active
        self._dotted = active is not None and self._excluded(active)
        seen = blackened(step.observation, self._excluded)
        note = "" if self._dotted else step.note  # it may say what is typed
        kept = replace(step, observation=seen, intended=self._kept(step.intended), note=note)
        self._journal.intend(episode_id, kept)

    def outcome(self, episode_id: str, index: int, performed: Action) -> None:
        self._journal.outcome(episode_id, index, self._kept(performed))

    def end(
        self, episode_id: str, outcome: Outcome, collateral: bool, detail: str, ended_at: float
    ) -> None:
        self._journal.end(episode_id, outcome, collateral, detail, ended_at)

    def _excluded(self, window: Window) -> bool:
        names = (window.title, window.application)
        return any(pattern.search(name) for pattern in self._patterns for name in names)

    def _kept(self, action: Action) -> Action:
        if self._dotted and isinstance(action, TypeText):
            return TypeText(HIDDEN * len(action.text))
        return action


def blackened(observation: Observation, excluded: "Excluded") -> Observation:
    """The observation without what can be seen of excluded windows."""
    windows = observation.windows
    if not any(map(excluded, windows)):
        return observation
    image, shape = observation.image.copy(), observation.image.shape[:2]
    free = np.ones(shape, bool)  # not covered by a window further in front
    for window in windows:
        box = window.box.intersect(Box(0, 0, shape[1], shape[0]))
        part = np.s_[box.y : box.bottom, box.x : box.right]
        if excluded(window):
            image[part][free[part]] = 0
        free[part] = False
    kept = tuple(replace(each, title="excluded") if excluded(each) else each for each in windows)
    return replace(observation, image=image, windows=kept)


class Excluded(Protocol):
    def __call__(self, window: Window, /) -> bool: ...
