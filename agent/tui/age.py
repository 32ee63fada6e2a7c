"""How old the picture is that a desk shows, read off the widget that shows it."""

import asyncio
import time
from collections.abc import Callable

from agent.config import Settings
from agent.tui.app import DeskApp
from agent.tui.frame import FrameView
from agent.tui.library import Library
from agent.worker.client import connect

EVERY = 0.05  # seconds between two readings


def ages(settings: Settings, seconds: float, told: Callable[[float], None]) -> tuple[float, ...]:
    """Milliseconds since the shown picture was taken, every 50 ms for so many seconds, in a desk
    of 120 × 40 without a terminal. told: the seconds that have gone."""
    found: list[float] = []

    async def watch() -> None:
        app = DeskApp(settings, lambda: connect(settings), Library(settings))
        async with app.run_test(size=(120, 40)) as pilot:
            view = app.screen.query_one(FrameView)
            while not view.taken_at:
                await pilot.pause(EVERY)
                told(0.0)
            begun = time.monotonic()
            while (gone := time.monotonic() - begun) < seconds:
                await asyncio.sleep(EVERY)
                found.append(1000 * (time.time() - view.taken_at))
                told(gone)

    asyncio.run(watch())
    return tuple(found)
