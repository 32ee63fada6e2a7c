"""The guard of a run, and the eyes it has of its own: rules never rest on what a model says."""

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from actuation.guard import Guard
from actuation.rules import Rules
from agent.config import Settings
from agent.policy import Policy
from perception.observation import Observation
from tasks.task import Goal

if TYPE_CHECKING:
    from perception.read import Reader
    from perception.scene import Scene


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


def guard(rules: Rules, goal: Goal, policy: Policy) -> Guard:
    """The guard of a run: the operator's rules, and what the task may touch. It reads the screen
    itself; a policy that reads shares its reader, so that nothing is read twice."""
    files = tuple(path.name for path in goal.files)
    strict = replace(rules, applications=goal.applications, files=files)
    eyes = GuardEyes(policy.reader if isinstance(policy, Reading) else None)
    return Guard(strict, eyes.label, eyes.column)


@runtime_checkable
class Reading(Protocol):
    """A policy with a reader."""

    reader: "Reader"


class GuardEyes:
    """What the guard reads. reader: made at the first look if None."""

    def __init__(self, reader: "Reader | None") -> None:
        self._reader = reader

    def label(self, x: int, y: int, observation: Observation) -> str:
        """The text of the smallest element under a point."""
        under = [one for one in self._read(observation).elements if one.box.contains(x, y)]
        return min(under, key=lambda one: one.box.area).text if under else ""

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
