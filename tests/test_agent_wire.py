"""What worker and clients say: any message comes back as it was, nonsense is refused."""

import json
import threading
import time
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Needed
from agent.session import Patience, Session, State
from agent.worker import wire
from agent.worker.board import Board, thinned
from agent.worker.jobs import KEPT, Jobs
from agent.worker.live import picture
from memory.fake import drawn_frame

TEXT = st.text(max_size=40)
JOBS = st.builds(
    wire.Job,
    id=st.just(0),
    task=TEXT,
    seed=st.integers(0, 2**31 - 1),
    variant=TEXT,
    dry=st.booleans(),
    at=st.floats(0, 2e9),
)
REQUESTS = st.one_of(
    st.builds(wire.Look, after=st.integers(-1, 2**40), watching=st.booleans()),
    st.builds(wire.See, width=st.integers(1, 9999), after=TEXT),
    st.builds(wire.Add, job=JOBS),
    st.builds(wire.Intend, intent=st.sampled_from(get_args(wire.Intent))),
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
        (b'{"v":9,"do":"look"}', "version 9"),
        (b'{"v":3,"do":"fly"}', "fly"),
        (b'{"v":3,"do":"intend","intent":"explode"}', "intent"),
        (b"[1]", "no message"),
        (b"[" * 60_000, "no message"),
        (b'{"v":3,"do":"add","job":{"id":3,"task":"t"}}', "job.id"),
        (b'{"v":3,"do":"add","job":{"id":0,"task":"t","begun":true}}', "job.begun"),
        (b'{"v":3,"do":"add","job":{"id":0,"task":"t","outcome":"verified"}}', "job.outcome"),
        (b'{"v":3,"do":"add","job":{"id":0,"task":"t","attempt":"{}"}}', "job.attempt"),
        (b'{"v":3,"do":"add","job":{"id":0,"task":"t","seed":-1}}', "job.seed"),
        (b'{"v":3,"do":"add","job":{"id":0,"task":"t","seed":2147483648}}', "job.seed"),
        (b'{"v":3,"do":"add","job":{"id":0,"task":"t","at":NaN}}', "job.at"),
        (b'{"v":3,"do":"add","job":{"id":0,"task":"t","at":-Infinity}}', "job.at"),
        (b'{"v":3,"do":"add","job":{"id":0,"task":"t","at":1e999}}', "job.at"),
        (b'{"v":3,"do":"add","job":{"id":0,"task":"t","weights":"\\ud800"}}', "job.weights"),
        (b'{"v":3,"do":"add","job":{"id":0,"task":"","display":":0"}}', "job.display"),
        (b'{"v":3,"do":"mask","episode":"e","box":[1,2,3]}', "box"),
        (b'{"v":3,"do":"look","patience":NaN}', "patience"),
        (b'{"v":3,"do":"look","after":99999999999999999999}', "after"),
        (b'{"v":3,"do":"sleep","seed":-1}', "seed"),
        (b'{"v":3,"do":"sleep","steps":0}', "steps"),
        (b'{"v":3,"do":"intend","intent":"stop","why":"%s"}' % (b"x" * 2001), "2000"),
    ],
)
def test_another_version_or_word_is_named(text: bytes, says: str) -> None:
    with pytest.raises(wire.WireError, match=says):
        wire.request(text)


@given(st.text(st.characters(), max_size=30), st.floats())
def test_whatever_is_on_a_screen_a_status_can_be_sent(text: str, number: float) -> None:
    anything = text + "\ud800"
    status = wire.Status(
        1,
        State.IDLE,
        why=anything,
        job=wire.Job(1, "t", at=number, detail=anything),
        shown=wire.Shown(anything, number),
        tail=(anything,),
        ms={anything: number},
        night=wire.Night("train", number, number, anything, number, number, (number,)),
    )
    read = wire.response(wire.line(wire.Told(status)))
    assert isinstance(read, wire.Told)
    assert read.status.version == 1
    assert "\ud800" not in read.status.why
    wire.line(wire.Refused(anything))


def test_why_is_harmless() -> None:
    text = b'{"v":3,"do":"intend","intent":"stop","why":"\\u001b[2J"}'
    assert wire.request(text) == wire.Intend("stop", "\ufffd[2J")


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


def test_what_has_begun_is_not_cancelled_and_keeps_its_end(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "queue.json")
    first, second = (jobs.add(wire.Job(0, "t", seed)) for seed in (1, 2))
    assert jobs.take() == wire.Job(first.id, "t", 1, begun=True)
    assert not jobs.cancel(first.id)
    assert jobs.due() == second
    assert jobs.cancel(second.id)
    assert (jobs.take(), jobs.due()) == (None, None)
    jobs.end(wire.Job(first.id, "t", 1, begun=True, outcome="verified"))
    jobs.end(wire.Job(second.id, "t", 2, outcome="stopped"))  # gone, but it was done after all
    assert [job.id for job in jobs.ended] == [1, 2]


def test_a_number_is_not_used_again(tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    jobs = Jobs(path)
    assert jobs.cancel(jobs.add(wire.Job(0, "t")).id)
    assert jobs.add(wire.Job(0, "t")).id == 2
    assert jobs.cancel(2)
    assert Jobs(path).add(wire.Job(0, "t")).id == 3


def test_a_queue_of_the_first_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    path.write_text('[{"id": 4, "task": "t", "seed": 1}]')
    jobs = Jobs(path)
    assert [job.id for job in jobs.waiting] == [4]
    assert jobs.add(wire.Job(0, "t")).id == 5
    assert [job.id for job in Jobs(path).waiting] == [4, 5]
    assert json.loads(path.read_text())["next"] == 6


def test_what_the_screen_said_does_not_damage_the_queue(tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    jobs = Jobs(path)
    job = jobs.add(wire.Job(0, "t", at=float("nan")))
    jobs.end(wire.Job(job.id, "t", outcome="failed", detail="no \ud800 here"))
    assert Jobs(path).ended == jobs.ended


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


def test_a_status_holds_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    jobs, session = Jobs(tmp_path / "queue.json"), Session(Patience())
    board = Board(session, jobs)
    session.stop("\x1b[2J")
    board.now.goal = "\x1b]0;"
    job = jobs.add(wire.Job(0, "t"))
    jobs.end(wire.Job(job.id, "t", outcome="failed", detail="\x1b[2J"))
    status = board.status()
    assert "\x1b" not in status.why + status.goal + status.ended[0].detail


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
