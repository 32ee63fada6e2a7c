"""A page that reads memory: always in a thread, so that the desk never waits for the disk."""

from collections.abc import Callable
from typing import TypeVar

from textual.worker import get_current_worker

from agent.tui.page import Page
from agent.worker.wire import Status
from memory.store import StoreError

Found = TypeVar("Found")


class ReadingPage(Page):
    """Subclasses give `load`, which is called when the page comes up and when a run or a night
    has ended."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual's

    _seen: tuple[object, ...] = ()

    def load(self) -> None:
        raise NotImplementedError

    def on_screen_resume(self) -> None:
        self.load()

    def show(self, status: Status) -> None:
        super().show(status)
        seen = (status.ended, status.nap)
        if self._seen not in ((), seen):
            self.load()
        self._seen = seen

    def read(
        self, get: Callable[[], Found], then: Callable[[Found], None], group: str = "read"
    ) -> None:
        """get() in a thread, then(found) here, unless a later read of the group came first."""

        def work() -> None:
            worker = get_current_worker()
            try:
                found = get()
            except (StoreError, ValueError, KeyError, OSError) as error:
                words = str(error.args[0]) if isinstance(error, KeyError) else str(error)
                if not worker.is_cancelled:
                    self.app.call_from_thread(self.notify, words, severity="error", timeout=8)
                return
            if not worker.is_cancelled:
                self.app.call_from_thread(self._given, then, found)

        self.run_worker(work, thread=True, exclusive=True, group=group)

    def _given(self, then: Callable[[Found], None], found: Found) -> None:
        if self.is_mounted:
            then(found)
