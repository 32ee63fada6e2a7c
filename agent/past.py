"""What was lived, in words: rows and lines for the desk's pages and for the verbs."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from actuation.action import (
    Action,
    Ask,
    Click,
    Done,
    Drag,
    Fail,
    Move,
    Press,
    Scroll,
    TypeText,
    Wait,
)
from actuation.grammar import format_action
from memory.amend import RECORDING
from memory.episode import Episode, Fate, Outcome, Step
from memory.flags import Flag
from memory.recall import good
from memory.sleep.review import effect
from perception.frames import difference
from perception.observation import Box, Image
from tasks.outside import called

UNDER_WAY = "under way"  # of an episode without an outcome
LETTERS: dict[type[Action], str] = {
    Click: "c",
    Move: "m",
    Drag: "d",
    Scroll: "s",
    TypeText: "t",
    Press: "k",
    Wait: "w",
    Ask: "?",
    Done: "✓",
    Fail: "✗",
}
LEGEND = (
    "c click m move d drag s scroll t type k key w wait ? ask ✓ done ✗ fail"
    " │ · no effect ! not done ⚑ flagged ✎ corrected"
)
CELL = 16  # pixels: changes nearer than this are one


@dataclass(frozen=True, eq=False)
class Lived:
    """An episode without its frames. flags: what the operator said of its steps."""

    head: Episode
    steps: int
    flags: Mapping[int, Flag] = field(default_factory=dict)

    @property
    def trust(self) -> str:
        """Whether nights learn from it, in a word."""
        if self.flags:
            return "flagged"
        if self.head.provenance == RECORDING:
            return "not accepted yet"
        if self.head.outcome in (None, Outcome.UNKNOWN):
            return "unknown"
        return "good" if good(self.head) else "not learned from"

    @property
    def ended(self) -> str:
        """How it ended, in words."""
        return str(self.head.outcome or UNDER_WAY) + (
            ", collateral" if self.head.collateral else ""
        )

    @property
    def row(self) -> tuple[str, ...]:
        """The columns of EPISODES."""
        head = self.head
        task = f"{called(head.task)} {head.variant}".strip()
        return (
            when(head.started_at),
            self.ended,
            task,
            str(head.seed),
            head.provenance,
            str(self.steps),
            head.detail,
        )

    def as_json(self) -> dict[str, object]:
        head = self.head
        return {
            "id": head.id,
            "goal": head.goal,
            "task": head.task,
            "variant": head.variant,
            "seed": head.seed,
            "provenance": head.provenance,
            "weights": head.weights,
            "started_at": head.started_at,
            "ended_at": head.ended_at,
            "outcome": head.outcome,
            "collateral": head.collateral,
            "detail": head.detail,
            "steps": self.steps,
            "trust": self.trust,
        }


EPISODES = ("when", "ended", "task", "seed", "source", "steps", "detail")


def step_json(step: Step, flag: Flag | None) -> dict[str, object]:
    """A step without its frame."""
    correction = flag.correction if flag else None
    return {
        "index": step.index,
        "actor": step.actor,
        "intended": format_action(step.intended),
        "performed": None if step.performed is None else format_action(step.performed),
        "confidence": step.confidence,
        "weight": step.weight,
        "reason": step.reason,
        "fate": step.fate,
        "note": step.note,
        "flag": flag.reason if flag else None,
        "correction": None if correction is None else format_action(correction),
    }


def learning(head: Episode, learned: Collection[str]) -> str:
    """How far a demonstration is on its way into the weights. learned: what the live ones know."""
    if head.provenance == RECORDING:
        return "waits for you"
    return "learned" if head.id in learned else "not yet"


def when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def told(step: Step) -> str:
    """The action as text; one that was not performed is marked."""
    if step.fate is Fate.ANSWER and isinstance(step.intended, TypeText):
        return f"“{step.intended.text}”"
    if step.performed is None:
        return f"! {format_action(step.intended)}"
    return format_action(step.performed)


def judged(step: Step, flag: Flag | None) -> str:
    """Weight and reason: the operator's word, or the last review's."""
    if flag is not None and flag.correction is not None:
        because = f" ({flag.reason})" if flag.reason else ""
        return f"corrected: {format_action(flag.correction)}{because}"
    if flag is not None:
        return f"flagged: {flag.reason}"
    if step.fate is Fate.ANSWER and step.weight is None:
        return str(step.fate)
    return "not reviewed yet" if step.weight is None else f"{step.weight:g} {step.reason}"


def timeline(episode: Episode, flags: Mapping[int, Flag]) -> tuple[str, str]:
    """A letter a step for the kind of its action, and a line of marks below; see LEGEND."""
    kinds = "".join(LETTERS[type(step.performed or step.intended)] for step in episode.steps)
    following = [*episode.steps[1:], None]
    pairs = zip(episode.steps, following, strict=True)
    return kinds, "".join(_mark(step, after, flags.get(step.index)) for step, after in pairs)


def _mark(step: Step, after: Step | None, flag: Flag | None) -> str:
    if flag is not None:
        return "⚑" if flag.correction is None else "✎"
    if step.fate is Fate.ANSWER:
        return "“"
    if step.performed is None:
        return "!"
    return "·" if after is not None and not effect(step, after) else " "


def changes(before: Image, after: Image) -> list[Box]:
    """The changed places, one box for what lies close together, largest first."""
    whole = difference(before, after) if before.shape == after.shape else None
    if whole is None:
        return []
    changed = (before != after).any(axis=2)
    height, width = changed.shape
    cells = np.add.reduceat(
        np.add.reduceat(changed, range(0, height, CELL), axis=0), range(0, width, CELL), axis=1
    )
    labels, _ = ndimage.label(cells, structure=np.ones((3, 3)))
    found = []
    for rows, columns in ndimage.find_objects(labels):
        top, left = rows.start * CELL, columns.start * CELL
        part = np.s_[top : rows.stop * CELL, left : columns.stop * CELL]
        box = difference(before[part], after[part])
        if box is not None:
            found.append(box.moved(left, top))
    return sorted(found, key=lambda box: -box.area)
