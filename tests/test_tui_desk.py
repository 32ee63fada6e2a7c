"""The desk: what its keys ask of the worker, and how it looks at each moment and size."""

import asyncio
import gc
import os
import stat
import threading
import time
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures
from textual.pilot import Pilot
from textual.widgets import Input, Static
from textual.widgets._footer import FooterKey

from agent.config import Settings
from agent.errors import Needed
from agent.session import State
from agent.tui import attention, bar, desk, faint, panels
from agent.tui.app import DeskApp
from agent.tui.approvals import ApprovalsPage
from agent.tui.asking import AskLine
from agent.tui.bar import StateBar
from agent.tui.doctor import DoctorPage
from agent.tui.fake import MOMENTS, NOON, RUNNING, TYPING, FakeWorld
from agent.tui.frame import FrameView, Way, places_by_text
from agent.tui.help import HelpScreen
from agent.tui.library import Library
from agent.tui.lines import Line
from agent.tui.newtask import NewTask
from agent.tui.overlay import SOURCE, TARGET, annotated, words
from agent.tui.pages import PAGES
from agent.tui.toml import written
from agent.tui.wizard import DRILLED, Wizard, merge
from agent.worker import wire
from agent.worker.client import NoWorker

SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)
NAMES = {SMALL: "small", MIDDLE: "middle", LARGE: "large"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, amount_limit=1000.0)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No question needs to be read here, and no desktop is told."""
    monkeypatch.setattr(ApprovalsPage, "reading", 0.0)
    monkeypatch.setattr(DeskApp, "fresh", 0.0)
    monkeypatch.setattr("agent.tui.app.desktop_note", lambda title, body: None)
    monkeypatch.setattr(DoctorPage.__init__, "__defaults__", (lambda settings: iter(()),))
    # Apps are rings of many objects: to collect each at once, and never look at the others again,
    # takes a third of the time off these tests.
    gc.collect()
    gc.freeze()
    yield


def app_of(settings: Settings, world: FakeWorld, **more: Any) -> DeskApp:
    return DeskApp(settings, lambda: world, Library(settings), clock=lambda: NOON, **more)


async def until(pilot: Pilot[int], fits: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not fits():
        assert time.monotonic() < deadline, "it did not come about"
        await pilot.pause(0.02)


async def settled(pilot: Pilot[int]) -> None:
    """The status was told and, on pages with one, the picture was drawn."""
    app = pilot.app
    assert isinstance(app, DeskApp)
    await until(pilot, lambda: app.status.version > 0)
    page = app.screen
    if isinstance(page, desk.LivePage):
        view = page.query_one(FrameView)
        for _ in range(3):  # the layout may find another size for it yet
            await until(pilot, lambda: bool(view.digest) and view.sharp)
            await pilot.pause()
    await pilot.pause()


def asks(
    settings: Settings, moment: str, steps: Callable[[Pilot[int]], Awaitable[None]], count: int
) -> list[wire.Request]:
    """What the worker was asked while a person did `steps`."""
    world = FakeWorld(moment)

    async def run() -> None:
        async with app_of(settings, world).run_test(size=MIDDLE) as pilot:
            await settled(pilot)
            await steps(pilot)
            await until(pilot, lambda: len(world.asked) >= count)
            await pilot.pause(0.05)

    asyncio.run(run())
    return world.asked


def intents(requests: list[wire.Request]) -> list[str]:
    return [one.intent for one in requests if isinstance(one, wire.Intend)]


def test_keys_say_what_a_person_intends(settings: Settings) -> None:
    meant = [
        ("running", "space", "pause"),
        ("paused", "space", "go_on"),
        ("taken over", "space", "go_on"),
        ("stopped", "space", "go_on"),
        ("running", "T", "take_over"),
        ("taken over", "T", "hand_back"),
        ("running", "exclamation_mark", "stop"),
        ("waiting", "exclamation_mark", "stop"),
        ("running", "f12", "stop"),
    ]
    world = FakeWorld()

    async def run() -> None:
        app = app_of(settings, world)
        async with app.run_test(size=MIDDLE) as pilot:
            await settled(pilot)
            for count, (moment, key, _) in enumerate(meant, 1):
                world.become(MOMENTS[moment])
                await until(pilot, lambda: app.status == world.status)
                await pilot.press(key)
                await until(pilot, lambda count=count: len(world.asked) == count)

    asyncio.run(run())
    assert intents(world.asked) == [intent for *_, intent in meant]


def test_the_agent_is_stopped_from_every_page(settings: Settings) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        for key, page in zip("1234567", PAGES, strict=True):
            await pilot.press(key)
            await until(pilot, lambda page=page: pilot.app.current_mode == page)
            await pilot.press("exclamation_mark")

    assert intents(asks(settings, "running", steps, 7)) == ["stop"] * 7


def test_a_stop_waits_for_nothing_that_is_slow(settings: Settings) -> None:
    go = threading.Event()

    class Slow(FakeWorld):
        def ask(self, request: wire.Request) -> wire.Done:
            if not isinstance(request, wire.Intend):
                go.wait(20)
            return super().ask(request)

    async def run() -> list[wire.Request]:
        app = app_of(settings, world := Slow("running"))
        async with app.run_test(size=SMALL) as pilot:
            await settled(pilot)
            for _ in range(40):  # more than there are threads
                app.ask(wire.Forget("e1"))
                app.ask(wire.Reply(3, True))
                app.screen.run_worker(lambda: go.wait(20), thread=True)
            try:
                await pilot.press("exclamation_mark")
                await until(pilot, lambda: bool(world.asked))
                return list(world.asked)
            finally:
                go.set()

    assert intents(asyncio.run(run())) == ["stop"]


def test_a_stop_reaches_a_worker_that_was_started_anew(settings: Settings) -> None:
    class Dead(FakeWorld):
        def ask(self, request: wire.Request) -> wire.Done:
            super().ask(request)
            if len(self.asked) > 1:
                raise Needed("the worker has ended")
            return wire.Done()

    worlds = [Dead("running"), FakeWorld("running")]
    told: list[wire.Done | Exception] = []
    opened: list[int] = []

    def connect() -> FakeWorld:
        opened.append(1)
        return worlds[len(opened) - 1]

    line = Line(connect, again=True)
    for intent in ("pause", "stop"):
        line.say(wire.Intend(intent), told.append)
    deadline = time.monotonic() + 10
    while len(told) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert told == [wire.Done(), wire.Done()]
    assert intents(worlds[1].asked) == ["stop"]


@pytest.mark.parametrize(("key", "meant"), [("space", "go_on"), ("T", "hand_back")])
def test_no_key_means_a_state_that_was_not_seen(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, key: str, meant: str
) -> None:
    monkeypatch.setattr(DeskApp, "fresh", 60.0)
    world = FakeWorld("running")

    async def run() -> str:
        app = app_of(settings, world)
        async with app.run_test(size=SMALL, notifications=True) as pilot:
            await settled(pilot)
            world.become(MOMENTS["taken over"])
            await until(pilot, lambda: app.status.state is State.TAKEN_OVER)
            await pilot.press(key)
            await until(pilot, lambda: len(app._notifications) > 0)
            assert world.asked == []
            monkeypatch.setattr(DeskApp, "fresh", 0.0)
            await pilot.press(key)
            await until(pilot, lambda: bool(world.asked))
            return next(iter(app._notifications)).message

    assert "press again" in asyncio.run(run())
    assert intents(world.asked) == [meant]


def test_keys_can_be_other_keys(tmp_path: Path) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("space")
        await pilot.press("f2")

    mine = Settings(data=tmp_path, keys={"pause": "f2"})
    assert intents(asks(mine, "running", steps, 1)) == ["pause"]


def test_f12_stops_while_a_text_is_typed(settings: Settings) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewTask))
        await pilot.press("f12")

    assert intents(asks(settings, "running", steps, 1)) == ["stop"]


def test_new_task_is_assigned(settings: Settings) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewTask))
        screen = pilot.app.screen
        screen.query_one("#at", Input).value = "18:30"
        await pilot.press("delete", "backspace", "4", "2", "enter")

    (request,) = asks(settings, "idle", steps, 1)
    assert isinstance(request, wire.Add)
    job = request.job
    assert (job.task, job.seed, job.policy, job.dry) == ("books/enter_invoice", 42, "", False)
    assert time.localtime(job.at)[3:5] == (18, 30)


def test_new_task_says_what_is_wrong(settings: Settings) -> None:
    async def run() -> str:
        async with app_of(settings, FakeWorld()).run_test(size=SMALL) as pilot:
            await settled(pilot)
            await pilot.press("n")
            await until(pilot, lambda: isinstance(pilot.app.screen, NewTask))
            pilot.app.screen.query_one("#at", Input).value = "noon"
            await pilot.press("enter")
            await pilot.pause()
            return str(pilot.app.screen.query_one("#wrong", Static).content)

    assert asyncio.run(run()) == "noon is no time of day: say one as 18:30."


def test_typing_waits_for_no_worker(settings: Settings) -> None:
    """A worker that answers slowly, with a new picture each time, does not hold up the keys."""

    class Slow(FakeWorld):
        def see(self, width: int, height: int, after: str = "") -> wire.Picture:
            time.sleep(0.3)
            self.frame = np.roll(self.frame, 8, axis=0)
            return super().see(width, height, after)

        def look(self, after: int = -1, patience: float = 0, watching: bool = False) -> wire.Status:
            time.sleep(0.3)
            self.become(self.status)
            return self.status

    async def run() -> tuple[float, str]:
        async with app_of(settings, Slow("running")).run_test(size=MIDDLE) as pilot:
            await settled(pilot)
            await pilot.press("n")
            await until(pilot, lambda: isinstance(pilot.app.screen, NewTask))
            await pilot.press("end", "backspace")
            began = time.monotonic()
            await pilot.press(*"123456789")
            spent = time.monotonic() - began
            return spent, pilot.app.screen.query_one("#seed", Input).value

    spent, typed = asyncio.run(run())
    assert typed == "123456789"
    assert spent < 2.0


def test_the_chosen_task_is_cancelled(settings: Settings) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("down", "x")  # below the one that runs

    assert asks(settings, "running", steps, 1) == [wire.Cancel(5)]


def test_questions_are_answered(settings: Settings) -> None:
    world = FakeWorld("waiting")

    async def run() -> None:
        app = app_of(settings, world)
        async with app.run_test(size=MIDDLE) as pilot:
            await settled(pilot)
            await pilot.press("2")
            await settled(pilot)
            for count, key in enumerate("aAr", 1):
                world.become(MOMENTS["waiting"])
                await until(pilot, lambda: app.status == world.status)
                await pilot.press(key)
                await until(pilot, lambda count=count: len(world.asked) == count)

    asyncio.run(run())
    assert world.asked == [
        wire.Reply(3, True),
        wire.Reply(3, True, whole_task=True),
        wire.Reply(3, False),
    ]


def test_action_is_edited(settings: Settings) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskLine))
        line = pilot.app.screen.query_one("#line", Input)
        line.value = "klick"
        await pilot.press("enter")
        await pilot.pause()
        assert "no action" in str(pilot.app.screen.query_one("#wrong", Static).content)
        line.value = "click(x=1, y=2)"
        await pilot.press("enter")

    assert asks(settings, "waiting", steps, 1) == [wire.Reply(3, True, action="click(x=1, y=2)")]


def test_an_edit_answers_the_question_it_was_opened_for(settings: Settings) -> None:
    world = FakeWorld("waiting")
    asked = MOMENTS["waiting"].question
    assert asked is not None

    async def run() -> str:
        app = app_of(settings, world)
        async with app.run_test(size=MIDDLE, notifications=True) as pilot:
            await settled(pilot)
            await pilot.press("2")
            await settled(pilot)
            await pilot.press("e")
            await until(pilot, lambda: isinstance(app.screen, AskLine))
            world.become(replace(MOMENTS["waiting"], question=replace(asked, id=10**12)))
            await until(pilot, lambda: app.status.question not in (None, asked))
            app.clear_notifications()
            await pilot.press("enter")
            await until(pilot, lambda: len(app._notifications) > 0)
            return next(iter(app._notifications)).message

    assert "too late" in asyncio.run(run())
    assert world.asked == [wire.Reply(3, True, action=asked.shown.action)]
    assert world.status.question is not None


def test_fresh_question_takes_no_key(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ApprovalsPage, "reading", 60.0)

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("a", "A", "r", "e", "enter")

    assert asks(settings, "waiting", steps, 0) == []


@pytest.mark.parametrize("key", ["a", "e"])
def test_a_question_of_the_agents_own_is_answered_in_words(settings: Settings, key: str) -> None:
    waiting = MOMENTS["waiting"]
    assert waiting.question is not None
    asking = replace(waiting, question=replace(waiting.question, asks="Which total is right?"))
    world = FakeWorld("running")

    async def run() -> str:
        app = app_of(settings, world)
        async with app.run_test(size=MIDDLE) as pilot:
            await settled(pilot)
            world.become(asking)
            await pilot.press("2")
            await until(pilot, lambda: app.status.question is not None)
            await settled(pilot)
            told = str(app.screen.query_one("#question", Static).content)
            told += str(app.screen.query_one(bar.StateBar).content)
            await pilot.press(key, "enter", *"119", "enter")
            await until(pilot, lambda: bool(replies(world)))
            return told

    told = asyncio.run(run())
    assert "Which total is right?" in told
    assert "WAITING for your answer" in told
    assert replies(world) == [wire.Reply(waiting.question.id, True, words="119")]


def replies(world: FakeWorld) -> list[wire.Reply]:
    return [one for one in world.asked if isinstance(one, wire.Reply)]


def test_question_calls_for_a_person_on_any_page(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []
    monkeypatch.setattr("agent.tui.app.desktop_note", lambda title, body: notes.append(body))
    monkeypatch.setattr(DeskApp, "bell", lambda self: notes.append("bell"))
    world = FakeWorld("running")

    async def run() -> tuple[str, str]:
        app = app_of(settings, world)
        async with app.run_test(size=MIDDLE, notifications=True) as pilot:
            await settled(pilot)
            await pilot.press("6")
            world.become(MOMENTS["waiting"])
            await until(pilot, lambda: app.status.state is State.WAITING)
            await pilot.pause(0.1)
            told = next(iter(app._notifications)).message
            return app.title, told + str(app.screen.query_one(bar.StateBar).content)

    title, told = asyncio.run(run())
    assert notes == ["bell", "it deletes something"]
    assert "waiting" in title.lower()
    assert "it deletes something" in told
    assert "WAITING for your approval: press 2" in told


def test_no_desktop_no_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    started: list[object] = []
    monkeypatch.setattr("subprocess.Popen", lambda *words, **more: started.append(words))
    attention.desktop_note("a", "b")
    assert started == []


def test_a_lost_worker_is_said_once_and_can_be_started(settings: Settings) -> None:
    gone, started = [False], []

    def connect() -> FakeWorld:
        if gone[0]:
            raise NoWorker("no worker runs: [start] one")
        return world

    class Dies(FakeWorld):
        def look(self, after: int = -1, patience: float = 0, watching: bool = False) -> wire.Status:
            if gone[0]:
                raise NoWorker("the worker has ended")
            return super().look(after, patience, watching)

    world = Dies("waiting")

    def start() -> None:
        started.append(True)
        time.sleep(0.2)
        gone[0] = False

    async def run() -> None:
        app = app_of(settings, world, start=start)
        app.connect = connect
        async with app.run_test(size=MIDDLE, notifications=True) as pilot:
            await settled(pilot)
            line = app.screen.query_one(StateBar)
            assert "WAITING" in str(line.render())
            await pilot.press("W")  # there is a worker: nothing to start
            gone[0] = True
            await until(pilot, lambda: "NO WORKER" in str(line.render()))
            await pilot.pause(2.5)
            assert len([one for one in app._notifications if "worker" in one.message]) == 1
            assert app.status.question is None and "no worker" in app.title
            assert any(key.key == "W" and key.display for key in app.screen.query(FooterKey))
            await pilot.press("W", "W", "W")
            await until(pilot, lambda: "WAITING" in str(line.render()))
            await until(pilot, lambda: all(k.key != "W" for k in app.screen.query(FooterKey)))

    asyncio.run(run())
    assert started == [True]


def test_a_worker_that_refuses_is_not_said_to_be_gone(settings: Settings) -> None:
    """One that is full, or of another version, may be acting: no other is offered."""
    said = ["64 clients are connected"]

    class Full(FakeWorld):
        def look(self, after: int = -1, patience: float = 0, watching: bool = False) -> wire.Status:
            if said:
                raise Needed(said[0])
            return super().look(after, patience, watching)

    async def run() -> None:
        app = app_of(settings, Full("running"), start=lambda: pytest.fail("it was started"))
        async with app.run_test(size=MIDDLE, notifications=True) as pilot:
            line = app.screen.query_one(StateBar)
            await until(pilot, lambda: "LOST: 64 clients" in str(line.render()))
            await pilot.press("W")
            said[0] = "version 9 is spoken"
            await until(pilot, lambda: "version 9" in str(line.render()))
            await until(
                pilot, lambda: any("version 9" in one.message for one in app._notifications)
            )
            said.clear()
            await until(pilot, lambda: "Running" in str(line.render()))
            assert app.lost == "" and not app._starting

    asyncio.run(run())


def test_picture_is_asked_for_at_the_size_that_is_seen(settings: Settings) -> None:
    world = FakeWorld("running")

    async def run() -> None:
        async with app_of(settings, world).run_test(size=MIDDLE) as pilot:
            await settled(pilot)
            size = pilot.app.screen.query_one(FrameView).size
            seen = (size.width, 2 * size.height)
            await until(pilot, lambda: world.seen[-1] == seen)  # an older size may come first
            assert pilot.app.screen.query_one(FrameView).wanted == seen

    asyncio.run(run())


def test_hidden_page_asks_for_no_picture(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = FakeWorld("running")

    async def run() -> int:
        async with app_of(settings, world).run_test(size=MIDDLE) as pilot:
            await settled(pilot)
            await pilot.press("3")
            await pilot.pause(0.2)
            before = len(world.seen)
            await pilot.pause(0.3)
            return len(world.seen) - before

    monkeypatch.setattr("agent.tui.feed.LIVE", 0.05)
    assert asyncio.run(run()) == 0


def test_opened_picture_is_private(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "xdg-open"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    async def run() -> tuple[int, tuple[int, int], Path]:
        app = app_of(settings, FakeWorld("running"))
        async with app.run_test(size=SMALL) as pilot:
            await settled(pilot)
            await pilot.press("o")
            await until(pilot, lambda: bool(app.pictures))
            path = app.pictures[0]
            with Pictures.open(path) as picture:
                size = picture.size
            return stat.S_IMODE(path.stat().st_mode), size, path

    mode, size, path = asyncio.run(run())
    assert (mode, size) == (0o600, (1280, 800))
    assert not path.exists(), "it outlived the desk"


def test_the_live_picture_is_not_written_where_windows_are_excluded(tmp_path: Path) -> None:
    async def run() -> tuple[str, list[Path]]:
        mine = Settings(data=tmp_path, exclude=("keepass",))
        app = app_of(mine, FakeWorld("running"))
        async with app.run_test(size=SMALL, notifications=True) as pilot:
            await settled(pilot)
            await pilot.press("o")
            await until(pilot, lambda: len(app._notifications) > 0)
            return next(iter(app._notifications)).message, app.pictures

    words, pictures = asyncio.run(run())
    assert "not written to disk" in words
    assert pictures == []


@pytest.mark.parametrize("size", [(76, 48), (1280, 800)])
def test_action_is_drawn_before_it_fires(size: tuple[int, int]) -> None:
    plain = Pictures.new("RGB", size, "white")
    drawn = np.asarray(annotated(plain, TYPING, size[0] / 1280)).reshape(-1, 3)
    assert TARGET in map(tuple, drawn)
    assert SOURCE in map(tuple, drawn)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("click(x=1, y=2)", "click at (1, 2)"),
        ('click(x=1, y=2, button="right", count=2)', "right double click at (1, 2)"),
        ('type(text="[b]x")', "type “[b]x”"),
        ('press(keys="ctrl+s")', 'press "ctrl+s"'),
        ("done()", "done"),
        ("gibberish", "gibberish"),
    ],
)
def test_action_in_words(action: str, said: str) -> None:
    assert words(wire.Shown(action, 1.0)) == said


@pytest.mark.parametrize("width", [78, 118, 198])
@pytest.mark.parametrize("moment", MOMENTS)
def test_state_line_fits(moment: str, width: int) -> None:
    now = replace(MOMENTS[moment], why="you touched the keyboard " * 3)
    line = bar.line(now, width)
    assert len(line) <= width
    assert "rec" in line.casefold()


def test_help_names_what_can_be_rebound(settings: Settings) -> None:
    async def run() -> str:
        async with app_of(settings, FakeWorld("running")).run_test(size=MIDDLE) as pilot:
            await settled(pilot)
            await pilot.press("question_mark")
            await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
            text = str(pilot.app.screen.query_one(Static).content)
            await pilot.press("escape")
            assert not isinstance(pilot.app.screen, HelpScreen)
            return text

    text = asyncio.run(run())
    for name in ("new_task", "pause", "take_over", "stop", "approvals", "YOU HAVE CONTROL"):
        assert name in text


def test_palette_has_every_action(settings: Settings) -> None:
    async def run() -> list[str]:
        app = app_of(settings, FakeWorld("running"))
        async with app.run_test(size=MIDDLE) as pilot:
            await settled(pilot)
            return [command.title for command in app.get_system_commands(app.screen)]

    titles = asyncio.run(run())
    assert {"Go to doctor", "New", "Pause", "Stop", "Theme"} <= set(titles)


def test_first_start_leads_through(settings: Settings, tmp_path: Path) -> None:
    world, config = FakeWorld(), tmp_path / "config.toml"
    config.write_text('theme = "nord"\n[keys]\npause = "f2"\n')

    async def run() -> None:
        async with app_of(settings, world).run_test(size=SMALL) as pilot:
            app = pilot.app
            await settled(pilot)
            wizard = Wizard(config)
            await app.push_screen(wizard)
            await pilot.press("enter", "enter")
            await pilot.pause()
            wizard.query_one("#patterns", Input).value = 'keepass, "bank"'
            await pilot.press("enter", "enter")
            await until(pilot, lambda: len(world.asked) == 1)
            await pilot.press("enter")
            assert wizard.step == 3, "the drill would cut the practice short"
            shown = [
                wire.Job(number, "books/enter_invoice", outcome="verified") for number in range(99)
            ]
            world.become(replace(world.status, ended=tuple(shown)))
            await until(pilot, lambda: wizard.step == 4)
            await pilot.press("enter")
            assert wizard.step == 4, "went on without the drill"
            await pilot.press("exclamation_mark")
            said = wizard.query_one("#said", Static)
            await until(pilot, lambda: str(said.content) == DRILLED)
            await pilot.press("enter")
            await until(pilot, lambda: app.screen is not wizard and len(world.asked) == 3)

    asyncio.run(run())
    add, *rest = world.asked
    assert isinstance(add, wire.Add)
    assert (add.job.seed, add.job.shown) == (3, True)
    assert intents(rest) == ["stop", "go_on"]
    assert tomllib.loads(config.read_text()) == {
        "theme": "nord",
        "keys": {"pause": "f2"},
        "exclude": ["keepass", '"bank"'],
    }


def test_every_step_of_the_first_start_can_be_skipped(settings: Settings) -> None:
    world = FakeWorld()

    async def run() -> bool:
        async with app_of(settings, world, first_time=True).run_test(size=SMALL) as pilot:
            await until(pilot, lambda: isinstance(pilot.app.screen, Wizard))
            await pilot.press(*["escape"] * 5)
            await pilot.pause(0.1)
            return isinstance(pilot.app.screen, Wizard)

    assert not asyncio.run(run())
    assert world.asked == []


def test_damaged_configuration_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("= nonsense")
    with pytest.raises(ValueError, match="Invalid"):
        merge(path, {"exclude": []})
    assert path.read_text() == "= nonsense"


def test_toml_is_read_back() -> None:
    table = {"a": 1, "b": 0.5, "c": True, "d e": ['"\\\n\x7fä'], "k": {"x.y": "f2"}}
    assert tomllib.loads(written(table)) == table


def test_faint_terminals_get_signs_as_wide() -> None:
    assert "".join(map(faint.plain, "│╭●▀–ä")) == "|+*#-a"
    assert faint.plain("日") == "??"


@pytest.mark.parametrize("way", Way)
def test_every_page_is_drawn_without_colours(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def run() -> None:
        async with app_of(settings, FakeWorld("running"), way=way).run_test(size=SMALL) as pilot:
            for key, page in zip("1234567", PAGES, strict=True):
                await pilot.press(key)
                await until(pilot, lambda page=page: pilot.app.current_mode == page)
                await pilot.pause()
                drawn.append("RUNNING" in pilot.app.export_screenshot())

    drawn: list[bool] = []
    asyncio.run(run())
    assert drawn == [True] * len(PAGES)


def test_times_and_confidence_in_words() -> None:
    assert panels.times({}, wide=True) == "No step has been timed yet."
    assert panels.confidence(0.82) == "confidence ████████░░ 0.82"
    assert "total 717 ms" in panels.times(RUNNING.ms, wide=False)
    assert "held" not in panels.times(RUNNING.ms, wide=False)
    assert "held 3000 · total 3717 ms" in panels.times(RUNNING.ms | {"total": 3717.0}, wide=False)


@pytest.mark.parametrize(
    ("name", "can"),
    [
        ("kitty(0.26.5)", False),  # Debian 12's: it says it can, and shows empty boxes
        ("kitty(0.28.0)", True),
        ("kitty(0.41.1)", True),
        ("kitty(1.0.0)", True),
        ("ghostty 1.0.1", True),
        ("WezTerm 20240203-110809-5046fc22", False),
        ("Konsole 23.08.1", False),
        ("", False),
    ],
)
def test_pictures_in_the_place_of_characters_are_for_terminals_that_show_them(
    name: str, can: bool
) -> None:
    assert places_by_text(name) is can


# Pictures.


def steady(pilot: Pilot[int]) -> None:
    """Cursors that blink would make two pictures of one screen."""
    for box in pilot.app.screen.query(Input):
        box.cursor_blink = False
        box._cursor_visible = True


PLAIN = np.full((800, 1280, 3), (52, 92, 120), np.uint8)
PLAIN[20:780, 20:800] = PLAIN[60:700, 830:1260] = 250
LOOKS = [
    *((moment, size, ()) for moment in MOMENTS for size in NAMES),
    *(("running", size, ("question_mark",)) for size in NAMES),
    *(("idle", size, ("n",)) for size in NAMES),
]


def _named(value: object) -> str:
    """A part of a picture's file name."""
    if isinstance(value, tuple) and value in NAMES:
        return NAMES[value]
    words = "-".join(value) if isinstance(value, tuple) else str(value)
    return words.replace(" ", "-") or "desk"


