"""What worker and clients say: any message comes back as it was, nonsense is refused."""

import os
import socket
import stat
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.config import Settings
from agent.errors import BadInput, Needed
from agent.session import Patience, Session, State
from agent.worker import wire
from agent.worker.board import Board, thinned
from agent.worker.client import Connection
from agent.worker.jobs import KEPT, Jobs
from agent.worker.live import picture
from agent.worker.place import TakenError, held, only_one, owner_of, socket_of
from agent.worker.server import served
from memory.fake import drawn_frame

TEXT = st.text(max_size=40)
JOBS = st.builds(
    wire.Job,
    id=st.integers(0, 2**31),
    task=TEXT,
    seed=st.integers(0, 2**31),
    variant=TEXT,
    dry=st.booleans(),
    at=st.floats(0, 2e9),
)
REQUESTS = st.one_of(
    st.builds(wire.Look, after=st.integers(-1, 2**40), watching=st.booleans()),
    st.builds(wire.See, width=st.integers(1, 9999), after=TEXT),
    st.builds(wire.Add, job=JOBS),
    st.builds(wire.Intend, intent=st.sampled_from(["pause", "go_on", "take_over", "stop"])),
    st.builds(wire.Reply, question=st.integers(0, 99), yes=st.booleans(), action=TEXT),
    st.builds(wire.Sleep, seed=st.integers(0, 9), steps=st.none() | st.integers(1, 9)),
    st.builds(wire.Forget, episode=TEXT),
)
SHOWN = st.builds(
    wire.Shown,
    action=TEXT,
    confidence=st.floats(0, 1),
    target=st.none() | st.tuples(*[st.integers(0, 9999)] * 4),
)
RESPONSES = st.one_of(
    st.builds(wire.Done, changed=st.booleans()),
    st.builds(wire.Refused, sentence=TEXT),
    st.builds(
        wire.Told,
        status=st.builds(
            wire.Status,
            version=st.integers(0, 2**40),
            state=st.sampled_from(State),
            shown=st.none() | SHOWN,
            queue=st.tuples(JOBS),
            tail=st.tuples(TEXT),
        ),
    ),
)


@given(REQUESTS)
def test_a_request_comes_back_as_it_was(message: wire.Request) -> None:
    line = wire.line(message)
    assert line.count(b"\n") == 1
    assert wire.request(line) == message


@given(RESPONSES)
def test_a_response_comes_back_as_it_was(message: wire.Response) -> None:
    assert wire.response(wire.line(message)) == message


@given(st.binary(max_size=80))
def test_whatever_comes_over_the_line_is_refused_in_a_sentence(text: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.request(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b'{"v":2,"do":"look"}', "version 2"),
        (b'{"v":1,"do":"fly"}', "fly"),
        (b'{"v":1,"do":"intend","intent":"explode"}', "intent"),
        (b"[1]", "no message"),
    ],
)
def test_another_version_or_word_is_named(text: bytes, says: str) -> None:
    with pytest.raises(wire.WireError, match=says):
        wire.request(text)


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


def test_a_long_folder_has_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 90) / "memory"
    assert len(os.fsencode(socket_of(settings(deep)))) <= 107


def test_one_worker_owns_a_memory(tmp_path: Path) -> None:
    mine = settings(tmp_path)
    assert (held(mine), owner_of(mine)) == (False, 0)
    with only_one(mine):
        assert (held(mine), owner_of(mine)) == (True, os.getpid())
        with pytest.raises(TakenError, match=f"process {os.getpid()}"), only_one(mine):
            pass
    assert not held(mine)


def test_the_queue_is_found_again_and_runs_what_is_due(tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    jobs = Jobs(path)
    later = jobs.add(wire.Job(0, "books/enter_invoice", 1, at=time.time() + 3600))
    now = jobs.add(wire.Job(0, "books/enter_invoice", 2))
    assert (later.id, now.id) == (1, 2)
    again = Jobs(path)
    assert again.due() == now
    again.end(wire.Job(2, now.task, 2, outcome="verified"))
    assert (again.due(), [job.id for job in again.ended]) == (None, [2])
    assert again.cancel(1)
    assert not again.cancel(2)  # it has ended
    assert again.waiting == ()


def test_old_endings_are_forgotten(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "queue.json")
    for seed in range(KEPT + 5):
        job = jobs.add(wire.Job(0, "t", seed))
        jobs.end(wire.Job(job.id, "t", seed, outcome="asked"))
    assert len(jobs.ended) == KEPT
    assert jobs.ended[-1].seed == KEPT + 4


def test_a_damaged_queue_is_named(tmp_path: Path) -> None:
    (tmp_path / "queue.json").write_text("[{}]")
    with pytest.raises(Needed, match=r"queue\.json is damaged"):
        Jobs(tmp_path / "queue.json")


def test_status_waits_for_a_change(tmp_path: Path) -> None:
    session = Session(Patience())
    board = Board(session, Jobs(tmp_path / "queue.json"))
    first = board.status()
    assert board.status(after=first.version, patience=0.05).version == first.version
    threading.Timer(0.1, lambda: board.say("hello")).start()
    second = board.status(after=first.version, patience=30)
    assert second.tail[-1].endswith("hello")


def test_a_picture_is_shrunk_and_sent_once() -> None:
    image = drawn_frame(3)
    first = picture(image, 80, 80, "", 1.0)
    assert (first.width, first.height, first.scale) == (80, 60, 0.5)
    assert first.png
    assert picture(image, 80, 80, first.digest, 2.0).png == ""
    assert picture(drawn_frame(4), 80, 80, first.digest, 2.0).png
    assert picture(image, 40, 40, first.digest, 2.0).png  # another size is another picture


@given(st.lists(st.floats(0, 10), max_size=900))
def test_a_curve_is_thinned_and_keeps_its_ends(values: list[float]) -> None:
    points = thinned(values, 240)
    assert len(points) <= 240
    assert len(values) <= 240 or len(points) > 100
    assert all(min(values) - 1e-9 <= p <= max(values) + 1e-9 for p in points)
