"""A desktop of its own: Xvnc, a window manager, D-Bus and a fresh HOME, gone when closed.

    with VirtualDesktop() as desktop:
        desktop.launch(["xterm"])
        seen = desktop.observe()

Xvnc, not Xvfb: what a person does through VNC then comes from an input device of its own, which
XTEST's does not. VNC listens on a Unix socket only that this user can open (`vnc_socket`, with
`vnc_password`). All processes belong to a keeper (actuation.keeper), which ends them whatever
becomes of this one.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from actuation import windows
from actuation.desktop import DesktopError
from actuation.session import KeptProgram, Session, until
from actuation.x11 import X11Desktop
from perception.frames import Pace
from perception.observation import Box, Window


class VirtualDesktop(X11Desktop):
    """The Host protocol on a display of its own. DesktopError if something needed is missing."""

    def __init__(self, width: int = 1280, height: int = 800, pace: Pace | None = None) -> None:
        self._session = Session(width, height)
        self.home = self._session.home
        try:
            super().__init__(self._session.display, pace=pace)
            until(lambda: windows.managed(self._look), "the window manager to start")
        except BaseException:
            self._session.close()
            raise

    def launch(
        self, argv: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> KeptProgram:
        """Start a program on this desktop, `environment` added to the desktop's own. Stopped
        after stop(): nothing is begun any more."""
        self._brake.begin()
        return self._session.launch(argv, environment or {})

    def wait_for(self, match: Callable[[Window], bool], patience: float = 30.0) -> Window:
        """The frontmost window that `match` accepts, once there is one."""
        return until(lambda: next(filter(match, self.windows()), None), "a window", patience)

    def place(self, match: Callable[[Window], bool], box: Box) -> Box:
        """Move and resize the frontmost window that `match` accepts; where it really ended."""
        with self._eyes, self._alive():
            return windows.place(self._look, self._handle(match), box)

    def activate(self, match: Callable[[Window], bool]) -> None:
        with self._eyes, self._alive():
            windows.activate(self._look, self._handle(match))

    def minimise(self, match: Callable[[Window], bool]) -> None:
        with self._eyes, self._alive():
            windows.minimise(self._look, self._handle(match))

    @property
    def vnc_socket(self) -> Path:
        """A Unix socket that speaks VNC, to watch or to take over; with `vnc_password`."""
        return self._session.vnc_socket

    @property
    def vnc_password(self) -> str:
        return self._session.vnc_password

    def weigh(self) -> int:
        """Bytes of memory that all processes of this desktop hold (PSS)."""
        return self._session.weigh()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _handle(self, match: Callable[[Window], bool]) -> windows.Handle:
        handle = windows.find(self._look, match)
        if handle is None:
            raise DesktopError("no such window: wait_for() it first")
        return handle
