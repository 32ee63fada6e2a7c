"""A job lived through by its oracle on a real desktop, as several suites test it."""

from dataclasses import dataclass
from pathlib import Path

from actuation.action import Ask, Done
from actuation.virtual import VirtualDesktop
from tasks.task import Goal, Task, Verdict


@dataclass(frozen=True)
class Lived:
    """steps: actions before the last one, which moves nothing."""

    goal: Goal
    steps: int
    verdict: Verdict


def live(task: Task, desktop: VirtualDesktop, folder: Path, seed: int, variant: str = "") -> Lived:
    steps, answer = 0, ""
    try:
        goal = task.setup(desktop, folder, seed, variant)
        for action in task.demonstrate(desktop.observe):
            if isinstance(action, Done | Ask):
                answer = action.answer if isinstance(action, Done) else ""
                break
            desktop.perform(action)
            desktop.observe()
            steps += 1
        return Lived(goal, steps, task.verify(answer))
    finally:
        task.teardown()
