"""What the core knows at one step, and what it chooses: the data between code and network.

Situation  goal + scene + deeds so far + slots (values no longer visible) + cues (recalled)
Choice     kind + a target among the candidates + key + form
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from perception.scene import Element, Scene

QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”')


class ChoiceKind(IntEnum):
    CLICK = 0
    TYPE = 1
    PRESS = 2
    SCROLL_DOWN = 3
    SCROLL_UP = 4
    WAIT = 5
    ASK = 6
    DONE = 7
    FAIL = 8


class Form(IntEnum):
    """How a copied value is written."""

    VERBATIM = 0
    DATE = 1  # ISO 8601
    NUMBER = 2  # digits and a decimal point


KEYS = (
    "Tab", "Return", "ctrl+s", "Escape", "Up", "Down", "Left", "Right", "Home", "End",
    "ctrl+Home", "ctrl+End", "Page_Down", "Page_Up", "Delete", "BackSpace", "shift+Tab", "F2",
    "F5", "F10", "ctrl+Return", "ctrl+n", "ctrl+z", "ctrl+a", "ctrl+c", "ctrl+v", "ctrl+f",
    "alt+Tab", "space", "ctrl+o",
)  # fmt: skip


@dataclass(frozen=True)
class Slot:
    """A labelled value read from the screen. left, above: its labels, as in Element."""

    value: str
    left: str
    above: str
    confidence: float
    certain: bool


@dataclass(frozen=True)
class Deed:
    """What was done at an earlier step: where the focus was labelled, and what was copied.

    place: label of the focused cell or field, or of what was clicked. source: label of the value
    that was copied. key: index into KEYS or -1. form: Form or -1.
    """

    kind: ChoiceKind
    place: str = ""
    source: str = ""
    key: int = -1
    form: int = -1


@dataclass(frozen=True)
class Cue:
    """A deed of a similar episode, and what had been done just before it."""

    deed: Deed
    before: ChoiceKind | None
    similarity: float = 1.0


@dataclass(frozen=True)
class Situation:
    """slots: values seen earlier and not visible now. entered: source texts already typed."""

    goal: str
    scene: Scene
    deeds: tuple[Deed, ...] = ()
    slots: tuple[Slot, ...] = ()
    entered: frozenset[str] = frozenset()
    cues: tuple[Cue, ...] = ()

    @property
    def spans(self) -> tuple[str, ...]:
        """The quoted parts of the goal, which may be typed as they stand."""
        return tuple(a or b for a, b in QUOTED.findall(self.goal))

    @property
    def first_span(self) -> int:
        """The index in `sources` from which on they are spans of the goal."""
        return len(self.scene.elements) + len(self.slots)

    @property
    def sources(self) -> tuple[str, ...]:
        """The text of every candidate for copying: elements, then slots, then goal spans."""
        return (
            *(element.text for element in self.scene.elements),
            *(slot.value for slot in self.slots),
            *self.spans,
        )


@dataclass(frozen=True)
class Choice:
    """targets: indices of equally right candidates: into scene.elements for CLICK, into
    Situation.sources for TYPE."""

    kind: ChoiceKind
    targets: tuple[int, ...] = ()
    key: int = -1
    form: int = -1


@dataclass(frozen=True)
class Lesson:
    """One thing to learn: in this situation, choose this.

    weight: 0..1, from review; 0 where only `wrong` is known. old: replayed, not of the day. task,
    episode: where it was lived. before_copying: nothing was copied yet, and a later step of the
    same episode copies. wrong: what was wanted there and a person did not.
    """

    situation: Situation
    choice: Choice
    weight: float = 1.0
    old: bool = False
    task: str = ""
    episode: str = ""
    before_copying: bool = False
    wrong: Choice | None = None

    @property
    def copies_screen(self) -> bool:
        """Whether it copies something that has to be seen; what the goal says always is."""
        first = self.situation.first_span
        return self.choice.kind == ChoiceKind.TYPE and all(t < first for t in self.choice.targets)


def label_of(element: Element) -> str:
    """The words that name an element: its column's header, else its left or upper label."""
    return element.header or element.left or element.above or element.text


def place_of(scene: Scene) -> str:
    """The words that name the focused cell or field ("" without a focus)."""
    focused = scene.focused
    if focused is None:
        return ""
    return focused.header or focused.left or focused.above


def is_source(scene: Scene, element: Element) -> bool:
    """Whether a value may be copied from here: labelled text outside the table that is focused."""
    focused = scene.focused
    if not element.text or element.focused or not (element.left or element.above):
        return False
    return focused is None or element.grid < 0 or element.grid != focused.grid
