"""The baseline without a mind: does again what was last shown for the same task.

Of the verified demonstrations in a memory it takes the latest of the same variant, else the latest
of the task; it re-enacts it with the check of agent.policies.reenact, and fails where the screen
is another.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from agent.errors import BadInput
from agent.policies.reenact import Reenact
from agent.policy import Policy
from memory.episode import Episode, Outcome
from memory.store import Store
from tasks.outside import called, is_own
from tasks.task import Task


@runtime_checkable
class Varied(Protocol):
    """A task that says which variant was set up."""

    variant: str


class Replay:
    """A maker of policies: each re-enacts the nearest demonstration of its task."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory

    def __call__(self, task: Task) -> Policy:
        variant = task.variant if isinstance(task, Varied) else ""
        head = nearest(shown(self._memory), task.name, variant)
        if head is None:
            raise BadInput(missing(self._memory, [task.name]))
        with Store(self._memory) as store:
            return Reenact(store.episode(head.id))


def shown(memory: Path) -> list[Episode]:
    """Heads of the verified demonstrations of a memory, oldest first."""
    if not memory.exists():
        return []
    with Store(memory) as store:
        heads = store.episodes(provenance="demonstration")
    return [head for head in heads if head.outcome is Outcome.VERIFIED and not head.collateral]


def nearest(heads: Sequence[Episode], task: str, variant: str) -> Episode | None:
    """The latest of the same variant, else the latest of the task."""
    fitting = [head for head in heads if head.task == task]
    same = [head for head in fitting if head.variant == variant]
    return (same or fitting)[-1] if fitting else None


def missing(memory: Path, tasks: Iterable[str]) -> str:
    """One sentence where tasks have no demonstration; "" where all have one."""
    known = {head.task for head in shown(memory)}
    lacking = [task for task in tasks if task not in known]
    if not lacking:
        return ""
    if is_own(lacking[0]):
        name = called(lacking[0])
        return (
            f"no verified demonstration of {name} to replay: confirm what done means (dormouse job"
            f" {name} --confirm), then show it once more (dormouse record --task {name})"
        )
    return (
        f"no verified demonstration of {', '.join(lacking)} to replay in {memory}:"
        f" show one first, as with dormouse run {lacking[0]} --policy scripted"
    )
