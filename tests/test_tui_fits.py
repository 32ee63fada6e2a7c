"""Every page, in every moment, at every size: nothing is cut off, nothing lies on another, and it
looks as it did (the pictures of the desk itself are in test_tui_desk).
"""

import asyncio
import os
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import DataTable, Static
from textual.widgets._footer import FooterKey
from tui_house import SIZES, Weighed, fill, slept

from agent.config import Settings
from agent.doctor import Check
from agent.session import State
from agent.tui.app import DeskApp
from agent.tui.approvals import ApprovalsPage
from agent.tui.bar import StateBar
from agent.tui.doctor import DoctorPage
from agent.tui.fake import MOMENTS, NOON, FakeWorld, drawn
from agent.tui.frame import FrameView
from agent.tui.lived import LivedView
from agent.tui.pages import PAGES
from agent.tui.rows import LEAST, PADDING, Rows, fitted
from agent.worker.live import picture
from memory.store import Store

LONG = "a sentence that is far longer than the column it stands in, as sentences of checks are"


def amiss(screen: Screen[object]) -> Iterator[str]:
    """What is cut off or lies on something else."""
    shown = [one for one in screen.query("*") if one.is_on_screen and one.region.area]
    for widget in shown:
        name = f"{type(widget).__name__}#{widget.id or ''}"
        place = screen.find_widget(widget)
        if place.visible_region != place.region and not _scrolls(widget):
            yield f"{name} at {place.region} is cut to {place.visible_region}"
        if isinstance(widget, DataTable) and widget.virtual_size.width > widget.size.width:
            yield f"{name}: {widget.virtual_size.width} columns in {widget.size.width}"
        if isinstance(widget, Static) and widget.size.area and not _scrolls(widget):
            lines = widget.get_content_height(widget.size, screen.size, widget.size.width)
            if lines > widget.size.height and str(widget.render()).strip():
                yield f"{name}: {lines} lines in {widget.size.height}"
    for one, other in combinations(shown, 2):
        if one.parent is other.parent and one.layer == other.layer:
            a, b = screen.find_widget(one).visible_region, screen.find_widget(other).visible_region
            if a.overlaps(b):
                yield f"{one!r} lies on {other!r}"


def _scrolls(widget: Widget) -> bool:
    """Whether a person can move to what is hidden of it."""
    return any(
        isinstance(each, Widget) and each.show_vertical_scrollbar for each in widget.ancestors
    )


async def rested(pilot: Pilot[int]) -> None:
    """Nothing is being read any more, and the layout has been made."""
    app = pilot.app
    for _ in range(2):
        await pilot.pause(0.03)
        while any(
            one.group not in ("follow", "default", "feed") and not one.is_finished
            for one in app.workers
        ):
            await pilot.pause(0.02)
    await pilot.pause()


async def calm(pilot: Pilot[int]) -> list[str]:
    """What is amiss once the layout has come to rest: a busy machine draws it in several passes."""
    for _ in range(40):
        if not (found := list(amiss(pilot.app.screen))):
            break
        await pilot.pause(0.05)
    return found


CASES = [*((size, True) for size in SIZES), (SIZES[0], False)]
PLAIN = np.full((800, 1280, 3), (52, 92, 120), np.uint8)  # a picture of half-blocks takes much room
PLAIN[20:780, 20:800] = PLAIN[60:700, 830:1260] = 250


def checks(settings: Settings) -> Iterator[tuple[str, Check]]:
    yield "display", Check(True, "/usr/bin/Xvnc")
    yield "windows", Check(False, "openbox is not on the PATH", "apt-get install openbox")
    yield "disk", Check(True, "42.0 GB free at /home/ada")


