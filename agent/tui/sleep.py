"""The night: begin it, follow it, and in the morning see what it learned, rejected and kept."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from agent import export, schedule
from agent.morning import (
    EXAM,
    REVIEW,
    curve,
    curve_words,
    exam_rows,
    facts,
    phase_lines,
    review_rows,
    verdict,
)
from agent.tui.asking import AskLine
from agent.tui.reading import ReadingPage
from agent.tui.rows import Rows
from agent.worker import wire
from agent.worker.wire import Status
from memory.sleep.log import NightRecord

ROWS = 4  # of the curve
REVIEWED = ("who", "episode", "#")  # columns that go first where there is no room


class Curve(Static):
    """The losses of a night as a curve, as wide as its place."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._losses: Sequence[float] = ()

    def show(self, losses: Sequence[float]) -> None:
        self._losses = losses
        self.on_resize()

    def on_resize(self) -> None:
        lines = curve(self._losses, self.size.width, ROWS)
        self.update("\n".join([*lines, curve_words(self._losses)]))


class SleepPage(ReadingPage):
    HELP = (
        "s begins the night, or goes on with it; space pauses it. In the morning: what was promoted"
        " or rejected and why. b rolls back to the weights before, y accepts the night again."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sleep", "Sleep", id="sleep_now"),
        Binding("b", "back", "Roll back", id="roll_back"),
        Binding("y", "accept", "Accept", id="accept"),
        Binding("o", "page", "Log", id="open_log"),
        Binding("S", "schedule", "Schedule", id="schedule", key_display="S"),
    ]
    DEFAULT_CSS = """
    SleepPage #columns { height: 1fr; }
    SleepPage .column { width: 3fr; height: 1fr; }
    SleepPage VerticalScroll.column { width: 4fr; }
    SleepPage .section {
        height: auto; border: round $panel; border-title-color: $accent; padding: 0 1;
    }
    SleepPage #review-section { height: 1fr; min-height: 10; }
    SleepPage Rows { height: auto; }
    SleepPage #reviews { height: 1fr; }
    SleepPage.-narrow #columns { layout: vertical; overflow-y: auto; }
    SleepPage.-narrow .column { width: 100%; height: auto; }
    SleepPage.-narrow #review-section { height: 14; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.record: NightRecord | None = None
        self._live = ""

    def body(self) -> ComposeResult:
        with Horizontal(id="columns"):
            with VerticalScroll(classes="column"):
                yield _section("Tonight", Static(id="phases", markup=False))
                yield _section("Last night", Static(id="verdict", markup=False))
                yield _section("Before → after, with 95 % intervals", Rows(EXAM, id="exam"))
                yield _section("Training", Curve())
                yield _section("Levels", Static(id="facts", markup=False))
            with Vertical(classes="column"):
                yield _section(
                    "Review: every step's weight, and why",
                    Rows(REVIEW, "No night has reviewed anything yet.", REVIEWED, True, "reviews"),
                )

    def on_mount(self) -> None:
        self.query_one("#reviews").parent.id = "review-section"  # type: ignore[union-attr]

    def load(self) -> None:
        self.read(self._last, self._fill, "nights")

    def _last(self) -> tuple[NightRecord | None, str]:
        library = self.desk.library
        records, lineage = library.nights(), library.lineage()
        return (records[0] if records else None), (lineage[0].id if lineage else "")

    def _fill(self, found: tuple[NightRecord | None, str]) -> None:
        self.record, self._live = found
        record = self.record
        live = f"live now: {f'level {self._live}' if self._live else 'the shipped weights'}"
        self._say("verdict", verdict(record) if record else "There was no night yet.", live)
        self._say("facts", *(facts(record) if record else [live]))
        rows = exam_rows(record) if record else []
        self.query_one("#exam", Rows).fill({row[-1]: row for row in rows})
        self.query_one("#reviews", Rows).fill(review_rows(record) if record else {})
        self._curve()
        if self.focused is None:
            self.query_one("#reviews").focus()

    def show(self, status: Status) -> None:
        super().show(status)
        self._say("phases", *phase_lines(status.night), *([status.nap] if status.nap else []))
        self._curve()

    def _curve(self) -> None:
        night = self.desk.status.night
        losses = night.losses if night else self.record.losses if self.record else ()
        self.query_one(Curve).show(losses)

    def _say(self, name: str, *lines: str) -> None:
        self.query_one(f"#{name}", Static).update("\n".join(lines))

    def filtered(self, text: str) -> None:
        self.query_one("#reviews", Rows).filtered(text)

    def action_sleep(self) -> None:
        self.desk.ask(wire.Sleep(), self._began)

    def _began(self, done: wire.Done) -> None:
        self.notify("the night begins" if done.changed else "a night is under way already")

    def action_back(self) -> None:
        self.desk.ask(wire.Live(""), lambda done: self.load())

    def action_accept(self) -> None:
        record, library = self.record, self.desk.library
        if record is None:
            self.notify("there was no night yet", severity="warning")
            return

        def accept(level: str) -> None:
            if level:
                self.desk.ask(wire.Live(level), lambda done: self.load())
            else:
                words = f"night {record.night} kept no level: there is nothing to accept"
                self.notify(words, severity="warning")

        self.read(lambda: library.level_of(record.night), accept, "accept")

    def action_page(self) -> None:
        if self.record is not None:
            path = self.desk.library.night_page(self.record)
            words = str(path) if export.opened(path) else f"no browser here: {path}"
            self.notify(words, title=f"Night {self.record.night}", timeout=10)

    def action_schedule(self) -> None:
        def go(line: str | None) -> None:
            if line:
                settings = self.desk.settings
                self.read(
                    lambda: schedule.change(line, settings),
                    lambda told: self.notify(told.words, title="Schedule", timeout=12),
                    "schedule",
                )

        words = "The time of day at which the night begins, or off:"
        self.app.push_screen(
            AskLine("Schedule the night", words, schedule.current() or "02:30", schedule.wrong), go
        )


def _section(title: str, content: Static | Rows) -> Vertical:
    section = Vertical(content, classes="section")
    section.border_title = title
    return section
