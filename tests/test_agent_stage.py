"""Attempts on a live desktop with real programs: measured, repeated, examined, stopped."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from actuation.action import Click
from actuation.desktop import DesktopError
from actuation.virtual import VirtualDesktop
from agent.attempt import Attempt, Stage
from agent.bench import Plan, bench, done
from agent.clock import PHASES
from agent.events import Collector, SetupFailed
from agent.film import film
from agent.policies.noop import Noop
from agent.policies.reenact import Reenact, divergence, likeness
from agent.policies.scripted import Scripted
from agent.rehearsal import LiveRehearsal
from agent.report import Part, write
from agent.stop import Interrupted, Stop
from memory.episode import Actor, Outcome
from memory.store import Store

TASK = "books/enter_invoice"
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Attempt]]:
    """A demonstration, recorded once for all tests here."""
    path = tmp_path_factory.mktemp("shown") / "memory.sqlite"
    with Store(path) as store, Stage(VirtualDesktop, Scripted, store) as stage:
        yield path, stage.attempt(TASK, 14_000, "", "demonstration", Actor.ORACLE)


def test_a_demonstration_is_lived_through_the_loop(shown: tuple[Path, Attempt]) -> None:
    path, attempt = shown
    assert (attempt.outcome, attempt.collateral) == (Outcome.VERIFIED, False)
    with Store(path) as store:
        (head,) = store.episodes(provenance="demonstration")
        steps = store.episode(head.id).steps
    assert (head.task, head.seed, head.outcome) == (TASK, 14_000, Outcome.VERIFIED)
    assert len(steps) == len(attempt.ms) > 3
    assert {step.actor for step in steps} == {Actor.ORACLE}
    assert all(step.performed is not None for step in steps)


def test_it_is_re_enacted_and_a_change_is_seen_before_it_is_touched(
    shown: tuple[Path, Attempt], tmp_path: Path
) -> None:
    with Store(shown[0]) as store:
        lived = store.episode(shown[1].episode)
    with (
        Store(tmp_path / "memory.sqlite") as scratch,
        Stage(VirtualDesktop, lambda task: Reenact(lived), scratch) as stage,
    ):
        again = stage.attempt(TASK, 14_000, "", "replay")
        other = stage.attempt(TASK, 14_001, "", "replay")
    assert again.outcome is Outcome.VERIFIED
    assert other.outcome is not Outcome.VERIFIED
    assert not other.claimed or other.outcome is Outcome.WRONG
    click = next(step for step in lived.steps if isinstance(step.performed, Click))
    seen = click.observation
    assert divergence(click, seen) == ""
    assert isinstance(click.performed, Click)
    assert likeness(seen.image, 255 - seen.image, click.performed.x, click.performed.y) == 0.0


def test_the_report_stands_alone(shown: tuple[Path, Attempt], tmp_path: Path) -> None:
    with Store(shown[0]) as store:
        shots = film(store.episode(shown[1].episode))
    page = write(tmp_path / "r.html", "A & B", [Part("shown", (shown[1],))], [shots]).read_text()
    assert page.count("data:image/webp;base64,") == len({shot.picture for shot in shots.shots}) > 3
    assert "A &amp; B" in page
    assert "http" not in page


def test_rehearsals_tell_how_they_ended() -> None:
    told: list[Outcome] = []
    rehearsal = LiveRehearsal(VirtualDesktop, lambda weights: lambda task: Noop())
    (one,) = rehearsal.rehearse(TASK, "swapped", [14_002], None, lambda r: told.append(r.outcome))
    assert (one.variant, one.seed, one.outcome) == ("swapped", 14_002, Outcome.WRONG)
    assert told == [Outcome.WRONG]


def test_a_bench_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    plan = Plan((TASK,), range(14_003, 14_005), policy="noop")
    journal, stop, first = tmp_path / "b.json.partial.jsonl", Stop(), []

    def finished(attempt: Attempt) -> None:
        first.append(attempt.seed)
        stop.throw()

    with pytest.raises(Interrupted):
        bench(plan, journal, finished=finished, stop=stop)
    assert first == [14_003]
    rest: list[int] = []
    attempts = bench(plan, journal, finished=lambda attempt: rest.append(attempt.seed))
    assert rest == [14_004]
    assert [attempt.seed for attempt in attempts] == [14_003, 14_004]
    assert not journal.exists()
    assert done(journal).exists()


def test_a_set_up_that_fails_is_tried_once_more_and_said(tmp_path: Path) -> None:
    def broken() -> VirtualDesktop:
        raise DesktopError("no display: install one")

    seen = Collector()
    with Store(tmp_path / "m.sqlite") as store:
        stage = Stage(broken, Scripted, store, sink=seen)
        with pytest.raises(DesktopError, match="install one"):
            stage.attempt(TASK, 14_000)
        assert store.episodes() == []
    told = [event.again for event in seen.events if isinstance(event, SetupFailed)]
    assert told == [True, False]


def test_bench_prints_the_contract_alone(tmp_path: Path) -> None:
    options = ["--policy", "scripted", "--seeds", "14005:14007", "--jobs", "2"]
    ran = subprocess.run(
        [sys.executable, "-m", "agent", "bench", TASK, *options, "--json", "-"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DORMOUSE_DATA": str(tmp_path)},
    )
    assert ran.returncode == 0, ran.stderr
    numbers = json.loads(ran.stdout)
    assert numbers["policy"] == "scripted"
    assert numbers["tasks"][TASK]["verified"] == 2
    assert set(numbers["step_ms"]) == set(PHASES)
    assert list(tmp_path.iterdir()) == []  # a bench leaves nothing in the operator's memory


def test_an_interrupted_run_loses_no_step_and_leaves_no_process(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "agent", "run", TASK, "--seed", "14008", "--policy", "scripted"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DORMOUSE_DATA": str(tmp_path), "PYTHONUNBUFFERED": "1"},
    )
    assert running.stdout
    for _ in range(3):
        running.stdout.readline()  # three actions were intended: two are done at least
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 130
    with Store(tmp_path / "memory.sqlite") as store:
        (head,) = store.episodes()
        assert head.outcome is Outcome.STOPPED
        assert len(store.episode(head.id).steps) >= 2


def test_nothing_of_a_task_is_left_and_a_desktop_whose_home_went_is_replaced(
    tmp_path: Path,
) -> None:
    stop, sink = Stop(), Collector()
    with (
        Store(tmp_path / "memory.sqlite") as store,
        Stage(VirtualDesktop, Scripted, store, sink=sink, stop=stop) as stage,
    ):
        assert stage.attempt(TASK, 14_002).outcome is Outcome.VERIFIED
        first = stage._desktop
        assert first is not None and not list(first.home.glob("task-*"))
        first.home.rename(first.home.with_name("gone"))
        assert stage.attempt(TASK, 14_002).outcome is Outcome.VERIFIED
        assert any(isinstance(event, SetupFailed) for event in sink.events)
        assert stage._desktop is not first
