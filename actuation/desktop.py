"""The seam between deciding and doing: every screen that can be seen and touched is a Desktop."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from actuation.action import Motion
from perception.observation import Observation


class DesktopError(RuntimeError):
    """The desktop cannot do what was asked; the message names the mend."""


class Stopped(Exception):  # noqa: N818 - not an error: a person said so
    """A person (or a signal) stopped the hands in the middle of an action."""


class Desktop(Protocol):
    """A screen with a mouse and a keyboard. Coordinates are observation pixels."""

    def observe(self) -> Observation:
        """Look, waiting until the picture has settled (capped; see Observation.settled)."""
        ...

    def glance(self) -> Observation:
        """Look at once, without waiting."""
        ...

    def perform(self, action: Motion) -> Motion:
        """Do it and return what was really done (coordinates clamped to the screen, say).

        Raises Stopped if stop() was called before or during it; no key or button stays held,
        whatever happens.
        """
        ...

    def stop(self) -> None:
        """Abort the action in progress, release everything, refuse further ones until resume()."""
        ...

    def resume(self) -> None: ...

    def close(self) -> None: ...


class Program(Protocol):
    """A program started on a desktop."""

    pid: int

    def running(self) -> bool: ...

    def terminate(self, patience: float = 5.0) -> None:
        """SIGTERM to its process group, SIGKILL after `patience` seconds; safe to call twice."""
        ...


class Host(Desktop, Protocol):
    """A desktop on which programs can be started. home: their HOME, removed with the desktop."""

    display: str
    home: Path

    def launch(
        self, argv: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> Program: ...


@runtime_checkable
class Weighed(Protocol):
    """A desktop that knows what it takes."""

    def weigh(self) -> int:
        """Bytes of memory that its processes hold (PSS: shared pages are shared out)."""
        ...
