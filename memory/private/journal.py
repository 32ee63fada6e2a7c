"""The journal that keeps a person's secrets to itself: what it passes on may reach the disk.

    step ──▶ Private ──▶ words without secrets, their pixels black ──▶ Excluding ──▶ store
               │ reads the frame; remembers, in this process only, the secrets it met
               ▼
             Known

Where a frame cannot be read it is kept as a black one: nothing is stored unseen.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from actuation.action import Action, Ask, Done, Fail, Press, TypeText
from memory.episode import Episode, Outcome, Step
from memory.exclude import Journal, Mending, framed, writes
from memory.private.focus import Fields, Focus, typing
from memory.private.known import Known
from memory.private.labels import telling
from memory.private.pixels import Sight, seen
from memory.private.spans import HIDDEN, Span, masked
from memory.redact import secrets
from perception.observation import Box, Image, Observation
from perception.read import Reader
from perception.scene import Scene

REMEMBERED = 8  # steps that are mended where what they showed turns out to be a secret
PIECES = 7  # fields over which a number may be spread


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
        self._recent: deque[_Lived] = deque(maxlen=REMEMBERED)

    def ask(self, fields: Fields | None) -> None:
        """Whom to ask from now on whether a field hides its text."""
        self._focus.fields = fields

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
        self._recent.clear()
        for value, placeholder in self._facts().items():
            self.known.add(value, placeholder)
        self._journal.begin(replace(episode, goal=self.words(episode.goal)))

    def intend(self, episode_id: str, step: Step, after: Observation | None = None) -> None:
        """after: the frame after the action, where it is known already, as of a person's act."""
        known = self.known.count
        for window in step.observation.windows:
            self._meet(window.title)
        scene = self._read(step.observation)
        if self._recent:
            self._look_back(step.observation)
        self._hidden = self._learn(step.intended, step.observation, scene, after)
        kept = self._without(step, scene, self._hidden)
        self._focus.follow(step.observation, step.intended)
        self._journal.intend(episode_id, kept, after)
        if self.known.count > known:
            self._take_back(episode_id)
        self._recent.append(_Lived(step, kept, self._hidden, after is not None))

    def outcome(self, episode_id: str, index: int, performed: Action) -> None:
        kept = self._kept(performed, self._hidden)
        if self._recent:
            last = self._recent[-1]
            last.step = replace(last.step, performed=performed)
            last.kept = replace(last.kept, performed=kept)
        self._journal.outcome(episode_id, index, kept)

    def end(
        self, episode_id: str, outcome: Outcome, collateral: bool, detail: str, ended_at: float
    ) -> None:
        self._journal.end(episode_id, outcome, collateral, self.words(detail), ended_at)

    def _look_back(self, now: Observation) -> None:
        """What was typed last may show as dots by now."""
        last = self._recent[-1]
        text = typing(last.step.intended)
        if text and not last.hidden and not last.told:
            last.hidden = self._focus.masked(last.step.observation, now, text)
        if text and last.hidden:
            self.known.add(text)

    def _take_back(self, episode_id: str) -> None:
        """What is known only now may stand in the steps before: they are mended in the store."""
        if not isinstance(self._journal, Mending):
            return
        for lived in self._recent:
            scene = self._read(lived.step.observation)
            kept = self._without(lived.step, scene, lived.hidden)
            if _differs(kept, lived.kept):
                self._journal.mend(episode_id, kept)
                lived.kept = kept

    def _without(self, step: Step, scene: Scene | None, hidden: bool) -> Step:
        """The step as it may be kept."""
        performed = None if step.performed is None else self._kept(step.performed, hidden)
        return replace(
            step,
            intended=self._kept(step.intended, hidden),
            performed=performed,
            note=self.words(step.note),
            reason=self.words(step.reason),
            observation=self._seen(step.observation, scene),
        )

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
                hidden |= self._pieces(text)
                if hidden:
                    self.known.add(text)
                    self.known.add(whole)
                return hidden
            case Press(keys) if writes(keys):
                return self._focus.hides(shown, scene, keys[-1:], after)
            case _:
                return False

    def _pieces(self, text: str) -> bool:
        """Whether a text ends a number that was typed in pieces, one field each; then the steps
        that typed the others are hidden too."""
        before = [lived for lived in self._recent if typing(lived.step.intended)][-PIECES:]
        for first in range(len(before)):
            parts = [typing(lived.step.intended) for lived in before[first:]] + [text]
            whole = " ".join(parts)
            found = secrets(whole)
            if len(found) != 1 or found[0] != Span(0, len(whole), found[0].kind):
                continue
            if found[0].kind == "iban" or (found[0].kind == "card" and _in_groups(parts)):
                self.known.add(whole, found[0].kind)
                for lived in before[first:]:
                    lived.hidden = True
                return True
        return False

    def _kept(self, action: Action, hidden: bool) -> Action:
        match action:
            case TypeText(text):
                return TypeText(HIDDEN * len(text) if hidden else self.words(text))
            case Press(keys) if hidden and writes(keys):
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

    def _sight(self, observation: Observation, scene: Scene) -> Sight:
        def again(box: Box) -> str:
            reading = self._reader.again(observation, box)
            return reading.text if reading else ""

        try:
            return seen(scene, observation.image, self.known, again)
        except Exception as error:
            self._broke(f"a frame is kept black, it could not be read again: {error}")
            return Sight((Box(0, 0, *observation.image.shape[1::-1]),), ())

    def _seen(self, observation: Observation, scene: Scene | None) -> Observation:
        """The observation as it may be kept."""
        windows = tuple(
            replace(window, title=self.words(window.title)) for window in observation.windows
        )
        if scene is None:
            return replace(observation, image=np.zeros_like(observation.image), windows=windows)
        sight = self._sight(observation, scene)
        news = [value for value in sight.met if value not in self.known]
        for value in news:
            self.known.add(value)
        if news:  # it may stand elsewhere on the same frame
            sight = self._sight(observation, scene)
        boxes = [*sight.boxes, *_titles(observation, windows)]
        return replace(observation, image=_black(observation.image, boxes), windows=windows)


@dataclass(eq=False)
class _Lived:
    """A step as it was, and as it was kept. told: the frame after it was known."""

    step: Step
    kept: Step
    hidden: bool
    told: bool


def _differs(one: Step, two: Step) -> bool:
    words = [(s.intended, s.performed, s.note, s.observation.windows) for s in (one, two)]
    return words[0] != words[1] or not np.array_equal(one.observation.image, two.observation.image)


def _in_groups(parts: list[str]) -> bool:
    """Whether parts are as long as the groups that are printed on a card."""
    return [len(part.strip()) for part in parts] in ([4, 4, 4, 4], [4, 6, 5])


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
