"""The worker records a person, and is killed: what it had acknowledged is there, nothing else is.

DORMOUSE_KILLS=60 .venv/bin/python -m pytest tests/test_agent_recording_kills.py -n 0 -s
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from person_house import Person, joined
from worker_house import House, until

from actuation.action import Click, Done, Motion, Press, TypeText
from actuation.desktop import DesktopError
from actuation.keeper import descendants
from actuation.rfb import Hand
from actuation.virtual import VirtualDesktop
from agent.session import State
from agent.worker import wire
from agent.worker.client import Connection, connect
from memory.amend import RECORDING
from memory.episode import Actor, Episode, Outcome
from memory.recall import good
from memory.store import Store

KILLS = int(os.environ.get("DORMOUSE_KILLS", "2"))
TASK = "books/enter_invoice"
LATEST = 9.0  # seconds after the first act; a person needs about that for all of them
SECRET = "zitronenfalter-7"
HIDDEN = "nachtpfauenauge"
EXCLUDED = "Find"
ACTS: tuple[Motion, ...] = (
    TypeText("Bäcker & Söhne"),
    Press("Escape"),
    Press("ctrl+f"),  # the search bar of Calc is no window of its own
    Press("Escape"),
    Press("ctrl+h"),  # "Find & Replace" is one, and it is excluded
    TypeText(SECRET),
    Press("Escape"),
    TypeText("1.234,56"),
    Press("Escape"),
)


class Viewer:
    """A person at the worker's desktop, by the VNC server's own socket."""

    def __init__(self, status: wire.Status) -> None:
        socket, secret = status.vnc
        self.hand = Hand(Path(socket), Path(secret).read_text())
        self.person = Person(None, self.hand)

    def act(self, gone: threading.Event) -> None:
        with suppress(DesktopError):  # the desktop goes with the worker
            for action in ACTS:
                if gone.is_set():
                    return
                self.person.do(action)
                if action == Press("ctrl+h"):
                    time.sleep(1.0)  # a dialog opens


def begun(worker: Connection, seed: int) -> wire.Status:
    """A recording that has begun."""
    worker.ask(wire.Add(wire.Job(0, TASK, seed, policy=wire.PERSON, goal="Look it up")))
    version, deadline = -1, time.monotonic() + 90
    while True:
        now = worker.look(version, 1.0)
        version = now.version
        if now.tape is not None and now.tape.since:
            return now
        assert time.monotonic() < deadline, now


@pytest.mark.timeout(max(300, 60 * KILLS))
def test_no_kill_loses_an_act_or_keeps_what_is_excluded(tmp_path: Path) -> None:
    chance, phases = random.Random(15_400), Counter[str]()
    for number in range(KILLS):
        with (
            tempfile.TemporaryDirectory(prefix="k") as temporary,  # short: sockets lie below it
            House(
                tmp_path / str(number), TMPDIR=temporary, DORMOUSE_EXCLUDE=json.dumps([EXCLUDED])
            ) as house,
        ):
            after = None if number == 0 else chance.uniform(0.0, LATEST)
            phases[_survives(house, 15_400 + number, after)] += 1
    print(f"\n{KILLS} kills: {dict(phases)}")
    assert phases["typed into the excluded window"] > 0


def _survives(house: House, seed: int, after: float | None) -> str:
    told = _killed(house, seed, after)
    house.start()
    with connect(house.settings) as worker:
        assert worker.look().job is None, "what was begun is not done again"
    with Store(house.settings.store) as store:
        (head,) = store.episodes()
        episode = store.episode(head.id)
    assert (episode.provenance, episode.outcome) == (RECORDING, Outcome.UNKNOWN)
    assert not good(episode)
    assert len(episode.steps) >= told, "an acknowledged act was lost"
    assert {step.actor for step in episode.steps} <= {Actor.OPERATOR}
    dotted = _nothing_excluded(house, episode)
    with connect(house.settings) as worker:
        if episode.steps:
            worker.ask(wire.Accept(episode.id))
    with Store(house.settings.store) as store:
        assert good(store.episodes()[0]) == bool(episode.steps)
    return "typed into the excluded window" if dotted else "before it"


def _nothing_excluded(house: House, episode: Episode) -> bool:
    """Whether dots stand where the secret was typed; what was done else is as it was done."""
    data = house.settings.data  # the database, its log, the worker's log, the queue
    content = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert b"enter_invoice" in content
    for piece in (SECRET, SECRET[:6]):
        assert piece.encode() not in content
    kept = joined(step.intended for step in episode.steps)  # type: ignore[misc]
    wanted = [
        TypeText("•" * len(SECRET)) if action == TypeText(SECRET) else action
        for action in joined(ACTS)
    ]
    assert kept == wanted[: len(kept)]
    for step in episode.steps:
        for window in step.observation.windows:
            assert EXCLUDED not in window.title
            if window.title == "excluded":
                box = window.box
                seen = step.observation.image[box.y : box.bottom, box.x : box.right]
                assert not np.any(seen[20:-20, 20:-20])
    return TypeText("•" * len(SECRET)) in kept


def _killed(house: House, seed: int, after: float | None) -> int:
    """Record, kill the worker `after` seconds into it, or (None) once it has told of the secret;
    the acts that it had told of."""
    gone = threading.Event()
    with connect(house.settings) as worker:
        now = begun(worker, seed)
        viewer = Viewer(now)
        person = threading.Thread(target=viewer.act, args=(gone,), daemon=True)
        family, end = descendants(house.process.pid), time.monotonic() + (after or 120.0)
        person.start()
        while (left := end - time.monotonic()) > 0:
            now = worker.look(now.version, left)
            if after is None and any(f"{len(SECRET)} characters" in line for line in now.tail):
                break
            assert SECRET not in "".join(now.tail)
        told = now.step
        house.process.send_signal(signal.SIGKILL)
        house.process.wait()
        gone.set()
    until(lambda: not any(_lives(pid) for pid in family))
    until(lambda: not list(Path(house.environment["TMPDIR"]).glob("dormouse-*")))
    return told


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_recording_by_a_worker_is_hidden_finished_amended_and_accepted(tmp_path: Path) -> None:
    with House(tmp_path) as house, connect(house.settings) as worker:
        now = begun(worker, 15_399)
        assert (now.state, now.step) == (State.RECORDING, 0)
        viewer = Viewer(now)
        viewer.person.do(TypeText("Bäcker"))
        viewer.person.do(Press("Escape"))
        until(lambda: worker.look().step == 2)
        viewer.person.do(Press("ctrl+alt+space"))
        until(lambda: worker.look().tape.hidden)  # type: ignore[union-attr]
        viewer.person.do(TypeText(HIDDEN))
        viewer.person.do(Press("Escape"))
        assert worker.ask(wire.Intend("go_on")).changed
        viewer.person.do(Click(640, 400))
        until(lambda: worker.look().step == 3)
        viewer.person.do(Press("ctrl+alt+Return"))
        until(lambda: bool(worker.look().ended))
        ended = worker.look().ended[-1]
        assert ended.outcome == Outcome.WRONG  # nothing was entered
        with Store(house.settings.store) as store:
            steps = [step.performed for step in store.episode(ended.episode).steps]
            assert steps == [TypeText("Bäcker"), Press("Escape"), Click(640, 400), Done()]
        assert HIDDEN.encode() not in house.settings.store.read_bytes()
        worker.ask(wire.Label(ended.episode, "Look at the table"))
        worker.ask(wire.Mask(ended.episode, None, 0))
        worker.ask(wire.Trim(ended.episode, 0, 1))
        refused = house.verb("demonstrations", "--accept", "last")
        assert refused.returncode == 2
        assert "found it wrong" in refused.stderr
        assert "waits for you" in house.verb("demonstrations", "--plain").stdout
        with Store(house.settings.store) as store:
            kept = store.episode(ended.episode)
        assert (kept.goal, len(kept.steps)) == ("Look at the table", 2)
        assert kept.steps[0].performed == TypeText("••••••")
        assert house.verb("demonstrations", "--discard", "last").returncode == 0
        with Store(house.settings.store) as store:
            assert store.episodes() == []


def test_the_operators_own_display_is_recorded_and_replayed(tmp_path: Path) -> None:
    """Its own worker is started for as long as this takes; no task is set up."""
    said = tmp_path / "said.txt"
    command = [sys.executable, "-m", "agent", "record", "Say hello", "--json", "-"]
    environment = os.environ | {"DORMOUSE_DATA": str(tmp_path / "data")}
    with VirtualDesktop() as screen:
        screen.launch(["xterm", "-u8", "-e", f"while read line; do echo $line >> {said}; done"])
        screen.wait_for(lambda window: True)
        with (
            subprocess.Popen(
                [*command, "--display", screen.display],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as verb,
            Hand(screen.vnc_socket, screen.vnc_password) as hand,
        ):
            assert verb.stdin and verb.stderr and verb.stdout
            heard = next(line for line in verb.stderr if "Show it with your own" in line)
            assert "Enter here ends it" in heard
            person = Person(screen, hand)
            person.do(TypeText("Grüße"))
            person.do(Press("Return"))
            until(said.exists)
            verb.stdin.write("\n")
            verb.stdin.flush()
            told = json.loads(verb.stdout.read())
            assert verb.wait(60) == 0
        assert (told["task"], told["outcome"], told["steps"]) == ("", "unverified", 3)
        assert not (tmp_path / "data" / "run" / "worker.path").exists()  # it has ended, too
        replay = [sys.executable, "-m", "agent", "replay", "last"]
        lost = subprocess.run(replay, env=environment, capture_output=True, text=True)
        assert lost.returncode == 2 and "say which" in lost.stderr
        again = subprocess.run(
            [*replay, "--display", screen.display], env=environment, capture_output=True, text=True
        )
        assert again.returncode == 0, again.stdout + again.stderr
        until(lambda: said.read_text() == "Grüße\nGrüße\n")
