"""A desktop of its own: Xvnc, a window manager, D-Bus and a fresh HOME, gone when closed.

    with VirtualDesktop() as desktop:
        desktop.launch(["xterm"])
        seen = desktop.observe()

Xvnc, not Xvfb: what a person does through VNC then comes from an input device of its own, which
XTEST's does not. VNC listens on a Unix socket only that this user can open (`vnc_socket`, with
`vnc_password`). All processes belong to a keeper (actuation.keeper), which ends them whatever
becomes of this one.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from actuation import keeper, windows
from actuation.desktop import DesktopError
from actuation.x11 import X11Desktop
from perception.frames import Pace
from perception.observation import Box, Window

PREFIX = "dormouse-desktop-"
NEEDED = {
    "Xvnc": "tigervnc-standalone-server",
    "vncpasswd": "tigervnc-tools",
    "openbox": "openbox",
    "dbus-daemon": "dbus",
    "setxkbmap": "x11-xkb-utils",
    "xhost": "x11-xserver-utils",
}

T = TypeVar("T")

OPENBOX = """<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew><followMouse>no</followMouse></focus>
  <placement><policy>Smart</policy></placement>
  <theme><name>Clearlooks</name><titleLayout>NLIMC</titleLayout></theme>
  <desktops><number>1</number><popupTime>0</popupTime></desktops>
  <resize><drawContents>yes</drawContents><popupShow>Never</popupShow></resize>
  <keyboard>
    <keybind key="A-Tab"><action name="NextWindow"/></keybind>
    <keybind key="A-F4"><action name="Close"/></keybind>
  </keyboard>
  <mouse>
    <dragThreshold>4</dragThreshold><doubleClickTime>400</doubleClickTime>
    <context name="Frame"/>
    <context name="Titlebar">
      <mousebind button="Left" action="Press">
        <action name="Focus"/><action name="Raise"/>
      </mousebind>
      <mousebind button="Left" action="Drag"><action name="Move"/></mousebind>
      <mousebind button="Left" action="DoubleClick"><action name="ToggleMaximize"/></mousebind>
    </context>
    <context name="Client">
      <mousebind button="Left" action="Press">
        <action name="Focus"/><action name="Raise"/>
      </mousebind>
      <mousebind button="Middle" action="Press">
        <action name="Focus"/><action name="Raise"/>
      </mousebind>
      <mousebind button="Right" action="Press">
        <action name="Focus"/><action name="Raise"/>
      </mousebind>
    </context>
    <context name="Bottom TLCorner TRCorner BLCorner BRCorner Left Right Top">
      <mousebind button="Left" action="Drag"><action name="Resize"/></mousebind>
    </context>
    <context name="Close">
      <mousebind button="Left" action="Click"><action name="Close"/></mousebind>
    </context>
    <context name="Maximize">
      <mousebind button="Left" action="Click"><action name="ToggleMaximize"/></mousebind>
    </context>
    <context name="Iconify">
      <mousebind button="Left" action="Click"><action name="Iconify"/></mousebind>
    </context>
  </mouse>
