"""Make the pictures of docs/guide.md: the real desk over a real worker.

.venv/bin/python scripts/pictures.py            # writes docs/pictures/*.png, about ten minutes

Five demonstrations and a night come first, so that the day after is the agent's own; then a job
of one's own is shown by hand. `scripts/pictures.py first-job` makes the last one's
alone.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as Xml
from collections.abc import Awaitable, Callable
from pathlib import Path

from openpyxl import Workbook
from textual.pilot import Pilot
from textual.widgets import Input, Select

from actuation.rfb import RETURN, Hand
from agent.config import Settings
from agent.tui.app import DeskApp
from agent.tui.library import Library
from agent.verbs.queue import moment
from agent.worker import wire
from agent.worker.client import Connection, connect, started
from agent.worker.place import held

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SIZE = (150, 44)
TASK = "books/enter_invoice"
SHOWN = range(9500, 9505)
Live = Callable[[DeskApp, Connection], Awaitable[None]]
DAY = {"DORMOUSE_LEAD_SECONDS": "3", "DORMOUSE_AMOUNT_LIMIT": "100"}


async def night(app: DeskApp, worker: Connection) -> None:
    """Be shown a task, sleep, and read the morning page."""
    async with app.run_test(size=SIZE, notifications=False) as pilot:
        for seed in SHOWN:
            worker.ask(wire.Add(wire.Job(0, TASK, seed, policy="scripted")))
        await _until(pilot, lambda: len(app.status.ended) == len(SHOWN))
        await pilot.press("6", "s")
        await _until(
            pilot,
            lambda: (
                (now := app.status.night) is not None
                and now.phase == "consolidate"
                and now.done > now.total / 3
            ),
        )
        await _picture(pilot, "sleeping")
        await _until(pilot, lambda: bool(app.status.nap))
        await _picture(pilot, "morning")


async def day(app: DeskApp, worker: Connection) -> None:
    """Let the agent work, answer it, take over, and look back."""
    async with app.run_test(size=SIZE, notifications=False) as pilot:
        for seed in (9600, 9601):
            worker.ask(wire.Add(wire.Job(0, TASK, seed)))
        worker.ask(wire.Add(wire.Job(0, TASK, 9602, dry=True, at=moment("18:30"))))
        await _until(pilot, lambda: app.status.step >= 1 and _next(app) and _types(app))
        await _picture(pilot, "desk")
        await _until(pilot, lambda: app.status.question is not None)
        await pilot.press("2")
        await _picture(pilot, "approvals")
        await pilot.press("A")
        await _until(pilot, lambda: app.status.question is None and _next(app))
        socket, secret = app.status.vnc
        with Hand(Path(socket), Path(secret).read_text()) as hand:
            hand.move(700, 500)
        await pilot.press("1")
        await _until(pilot, lambda: "taken" in app.status.state)
        await _picture(pilot, "taken-over")
        await pilot.press("T")
        while len(app.status.ended) < len(SHOWN) + 2:
            await pilot.pause(0.5)
            if app.status.question is not None:
                await pilot.press("2")
                await pilot.pause(1.0)
                await pilot.press("A")
        await pilot.press("3")
        await pilot.pause(2.0)
        await pilot.press("enter")
        await _picture(pilot, "episodes")
        await pilot.press("5")
        await _picture(pilot, "memory")
        await pilot.press("7")
        await pilot.pause(8.0)
        await _picture(pilot, "doctor")


async def first_job(app: DeskApp, worker: Connection) -> None:
    """Show a job of one's own on one's own file, accept it, and confirm what done means."""
    fees = Path(tempfile.gettempdir()) / "fees.xlsx"
    _write_fees(fees)
    goal = "Enter the fee of Bo Ek, paid on 2026-03-02: 45.00, and save the list."
    async with app.run_test(size=SIZE, notifications=False) as pilot:
        await pilot.press("n")
        await pilot.pause(1.0)
        form = app.screen
        form.query_one("#task", Select).value = "new"
        await pilot.pause(0.5)
        form.query_one("#goal", Input).value = goal
        form.query_one("#file", Input).value = str(fees)
        form.query_one("#policy", Select).value = wire.PERSON
        await _picture(pilot, "new-job")
        await pilot.click("#assign")
        await _until(pilot, lambda: app.status.tape is not None and app.status.tape.since > 0)
        await pilot.pause(2.0)
        socket, secret = app.status.vnc
        with Hand(Path(socket), Path(secret).read_text()) as hand:
            await _show(pilot, hand)
        await _until(pilot, lambda: app.status.step >= 4)
        await _picture(pilot, "recording")
        await pilot.press("R")
        await pilot.pause(1.0)
        await pilot.press("enter")  # no answer is wanted
        await _until(pilot, lambda: len(app.status.ended) == 1)
        await pilot.press("4")
        await pilot.pause(2.0)
        await _picture(pilot, "recorded")
        await pilot.press("a", "1", "n")
        await pilot.pause(1.0)
        form = app.screen
        (mine,) = Settings().jobs.glob("*.job")
        form.query_one("#task", Select).value = str(mine)
        await pilot.pause(1.0)
        form.query_one("#confirm", Select).value = "confirm"
        await _picture(pilot, "done-means")
    fees.unlink()


def _write_fees(path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Fees"
    for row in (
        ("Member", "Paid on", "Amount"),
        ("Ada Berg", "2026-01-12", 30),
        ("Cem Holm", "2026-02-03", 45),
        ("Dora Falk", "2026-02-20", 30),
    ):
        sheet.append(row)
    for column, width in zip("ABC", (24, 14, 12), strict=True):
        sheet.column_dimensions[column].width = width
    book.save(path)


async def _show(pilot: Pilot[int], hand: Hand) -> None:
    """The next free row, by keys alone."""
    control, down, tab = 0xFFE3, 0xFF54, 0xFF09
    for keys in ((control, 0xFF50), (control, down), (down,)):
        hand.chord(*keys)
        await pilot.pause(0.6)
    for text in ("Bo Ek", "2026-03-02", "45.00"):
        hand.type(text)
        await pilot.pause(0.6)
        hand.tap(tab if text != "45.00" else RETURN)
        await pilot.pause(0.6)
    hand.chord(control, ord("s"))
    await pilot.pause(2.5)


def _types(app: DeskApp) -> bool:
    return app.status.shown is not None and app.status.shown.action.startswith("type")


def _next(app: DeskApp) -> bool:
    return app.status.shown is not None and not app.status.shown.fired


async def _until(pilot: Pilot[int], told: Callable[[], bool]) -> None:
    for _ in range(6000):
        if told():
            return
        await pilot.pause(0.1)
    raise SystemExit(f"it never came: {pilot.app}")


async def _picture(pilot: Pilot[int], name: str) -> None:
    """The screen as SVG, and through a browser as PNG."""
    await pilot.pause(1.2)
    svg = Path(tempfile.gettempdir()) / f"dormouse-{os.getpid()}.svg"
    svg.write_text(pilot.app.export_screenshot(title="dormouse"))
    box = Xml.parse(svg).getroot().attrib["viewBox"].split()
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SystemExit("chromium is missing: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    size = f"--window-size={float(box[2]):.0f},{float(box[3]):.0f}"
    options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", size]
    target = f"--screenshot={PICTURES / name}.png"
    process = await asyncio.create_subprocess_exec(
        browser, *options, target, str(svg), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    await process.wait()
    svg.unlink()
    print(name, file=sys.stderr)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="dormouse-pictures-") as folder:
        os.environ["DORMOUSE_DATA"] = folder
        days: tuple[tuple[Live, dict[str, str]], ...] = ((night, {}), (day, DAY), (first_job, {}))
        for live, more in days:
            if sys.argv[1:] and live.__name__.replace("_", "-") not in sys.argv[1:]:
                continue
            os.environ |= more
            settings = Settings()
            with started(settings) as worker:
                try:
                    app = DeskApp(settings, lambda: connect(Settings()), Library(settings))
                    asyncio.run(live(app, worker))
                finally:
                    worker.ask(wire.End())
            while held(settings):
                time.sleep(0.1)


if __name__ == "__main__":
    main()
