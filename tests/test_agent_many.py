"""One machine or many: attempts end alike whoever does them, and nothing is left when stopped.

The cluster has two nodes on this machine, bound to the loopback.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.bench import Plan
from agent.errors import BadInput, Needed
from agent.stop import Interrupted, Stop
from agent.workers.child import Child
from agent.workers.cluster import Hand, connected, pack
from agent.workers.processes import Processes
from memory.episode import Outcome

ROOT = Path(__file__).parents[1]

# A question on the screen; the right button is the default one for even seeds.
JOB = """
import random, time
from collections.abc import Iterator
from pathlib import Path
from actuation.action import Action, Fail, Press, Wait
from tasks.apps.stage import stage
from tasks.books.job import BookJob
from tasks.task import Verdict

class Choice(BookJob):
    name = "office/choice"
    level = 1
    variants = ("", "unclear", "endless", "broken")
    saves = ()

    def draw(self, folder, rng):
        self.right, self.default = rng.choice(("Yes", "No")), rng.choice(("Yes", "No"))
        self.file = folder / "answer.txt"
        self.file.write_text("none")
        if self.variant == "unclear":
            self.question = "Which one?"
        return f"Answer {self.right}."

    def start(self, desktop, box):
        ask = f"xmessage -buttons Yes:11,No:12 -default {self.default} Well?"
        ask += "; echo $? > $0.new; mv $0.new $0"
        self.programs.append(desktop.launch(["sh", "-c", ask, str(self.file)]))
        with stage(desktop) as windows:
            windows.wait_for(lambda window: window.application == "Xmessage", self.programs[0])
        return ("Xmessage",)

    def act(self, observe):
        if self.variant == "broken":
            yield Fail("out of order")
        while self.variant == "endless":
            yield Wait(1.0)
        yield Press("Return")

    def judge(self):
        found = {"11": "Yes", "12": "No"}[self.file.read_text().strip()]
        return Verdict(found == self.right, f"answered {found}, where {self.right} is right")
