"""One worker, its clients, and a person at the desktop: a real display, real programs, VNC."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from worker_house import House, until
from Xlib.display import Display

from actuation.keeper import descendants
from actuation.rfb import Hand
from agent.errors import BadInput
from agent.session import State
from agent.worker import wire
from agent.worker.client import Connection, connect
from memory.episode import Actor, Outcome
from memory.store import Store

TASK = "books/enter_invoice"
ESCAPE = 0xFF1B


def when(worker: Connection, fits: Callable[[wire.Status], bool]) -> wire.Status:
    """The first status that fits."""
    deadline, version = time.monotonic() + 90, -1
    while True:
        now = worker.look(after=version, patience=1.0, watching=True)
        version = now.version
        if fits(now):
            return now
        assert time.monotonic() < deadline, f"it never came: {now}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, DORMOUSE_LEAD_SECONDS="0.3")
    yield house
    house.close()


def shown(seed: int, **more: object) -> wire.Add:
    return wire.Add(wire.Job(0, TASK, seed, policy="scripted", **more))  # type: ignore[arg-type]


def test_a_task_is_seen_before_it_is_done_and_pause_holds_it(house: House) -> None:
    with connect(house.settings) as worker:
        number = worker.ask(shown(14_100)).id
        before = when(worker, lambda now: now.shown is not None and not now.shown.fired)
        assert (before.state, before.step) == (State.RECORDING, 0)
        assert worker.ask(wire.Intend("pause")).changed
        held_at = when(worker, lambda now: now.state is State.PAUSED).step
        time.sleep(1.0)
        assert worker.look().step <= held_at + 1  # the action under way was finished
        picture = worker.see(160, 100)
        assert (picture.width, picture.height) == (160, 100)
        assert worker.see(160, 100, picture.digest).png == ""
        assert worker.ask(wire.Intend("go_on")).changed
        ended = when(worker, lambda now: any(job.id == number for job in now.ended))
    assert ended.ended[-1].outcome == Outcome.VERIFIED
    again = house.verb("status", "--plain")
    assert "state: Idle" in again.stdout
    assert "verified" in again.stdout


def test_a_person_takes_over_by_vnc_and_hands_back(house: House) -> None:
    with connect(house.settings) as worker:
        number = worker.ask(shown(14_101)).id
        socket, secret = when(worker, lambda now: now.step >= 2).vnc
        assert Path(secret).stat().st_mode & 0o777 == 0o600
        with Hand(Path(socket), Path(secret).read_text()) as hand:
            hand.move(640, 790)
            taken = when(worker, lambda now: now.state is State.TAKEN_OVER)
            assert "touched" in taken.why
            time.sleep(0.8)
            assert worker.look().step == taken.step
        assert worker.ask(wire.Intend("go_on")).changed
        ended = when(worker, lambda now: any(job.id == number for job in now.ended))
        assert any("handed back" in line for line in ended.tail)
    assert ended.ended[-1].outcome == Outcome.VERIFIED


def test_a_touch_while_programs_are_opened_waits_and_opens_them_again(house: House) -> None:
    with connect(house.settings) as worker:
        number = worker.ask(shown(14_109)).id
        now = when(worker, lambda now: bool(now.vnc[0]))
        assert (now.step, now.shown) == (0, None)
        with Hand(Path(now.vnc[0]), Path(now.vnc[1]).read_text()) as hand:
            hand.move(640, 790)
            when(worker, lambda now: now.state is State.TAKEN_OVER)
            time.sleep(1.0)
            assert worker.look().shown is None
        assert worker.ask(wire.Intend("go_on")).changed
        ended = when(worker, lambda now: any(job.id == number for job in now.ended))
    assert ended.ended[-1].outcome == Outcome.VERIFIED


def test_a_stop_while_programs_are_opened_ends_it_before_the_first_step(house: House) -> None:
    with connect(house.settings) as worker:
        number = worker.ask(shown(14_110)).id
        when(worker, lambda now: bool(now.vnc[0]))
        # Asked from here: a verb may take as long to start as the programs do.
        assert worker.ask(wire.Intend("stop", "a test")).changed
        ended = when(worker, lambda now: any(job.id == number for job in now.ended))
    assert (ended.ended[-1].outcome, ended.step) == (Outcome.STOPPED, 0)
    with Store(house.settings.store) as store:
        assert store.episodes() == []


def test_escape_twice_on_the_desktop_stops_and_nothing_is_held(house: House) -> None:
    with connect(house.settings) as worker:
        number = worker.ask(shown(14_102)).id
        socket, secret = when(worker, lambda now: now.step >= 1).vnc
        with Hand(Path(socket), Path(secret).read_text()) as hand:
            hand.tap(ESCAPE)
            hand.tap(ESCAPE)
            ended = when(worker, lambda now: any(job.id == number for job in now.ended))
        assert ended.ended[-1].outcome == Outcome.STOPPED
        assert ended.state is State.STOPPED
        display = Display(_display(house.process.pid))
        assert not any(display.query_keymap())
        display.close()
        # Nothing begins before a person says so.
        worker.ask(shown(14_103))
        time.sleep(1.0)
        assert worker.look().job is None
        assert worker.ask(wire.Intend("go_on")).changed
        when(worker, lambda now: now.job is not None)
        assert house.verb("stop").returncode == 0
        when(worker, lambda now: now.job is None)


def test_a_question_waits_for_an_answer_whoever_is_there(tmp_path: Path) -> None:
    house = House(tmp_path, DORMOUSE_AMOUNT_LIMIT="0")
    try:
        with connect(house.settings) as desk:
            number = desk.ask(shown(14_104)).id
            question = when(desk, lambda now: now.question is not None).question
        assert question is not None  # the desk is gone; the question is not, and nothing happened
        asked = house.verb("approve")
        assert "risk: the amount" in asked.stdout
        with connect(house.settings) as worker:
            step = worker.look().step
            time.sleep(0.5)
            assert worker.look().step == step
            assert house.verb("approve", str(question.id + 7)).returncode == 2
            assert house.verb("approve", str(question.id), "--no").returncode == 0
            ended = when(worker, lambda now: any(job.id == number for job in now.ended))
        assert ended.ended[-1].outcome == Outcome.REFUSED
    finally:
        house.close()


def test_a_dry_run_saves_nothing(house: House) -> None:
    with connect(house.settings) as worker:
        number = worker.ask(shown(14_105, dry=True)).id
        ended = when(worker, lambda now: any(job.id == number for job in now.ended)).ended[-1]
    assert (ended.outcome, "dry run" in ended.detail) == (Outcome.REFUSED, True)
    with Store(house.settings.store) as store:
        assert [head.provenance for head in store.episodes(actor=Actor.ORACLE)] == ["dry run"]


def test_a_second_worker_is_refused_and_run_goes_through_the_first(house: House) -> None:
    second = house.verb("worker")
    assert second.returncode == 3
    assert f"process {house.process.pid}" in second.stderr
    ran = house.verb("run", TASK, "--seed", "14106", "--policy", "scripted")
    assert ran.returncode == 0, ran.stderr
    assert "verified after" in ran.stdout
    with connect(house.settings) as worker, pytest.raises(BadInput, match="no task"):
        worker.ask(wire.Add(wire.Job(0, "books/nonsense")))


def test_a_killed_worker_leaves_nothing_and_says_what_it_does_not_know(house: House) -> None:
    with connect(house.settings) as worker:
        worker.ask(shown(14_107))
        when(worker, lambda now: now.step >= 2)
        family = descendants(house.process.pid)
        house.process.send_signal(signal.SIGKILL)
        house.process.wait()
    until(lambda: not any(Path(f"/proc/{pid}/stat").exists() for pid in family), 30)
    house.start()
    with connect(house.settings) as worker:
        ended = when(worker, lambda now: bool(now.ended)).ended[-1]
        assert (ended.outcome, "before you assign it again" in ended.detail) == ("unknown", True)
        time.sleep(1.0)
        assert worker.look().job is None  # it is not repeated blindly
        worker.ask(shown(14_108))  # and the worker works on
        when(worker, lambda now: len(now.ended) == 2)
    with Store(house.settings.store) as store:
        outcomes = [head.outcome for head in store.episodes()]
    assert outcomes == [Outcome.UNKNOWN, Outcome.VERIFIED]


def _display(worker: int) -> str:
    """The display of a worker's Xvnc."""
    for pid in descendants(worker):
        words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        for word in words:
            if word.startswith(b"DISPLAY="):
                return word.partition(b"=")[2].decode()
    raise AssertionError("the worker has no display")
