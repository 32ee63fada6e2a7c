"""A night at the same time each day: a systemd user timer, or else a line for cron.

change("02:30") ──▶ ~/.config/systemd/user/dormouse-night.{service,timer} ──▶ dormouse night

A night that was missed because the machine was off is caught up after the next start.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from agent.config import Settings
from agent.errors import BadInput
from memory import atomic

NAME = "dormouse-night"
TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")

SERVICE = """[Unit]
Description=Dormouse sleeps on the day

[Service]
Type=oneshot
# the worker goes on when the verb that started it has ended
KillMode=process
Environment={data}
ExecStart={command}
"""
TIMER = """[Unit]
Description=Dormouse's night at {at}

[Timer]
OnCalendar=*-*-* {at}:00
# a night that was missed is caught up
Persistent=true

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True)
class Told:
    """at: "HH:MM", "" for off. on: whether something will begin it. words: for people."""

    at: str
    on: bool
    words: str


def wrong(line: str) -> str:
    """Why a line is no time of day, "" where it is one or off."""
    good = line == "off" or TIME.fullmatch(line)
    return "" if good else f"{line or 'nothing'}: say a time of day as 02:30, or off"


def change(line: str, settings: Settings) -> Told:
    """Schedule the night, or take it off. BadInput where the line says neither."""
    if words := wrong(line):
        raise BadInput(words)
    return _off() if line == "off" else _on(line, settings)


def current() -> str:
    """The time that is set, "" for none."""
    timer = _folder() / f"{NAME}.timer"
    found = TIME.search(timer.read_text()) if timer.exists() else None
    return found[0] if found else ""


def _on(at: str, settings: Settings) -> Told:
    data = settings.data.absolute()
    command = shlex.join(_command())
    files = {
        f"{NAME}.service": SERVICE.format(
            data=_quoted(f"DORMOUSE_DATA={data}"), command=" ".join(map(_quoted, _command()))
        ),
        f"{NAME}.timer": TIMER.format(at=at),
    }
    hour, minute = at.split(":")
    cron = f"{int(minute)} {int(hour)} * * * DORMOUSE_DATA={shlex.quote(str(data))} {command}"
    if not _systemd():
        return Told(at, False, f"no systemd user session here; add to crontab -e:  {cron}")
    for name, text in files.items():
        atomic.write_bytes(_folder() / name, text.encode())
    _systemctl("daemon-reload")
    done = _systemctl("enable", "--now", f"{NAME}.timer")
    if done.returncode:
        return Told(at, False, f"systemd did not enable it: {done.stderr.strip()}")
    return Told(at, True, f"the night begins each day at {at}; a missed one is caught up")


def _off() -> Told:
    if _systemd():
        _systemctl("disable", "--now", f"{NAME}.timer")
    for kind in ("timer", "service"):
        (_folder() / f"{NAME}.{kind}").unlink(missing_ok=True)
    if _systemd():
        _systemctl("daemon-reload")
    return Told("", False, "no night is scheduled")


def _folder() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "systemd" / "user"


def _command() -> list[str]:
    script = shutil.which("dormouse")
    return [script, "night"] if script else [sys.executable, "-m", "agent", "night"]


def _quoted(word: str) -> str:
    """A word of a unit file."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _systemd() -> bool:
    return shutil.which("systemctl") is not None and not _systemctl("show-environment").returncode


def _systemctl(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["systemctl", "--user", *words], capture_output=True, text=True, timeout=20, check=False
    )
