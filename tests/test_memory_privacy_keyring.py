"""A memory whose key is in the system's keyring: read while it is open, wiped with its key."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agent.watch import viewer
from memory.cipher import PASSPHRASE

ENVIRONMENT = {"PYTHON_KEYRING_BACKEND": "keyring_house.FileKeyring", "DORMOUSE_ENCRYPT": "keyring"}


def verb(folder: Path, *words: str, said: str = "") -> "subprocess.CompletedProcess[str]":
    here = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    held = {"DORMOUSE_TEST_KEYRING": str(folder / "keyring"), "PYTHONPATH": here}
    return subprocess.run(
        [sys.executable, "-m", "agent", *words],
        env=os.environ | ENVIRONMENT | held | {"DORMOUSE_DATA": str(folder / "data")},
        input=said,
        capture_output=True,
        text=True,
    )


def test_a_fact_is_read_while_the_keyring_is_open_and_goes_with_its_key(tmp_path: Path) -> None:
    kept = verb(tmp_path, "facts", "add", "pin", said="4711\n")
    assert (kept.returncode, kept.stderr) == (0, "")
    assert json.loads((tmp_path / "data" / "key.json").read_text()) == {"lock": "keyring"}
    assert b"4711" not in b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert verb(tmp_path, "facts").stdout.strip() == "{{pin}}"
    (tmp_path / "keyring").rename(tmp_path / "kept")
    gone = verb(tmp_path, "facts")
    assert (gone.returncode, gone.stderr.count("\n")) == (3, 1)
    assert "keyring has no key" in gone.stderr
    (tmp_path / "keyring").mkdir()  # locked
    locked = verb(tmp_path, "facts")
    assert (locked.returncode, locked.stderr.count("\n")) == (3, 1)
    assert "did not give the key" in locked.stderr
    (tmp_path / "keyring").rmdir()
    (tmp_path / "kept").rename(tmp_path / "keyring")
    wiped = verb(tmp_path, "memory", "wipe", "--yes")
    assert (wiped.returncode, wiped.stderr) == (0, "")
    assert json.loads((tmp_path / "keyring").read_text()) == {}
    assert "no facts are kept" in verb(tmp_path, "facts").stdout


REAL = """
printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null
echo 4711 | "$PYTHON" -m agent facts add pin && "$PYTHON" -m agent facts
"""


@pytest.mark.skipif(
    not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")),
    reason="no gnome-keyring here",
)
def test_the_keyring_of_a_desktop_holds_the_key(tmp_path: Path) -> None:
    for folder in ("home", "run"):
        (tmp_path / folder).mkdir(mode=0o700)
    told = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", REAL],
        env=os.environ
        | {
            "HOME": str(tmp_path / "home"),
            "XDG_RUNTIME_DIR": str(tmp_path / "run"),
            "DORMOUSE_DATA": str(tmp_path / "data"),
            "DORMOUSE_ENCRYPT": "keyring",
            "PYTHON": sys.executable,
        },
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-1] == "{{pin}}"
    assert json.loads((tmp_path / "data" / "key.json").read_text()) == {"lock": "keyring"}


def test_programs_that_are_not_ours_get_no_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    fake = tmp_path / "xtigervncviewer"
    fake.write_text(f"#!/bin/sh\nenv > {told}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv(PASSPHRASE, "correct horse battery")
    opened = viewer(tmp_path / "socket", "vnc-secret")
    assert opened is not None
    assert opened.wait(20) == 0
    assert "VNC_PASSWORD=vnc-secret" in told.read_text()
    assert "correct horse" not in told.read_text()
