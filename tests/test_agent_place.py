"""Where a worker is found, that it is the only one, and that no client can make it deaf."""

import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from agent.config import Settings
from agent.errors import BadInput, Needed
from agent.verbs import queue
from agent.worker import client, place, server, wire
from agent.worker.client import Connection, connect
from agent.worker.place import TakenError, held, only_one, owner_of, socket_of
from agent.worker.server import served


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A short one: the path of a socket has 107 bytes at most."""
    with TemporaryDirectory(prefix="d-") as name:
        yield Path(name)


def settings(folder: Path) -> Settings:
    return Settings(data=folder)


def test_the_socket_is_for_this_user_alone_and_answers(tmp_path: Path) -> None:
    def answer(request: wire.Request) -> wire.Response:
        if isinstance(request, wire.Forget):
            return wire.Refused("there is no such episode")
        if isinstance(request, wire.Sleep):
            raise ZeroDivisionError
        return wire.Done(id=7)

    path = socket_of(settings(tmp_path))
    with served(path, answer):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with Connection(path) as one, Connection(path) as other:
            assert one.ask(wire.Wake()).id == 7
            with pytest.raises(BadInput, match="no such episode"):
                other.ask(wire.Forget("x"))
            with pytest.raises(Needed, match="ZeroDivisionError"):
                other.ask(wire.Sleep())
            assert other.ask(wire.Wake()).id == 7
        with socket.socket(socket.AF_UNIX) as rude:
            rude.connect(str(path))
            rude.sendall(b"hello\n" + wire.line(wire.Wake()))
            lines = rude.makefile("rb")
            assert isinstance(wire.response(lines.readline()), wire.Refused)
            assert isinstance(wire.response(lines.readline()), wire.Done)
    assert not path.exists()
    with pytest.raises(Needed, match="dormouse worker"):
        Connection(path)


@contextmanager
def serving(path: Path) -> Iterator[Path]:
    with served(path, lambda request: wire.Done(id=7)):
        yield path


def test_too_long_a_request_is_refused_and_its_line_closed(tmp_path: Path) -> None:
    with serving(tmp_path / "x.sock") as path, socket.socket(socket.AF_UNIX) as rude:
        rude.connect(str(path))
        rude.sendall(b"x" * (wire.REQUEST_LINE + 1))
        lines = rude.makefile("rb")
        assert isinstance(wire.response(lines.readline()), wire.Refused)
        assert lines.readline() == b""


def test_more_clients_than_there_is_room_for_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "CLIENTS", 3)
    with serving(tmp_path / "x.sock") as path:
        with ExitStack() as open_now:
            lines = [open_now.enter_context(Connection(path)) for _ in range(3)]
            assert [line.ask(wire.Wake()).id for line in lines] == [7] * 3
            with Connection(path) as surplus, pytest.raises(Needed, match="3 clients"):
                surplus.ask(wire.Wake())
        assert _answers(path)  # there is room again


def test_a_worker_without_file_descriptors_hears_again_when_it_has_some(tmp_path: Path) -> None:
    flood = (
        "import socket, sys, time\n"
        "lines = []\n"
        "for _ in range(62):\n"
        "    line = socket.socket(socket.AF_UNIX)\n"
        "    line.settimeout(0.2)\n"
        "    try:\n"
        "        line.connect(sys.argv[1])\n"
        "    except OSError:\n"
        "        break\n"
        "    lines.append(line)\n"
        "time.sleep(0.3)\n"
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with serving(tmp_path / "x.sock") as path:
        crowd = subprocess.Popen([sys.executable, "-c", flood, str(path)])
        few = len(list(Path("/proc/self/fd").iterdir())) + 6
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, hard))
        try:
            assert crowd.wait(30) == 0
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert _answers(path)


def test_a_worker_without_threads_hears_again_when_it_has_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path / "x.sock") as path:
        with monkeypatch.context() as poor:

            def start(thread: threading.Thread) -> None:
                raise RuntimeError("can't start new thread")

            poor.setattr(threading.Thread, "start", start)
            with Connection(path) as line, pytest.raises(Needed, match="thread"):
                line.ask(wire.Wake())
        assert _answers(path)


def _answers(path: Path) -> bool:
    deadline = time.monotonic() + 10
    while True:
        try:
            with Connection(path) as line:
                line._socket.settimeout(5)
                return line.ask(wire.Wake()).id == 7
        except Needed:
            assert time.monotonic() < deadline, "it is deaf"
            time.sleep(0.02)


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A memory whose path is too long for a socket, and a /tmp for this test alone."""
    shared = tmp_path / "t"
    shared.mkdir()
    monkeypatch.setattr(place, "SHARED", shared)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return settings(tmp_path / ("x" * 90) / "memory")


