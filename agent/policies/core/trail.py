"""The thread of one episode: from looks and actions to situations and choices.

The same code follows the agent live, a demonstration in the night, and a recalled episode.
"""

from dataclasses import dataclass, field

from actuation.action import (
    Action,
    Ask,
    Click,
    Done,
    Fail,
    Press,
    Scroll,
    TypeText,
    Wait,
)
from agent.policies.core.answered import is_value
from agent.policies.core.situation import (
    KEYS,
    Choice,
    ChoiceKind,
    Cue,
    Deed,
    Situation,
    Slot,
    is_source,
    label_of,
    place_of,
)
from agent.policies.core.values import forms_between
from perception.scene import Element, Scene


@dataclass
class Trail:
    """What has happened so far. look() then did(), step by step."""

    goal: str
    cues: tuple[Cue, ...] = ()
    deeds: list[Deed] = field(default_factory=list)
    entered: set[str] = field(default_factory=set)
    situation: Situation | None = None
    _seen: dict[tuple[str, str, str], Slot] = field(default_factory=dict)
    _told: list[Slot] = field(default_factory=list)  # what the operator answered

    def look(self, scene: Scene) -> Situation:
        """The situation that this scene makes."""
        visible = {}
        for element in scene.elements:
            if is_source(scene, element):
                title = scene.windows[element.window].title if element.window >= 0 else ""
                visible[title, element.left, element.above] = Slot(
                    element.text, element.left, element.above, element.confidence, element.certain
                )
        texts = {element.text for element in scene.elements}
        titles = {window.title for window in scene.windows}
        gone = [
            slot
            for key, slot in self._seen.items()
            if key not in visible and slot.value not in texts and key[0] not in titles
        ]
        self._seen |= {key: slot for key, slot in visible.items() if slot.certain}
        self.situation = Situation(
            self.goal,
            scene,
            tuple(self.deeds),
            (*gone, *self._told),
            frozenset(self.entered),
            self.cues,
        )
        return self.situation

    def told(self, answer: str) -> None:
        """Keep what was answered at the last look: a value labelled as the place that asked."""
        if self.situation is not None and is_value(answer):
            self._told.append(Slot(answer, place_of(self.situation.scene), "", 1.0, True))

    def did(self, action: Action) -> None:
        """Remember an action, as seen from the last look. A question does nothing there."""
        if self.situation is None or isinstance(action, Ask):
            return
        choice = choice_of(self.situation, action)
        if choice is None:
            kind = ChoiceKind.TYPE if isinstance(action, TypeText) else ChoiceKind.WAIT
            self.deeds.append(Deed(kind, place_of(self.situation.scene)))
            return
        self.deeds.append(deed_of(self.situation, choice))
        if choice.kind == ChoiceKind.TYPE and choice.targets:
            self.entered.add(self.situation.sources[choice.targets[0]])


def deed_of(situation: Situation, choice: Choice) -> Deed:
    """The choice as later steps remember it."""
    place, source = place_of(situation.scene), ""
    if choice.kind == ChoiceKind.CLICK and choice.targets:
        place = label_of(situation.scene.elements[choice.targets[0]])
    if choice.kind == ChoiceKind.TYPE and choice.targets:
        source = source_label(situation, choice.targets[0])
    return Deed(choice.kind, place, source, choice.key, choice.form)


def source_label(situation: Situation, index: int) -> str:
    """The words beside a candidate for copying."""
    elements = situation.scene.elements
    if index < len(elements):
        return elements[index].left or elements[index].above
    index -= len(elements)
    if index < len(situation.slots):
        return situation.slots[index].left or situation.slots[index].above
    return ""


def choice_of(situation: Situation, action: Action) -> Choice | None:
    """The choice that an action expresses here; None where the core has no way to say it."""
    match action:
        case Click(x=x, y=y, count=1):
            target = element_at(situation.scene, x, y)
            return None if target is None else Choice(ChoiceKind.CLICK, (target,))
        case TypeText(text=text):
            return _typed(situation, text)
        case Press(keys=keys) if keys in KEYS:
            return Choice(ChoiceKind.PRESS, key=KEYS.index(keys))
        case Scroll(dy=dy) if dy:
            return Choice(ChoiceKind.SCROLL_DOWN if dy > 0 else ChoiceKind.SCROLL_UP)
        case Wait():
            return Choice(ChoiceKind.WAIT)
        case Ask():
            return Choice(ChoiceKind.ASK)
        case Done():
            return Choice(ChoiceKind.DONE)
        case Fail():
            return Choice(ChoiceKind.FAIL)
    return None


def same(situation: Situation, one: Choice, other: Choice) -> bool:
    """Whether both come to the same: the same thing clicked, the same words in the same form."""
    if (one.kind, one.key, one.form) != (other.kind, other.key, other.form):
        return False
    if one.kind == ChoiceKind.TYPE:
        words = [{situation.sources[t] for t in choice.targets} for choice in (one, other)]
        return bool(words[0] & words[1])
    return not one.targets or bool(set(one.targets) & set(other.targets))


def element_at(scene: Scene, x: int, y: int) -> int | None:
    """The smallest element under a point, those of tables first."""
    under = [i for i, e in enumerate(scene.elements) if e.box.contains(x, y)]

    def order(i: int) -> tuple[bool, int]:
        element: Element = scene.elements[i]
        return element.grid < 0, element.box.area

    return min(under, key=order, default=None)


def _typed(situation: Situation, text: str) -> Choice | None:
    """From where, and in which form, that text was copied."""
    scene, first = situation.scene, len(situation.scene.elements)
    found: dict[int, list[int]] = {}
    for i, source in enumerate(situation.sources):
        if i < first and not is_source(scene, scene.elements[i]):
            continue
        for form in forms_between(source, text)[:1]:
            found.setdefault(int(form), []).append(i)
    if not found:
        return None
    best = max(found, key=lambda f: len(found[f]))
    return Choice(ChoiceKind.TYPE, tuple(found[best]), form=best)