"""


@pytest.fixture
def job(tmp_path: Path) -> str:
    (tmp_path / "choice.py").write_text(JOB)
    return f"{tmp_path / 'choice.py'}:Choice"


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder of temporary files for the processes of these tests, with a short name."""
    folder = Path(tempfile.mkdtemp(prefix="dm-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def environment(place: Path) -> dict[str, str]:
    # The first keeps Ray from reporting home. The second, meant for other systems, lets it take
    # 127.0.0.1 as it is: else it puts the machine's address there and listens everywhere.
    ray = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    own = {"TMPDIR": str(place), "PYTHONPATH": str(ROOT), "DORMOUSE_DATA": str(place / "data")}
    return os.environ | ray | own


CLUSTER = """
import sys
from ray.cluster_utils import Cluster
node = {"num_cpus": 1, "node_ip_address": "127.0.0.1", "object_store_memory": 80_000_000}
cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
cluster.add_node(**node)
print("at", cluster.address, flush=True)
sys.stdin.read()
cluster.shutdown()
"""


@pytest.fixture(scope="module")
def cluster(place: Path) -> Iterator[str]:
    """The address of two nodes; they end with this test, or when it is killed."""
    pytest.importorskip("ray")
    running = subprocess.Popen(
        [sys.executable, "-c", CLUSTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(place),
    )
    assert running.stdin and running.stdout
    address = next((line.split()[1] for line in running.stdout if line.startswith("at ")), "")
    assert address.startswith("127.0.0.1:")
    yield address
    running.stdin.close()
    running.wait(30)


def start(place: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "agent", "bench", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(place),
    )


def rows(path: Path) -> list[dict[str, object]]:
    """What was attempted, in order of the seeds, without what differs from time to time."""
    lines = Path(f"{path}.attempts.jsonl").read_text().splitlines()
    found = sorted((json.loads(line) for line in lines), key=lambda row: row["seed"])
    for row in found:
        row["steps"] = len(row.pop("ms"))
        for name in ("seconds", "episode", "mib"):
            row.pop(name, None)
    return found


def left(place: Path) -> list[str]:
    return [path.name for path in place.glob("dormouse-*")]


def until(holds: Callable[[], bool], patience: float = 60.0) -> bool:
    deadline = time.monotonic() + patience
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds()


def test_the_same_attempts_end_alike_wherever_they_are_made(
    job: str, place: Path, cluster: str, tmp_path: Path
) -> None:
    where = {"one": [], "two": ["--jobs", "2"], "ray": ["--jobs", "2", "--address", cluster]}
    for name, options in where.items():
        out = ["--json", str(tmp_path / name), "--policy", "scripted", "--seeds", "12700:12706"]
        ran = start(place, job, *options, *out)
        said = ran.communicate(timeout=200)[1]
        assert ran.returncode == 1, said  # half of the attempts are wrong
    one, two, ray = (rows(tmp_path / name) for name in where)
    assert one == two == ray
    assert [row["seed"] for row in one] == list(range(12_700, 12_706))
    assert {row["outcome"] for row in one} == {"verified", "wrong"}
    assert left(place) == []


@pytest.mark.parametrize(
    ("remote", "number"),
    [
        (False, signal.SIGTERM),
        (False, signal.SIGKILL),
        (True, signal.SIGINT),
        (True, signal.SIGTERM),
        (True, signal.SIGKILL),
    ],
)
def test_stopped_it_leaves_nothing_here_or_there(
    job: str, place: Path, cluster: str, remote: bool, number: int
) -> None:
    where = ["--jobs", "2", *(["--address", cluster] if remote else [])]
    slow = ["--policy", "scripted", "--variant", "endless", "--seeds", "12710:12714"]
    ran = start(place, job, *where, *slow)
    answers = "dormouse-desktop-*/home/task-*/job/answer.txt"
    assert until(lambda: len(list(place.glob(answers))) == 2)
    ran.send_signal(number)
    said = ran.communicate(timeout=60)[1]
    assert ran.returncode == (-number if number == signal.SIGKILL else 130), said
    assert "Traceback" not in said
    # A keeper that lost its owner clears up by itself; a folder with files alone goes at the next
    assert until(lambda: list(place.glob("dormouse-desktop-*")) == [])
    if number != signal.SIGKILL:
        assert left(place) == []


def test_a_process_that_dies_is_said(job: str) -> None:
    plan = Plan((job,), range(12_720, 12_722), variant="endless", policy="scripted")
    child = Child(plan, 1)
    child.give((job, 12_720, "endless"))
    assert not child.ready(1.0)
    child._process.kill()
    with pytest.raises(RuntimeError, match="a process of the bench died; start it again"):
        child.take()
    child.join()


def test_errors_of_other_processes_keep_their_kind(tmp_path: Path) -> None:
    for name, policy, weights, kind in (
        (f"{tmp_path}/none.py:None", "noop", None, BadInput),
        ("books/sort_table", "core", tmp_path / "none.safetensors", Needed),
    ):
        plan = Plan((name,), range(12_730, 12_731), policy=policy, weights=weights)
        with pytest.raises(kind, match="none"):
            list(Processes(2, Stop()).run(plan, [(name, 12_730, "")]))


def test_a_hand_does_what_its_luggage_says_and_stops(job: str, tmp_path: Path) -> None:
    plan = Plan((job,), range(12_740, 12_744), policy="scripted")
    luggage = pack(plan)
    Path(job.rpartition(":")[0]).unlink()  # the other machine does not have it
    hand = Hand(luggage)
    assert hand.begin() is None
    for variant, outcome in (("unclear", Outcome.ASKED), ("broken", Outcome.FAILED)):
        attempt = hand.attempt((job, 12_740, variant))
        assert not isinstance(attempt, Exception), attempt
        assert (attempt.task, attempt.outcome) == (job, outcome)
    hand.stop()
    assert isinstance(hand.attempt((job, 12_741, "")), Interrupted)


def test_weights_travel_and_others_are_noticed(tmp_path: Path) -> None:
    level = tmp_path / "level.safetensors"
    level.write_bytes(b"learned")
    plan = Plan(("books/sort_table",), range(1), weights=level)
    luggage = pack(plan)
    level.unlink()
    hand = Hand(luggage)
    there = hand._unpacked()
    assert there.weights is not None and there.weights.read_bytes() == b"learned"
    hand.stop()
    assert not there.weights.exists()
    other = Hand(type(luggage)(luggage.plan, b"others", {}, luggage.digest))
    assert "has other weights: install this version" in str(other.begin())
    other.stop()
    with pytest.raises(BadInput, match="this machine's memory"):
        pack(Plan(("books/sort_table",), range(1), memory=tmp_path / "memory.sqlite"))


def test_an_address_without_a_cluster_is_said() -> None:
    pytest.importorskip("ray")
    with pytest.raises(BadInput, match="say HOST:PORT"), connected("nowhere"):
        pass
    with (
        pytest.raises(Needed, match=r"nothing answers at 127\.0\.0\.1:1 "),
        connected("127.0.0.1:1"),
    ):
        pass
