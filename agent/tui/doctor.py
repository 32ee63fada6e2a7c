"""Is the machine well: programs, fonts, weights, memory, disk; and the worker's log."""

from collections.abc import Callable, Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import RichLog, Static
from textual.worker import get_current_worker

from agent.config import Settings
from agent.doctor import Check, examine
from agent.tui.reading import ReadingPage
from agent.tui.rows import Rows

Examine = Callable[[Settings], Iterator[tuple[str, Check]]]
HEADS = ("", "check", "found", "mend")


class DoctorPage(ReadingPage):
    HELP = "Checks of this machine, each with what mends it. r runs them again."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "again", "Run again", id="again")]
    DEFAULT_CSS = """
    DoctorPage #verdict { height: auto; padding: 0 1; }
    DoctorPage #checks { height: 2fr; }
    DoctorPage #log { height: 1fr; border: round $panel; border-title-color: $accent; }
    """

    def __init__(self, checks: Examine = examine) -> None:
        super().__init__()
        self._examiner = checks
        self._checks: dict[str, Check] = {}
        self._busy = False

    def body(self) -> ComposeResult:
        yield Static(id="verdict", markup=False)
        yield Rows(HEADS, wrap=True, id="checks")
        log = RichLog(id="log", max_lines=200, wrap=True)
        log.border_title = "The worker's log"
        yield log

    def load(self) -> None:
        self.read(self.desk.library.log, self._tail, "log")
        if not self._checks:
            self.action_again()

    def action_again(self) -> None:
        if not self._busy:
            self._busy, self._checks = True, {}
            self.run_worker(self._examine, thread=True, group="doctor")
            self._draw()

    def _examine(self) -> None:
        worker = get_current_worker()
        for name, check in self._examiner(self.desk.settings):
            if worker.is_cancelled:
                return
            self.app.call_from_thread(self._found, name, check)
        self.app.call_from_thread(self._done)

    def _found(self, name: str, check: Check) -> None:
        self._checks[name] = check
        if self.is_mounted:
            self._draw()

    def _done(self) -> None:
        self._busy = False
        if self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        self.query_one("#checks", Rows).fill(
            {
                name: ("ok" if check.ok else "no", name, check.detail, check.mend)
                for name, check in self._checks.items()
            }
        )
        amiss = [name for name, check in self._checks.items() if not check.ok]
        words = f"amiss: {', '.join(amiss)}" if amiss else "all is well"
        more = "examining…  " if self._busy else ""
        self.query_one("#verdict", Static).update(more + (words if self._checks else ""))
        if self.focused is None:
            self.query_one("#checks").focus()

    def _tail(self, lines: list[str]) -> None:
        log = self.query_one("#log", RichLog)
        log.clear()
        for line in lines or ["The worker has not written anything."]:
            log.write(line)

    def filtered(self, text: str) -> None:
        self.query_one("#checks", Rows).filtered(text)
