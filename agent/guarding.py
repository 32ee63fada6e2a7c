"""The guard of a run, and the eyes it has of its own: rules never rest on what a model says."""

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from actuation.filling import PLACEHOLDER
from actuation.guard import Guard
from actuation.rules import Rules
from agent.config import Settings
from agent.policy import Policy
from perception.observation import Box, Observation
from tasks.task import Goal

if TYPE_CHECKING:
    from perception.read import Reader
    from perception.scene import Element, Scene

PADDING_X, PADDING_Y = 24, 14  # pixels of a button around its text
SHORT, SHORT_WORDS = 40, 5  # characters and words of what stands on a button


def rules(settings: Settings, dry: bool = False) -> Rules:
    """The operator's rules."""
    return Rules(
        max_steps=settings.max_steps,
        max_seconds=settings.max_seconds,
        amount_limit=settings.amount_limit,
        payees=settings.payees,
        ask=settings.ask,
        approve=settings.approve,
        dry=dry,
    )


def rule_lines(settings: Settings) -> tuple[str, ...]:
    """The rules that are on, and those that are off."""
    limit = settings.amount_limit
    lines = [f"on: acts that {', '.join(settings.ask)}" if settings.ask else "off: kinds of act"]
    lines.append(f"on: amounts above {limit:g}" if limit is not None else "off: amounts")
    if settings.payees is None:
        lines.append("off: payees")
    else:
        lines.append(f"on: payees that are none of {len(settings.payees)} known ones")
    lines.append("on: facts that the goal does not name")
    lines += [f"on: text, keys, labels like {pattern}" for pattern in settings.approve]
    lines.append("on: other programs and files than the task's")
    lines.append(f"No answer in {settings.approval_seconds:.0f} s is a no.")
    return tuple(lines)


def guard(rules: Rules, goal: Goal, policy: Policy) -> Guard:
    """The guard of a run: the operator's rules, and what the task may touch. It reads the screen
    itself; a policy that reads shares its reader, so that nothing is read twice."""
    files = tuple(path.name for path in goal.files)
    ask = tuple(act for act in rules.ask if not (rules.trusts_goal and act in goal.acts))
    named = tuple(PLACEHOLDER.findall(goal.text))
    strict = replace(rules, ask=ask, applications=goal.applications, files=files, named=named)
    eyes = GuardEyes(policy.reader if isinstance(policy, Reading) else None)
    return Guard(strict, eyes.label, eyes.column, eyes.dialog)


@runtime_checkable
class Reading(Protocol):
    """A policy with a reader."""

    reader: "Reader"


class GuardEyes:
    """What the guard reads. reader: made at the first look if None."""

    def __init__(self, reader: "Reader | None") -> None:
        self._reader = reader

    def label(self, x: int, y: int, observation: Observation) -> str:
        """What a click at a point may be meant for, one text a line, the nearest first.

        A button is found by its text, and is larger than it: short texts of the same window that
        stand close by count too. A cell counts alone, whatever its neighbours say.
        """
        window = next(
            (at for at, one in enumerate(observation.windows) if one.box.contains(x, y)), -1
        )
        here = [one for one in self._read(observation).elements if one.window == window]
        under = [one for one in here if one.box.contains(x, y)]
        cells = [one for one in under if one.kind == "cell"]
        if cells:
            return min(cells, key=lambda one: one.box.area).text
        near = [one for one in here if one not in under and _beside(one, x, y)]
        under.sort(key=lambda one: one.box.area)
        near.sort(key=lambda one: abs(one.box.center[0] - x) + abs(one.box.center[1] - y))
        return "\n".join(dict.fromkeys(one.text for one in (*under, *near) if one.text))

    def dialog(self, window: int, observation: Observation) -> str:
        """The short texts in a window, one a line: its buttons or entries, and its question."""
        elements = self._read(observation).elements
        texts = (one.text for one in elements if one.window == window and one.kind != "cell")
        return "\n".join(dict.fromkeys(text for text in texts if text))

    def column(self, observation: Observation) -> tuple[str, tuple[str, ...]]:
        """The header or label of the focus, and the values of its column."""
        scene = self._read(observation)
        focus = scene.focused
        if focus is None:
            return "", ()
        place = focus.grid, focus.column
        values = (
            one.text
            for one in scene.elements
            if focus.grid >= 0 and (one.grid, one.column) == place and one.row >= 0
        )
        return focus.header or focus.left or focus.above, tuple(values)

    def _read(self, observation: Observation) -> "Scene":
        if self._reader is None:
            from perception.read import Reader

            self._reader = Reader()
        return self._reader.read(observation)


def _beside(element: "Element", x: int, y: int) -> bool:
    """Whether a point may lie on the button of which an element is the text."""
    box = element.box
    short = len(element.text) <= SHORT and len(element.text.split()) <= SHORT_WORDS
    grown = Box(box.x - PADDING_X, box.y - PADDING_Y, box.w + 2 * PADDING_X, box.h + 2 * PADDING_Y)
    return element.kind != "cell" and short and grown.contains(x, y)
