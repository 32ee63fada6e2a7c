"""The pages of what was lived: what they show, and what their keys ask of the worker."""

import gc
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static
from tui_house import NOON, SIZES, Weighed, fill, recorded, slept

from agent import schedule
from agent.config import Settings
from agent.errors import BadInput
from agent.past import changes
from agent.session import State
from agent.tui.app import DeskApp
from agent.tui.doctor import DoctorPage
from agent.tui.lived import LivedView
from agent.tui.rows import Rows
from agent.worker import wire
from memory.levels import Levels
from perception.observation import Box

PAGES = ("episodes", "demonstrations", "memory", "sleep")


class FakeWorker:
    """Tells one status and notes what it is asked."""

    def __init__(self, status: wire.Status) -> None:
        self.status = status
        self.asked: list[wire.Request] = []

    def look(self, after: int = -1, patience: float = 0.0, watching: bool = False) -> wire.Status:
        if after >= self.status.version:
            time.sleep(0.05)
        return self.status

    def see(self, width: int, height: int, after: str = "") -> wire.Picture:
        return wire.Picture()

    def ask(self, request: wire.Request) -> wire.Done:
        self.asked.append(request)
        return wire.Done(id=7)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Times of day are those of UTC."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row opens at once, and the many objects of the apps before are not looked at again."""
    monkeypatch.setattr("agent.tui.episodes.PAUSE", 0.02)
    monkeypatch.setattr(DoctorPage.__init__, "__defaults__", (lambda settings: iter(()),))
    gc.collect()
    gc.freeze()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Its folder has a short, steady name, for pictures."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    return Settings(data=Path("dormouse"), exclude=("keepass", "bank"), retention_days=30)


IDLE = wire.Status(1, State.IDLE)


def desk(settings: Settings, status: wire.Status = IDLE) -> tuple[DeskApp, FakeWorker]:
    worker = FakeWorker(status)
    return DeskApp(settings, lambda: worker, Weighed(settings)), worker


async def turned(pilot: Pilot[int], page: str) -> None:
    """Go to a page and wait until it has read what it shows, and has heard of the worker."""
    app = pilot.app
    assert isinstance(app, DeskApp)
    await until(pilot, lambda: app.status.version > 0)
    pilot.app.switch_mode(page)
    await settled(pilot)


async def settled(pilot: Pilot[int]) -> None:
    """Until nothing is being read, nothing begins to be, and the picture stays as it is."""
    for _ in range(2):
        await pilot.pause(0.04)
        await until(pilot, lambda: not any(map(_reads, pilot.app.workers)))
    for view in pilot.app.screen.query(LivedView):
        chosen = pilot.app.screen.query_one("#runs", Rows).chosen
        await until(
            pilot, lambda c=chosen, v=view: not c or (v.opened and v.opened.episode.id == c)
        )
    await steady(pilot)


async def steady(pilot: Pilot[int]) -> None:
    """Until three looks in a row are equal: a layout may take several turns, on a busy machine."""
    looks: list[str] = []

    def equal() -> bool:
        looks.append(pilot.app.export_screenshot())
        return len(looks) > 2 and len(set(looks[-3:])) == 1

    await until(pilot, equal)


def _reads(worker: Any) -> bool:
    return worker.group not in ("follow", "default") and not worker.is_finished


async def until(pilot: Pilot[int], true: Callable[[], object]) -> None:
    for _ in range(250):
        if true():
            return
        await pilot.pause(0.02)
    assert true()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("page", [*PAGES, "doctor"])
def test_the_pages_of_an_empty_memory_look_so(
    page: str, size: tuple[int, int], settings: Settings, snap_compare: Any
) -> None:
    app, _ = desk(settings)

    async def before(pilot: Pilot[int]) -> None:
        await turned(pilot, page)

    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_an_opened_episode_looks_so(
    size: tuple[int, int], settings: Settings, snap_compare: Any
) -> None:
    fill(settings)
    app, _ = desk(settings)

    async def before(pilot: Pilot[int]) -> None:
        await turned(pilot, "episodes")
        await pilot.press("down", "down", "enter")
        await settled(pilot)
        await pilot.press("down")
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_night_under_way_looks_so(
    size: tuple[int, int], settings: Settings, snap_compare: Any
) -> None:
    losses = tuple(1.5 * 0.98**i for i in range(90))
    under_way = wire.Night("consolidate", 180, 520, "loss 0.243", NOON, 333.0, losses)
    app, _ = desk(settings, replace(IDLE, state=State.SLEEPING, night=under_way))

    async def before(pilot: Pilot[int]) -> None:
        await turned(pilot, "sleep")

    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_recordings_that_wait_look_so(
    size: tuple[int, int], settings: Settings, snap_compare: Any
) -> None:
    fill(settings)
    recorded(settings)
    app, _ = desk(settings)

    async def before(pilot: Pilot[int]) -> None:
        await turned(pilot, "demonstrations")
        await pilot.press("enter")
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)


