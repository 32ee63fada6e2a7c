"""Whether what is typed goes into a field that hides it.

Who can tell is asked first (accessibility, a browser: Fields). Where nobody can, frames do: dots
where the text appeared, and labels that name a secret left of the place or above it. Where the
place is not known, a label anywhere in the active window is enough.
"""

from typing import Protocol

import numpy as np

from actuation.action import Action, Click, Drag, Press, TypeText
from memory.private.labels import mentions_secret, names_secret
from memory.private.masks import Echo, Typed, echo, masked_at
from perception.observation import Box, Observation
from perception.scene import Element, Scene

SHORT = 3  # characters that may be a shortcut's, and need not show
_REACH = 420  # pixels between a label and the field to its right
_ABOVE = 3.5  # heights of a label between it and the middle of the field below it
_FIELD = 60  # pixels: no field of one line is higher
_LINE = 14  # pixels above and below a point that belong to its line


class Fields(Protocol):
    """Who knows which field has the keyboard, from a program itself."""

    def hides(self, since: float, until: float) -> bool | None:
        """Whether a field that hides its text had it at any moment between two times (seconds
        since the epoch); None where it is not known."""
        ...


class Focus:
    """Follows one episode's steps: where the last of them left the keyboard."""

    def __init__(self, fields: Fields | None = None) -> None:
        self.fields = fields
        self._last: tuple[Observation, Action] | None = None
        self._point: tuple[int, int] | None = None
        self.typed = ""  # what was typed at one place, up to now, in several runs

    def begin(self) -> None:
        self._last, self._point, self.typed = None, None, ""

    def masked(self, before: Observation, after: Observation, text: str) -> bool:
        """Whether a text that was typed between two frames shows as dots."""
        shows = self._echo(before, after, text)
        return shows is not None and shows.echo is Echo.MASKED

    def follow(self, seen: Observation, action: Action) -> None:
        """A step is done: where did it move the keyboard to?"""
        match action:
            case Click(x, y) | Drag(_, _, x, y):
                self._point, self.typed = (x, y), ""
            case Press(keys) if keys.lower() not in ("backspace", "delete", "left", "right"):
                self.typed = ""
        self._last = seen, action

    def hides(
        self, seen: Observation, scene: Scene | None, text: str, after: Observation | None
    ) -> bool:
        """Whether `text`, typed on `seen`, must not be kept. after: the frame that shows it."""
        until = after.taken_at if after else seen.taken_at
        told = self.fields.hides(seen.taken_at, until) if self.fields else None
        shows = self._echo(seen, after, text)
        if told or (shows and shows.echo is Echo.MASKED):
            return True
        if shows and shows.echo is Echo.UNSEEN and len(text) > SHORT and _asked(seen, scene):
            return True
        if told is not None:
            return False
        if shows and shows.box:
            self._point = shows.box.center
        elif self._moved():
            self._point = self._landed(seen)
        if self._point and _dotted(seen, self._point):
            return True
        return scene is None or self._labelled(seen, scene)

    def _echo(self, seen: Observation, after: Observation | None, text: str) -> Typed | None:
        if after is None or seen.image.shape != after.image.shape:
            return None
        one, two = seen.active, after.active
        if one is None or two is None or one.box != two.box:
            return None
        return echo(seen.image, after.image, one.box, text)

    def _moved(self) -> bool:
        """Whether the last step may have moved the keyboard elsewhere, unseen."""
        return self._last is not None and isinstance(self._last[1], Press)

    def _landed(self, seen: Observation) -> tuple[int, int] | None:
        """Where a press moved the keyboard to: what it changed, away from where it was."""
        assert self._last is not None
        before, old = self._last[0].image, self._point
        if before.shape != seen.image.shape:
            return None
        changed = np.argwhere((before != seen.image).any(axis=2))
        if old is not None and len(changed):
            apart = np.abs(changed - (old[1], old[0]))
            changed = changed[(apart[:, 0] > _LINE) | (apart[:, 1] > _REACH)]
        if not len(changed):
            return None
        (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
        if bottom - top > _FIELD:  # more than a field's frame: another page, say
            return None
        return (int(left + right) // 2, int(top + bottom) // 2)

    def _labelled(self, seen: Observation, scene: Scene) -> bool:
        focused = scene.focused
        if focused is not None and focused.row >= 0:
            return any(map(names_secret, (focused.header, focused.left)))
        active = seen.active
        if active is None:
            return False
        labels = [
            element
            for element in scene.elements
            if names_secret(element.text) and active.box.contains(*element.box.center)
        ]
        point = self._point
        if point is None:
            return bool(labels)
        return any(_names(label, point, scene) for label in labels)


def _asked(seen: Observation, scene: Scene | None) -> bool:
    """Whether the active window asks for a secret anywhere; a slow program alone shows nothing
    either."""
    active = seen.active
    return scene is None or any(
        mentions_secret(element.text)
        for element in scene.elements
        if active is None or active.box.contains(*element.box.center)
    )


def _names(label: Element, point: tuple[int, int], scene: Scene) -> bool:
    """Whether a label belongs to the field at a point, with no other text between."""
    x, y = point
    box = label.box
    if box.contains(x, y):
        return True
    middle = box.center[1]
    if abs(middle - y) <= max(_LINE, box.h) and 0 <= x - box.right + box.w // 2 <= _REACH + box.w:
        between = Box(box.right, min(middle, y) - 2, max(0, x - box.right), abs(middle - y) + 4)
    elif 0 < y - box.bottom <= _ABOVE * box.h and box.x - 40 <= x <= box.x + _REACH:
        between = Box(box.x, box.bottom, box.w, max(0, y - _LINE - box.bottom))
    else:
        return False
    return not any(
        other is not label and other.text and between.intersect(other.box).area
        for other in scene.elements
        if other.text.rstrip().endswith(":")
    )


def _dotted(seen: Observation, point: tuple[int, int]) -> bool:
    """Whether dots stand already in the line of a point, to its left or right."""
    x, y = point
    for left in (x - 60, x, x - 120):
        box = Box(max(0, left), max(0, y - _LINE), 120, 2 * _LINE)
        if masked_at(seen.image, box, 4):
            return True
    return False


def typing(action: Action) -> str:
    """The text an action types, "" for others."""
    return action.text if isinstance(action, TypeText) else ""