</openbox_config>
"""


class KeptProgram:
    """A program under the keeper; its standard output and error are in `log`."""

    def __init__(self, session: "Session", pid: int, log: Path) -> None:
        self._session, self.pid, self.log = session, pid, log

    def running(self) -> bool:
        return not self._session.closed and bool(self._session.order("running", pid=self.pid))

    def terminate(self, patience: float = 5.0) -> None:
        if not self._session.closed:
            self._session.order("end", pid=self.pid, patience=patience)


class Session:
    """The processes and the folder of one virtual desktop.

    folder/  (0700)  home/  run/ (XDG_RUNTIME_DIR, the VNC and D-Bus sockets)  log/
    """

    def __init__(self, width: int, height: int) -> None:
        missing = [name for name in NEEDED if shutil.which(name) is None]
        if missing:
            packages = " ".join(NEEDED[name] for name in missing)
            raise DesktopError(f"missing {', '.join(missing)}: apt install {packages}")
        sweep()
        self.closed = False
        self._lock = threading.Lock()
        self._programs = 0
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.home, self._run, self._log = (self.folder / name for name in ("home", "run", "log"))
        for path in (self.home, self._run, self._log):
            path.mkdir(mode=0o700)
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", keeper.__file__, str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            self.display = self._start_server(width, height)
            self._start_manager()
        except BaseException:
            self.close()
            raise

    def launch(self, argv: Sequence[str], environment: Mapping[str, str]) -> KeptProgram:
        """DesktopError if the program is missing."""
        self._programs += 1
        log = self._log / f"{self._programs:03}-{Path(argv[0]).name}.log"
        env = self._environment() | dict(environment)
        pid = self.order("start", argv=list(argv), env=env, cwd=str(self.home), log=str(log))
        assert isinstance(pid, int)
        return KeptProgram(self, pid, log)

    def order(self, name: str, **arguments: object) -> object:
        """Ask the keeper. DesktopError if it refuses or is gone."""
        with self._lock:
            stdin, stdout = self._keeper.stdin, self._keeper.stdout
            assert stdin and stdout
            try:
                stdin.write(json.dumps({"order": name, **arguments}).encode() + b"\n")
                stdin.flush()
                line = stdout.readline()
            except (OSError, ValueError) as error:
                raise DesktopError("the virtual desktop is closed: start a new one") from error
        if not line:
            raise DesktopError("the virtual desktop's keeper has ended: start a new desktop")
        reply = json.loads(line)
        if "error" in reply:
            raise DesktopError(f"cannot run {arguments.get('argv', name)}: {reply['error']}")
        value: object = reply["value"]
        return value

    def close(self) -> None:
        """End every process and remove the folder; safe to call twice."""
        if self.closed:
            return
        self.closed = True
        with self._lock:
            assert self._keeper.stdin and self._keeper.stdout
            self._keeper.stdin.close()
            try:
                self._keeper.wait(15)
            except subprocess.TimeoutExpired:
                self._keeper.kill()
                self._keeper.wait()
            self._keeper.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def vnc_socket(self) -> Path:
        return self._run / "vnc"

    def _start_server(self, width: int, height: int) -> str:
        self.vnc_password = secrets.token_urlsafe(6)
        secret = self._run / "vnc.passwd"
        hashed = subprocess.run(
            ["vncpasswd", "-f"], input=self.vnc_password.encode(), capture_output=True, check=True
        )
        secret.touch(mode=0o600)
        secret.write_bytes(hashed.stdout)
        log = self._log / "xvnc.out"
        vnc = ["-rfbport", "-1", "-rfbunixpath", str(self.vnc_socket), "-rfbunixmode", "0600"]
        secured = ["-SecurityTypes", "VncAuth", "-PasswordFile", str(secret), "-AlwaysShared"]
        screen = ["-geometry", f"{width}x{height}", "-depth", "24", "-dpi", "96"]
        argv = ["Xvnc", "-displayfd", "1", *screen, *vnc, *secured]
        argv += ["-nolisten", "tcp", "-noreset", "-desktop", "Dormouse"]
        env = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
        env[keeper.MARK] = str(self.folder)
        pid = self.order("start", argv=argv, env=env, cwd="/", log=str(log))

        def number() -> str:
            if not self.order("running", pid=pid):
                raise DesktopError(f"Xvnc ended at once: {log.with_suffix('.log').read_text()}")
            return log.read_text().strip() if log.exists() else ""

        return ":" + _until(number, "Xvnc to start")

    def _start_manager(self) -> None:
        env = self._environment()
        # Only this user may connect: the server's default lets in every user of the machine.
        for command in (
            ["xhost", f"+si:localuser:#{os.getuid()}"],
            ["xhost", "-local:"],
            ["setxkbmap", "us", "-variant", "altgr-intl"],  # é ü ß € without remapping
        ):
            subprocess.run(command, env=env, capture_output=True, check=False)
        bus = self._run / "bus"
        self.launch(["dbus-daemon", "--session", "--nofork", f"--address=unix:path={bus}"], {})
        config = self._run / "openbox.xml"
        config.write_text(OPENBOX)
        self.launch(["openbox", "--sm-disable", "--config-file", str(config)], {})
        _until(bus.exists, "D-Bus to start")

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "USER") if name in os.environ}
        return kept | {
            keeper.MARK: str(self.folder),
            "DISPLAY": self.display,
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self._run),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self._run / 'bus'}",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "GDK_BACKEND": "x11",
            "GTK_IM_MODULE": "gtk-im-context-simple",
            "NO_AT_BRIDGE": "1",
        }


class VirtualDesktop(X11Desktop):
    """The Host protocol on a display of its own. DesktopError if something needed is missing."""

    def __init__(self, width: int = 1280, height: int = 800, pace: Pace | None = None) -> None:
        self._session = Session(width, height)
        self.home = self._session.home
        try:
            super().__init__(self._session.display, pace=pace)
            _until(lambda: windows.managed(self._look), "the window manager to start")
        except BaseException:
            self._session.close()
            raise

    def launch(
        self, argv: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> KeptProgram:
        """Start a program on this desktop, `environment` added to the desktop's own."""
        return self._session.launch(argv, environment or {})

    def wait_for(self, match: Callable[[Window], bool], patience: float = 30.0) -> Window:
        """The frontmost window that `match` accepts, once there is one."""
        return _until(lambda: next(filter(match, self.windows()), None), "a window", patience)

    def place(self, match: Callable[[Window], bool], box: Box) -> Box:
        """Move and resize the frontmost window that `match` accepts; where it really ended."""
        with self._eyes:
            return windows.place(self._look, self._handle(match), box)

    def activate(self, match: Callable[[Window], bool]) -> None:
        with self._eyes:
            windows.activate(self._look, self._handle(match))

    def minimise(self, match: Callable[[Window], bool]) -> None:
        with self._eyes:
            windows.minimise(self._look, self._handle(match))

    @property
    def vnc_socket(self) -> Path:
        """A Unix socket that speaks VNC, to watch or to take over; with `vnc_password`."""
        return self._session.vnc_socket

    @property
    def vnc_password(self) -> str:
        return self._session.vnc_password

    def close(self) -> None:
        super().close()
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


def sweep() -> None:
    """Remove what desktops have left whose keeper was killed: processes and folders."""
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        keeper.sweep(folder)


def _until(look: Callable[[], T | None], what: str, patience: float = 15.0) -> T:
    """The first true value of `look`, polled; DesktopError after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not (found := look()):
        if time.monotonic() > deadline:
            raise DesktopError(f"waited {patience:.0f} s for {what} in vain")
        time.sleep(0.01)
    return found
