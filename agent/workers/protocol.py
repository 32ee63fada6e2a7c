"""The seam between a bench and those who do its attempts.

bench ── plan, jobs ──▶ Workers ──▶ attempts, as they end
         here         this process
         processes    several, each with its own display
         cluster      those of other machines, through Ray
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from agent.attempt import Attempt

if TYPE_CHECKING:
    from agent.bench import Job, Plan


class Workers(Protocol):
    """An attempt ends in the same way by its seed, whoever does it."""

    def run(self, plan: "Plan", todo: Sequence["Job"]) -> Iterator[Attempt]:
        """Every job once, in any order. Raises Interrupted when stopped. Closing the iterator ends
        what was begun: processes, displays, files."""
        ...


def plain(error: Exception) -> Exception:
    """An error that certainly travels between processes, still of its kind for the exit code."""
    from actuation.desktop import DesktopError
    from agent.errors import INTERRUPTED, USAGE, BadInput, Needed, exit_code
    from agent.stop import Interrupted

    code = exit_code(error)
    if code == INTERRUPTED:
        return Interrupted()
    if code == USAGE:
        return BadInput(str(error))
    if code is not None:
        return DesktopError(str(error)) if isinstance(error, DesktopError) else Needed(str(error))
    return RuntimeError(f"{type(error).__name__}: {error}")