@pytest.fixture(autouse=True)
def steady(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A short name of the folder, times of day of UTC, a plain terminal, nothing left to wait."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setattr(ApprovalsPage, "reading", 0.0)
    monkeypatch.setattr("agent.tui.app.desktop_note", lambda title, body: None)
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


async def told_and_drawn(pilot: Pilot[int], world: FakeWorld) -> None:
    """What the worker says now is on the page, its picture too."""
    app = pilot.app
    assert isinstance(app, DeskApp)
    while app.status.version != world.status.version:
        await pilot.pause(0.01)
    app.clear_notifications()
    await rested(pilot)
    for view in app.screen.query(FrameView):
        for _ in range(3):  # the layout may find another size for it yet
            while view.digest != picture(world.frame, *view.wanted, "", NOON).digest:
                await pilot.pause(0.01)
            await pilot.pause()


@pytest.mark.parametrize(
    ("size", "full"), CASES, ids=lambda one: "x".join(map(str, one)) if one in SIZES else str(one)
)
def test_every_page_in_every_moment(
    full: bool,
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
    snapshot: SnapshotAssertion,
) -> None:
    settings = Settings(data=Path("dormouse"), amount_limit=1000.0, exclude=("keepass", "bank"))
    monkeypatch.setattr(
        DoctorPage.__init__, "__defaults__", (checks if full else lambda _: iter(()),)
    )
    pictures = snapshot.use_extension(SVGImageExtension)
    if full:
        fill(settings)
        slept(settings)
        with Store(settings.store) as store:
            store.flag("5c6d7e8f", 1, "the wrong supplier")
    world, found, told = FakeWorld(), [], set()

    async def run() -> None:
        app = DeskApp(settings, lambda: world, Weighed(settings), clock=lambda: NOON)
        async with app.run_test(size=size) as pilot:
            for page in PAGES:
                app.switch_mode(page)
                await rested(pilot)
                for moment, status in MOMENTS.items():
                    asking = page == "approvals" and moment == "waiting"
                    world.frame = drawn() if asking else PLAIN
                    world.become(status)
                    await told_and_drawn(pilot, world)
                    found.extend(f"{page}, {moment}: {each}" for each in await calm(pilot))
                    words = str(app.screen.query_one(StateBar).render())
                    told.add((page, moment, words.split(" ")[0]))
                    if full and page != "desk":
                        name = f"{page}-{moment.replace(' ', '-')}"
                        if app.export_screenshot() != pictures(name=name):
                            found.append(f"{page}, {moment}: does not look as in its picture")
                if page == "episodes" and full:
                    app.screen.query_one("#runs").focus()
                    await pilot.press("enter")
                    await rested(pilot)
                    assert app.screen.query_one(LivedView).query_one("#steps").has_focus
                    found.extend(f"opened episode: {each}" for each in await calm(pilot))

    asyncio.run(run())
    assert not found, "\n".join(found)
    assert len(told) == len(PAGES) * len(State)


def test_a_check_that_is_cut_off_is_found(tmp_path: Path) -> None:
    """The finder finds: a footer, a table and a text that do not fit."""
    from textual.app import App, ComposeResult
    from textual.containers import Horizontal, Vertical

    class Bad(App[None]):
        CSS = "#low { height: 1; } #side { width: 60; } FooterKey { width: 30; }"

        def compose(self) -> ComposeResult:
            yield Horizontal(Static("one", id="side"), Static("two", id="side2"))
            with Vertical(id="low"):
                yield Static(LONG, id="text")
            table: DataTable[str] = DataTable(id="wide")
            table.add_columns(LONG, LONG)
            yield table

    async def run() -> None:
        app = Bad()
        async with app.run_test(size=(50, 10)) as pilot:
            await pilot.pause()
            found.extend(amiss(app.screen))

    found: list[str] = []
    asyncio.run(run())
    for name in ("#side", "#text", "#wide"):
        assert any(name in each for each in found), (name, found)


def test_a_footer_leaves_out_what_it_has_no_room_for(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, keys={"sleep_now": "ctrl+shift+f11"})

    async def run() -> None:
        app = DeskApp(settings, lambda: FakeWorld(), Weighed(settings))
        async with app.run_test(size=(80, 24)) as pilot:
            app.switch_mode("sleep")
            await rested(pilot)
            keys = list(app.screen.query(FooterKey))
            assert 2 < sum(key.display for key in keys) < len(keys)
            assert await calm(pilot) == []
            await pilot.resize_terminal(200, 24)
            await rested(pilot)
            assert all(key.display for key in app.screen.query(FooterKey))

    asyncio.run(run())


def test_columns_share_the_room_there_is() -> None:
    wanted = {"when": 16, "task": 40, "steps": 5, "detail": 60}
    assert fitted(wanted, 0, ()) == wanted  # no room is known yet
    assert fitted(wanted, 200, ("steps",)) == wanted
    narrow = fitted(wanted, 80, ("steps",))
    assert sum(width + PADDING for width in narrow.values()) == 80
    assert narrow["when"] == 16 and narrow["steps"] == 5  # only the widest are cut
    tight = fitted(wanted, 66, ("steps", "task"))
    assert (
        list(tight) == ["when", "task", "detail"] and min(tight["task"], tight["detail"]) >= LEAST
    )
    assert fitted(wanted, 20, ("steps", "task")) == {"when": 16, "detail": LEAST}


def test_long_cells_are_cut_with_a_sign_or_go_on_below(tmp_path: Path) -> None:
    from textual.app import App, ComposeResult

    class Tables(App[None]):
        CSS = "Rows { height: 8; }"

        def compose(self) -> ComposeResult:
            yield Rows(("no.", "words"), id="cut")
            yield Rows(("no.", "words"), wrap=True, id="wrapped")

    async def run() -> None:
        app = Tables()
        async with app.run_test(size=(50, 20)) as pilot:
            for name in ("cut", "wrapped"):
                app.query_one(f"#{name}", Rows).fill({"1": ("1", LONG)})
            await pilot.pause()
            pictures.append(app.export_screenshot().replace("&#160;", " "))
            heights.extend(
                app.query_one(f"#{n}", Rows).virtual_size.height for n in ("cut", "wrapped")
            )

    pictures: list[str] = []
    heights: list[int] = []
    asyncio.run(run())
    assert "…" in pictures[0] and "checks are" in pictures[0]
    assert heights[0] == 2 and heights[1] > 3
