"""The processes and the folder of one virtual desktop, started and ended."""

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
from typing import TypeVar

from actuation import keeper, openbox
from actuation.desktop import DesktopError

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

    def weigh(self) -> int:
        """Bytes of memory of every process below the keeper, and of the keeper itself."""
        return sum(pss(pid) for pid in (self._keeper.pid, *keeper.descendants(self._keeper.pid)))

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

        return ":" + until(number, "Xvnc to start")

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
        config.write_text(openbox.CONFIG)
        self.launch(["openbox", "--sm-disable", "--config-file", str(config)], {})
        until(bus.exists, "D-Bus to start")

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


def pss(pid: int) -> int:
    """Bytes of memory that a process holds, its share of shared pages; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def sweep() -> None:
    """Remove what desktops have left whose keeper was killed: processes and folders."""
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        keeper.sweep(folder)


def until(look: Callable[[], T | None], what: str, patience: float = 15.0) -> T:
    """The first true value of `look`, polled; DesktopError after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not (found := look()):
        if time.monotonic() > deadline:
            raise DesktopError(f"waited {patience:.0f} s for {what} in vain")
        time.sleep(0.01)
    return found