def test_a_long_folder_has_its_socket_elsewhere(
    far: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = socket_of(far)
    assert len(os.fsencode(path)) <= 107
    ours = place.SHARED / f"dormouse-{os.getuid()}"
    assert (path.parent, ours.stat().st_mode & 0o777) == (ours, 0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    assert socket_of(far) == path
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place.SHARED))  # others may look into it
    assert socket_of(far) == path


@pytest.mark.parametrize("kind", ["open to others", "a link", "a file"])
def test_a_folder_that_another_may_have_made_is_not_trusted(far: Settings, kind: str) -> None:
    ours = place.SHARED / f"dormouse-{os.getuid()}"
    if kind == "open to others":
        ours.mkdir()
        ours.chmod(0o777)
    elif kind == "a link":
        (place.SHARED / "elsewhere").mkdir(mode=0o700)
        ours.symlink_to(place.SHARED / "elsewhere")
    else:
        ours.touch(mode=0o600)
    with pytest.raises(Needed, match=str(ours)):
        socket_of(far)


def test_clients_with_another_environment_find_the_worker(
    far: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = tmp_path / "s"
    session.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(session))
    with only_one(far), serving(socket_of(far)) as path:
        assert path.parent == session
        monkeypatch.delenv("XDG_RUNTIME_DIR")
        assert socket_of(far) == path
        with connect(far) as worker:
            assert worker.ask(wire.Wake()).id == 7
    assert socket_of(far).parent != session


def test_a_copied_memory_does_not_lead_to_the_worker_of_the_first(tmp_path: Path) -> None:
    copy = settings(tmp_path / "copy")
    copy.run.mkdir(parents=True)
    (copy.run / "worker.path").write_text("/elsewhere/worker.sock")
    assert socket_of(copy) == copy.run / "worker.sock"


def test_another_users_socket_is_not_spoken_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path / "x.sock") as path:
        monkeypatch.setattr(client, "_owner", lambda line: os.getuid() + 1)
        with pytest.raises(Needed, match="another user"):
            Connection(path)


def test_looking_who_owns_a_memory_is_in_nobodys_way(tmp_path: Path) -> None:
    mine, stop = settings(tmp_path), threading.Event()
    mine.run.mkdir(parents=True)

    def poll() -> None:
        while not stop.is_set():
            held(mine)

    watcher, owned = threading.Thread(target=poll), 0
    watcher.start()
    try:
        for _ in range(200):
            with only_one(mine):
                owned += owner_of(mine) == os.getpid()
    finally:
        stop.set()
        watcher.join()
    assert owned == 200


def test_an_owner_that_is_ending_is_waited_for(tmp_path: Path) -> None:
    mine, ready = settings(tmp_path), threading.Event()

    def end_soon() -> None:
        with only_one(mine):
            ready.set()
            time.sleep(0.1)

    other = threading.Thread(target=end_soon)
    other.start()
    ready.wait()
    with only_one(mine):
        assert owner_of(mine) == os.getpid()
    other.join()


def test_stop_reaches_a_run_beside_the_socket_of_a_killed_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DORMOUSE_DATA", str(tmp_path))
    mine, told = settings(tmp_path), list[tuple[int, int]]()
    mine.run.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(socket_of(mine)))
    monkeypatch.setattr(os, "kill", lambda *what: told.append(what))
    with only_one(mine):
        assert queue.stop(False, None) == 0
    assert told == [(os.getpid(), signal.SIGTERM)]
    with pytest.raises(Needed, match="no worker runs"):
        queue.stop(False, None)


def test_a_name_that_a_killed_owner_left_is_nobody(tmp_path: Path) -> None:
    mine = settings(tmp_path)
    with only_one(mine):
        lock = mine.run / "worker.lock"
        name = lock.read_text()
        lock.write_text(f"{os.getpid()}@another-start")
        assert owner_of(mine) == 0
        lock.write_text("")
        late = threading.Timer(0.1, lock.write_text, (name,))  # it is about to write it
        late.start()
        assert owner_of(mine) == os.getpid()
        late.join()


def test_one_worker_owns_a_memory(tmp_path: Path) -> None:
    mine = settings(tmp_path)
    assert (held(mine), owner_of(mine)) == (False, 0)
    with only_one(mine):
        assert (held(mine), owner_of(mine)) == (True, os.getpid())
        with pytest.raises(TakenError, match=f"process {os.getpid()}"), only_one(mine):
            pass
    assert not held(mine)
