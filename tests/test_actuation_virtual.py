"""The virtual desktop: what starts, what a program sees, and that nothing is left behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from Xlib import X
from Xlib.display import Display

from actuation import session
from actuation.action import Move
from actuation.desktop import DesktopError
from actuation.local import LocalDesktop
from actuation.virtual import VirtualDesktop
from perception.observation import Box, Window

OWNER = """
import sys, time
from actuation.virtual import VirtualDesktop
desktop = VirtualDesktop(400, 300)
desktop.launch(["sh", "-c", "sleep 600 & setsid sleep 601 & exec xmessage hello"])
desktop.wait_for(lambda window: window.application == "Xmessage")
print(desktop.home.parent, desktop.display, flush=True)
time.sleep(600)
"""


def titled(text: str) -> Callable[[Window], bool]:
    return lambda window: text in window.title


def marked(folder: Path) -> list[int]:
    """Processes that belong to a desktop."""
    mark = f"DORMOUSE_DESKTOP={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def until(condition: Callable[[], bool], patience: float = 15.0) -> bool:
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_program_starts_in_a_fresh_private_home(desktop: VirtualDesktop) -> None:
    file = desktop.home / "environment"
    program = desktop.launch(["sh", "-c", f"env > {file}; exit 3"], {"COLOUR": "blue"})
    assert until(lambda: not program.running())
    seen = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    assert seen["HOME"] == str(desktop.home)
    assert (seen["LANG"], seen["TZ"], seen["COLOUR"]) == ("C.UTF-8", "UTC", "blue")
    assert seen["DISPLAY"] == desktop.display
    assert stat.S_IMODE(Path(seen["XDG_RUNTIME_DIR"]).stat().st_mode) == 0o700
    assert stat.S_IMODE(desktop.home.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(desktop.vnc_socket.stat().st_mode) == 0o600


def test_only_this_user_may_connect(desktop: VirtualDesktop) -> None:
    display = Display(desktop.display)
    try:
        access = display.list_hosts()
    finally:
        display.close()
    assert access.mode == X.EnableAccess
    server_interpreted = 5
    allowed = [(host.family, bytes(host.name)) for host in access.hosts]
    assert allowed == [(server_interpreted, f"localuser\0#{os.getuid()}".encode())]


def test_a_missing_program_is_named(desktop: VirtualDesktop) -> None:
    with pytest.raises(DesktopError, match="no-such-program"):
        desktop.launch(["no-such-program"])


def test_windows_are_listed_front_to_back_and_placed(desktop: VirtualDesktop) -> None:
    programs = [desktop.launch(["xmessage", "-title", name, "x" * 40]) for name in ("one", "two")]
    try:
        for name in ("one", "two"):
            desktop.wait_for(titled(name))
            place = Box(100, 100, 300, 200) if name == "one" else Box(200, 150, 320, 240)
            placed = desktop.place(titled(name), place)
            assert (placed.w, placed.h) == (place.w, place.h)
            assert max(abs(placed.x - place.x), abs(placed.y - place.y)) <= 1  # its X border
        desktop.activate(titled("two"))
        assert until(lambda: [w.title for w in desktop.windows()] == ["two", "one"])
        desktop.activate(titled("one"))
        assert until(lambda: [w.title for w in desktop.windows()] == ["one", "two"])
        assert until(lambda: [w.active for w in desktop.windows()] == [True, False])
        desktop.minimise(titled("one"))
        assert until(lambda: [w.title for w in desktop.windows()] == ["two"])
    finally:
        for program in programs:
            program.terminate()
    assert not any(program.running() for program in programs)
    assert until(lambda: not desktop.windows())


def test_a_program_gets_the_place_and_size_that_it_asks_for(desktop: VirtualDesktop) -> None:
    program = desktop.launch(["xmessage", "-title", "placed", "-geometry", "333x111+400+300", "x"])
    window = desktop.wait_for(titled("placed"))
    program.terminate()
    assert (window.box.w, window.box.h) == (333, 111)
    assert 400 <= window.box.x <= 410
    assert 300 <= window.box.y <= 330  # the frame is at +400+300, the client area inside it


def test_the_pointer_is_clamped_to_the_screen(desktop: VirtualDesktop) -> None:
    assert desktop.perform(Move(99_999, -5)) == Move(1279, 0)
    assert desktop.glance().cursor == (1279, 0)


def test_two_desktops_in_one_process() -> None:
    with VirtualDesktop(640, 480) as one, VirtualDesktop(320, 240) as two:
        assert one.display != two.display
        one.perform(Move(5, 6))
        two.perform(Move(7, 8))
        assert one.observe().image.shape == (480, 640, 3)
        assert two.observe().image.shape == (240, 320, 3)
        assert (one.glance().cursor, two.glance().cursor) == ((5, 6), (7, 8))


def test_closing_leaves_nothing_and_can_be_repeated() -> None:
    desktop = VirtualDesktop(320, 240)
    folder = desktop.home.parent
    program = desktop.launch(["sleep", "600"])
    assert len(marked(folder)) >= 3
    desktop.close()
    desktop.close()
    assert not marked(folder)
    assert not folder.exists()
    assert not Path(f"/tmp/.X11-unix/X{desktop.display[1:]}").exists()
    assert not program.running()


@pytest.mark.parametrize("keeper_too", [False, True])
def test_nothing_is_left_after_the_owner_is_killed(keeper_too: bool) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    line = owner.stdout.readline().split()
    assert len(line) == 2, "the owner did not start its desktop"
    folder, display = Path(line[0]), line[1]
    processes = marked(folder)
    assert len(processes) >= 5
    if keeper_too:
        keepers = {int(Path(f"/proc/{pid}/stat").read_text().split()[3]) for pid in processes}
        keeper = next(
            pid
            for pid in keepers
            if str(folder) in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        )
        os.kill(keeper, signal.SIGKILL)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    if keeper_too:
        session.sweep()  # as the next desktop does when it starts
    assert until(lambda: not marked(folder))
    assert until(lambda: not folder.exists())
    if not keeper_too:
        assert until(lambda: not Path(f"/tmp/.X11-unix/X{display[1:]}").exists())


def test_a_dead_display_is_said_and_closed() -> None:
    desktop = VirtualDesktop(320, 240)
    folder = desktop.home.parent
    server = next(
        pid
        for pid in marked(folder)
        if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"Xvnc")
    )
    os.kill(server, signal.SIGKILL)
    with pytest.raises(DesktopError, match="gone"):
        for _ in range(100):
            desktop.observe()
    with pytest.raises(DesktopError, match="gone"):
        desktop.perform(Move(1, 1))
    desktop.close()
    assert not marked(folder)
    assert not folder.exists()


def test_a_sweep_leaves_living_desktops_alone(desktop: VirtualDesktop) -> None:
    session.sweep()
    assert desktop.observe().image.shape == (800, 1280, 3)
    assert desktop.home.exists()


def test_vnc_speaks_and_asks_for_a_password(desktop: VirtualDesktop) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(desktop.vnc_socket))
        assert connection.recv(12) == b"RFB 003.008\n"
        connection.sendall(b"RFB 003.008\n")
        assert connection.recv(2) == b"\x01\x02"  # one way in: VNC authentication
    assert 6 <= len(desktop.vnc_password) <= 8


def test_the_operators_own_display(desktop: VirtualDesktop) -> None:
    own = LocalDesktop(desktop.display)
    try:
        assert own.observe().image.shape == (800, 1280, 3)
        assert own.perform(Move(12, 34)) == Move(12, 34)
        assert desktop.glance().cursor == (12, 34)
    finally:
        own.close()
    with pytest.raises(DesktopError, match="no monitor 7"):
        LocalDesktop(desktop.display, monitor=7)
