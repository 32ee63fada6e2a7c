"""The night's process: it outlives the client that began it, and its end is told once."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from worker_house import House, until

from agent.config import Settings
from agent.events import Progress
from agent.session import State
from agent.worker import wire
from agent.worker.client import connect
from agent.worker.sleeper import Sleeper
from agent.worker.wire import Sleep
from memory.fake import day

NIGHT = """print('{"event": "night", "night": "1", "promoted": true, "reason": "r"}', flush=True)"""
LONG = "import time; print('x', flush=True); time.sleep(60)"


class Nights:
    """A sleeper whose nights are a few lines of Python."""

    def __init__(self, folder: Path, program: str) -> None:
        self.settings = Settings(data=folder)
        self.told: list[str] = []
        self.seen: list[Progress] = []
        self.sleeper = Sleeper(
            self.settings, self.seen.append, self.told.append, (sys.executable, "-c", program)
        )

    def ended(self) -> list[str]:
        until(lambda: not self.sleeper.asleep, 30)
        return self.told

    @property
    def pid(self) -> int:
        process = self.sleeper._process
        assert process is not None
        return process.pid


@pytest.fixture
def nights(tmp_path: Path) -> "Callable[[str], Nights]":
    return lambda program: Nights(tmp_path, program)


def test_a_night_outlives_the_thread_that_asked_for_it(nights: Callable[[str], Nights]) -> None:
    house = nights(LONG)
    client = threading.Thread(target=lambda: house.sleeper.begin(Sleep()))
    client.start()
    client.join()
    time.sleep(0.5)
    assert (house.sleeper.asleep, house.told) == (True, [])
    assert house.sleeper.pause()
    assert house.ended() == ["night paused"]
    assert house.sleeper.begin(Sleep())
    house.sleeper.close()
    assert house.ended() == ["night paused"] * 2
    assert not house.sleeper.begin(Sleep())


def test_progress_and_result_are_told(nights: Callable[[str], Nights]) -> None:
    row = '{"event": "progress", "phase": "train", "done": 1, "total": 4, "note": "loss 0.5"}'
    noise = "Warning: \\xff no JSON\\n[1]\\n7\\n" + '{"event": "progress"}'
    house = nights(f"print('''{noise}\n{row}'''); {NIGHT}")
    assert house.sleeper.begin(Sleep())
    assert house.ended() == ["night 1 promoted: r"]
    assert house.seen == [Progress("train", 1, 4, "loss 0.5")]


def test_what_it_says_of_itself_is_kept_and_never_blocks_it(
    nights: Callable[[str], Nights],
) -> None:
    house = nights("import sys; sys.stderr.write('x' * 300_000 + '\\nno disk\\n'); sys.exit(3)")
    assert house.sleeper.begin(Sleep())
    assert house.ended() == ["night ended: no disk"]
    assert (house.settings.run / "night.log").stat().st_size > 300_000


def test_two_who_begin_at_once_begin_one_night(nights: Callable[[str], Nights]) -> None:
    house, begun, together = nights(LONG), list[bool](), threading.Barrier(8)

    def begin() -> None:
        together.wait()
        begun.append(house.sleeper.begin(Sleep()))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(begun) == [False] * 7 + [True]
    house.sleeper.close()
    assert house.ended() == ["night paused"]


def test_the_end_is_told_once_however_it_comes(nights: Callable[[str], Nights]) -> None:
    house = nights(LONG)
    house.sleeper.begin(Sleep())
    os.kill(house.pid, signal.SIGKILL)
    assert house.ended() == ["night ended: "]


def test_a_program_that_a_night_left_behind_is_not_waited_for(
    nights: Callable[[str], Nights],
) -> None:
    house = nights(f"import subprocess; subprocess.Popen(['sleep', '20']); {NIGHT}")
    house.sleeper.begin(Sleep())
    began = time.monotonic()
    assert house.ended() == ["night 1 promoted: r"]
    assert time.monotonic() - began < 10


def test_listeners_that_break_do_not_end_the_sleeper(tmp_path: Path) -> None:
    told: list[str] = []

    def broken(event: Progress) -> None:
        raise ZeroDivisionError

    def ended(words: str) -> None:
        told.append(words)
        raise ZeroDivisionError

    row = '{"event": "progress", "phase": "p", "done": 1, "total": 4, "note": ""}'
    command = (sys.executable, "-c", f"print('''{row}'''); {NIGHT}")
    sleeper = Sleeper(Settings(data=tmp_path), broken, ended, command)
    for _ in range(2):
        assert sleeper.begin(Sleep())
        until(lambda: not sleeper.asleep, 30)
    assert told == ["night 1 promoted: r"] * 2


def test_a_night_that_cannot_begin_says_so_and_the_next_can(tmp_path: Path) -> None:
    told: list[str] = []
    sleeper = Sleeper(Settings(data=tmp_path), lambda event: None, told.append, ("/no/such",))
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            sleeper.begin(Sleep())
    assert (sleeper.asleep, told) == (False, [])


def test_who_hears_of_the_end_may_begin_at_once(tmp_path: Path) -> None:
    heard = threading.Event()

    def ended(words: str) -> None:
        heard.set()
        time.sleep(0.2)

    command = (sys.executable, "-c", NIGHT)
    sleeper = Sleeper(Settings(data=tmp_path), lambda event: None, ended, command)
    for _ in range(2):
        assert sleeper.begin(Sleep())
        assert heard.wait(30)
        heard.clear()
    sleeper.close()


def test_the_night_of_a_real_worker_goes_on_when_its_client_leaves(tmp_path: Path) -> None:
    day(tmp_path / "memory.sqlite")
    with House(tmp_path, OMP_NUM_THREADS="1") as house:
        with connect(house.settings) as worker:
            assert worker.ask(wire.Sleep(rehearse=False)).changed
        time.sleep(1.0)
        with connect(house.settings) as worker:
            now = worker.look()
            assert (now.state, now.nap) == (State.SLEEPING, "")
            assert worker.ask(wire.Wake()).changed
            until(lambda: worker.look().state is State.IDLE)
            assert worker.look().nap == "night paused"
