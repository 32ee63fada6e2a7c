"""The desktop in use as people have it: a lens on it, an ear for their hands, its VNC server."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from actuation.desktop import Host
from actuation.local import LocalDesktop
from actuation.person import PersonWatch
from actuation.recorded import Recorded
from actuation.recorder import HandRecorder
from actuation.virtual import VirtualDesktop
from agent.config import Settings
from agent.session import Session
from agent.touching import Acts, Touching
from agent.worker.board import Board
from agent.worker.live import Lens
from agent.worker.wire import Picture


class Sight:
    """One desktop at a time: another replaces it. see() may be called from any thread."""

    def __init__(self, settings: Settings, session: Session, board: Board) -> None:
        self._settings, self._session, self._board = settings, session, board
        self._secret = settings.run / "vnc.passwd"
        self._lens: Lens | None = None
        self._acts: Acts | None = None
        self._open = ExitStack()

    def see(self, width: int, height: int, after: str) -> Picture:
        """The screen as it is now; no bytes where there is none."""
        lens = self._lens
        return lens.see(width, height, after) if lens else Picture()

    def virtual(self) -> Host:
        """A fresh virtual desktop, which is watched until the next one or close()."""
        self.close()
        desktop = VirtualDesktop(self._settings.width, self._settings.height)
        try:
            self._watch(desktop.display)
            self._follow(desktop)
        except BaseException:
            self._open.close()
            desktop.close()
            raise
        self._session.attach(desktop)
        self._secret.touch(mode=0o600)
        self._secret.write_text(desktop.vnc_password)
        self._board.vnc = str(desktop.vnc_socket), str(self._secret)
        return desktop

    @contextmanager
    def local(self, display: str) -> Iterator[LocalDesktop]:
        """The operator's own display, watched while inside. DesktopError where there is none."""
        self.close()
        desktop = LocalDesktop(display)
        try:
            self._watch(display)
            yield desktop
        finally:
            self.close()
            desktop.close()

    def taught(self) -> list[Recorded]:
        """What a person's hands did on the virtual desktop since the last call."""
        return self._acts() if self._acts else []

    def close(self) -> None:
        """Watch nothing any more. Safe to call twice."""
        self._lens = self._acts = None
        self._open.close()
        self._board.vnc = ("", "")
        self._secret.unlink(missing_ok=True)

    def _watch(self, display: str) -> None:
        try:
            lens = Lens(display)
            self._open.callback(lens.close)
            watch = PersonWatch(display, Touching(self._session))
            self._open.callback(watch.close)
        except BaseException:
            self._open.close()
            raise
        self._lens = lens

    def _follow(self, desktop: VirtualDesktop) -> None:
        """Keep what hands do there, but for what is recorded as a demonstration anyway."""
        begin = partial(HandRecorder, desktop)
        self._acts = Acts(begin, lambda: self._session.cue is None)
        self._open.callback(self._acts.close)
