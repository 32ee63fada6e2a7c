"""The conversation of one run: append-only, with at most k pictures, evicted all at once.

    system │ goal, day's context, recalled steps │ ▣ reply │ ▣ reply │ ▣ reply
                                                   ^ the fourth picture: these three go at once

Rewriting one old picture a step would change the text right behind the goal each time, and nothing
behind it could be reused. Evicted together, they cost the model that once in k steps, and then
only the texts between them; in all other steps it reads the new picture and nothing else. Replies
stay, and with them what the model noted there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image as Pictures

from actuation.geometry import View, resized
from agent.policies.vlm.dialects.dialect import Dialect, DialectError, view_of
from agent.policies.vlm.speaker import Message, Picture
from agent.policies.vlm.spec import PICTURES
from memory.day import Context
from memory.recall import RecalledStep
from perception.observation import Image, Screen

GONE = "[picture left out]"
SAME = "[the screen has not changed]"
SMALL = 448  # longest side of a recalled picture, in pixels
RECALLED = 4  # recalled steps that are shown


@dataclass(frozen=True, eq=False)
class _Turn:
    """before: words that come before the picture. picture: None for one that was shown already."""

    before: str
    picture: Picture | None
    reply: str


@dataclass
class Transcript:
    """Grows by `look` and `reply` in turn; `messages` is what the model is asked with."""

    dialect: Dialect
    goal: str
    context: Context
    pictures: int = PICTURES
    view: View | None = None
    _turns: list[_Turn] = field(default_factory=list)
    _pending: Picture | None = None
    _evicted: int = 0  # turns whose pictures are gone
    _last: bytes = b""
    _said: str = ""  # what the next turn begins with

    def __post_init__(self) -> None:
        self._recalled = recalled(self.dialect, self.context.recalled)

    def look(self, image: Image, screen: Screen) -> None:
        """Show the screen that the next reply is about; the last such picture counts."""
        self.view = view_of(self.dialect, screen)
        picture = Picture(resize(image, self.view.width, self.view.height))
        shown = [turn for turn in self._turns[self._evicted :] if turn.picture is not None]
        same = bool(shown) and picture.digest == self._last
        self._pending = None if same else picture
        if not same and len(shown) >= self.pictures:
            self._evicted = len(self._turns)

    def reply(self, text: str) -> None:
        """What the model said of the pending picture."""
        if self._pending is not None:
            self._last = self._pending.digest  # only now: a look may be taken back by the next
        self._turns.append(_Turn(self._said, self._pending, text))
        self._pending, self._said = None, ""

    def skip(self, text: str) -> None:
        """A turn whose picture is gone already."""
        self._turns.append(_Turn("", None, text))
        self._evicted = len(self._turns)

    @property
    def evicted(self) -> int:
        """Of how many turns the pictures are gone."""
        return self._evicted

    def tell(self, text: str) -> None:
        """Something that the model should know with the next picture."""
        self._said = f"{self._said}{text}\n"

    @property
    def messages(self) -> list[Message]:
        """ValueError before the first look."""
        if self.view is None:
            raise ValueError("nothing was looked at yet")
        found = []
        if system := self.dialect.system(self.view):
            found.append(Message("system", (system,)))
        opening: tuple[str | Picture, ...] = (
            self.dialect.task(self.goal, self.context),
            *self._recalled,
        )
        for at, turn in enumerate([*self._turns, _Turn(self._said, self._pending, "")]):
            shown = GONE if at < self._evicted else turn.picture or SAME
            before, after = ("", "") if at == 0 else self.dialect.wrap
            parts = (*(opening if at == 0 else ()), before, turn.before, shown, after)
            found.append(Message("user", tuple(part for part in parts if part != "")))
            if at < len(self._turns):
                found.append(Message("assistant", (turn.reply,)))
        return found


def heard(answer: str) -> str:
    """An operator's answer, as the model is told of it."""
    return f"The operator answers: {answer}"


def resize(image: Image, width: int, height: int) -> Image:
    """uint8 (H, W, 3) to (height, width, 3), bicubic as the families' processors do it."""
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(
        Pictures.fromarray(image).resize((width, height), Pictures.Resampling.BICUBIC)
    )


def recalled(dialect: Dialect, steps: Sequence[RecalledStep]) -> list[str | Picture]:
    """Steps of earlier, similar runs: a small picture each, and what was done, in its points."""
    parts: list[str | Picture] = []
    for step in steps[:RECALLED]:
        lived = step.step
        height, width = lived.observation.image.shape[:2]
        shrink = min(1.0, SMALL / max(height, width))
        size = resized(round(width * shrink), round(height * shrink), dialect.factor, 1, SMALL**2)
        view = View(lived.observation.screen, *size, dialect.space, dialect.factor)
        try:
            said = dialect.format(lived.performed or lived.intended, view)
        except DialectError:
            continue  # there are no words for it
        picture = Picture(resize(lived.observation.image, *size))
        parts += [f"Done before, in a like case ({step.goal}):", picture, said]
    return parts
