"""The operator sees the desktop in a browser, and their mouse there is a hand of theirs."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from worker_house import House, until

from agent.session import State
from agent.worker import wire
from agent.worker.client import connect


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("localhost", 0))
        port: int = one.getsockname()[1]
        return port


def test_the_browser_shows_the_desktop_and_a_touch_there_takes_over(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    port = _free_port()
    with House(tmp_path, DORMOUSE_LEAD_SECONDS="2") as house, connect(house.settings) as worker:
        assert house.verb("watch").returncode == 3  # no desktop yet, and it says so
        worker.ask(wire.Add(wire.Job(0, "books/enter_invoice", 14_400, policy="scripted")))
        until(lambda: worker.look(watching=True).shown is not None)
        told = house.verb("watch", "--json", "-")
        assert str(worker.look().vnc[0]) in told.stdout
        command = [sys.executable, "-m", "agent", "watch", "--browser", "--port", str(port)]
        server = subprocess.Popen(command, env=house.environment, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        try:
            page_at = server.stdout.readline().strip()
            password = server.stdout.readline().split()[1]
            assert page_at.startswith(f"http://localhost:{port}/")
            until(lambda: _listens(port))
            with playwright.sync_playwright() as play:
                browser = play.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.goto(f"{page_at}&password={password}")
                page.wait_for_selector("canvas", timeout=30_000)
                canvas = page.locator("canvas").last
                until(lambda: len(canvas.screenshot()) > 20_000)  # more than a blank screen
                page.mouse.move(500, 300)
                page.mouse.move(520, 320)
                until(lambda: worker.look(watching=True).state is State.TAKEN_OVER)
                browser.close()
        finally:
            server.terminate()
            server.wait(20)
            server.stdout.close()
        assert not _listens(port)  # nothing is left behind
        worker.ask(wire.Intend("stop"))


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("localhost", port)) == 0


def _chromium() -> str:
    import shutil

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no chromium: apt-get install chromium")
    return found
