"""A task's own oracle behind the door of a policy, so that demonstrations take the agent's path."""

from collections.abc import Iterator

from actuation.action import Action, Done
from agent.policy import Decision
from memory.day import Context
from perception.observation import Observation
from tasks.task import Task


class Scripted:
    """Yields what Task.demonstrate() yields, one action for each decision that is performed."""

    name = "scripted"
    weights = ""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._actions: Iterator[Action] = iter(())
        self._pending: Action | None = None
        self._seen: Observation | None = None

    def begin(self, goal: str, context: Context) -> None:
        self._pending = self._seen = None
        self._actions = self._task.demonstrate(self._look)

    def decide(self, observation: Observation) -> Decision:
        self._seen = observation
        if self._pending is None:
            # A dropped action stays pending and is offered again.
            self._pending = next(self._actions, Done())
        return Decision(self._pending, note="shown by the oracle")

    def performed(self, action: Action) -> None:
        self._pending = None

    def interrupted(self) -> None:
        pass

    def _look(self) -> Observation:
        if self._seen is None:
            raise RuntimeError("an oracle looks only while it decides")
        return self._seen