async def typed(pilot: Pilot[int], text: str) -> None:
    """Fill the line of a question and give it."""
    await pilot.pause()
    pilot.app.screen.query_one("#line", Input).value = text
    await pilot.press("enter")
    await pilot.pause()


@pytest.mark.asyncio
async def test_a_step_is_flagged_and_corrected(settings: Settings) -> None:
    fill(settings)
    app, worker = desk(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await turned(pilot, "episodes")
        await pilot.press("down", "enter")
        await settled(pilot)
        await pilot.press("down", "f")
        await typed(pilot, "the wrong supplier")
        await until(pilot, lambda: worker.asked)
        assert worker.asked == [wire.Flag("5c6d7e8f", 1, "the wrong supplier")]
        await pilot.press("c")
        await typed(pilot, "clack()")
        assert "expected one of" in str(pilot.app.screen.query_one("#wrong", Static).render())
        await typed(pilot, 'type(text="Müller")')
        await until(pilot, lambda: len(worker.asked) > 1)
        assert worker.asked[1] == wire.Flag("5c6d7e8f", 1, "", 'type(text="Müller")')
        await settled(pilot)


@pytest.mark.asyncio
@pytest.mark.parametrize("page", ["episodes", "memory"])
async def test_deleting_asks_for_the_first_letters(page: str, settings: Settings) -> None:
    fill(settings)
    app, worker = desk(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await turned(pilot, page)
        await pilot.press("d")
        await typed(pilot, "yes")
        assert worker.asked == []
        await typed(pilot, "6a7b")
        await until(pilot, lambda: worker.asked)
        assert worker.asked == [wire.Forget("6a7b8c9d")]
        await settled(pilot)


@pytest.mark.asyncio
async def test_an_episode_is_exported(settings: Settings) -> None:
    fill(settings)
    app, _ = desk(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await turned(pilot, "episodes")
        await pilot.press("down")
        await settled(pilot)
        for keys, name in ((("e",), "5c6d7e8f.html"), (("e", "down"), "5c6d7e8f/steps.jsonl")):
            await pilot.press(*keys, "enter")
            await until(pilot, (settings.data / "exports" / name).exists)
            await settled(pilot)
            assert (settings.data / "exports" / name).stat().st_size > 500


@pytest.mark.asyncio
async def test_the_filter_leaves_what_contains_the_words(settings: Settings) -> None:
    fill(settings)
    app, _ = desk(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await turned(pilot, "episodes")
        runs = pilot.app.screen.query_one("#runs", Rows)
        assert len(runs.keys) == 6
        await pilot.press("slash", *"wrong", "enter")
        await settled(pilot)
        assert runs.keys == ["5c6d7e8f"]
        view = pilot.app.screen.query_one(LivedView)
        assert view.opened is not None
        assert view.opened.episode.id == "5c6d7e8f"


@pytest.mark.asyncio
async def test_the_night_is_begun_rolled_back_and_accepted(settings: Settings) -> None:
    fill(settings)
    slept(settings)
    live = Levels(settings.levels).live_level()
    assert live is not None
    app, worker = desk(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await turned(pilot, "sleep")
        await pilot.press("s", "b", "y")
        await until(pilot, lambda: len(worker.asked) == 3)
        assert set(worker.asked) == {wire.Sleep(), wire.Live(""), wire.Live(live.id)}
        await settled(pilot)


@pytest.mark.asyncio
async def test_a_task_can_be_shown_once_more(settings: Settings) -> None:
    app, worker = desk(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await turned(pilot, "demonstrations")
        await pilot.press("n")
        await typed(pilot, "books/enter_invoice 12")
        await until(pilot, lambda: worker.asked)
        assert worker.asked == [wire.Add(wire.Job(0, "books/enter_invoice", 12, policy="scripted"))]


@pytest.mark.asyncio
async def test_a_recording_is_begun_and_ended_with_one_key(settings: Settings) -> None:
    app, worker = desk(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await turned(pilot, "demonstrations")
        await pilot.press("r")
        await typed(pilot, "books/enter_invoice 12")
        await typed(pilot, "Enter it")
        await until(pilot, lambda: worker.asked)
        job = wire.Job(0, "books/enter_invoice", 12, policy=wire.PERSON, goal="Enter it")
        assert worker.asked == [wire.Add(job)]
        tape = wire.Tape(NOON, hidden=True)
        worker.status = replace(IDLE, version=2, state=State.RECORDING, tape=tape)
        await until(pilot, lambda: app.status.tape)
        app.fresh = 0.0
        await pilot.press("space", "r")
        await typed(pilot, "? which one")
        await until(pilot, lambda: len(worker.asked) == 3)
        said = wire.Intend("go_on", "you pressed the key")
        assert worker.asked[1:] == [said, wire.Finish(question="which one")]


@pytest.mark.asyncio
async def test_a_recording_is_amended_and_accepted(settings: Settings) -> None:
    fill(settings)
    recorded(settings)
    app, worker = desk(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await turned(pilot, "demonstrations")
        runs = pilot.app.screen.query_one("#runs", Rows)
        assert runs.keys[:2] == ["8c9d0e1f", "7b8c9d0e"]
        await pilot.press("down")
        await settled(pilot)
        await pilot.press("t")
        await typed(pilot, "1 and 3")
        assert "0 12" in str(pilot.app.screen.query_one("#wrong", Static).render())
        await typed(pilot, "1 3")
        await pilot.press("l")
        await typed(pilot, "Enter the baker's invoice")
        await pilot.press("m", "enter")
        await until(pilot, lambda: len(worker.asked) == 3)
        await settled(pilot)
        await pilot.press("m", "down", "down", "enter", *4 * ("right",), *9 * ("shift+left",))
        await pilot.press("ctrl+down", "enter")
        await until(pilot, lambda: len(worker.asked) == 4)
        await settled(pilot)
        await pilot.press("a", "x")
        await typed(pilot, "7b8c")
        await until(pilot, lambda: len(worker.asked) == 6)
        await settled(pilot)
        name = "7b8c9d0e"
        box = (80 + 64, 51, 16, 25)
        assert worker.asked == [
            wire.Trim(name, 1, 3),
            wire.Label(name, "Enter the baker's invoice"),
            wire.Mask(name, None, 0),
            wire.Mask(name, box, None),
            wire.Accept(name),
            wire.Forget(name),
        ]
        await pilot.press("down", "a")  # what was accepted before can not be changed
        await settled(pilot)
        assert len(worker.asked) == 6


def test_a_schedule_is_refused_or_told(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", str(tmp_path))  # no systemctl here
    with pytest.raises(BadInput, match="time of day"):
        schedule.change("25:00", settings)
    told = schedule.change("02:30", settings)
    assert (told.on, told.at) == (False, "02:30")
    assert "30 2 * * * " in told.words
    assert schedule.current() == ""


def test_a_schedule_is_a_timer_that_catches_up(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/said\n')
    systemctl.chmod(0o755)
    assert schedule.change("02:30", settings).on
    assert schedule.current() == "02:30"
    timer = tmp_path / "config/systemd/user/dormouse-night.timer"
    assert "OnCalendar=*-*-* 02:30:00\n" in timer.read_text()
    assert "Persistent=true" in timer.read_text()
    assert "--user enable --now dormouse-night.timer" in (tmp_path / "said").read_text()
    assert schedule.change("off", settings).words == "no night is scheduled"
    assert not timer.exists()


def test_far_changes_are_boxed_apart() -> None:
    before = np.zeros((200, 320, 3), np.uint8)
    after = before.copy()
    after[10:20, 10:40] = after[150:160, 200:202] = 9
    assert changes(before, after) == [Box(10, 10, 30, 10), Box(200, 150, 2, 10)]
    assert changes(before, before) == []
