"""The journal that keeps a person's secrets to itself: what it passes on may reach the disk.

    step ──▶ Private ──▶ words without secrets, their pixels black ──▶ Excluding ──▶ store
               │ reads the frame; remembers, in this process only, the secrets it met
               ▼
             Known

Where a frame cannot be read it is kept as a black one: nothing is stored unseen.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from actuation.action import Action, Ask, Done, Fail, Press, TypeText
from memory.episode import Episode, Outcome, Step
from memory.exclude import Journal, framed, writes
from memory.private.focus import Fields, Focus
from memory.private.known import Known
from memory.private.labels import telling
from memory.private.pixels import seen
from memory.private.spans import HIDDEN, masked
from memory.redact import secrets
from perception.observation import Box, Image, Observation
from perception.read import Reader
from perception.scene import Scene


class Private:
    """A journal that keeps passwords, cards, accounts, ids and keys out of words and pixels."""

    def __init__(
        self,
        journal: Journal,
        reader: Reader | None = None,
        fields: Fields | None = None,
        facts: Callable[[], Mapping[str, str]] = dict,
        broke: Callable[[str], None] = lambda words: None,
    ) -> None:
        """reader: shared with who reads the same frames, so that nothing is read twice. facts:
        placeholders by value (memory.vault), asked at each episode's begin. broke: told when a
        frame could not be read."""
        self._journal, self._reader = journal, reader or Reader()
        self.known = Known()
        self._facts = facts
        self._focus = Focus(fields)
        self._broke = broke
        self._hidden = False  # whether the step under way types what is not kept

    def words(self, text: str) -> str:
        """A text as it may be kept; secrets that it tells are known from now on."""
        self._meet(text)
        return masked(text, (*secrets(text), *self.known.spans(text)))

    def _meet(self, text: str) -> None:
        for span in secrets(text):
            if span.kind != "password" or telling(text[span.start : span.end]):
                self.known.add(text[span.start : span.end], span.kind)

    def begin(self, episode: Episode) -> None:
        self._focus.begin()
        for value, placeholder in self._facts().items():
            self.known.add(value, placeholder)
        self._journal.begin(replace(episode, goal=self.words(episode.goal)))

    def intend(self, episode_id: str, step: Step, after: Observation | None = None) -> None:
        """after: the frame after the action, where it is known already, as of a person's act."""
        observation = step.observation
        for window in observation.windows:
            self._meet(window.title)
        scene = self._read(observation)
        self._hidden = self._learn(step.intended, observation, scene, after)
        intended = self._kept(step.intended)
        kept = replace(
            step, observation=self._seen(observation, scene), intended=intended,
            note=self.words(step.note), reason=self.words(step.reason),
            performed=None if step.performed is None else self._kept(step.performed),
        )  # fmt: skip
        self._focus.follow(observation, step.intended)
        self._journal.intend(episode_id, kept)

    def outcome(self, episode_id: str, index: int, performed: Action) -> None:
        self._journal.outcome(episode_id, index, self._kept(performed))

    def end(
        self, episode_id: str, outcome: Outcome, collateral: bool, detail: str, ended_at: float
    ) -> None:
        self._journal.end(episode_id, outcome, collateral, self.words(detail), ended_at)

    def _learn(
        self, action: Action, shown: Observation, scene: Scene | None, after: Observation | None
    ) -> bool:
        """Whether an action types a secret; then it is known from now on."""
        match action:
            case TypeText(text):
                hidden = self._focus.hides(shown, scene, text, after)
                self._focus.typed += text
                self._meet(text)
                whole = self._focus.typed
                for span in secrets(whole):  # it may have been typed in several runs
                    self.known.add(whole[span.start : span.end], span.kind)
                    hidden |= span.end > len(whole) - len(text) and span not in secrets(text)
                if hidden:
                    self.known.add(text)
                    self.known.add(whole)
                return hidden
            case Press(keys) if writes(keys):
                return self._focus.hides(shown, scene, keys[-1:], after)
            case _:
                return False

    def _kept(self, action: Action) -> Action:
        match action:
            case TypeText(text):
                return TypeText(HIDDEN * len(text) if self._hidden else self.words(text))
            case Press(keys) if self._hidden and writes(keys):
                return Press(HIDDEN)
            case Ask(text):
                return Ask(self.words(text))
            case Done(text):
                return Done(self.words(text))
            case Fail(text):
                return Fail(self.words(text))
            case _:
                return action

    def _read(self, observation: Observation) -> Scene | None:
        """None where reading breaks: the step must go on, its frame must not be kept."""
        try:
            return self._reader.read(observation)
        except Exception as error:
            self._broke(f"a frame is kept black, it could not be read: {error}")
            return None

    def _seen(self, observation: Observation, scene: Scene | None) -> Observation:
        """The observation as it may be kept."""
        windows = tuple(
            replace(window, title=self.words(window.title)) for window in observation.windows
        )
        if scene is None:
            return replace(observation, image=np.zeros_like(observation.image), windows=windows)
        sight = seen(scene, observation.image, self.known)
        news = [value for value in sight.met if value not in self.known]
        for value in news:
            self.known.add(value)
        if news:  # it may stand elsewhere on the same frame
            sight = seen(scene, observation.image, self.known)
        boxes = [*sight.boxes, *_titles(observation, windows)]
        return replace(observation, image=_black(observation.image, boxes), windows=windows)


def _titles(observation: Observation, kept: tuple[object, ...]) -> list[Box]:
    """The title bars of windows whose title tells a secret, whatever was read there."""
    return [
        Box(frame.x, frame.y, frame.w, window.box.y - frame.y)
        for window, clean in zip(observation.windows, kept, strict=True)
        if window != clean
        for frame in (framed(window.box),)
    ]


def _black(image: Image, boxes: list[Box]) -> Image:
    if not boxes:
        return image
    image = image.copy()
    for box in boxes:
        image[max(0, box.y) : max(0, box.bottom), max(0, box.x) : max(0, box.right)] = 0
    return image
