"""The day's context: what the policy is handed beside the goal, assembled from memory."""

from dataclasses import dataclass

from memory.recall import RecalledStep


@dataclass(frozen=True)
class Context:
    """habits: standing words of the operator. done: one line for each run of the day so far.
    recalled: steps of similar episodes, most similar first; empty with recall off."""

    habits: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    recalled: tuple[RecalledStep, ...] = ()
