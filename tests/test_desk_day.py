"""A whole day at the desk, as an operator lives it: a real terminal (tmux), a real display, a hand
at the VNC server, a night, and the morning after."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from worker_house import until

from actuation.action import TypeText
from actuation.grammar import format_action, parse_action
from actuation.rfb import Hand
from agent.config import Settings
from agent.session import State
from agent.worker import wire
from agent.worker.client import Connection, connect
from memory.episode import Outcome
from memory.levels import Levels
from memory.sleep.log import nights
from memory.store import Store

BACKSPACE = 0xFF08
SEED = "14300"


class Terminal:
    """tmux with the desk in it."""

    def __init__(self, folder: Path, width: int = 120, height: int = 40) -> None:
        self._socket = str(folder / "tmux")
        env = {
            "DORMOUSE_DATA": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "DORMOUSE_LEAD_SECONDS": "2",
            "DORMOUSE_AMOUNT_LIMIT": "0",
            "DORMOUSE_NIGHT_STEPS": "10",
            "DORMOUSE_NIGHT_REHEARSALS": "0",
        }
        words = ["env", *(f"{name}={value}" for name, value in env.items())]
        command = [*words, sys.executable, "-m", "agent"]
        size = ["-x", str(width), "-y", str(height)]
        self._tmux("-f", "/dev/null", "new-session", "-d", "-s", "day", *size, *command)

    def _tmux(self, *words: str) -> str:
        tmux = ["tmux", "-S", self._socket, *words]
        locale = os.environ | {"LC_ALL": "C.UTF-8"}
        return subprocess.run(tmux, capture_output=True, text=True, check=True, env=locale).stdout

    def keys(self, *keys: str) -> None:
        for key in keys:
            self._tmux("send-keys", "-t", "day", key)
            time.sleep(0.15)

    def write(self, text: str) -> None:
        self._tmux("send-keys", "-t", "day", "-l", text)
        time.sleep(0.3)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", "day")

    def wait(self, *texts: str, patience: float = 60.0) -> str:
        """The screen, once one of the texts stands on it."""
        deadline = time.monotonic() + patience
        while not any(text in (seen := self.screen()) for text in texts):
            assert time.monotonic() < deadline, f"{texts} never came:\n{seen}"
            time.sleep(0.1)
        return seen

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], capture_output=True)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        pytest.fail("tmux is missing: apt-get install tmux")
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.close()
    settings = Settings(data=tmp_path / "data")
    env = os.environ | {"DORMOUSE_DATA": str(settings.data)}
    subprocess.run([sys.executable, "-m", "agent", "stop", "--worker"], env=env, timeout=60)


def when(worker: Connection, fits: Callable[[wire.Status], bool]) -> wire.Status:
    now = worker.look()
    deadline = time.monotonic() + 90
    while not fits(now):
        assert time.monotonic() < deadline, f"it never came: {now}"
        now = worker.look(now.version, 1.0)
    return now


@pytest.mark.timeout(600)
def test_a_day_a_night_and_a_morning(terminal: Terminal, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    terminal.wait("Welcome to Dormouse")
    for _ in range(5):
        terminal.keys("Escape")
        time.sleep(0.5)
    assert "Welcome" not in terminal.screen()

    # Assign a demonstration.
    terminal.keys("n")
    terminal.wait("New task")
    terminal.keys("C-u")
    terminal.write(SEED)
    terminal.keys("Tab", "Tab", "Tab", "Enter", "Down", "Enter", "C-s")
    terminal.wait(f"no. {SEED}")
    with connect(settings) as worker:
        # The action is seen before it is done; a pause holds it.
        before = when(worker, lambda now: now.shown is not None)
        assert before.shown is not None
        assert (before.step, before.shown.fired) == (0, False)
        terminal.wait("NEXT: click")
        terminal.keys("Space")
        terminal.wait("Paused")
        time.sleep(3)
        assert worker.look().step == 0
        terminal.keys("Space")

        # An amount asks; the operator edits it, and gets it wrong.
        question = when(worker, lambda now: now.question is not None).question
        assert question is not None
        right = parse_action(question.shown.action)
        assert isinstance(right, TypeText)
        terminal.wait("Waiting for your approval", "WAITING")
        terminal.keys("2")
        terminal.wait("is above 0")
        time.sleep(1)
        terminal.keys("e")
        terminal.wait(question.shown.action)
        terminal.keys("C-e", "C-u")
        terminal.write(format_action(TypeText("1.11")))
        terminal.keys("Enter")
        wrong = when(worker, lambda now: now.question is None and not _amount(now)).step

        # Their own hand takes over, before the next action, and puts it right.
        socket, secret = worker.look().vnc
        with Hand(Path(socket), Path(secret).read_text()) as hand:
            hand.tap(BACKSPACE)
            when(worker, lambda now: now.state is State.TAKEN_OVER)
            terminal.wait("YOU HAVE CONTROL")
            for _ in range(3):
                hand.tap(BACKSPACE)
            hand.type(right.text)
        assert worker.look().step == wrong
        time.sleep(0.5)
        terminal.keys("1", "T")
        terminal.wait("handed back")

        # Further amounts are allowed one by one; the saved file is right.
        while not (now := worker.look()).ended:
            if now.question is not None:
                terminal.keys("2")
                time.sleep(1)
                terminal.keys("a")
            time.sleep(0.3)
        assert (now.ended[-1].outcome, now.state) == (Outcome.VERIFIED, State.IDLE), now.tail
        with Store(settings.store) as store:
            kept = store.episode(now.ended[-1].episode)
        assert any(step.performed == TypeText("1.11") for step in kept.steps)
        terminal.keys("1")
        terminal.wait("verified")

        # Sleep, and the morning.
        terminal.keys("6", "s")
        terminal.wait("consolidate", "Sleeping", "SLEEPING")
        when_promoted = time.monotonic() + 400
        while not worker.look().nap:
            assert time.monotonic() < when_promoted
            time.sleep(1)
        assert "promoted" in worker.look().nap, worker.look().nap
        morning = terminal.wait("fill_row")
        assert "promoted" in morning.lower()
        (record,) = nights(settings.nights)
        levels = Levels(settings.levels)
        (level,) = levels.lineage()
        assert record.promoted
        terminal.keys("b")
        until(lambda: levels.live_level() is None)
        terminal.keys("y")
        until(lambda: levels.live_level() == level)

    # Leaving the desk leaves the worker.
    terminal.keys("q")
    with connect(settings) as worker:
        assert worker.look().state is State.IDLE


def _amount(now: wire.Status) -> bool:
    """Whether the action that is shown is the wrong amount, or not yet another one."""
    return now.shown is None or now.shown.fired or "type" in now.shown.action
