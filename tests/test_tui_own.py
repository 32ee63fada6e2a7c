"""A job of one's own at the desk: begun in words on a file, confirmed, its files put back."""

import asyncio
import random
from pathlib import Path

from own_house import FEES, goal_of, write_fees
from test_tasks_own_files import worked
from textual.pilot import Pilot
from textual.widgets import Input, Select, Static

from agent import orders, own
from agent.config import Settings
from agent.tui.app import DeskApp
from agent.tui.fake import FakeWorld
from agent.tui.library import Library
from agent.tui.newtask import NEW, NewTask
from agent.worker import wire
from tasks.own import keeper
from tasks.own.job import load


async def opened(pilot: Pilot[int], task: str) -> NewTask:
    await pilot.press("n")
    while not isinstance(pilot.app.screen, NewTask):
        await pilot.pause(0.05)
    screen = pilot.app.screen
    screen.query_one("#task", Select).value = task
    await pilot.pause(0.1)
    return screen


def app_of(data: Path, world: FakeWorld) -> DeskApp:
    settings = Settings(data=data)
    return DeskApp(settings, lambda: world, Library(settings))


def test_a_job_is_begun_in_words_and_assigned(tmp_path: Path) -> None:
    fees, world = tmp_path / "fees.ods", FakeWorld("idle")
    write_fees(fees, FEES[4:])

    async def run() -> None:
        async with app_of(tmp_path, world).run_test(size=(120, 40)) as pilot:
            screen = await opened(pilot, NEW)
            assert screen.query_one("#goal", Input).display
            screen.action_assign()
            await pilot.pause()
            wrong = str(screen.query_one("#wrong", Static).content)
            assert wrong == "say in words what is to be done, and on which file."
            screen.query_one("#goal", Input).value = goal_of(FEES[0])
            screen.query_one("#file", Input).value = str(fees)
            screen.action_assign()
            while not world.asked:
                await pilot.pause(0.05)

    asyncio.run(run())
    (request,) = world.asked
    assert isinstance(request, wire.Add)
    (job,) = own.known(tmp_path / "jobs")
    assert (request.job.task, request.job.seed) == (str(job), 0)
    assert load(job).said(0).values[0] == FEES[0][0]


def test_what_done_means_is_read_and_confirmed_and_files_go_back(tmp_path: Path) -> None:
    fees, world = tmp_path / "fees.ods", FakeWorld("idle")
    write_fees(fees, random.Random(0).sample(FEES, 3))
    job = orders.opened(tmp_path / "jobs", goal_of(FEES[0]), [fees], "")
    first = fees.read_bytes()
    worked(job, fees, 0)
    keeper.shown(job, 0)

    async def run() -> str:
        async with app_of(tmp_path, world).run_test(size=(120, 40)) as pilot:
            screen = await opened(pilot, str(job))
            told = str(screen.query_one("#told", Static).content)
            screen.query_one("#confirm", Select).value = "confirm"
            screen.action_assign()
            while not world.asked:
                await pilot.pause(0.05)
            keeper.take(job, 0)
            assert fees.read_bytes() != first
            await pilot.press("U")
            await pilot.pause(0.2)
            return told

    told = asyncio.run(run())
    assert told.startswith("one row added to Fees of fees.ods, in the next free row:")
    assert load(job).confirmed
    assert fees.read_bytes() == first