@pytest.mark.parametrize(("moment", "size", "keys"), LOOKS, ids=_named)
def test_look(
    moment: str,
    size: tuple[int, int],
    keys: tuple[str, ...],
    settings: Settings,
    snap_compare: Callable[..., bool],
) -> None:
    async def ready(pilot: Pilot[int]) -> None:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        pilot.app.clear_notifications()
        steady(pilot)
        await pilot.pause()

    world = FakeWorld(moment)
    if keys or moment not in ("running", "waiting"):
        world.frame = PLAIN  # what counts here stands beside the picture, which takes much room
    app = app_of(settings, world)
    assert snap_compare(app, terminal_size=size, run_before=ready)


@pytest.mark.parametrize("size", NAMES, ids=NAMES.get)
def test_look_of_the_first_start(
    size: tuple[int, int],
    settings: Settings,
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def ready(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: isinstance(pilot.app.screen, Wizard))
        await pilot.press("escape", "escape")
        await pilot.pause()
        steady(pilot)
        await pilot.pause()

    world = FakeWorld()
    monkeypatch.setattr(world, "see", lambda *size: wire.Picture())
    app = app_of(settings, world, first_time=True)
    assert snap_compare(app, terminal_size=size, run_before=ready)


@pytest.mark.parametrize("size", NAMES, ids=NAMES.get)
def test_look_in_a_faint_terminal(
    size: tuple[int, int], settings: Settings, snap_compare: Callable[..., bool]
) -> None:
    app = app_of(settings, FakeWorld("running"), way=Way.ASCII)
    assert snap_compare(app, terminal_size=size, run_before=settled)
