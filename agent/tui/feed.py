"""What keeps a page's picture fresh: a thread that asks for no more than is seen.

thread: worker.see(width, height, newest) ──Picture──▶ view.put()
"""

import threading
import time
from typing import TYPE_CHECKING

from agent.errors import exit_code
from agent.session import State
from agent.tui.frame import FrameView
from agent.worker.client import Worker

if TYPE_CHECKING:
    from agent.tui.page import Page

LIVE, CALM = 0.4, 1.0  # seconds between two looks: while something happens, and else
QUIET = (State.IDLE, State.STOPPED, State.SLEEPING)


class Feed:
    """start() it when its page comes up, stop() it when the page goes."""

    def __init__(self, page: "Page", view: FrameView) -> None:
        self._page, self._view = page, view
        self._gone = threading.Event()

    def start(self) -> None:
        self._gone.set()
        self._gone = gone = threading.Event()
        self._page.run_worker(lambda: self._run(gone), thread=True, group="feed", name="feed")

    def stop(self) -> None:
        self._gone.set()

    def _run(self, gone: threading.Event) -> None:
        desk, worker = self._page.desk, None
        while not (gone.is_set() or desk.leaving.is_set()):
            began, size = time.monotonic(), self._view.wanted
            try:
                worker = worker or desk.connect()
                self._look(worker, *size)
            except Exception as error:
                if exit_code(error) is None:
                    raise
                worker = None  # the desk's own line says so
            rest = CALM if desk.status.state in QUIET else LIVE
            # One of another size need not wait: the last is drawn blurred until it comes.
            while time.monotonic() - began < rest and not gone.wait(0.05):
                if self._view.wanted != size:
                    break
        close = getattr(worker, "close", None)
        if close is not None:
            close()

    def _look(self, worker: Worker, width: int, height: int) -> None:
        desk, view = self._page.desk, self._view
        told = worker.see(width, height, view.digest)
        if told.png and not desk.leaving.is_set():
            desk.call_from_thread(view.put, told)
        elif told.digest:
            view.taken_at = told.taken_at  # looked at anew, and it is the same
