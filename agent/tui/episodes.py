"""Every run, its steps, what each changed; where a person judges, corrects, exports, deletes."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.timer import Timer
from textual.widgets import DataTable

from actuation.grammar import format_action
from agent import export
from agent.past import EPISODES, Lived
from agent.tui.asking import AskLine, AskOne, deletion, no_action
from agent.tui.lived import LivedView, Opened
from agent.tui.reading import ReadingPage
from agent.tui.rows import Rows
from agent.worker import wire

PAUSE = 0.12  # seconds: who walks through the table opens only where they stop
WAYS = {"html": "one HTML page with the film", "lines": "JSON lines and PNG pictures in a folder"}


class EpisodesPage(ReadingPage):
    HELP = (
        "Every run, newest first. Enter opens one: its steps, and what each one changed on the"
        " screen. A step that you flag is not learned from; a correction is learned instead."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "flag", "Flag", id="flag"),
        Binding("c", "correct", "Correct", id="correct"),
        Binding("v", "turn", "Side", id="turn"),
        Binding("o", "open", "Open", id="open_picture"),
        Binding("e", "export", "Export", id="export"),
        Binding("d", "delete", "Delete", id="delete"),
        Binding("escape", "close", "Back", id="close", show=False),
    ]
    DEFAULT_CSS = """
    EpisodesPage #runs { height: 1fr; }
    EpisodesPage LivedView {
        height: 2fr; border-top: solid $panel; border-title-color: $text-muted;
    }
    EpisodesPage.-small LivedView { height: auto; }
    EpisodesPage.-small.-opened LivedView { height: 1fr; border: none; }
    EpisodesPage.-small.-opened #lived { display: none; }
    EpisodesPage #lived { height: 1fr; }
    EpisodesPage.-small #legend, EpisodesPage.-small.-opened Film { display: none; }
    EpisodesPage.-small #middle, EpisodesPage.-small #line, EpisodesPage.-small #step {
        display: none;
    }
    EpisodesPage.-small.-opened #middle, EpisodesPage.-small.-opened #line { display: block; }
    EpisodesPage.-small.-opened #step { display: block; }
    """
    SOURCE: ClassVar[str | None] = None
    EMPTY: ClassVar[str] = "Nothing was lived yet. Assign a task on the desk: 1, then n."

    def __init__(self) -> None:
        super().__init__()
        self._lived: dict[str, Lived] = {}
        self._soon: Timer | None = None

    def body(self) -> ComposeResult:
        with Container(id="lived"):
            yield self.table()
        view = LivedView()
        view.border_title = " Enter: its steps "
        yield view

    def table(self) -> Rows:
        return Rows(EPISODES, self.EMPTY, ("steps", "seed", "source"), id="runs")

    def row(self, lived: Lived) -> tuple[str, ...]:
        return lived.row

    @property
    def runs(self) -> Rows:
        return self.query_one("#runs", Rows)

    @property
    def view(self) -> LivedView:
        return self.query_one(LivedView)

    def load(self) -> None:
        library = self.desk.library
        self.read(lambda: library.lived(self.SOURCE), self._fill, "runs")

    def on_resize(self) -> None:
        """Where there is little room, a run is opened in the place of the table of runs."""
        width, height = self.app.size
        self.set_class(width < 110 or height < 34, "-small")

    def _fill(self, lived: list[Lived]) -> None:
        self._lived = {one.head.id: one for one in lived}
        self.runs.fill({name: self.row(one) for name, one in self._lived.items()})
        if self.focused is None:
            self.runs.focus()
        if self.runs.chosen:
            self._open(self.runs.chosen)
        else:
            self.view.show(None)

    def filtered(self, text: str) -> None:
        self.runs.filtered(text)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        if event.data_table is self.runs:
            if self._soon:
                self._soon.stop()
            self._soon = self.set_timer(PAUSE, lambda: self._open(self.runs.chosen))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        if event.data_table is self.runs:
            self.add_class("-opened")
            self.view.query_one("#steps").focus()

    def _open(self, name: str) -> None:
        if name:
            library = self.desk.library
            self.read(lambda: Opened.read(library, name), self.view.show, "episode")

    def action_close(self) -> None:
        self.remove_class("-opened")
        self.runs.focus()

    def action_turn(self) -> None:
        self.view.turn()

    def action_flag(self) -> None:
        if (step := self.view.step) is None or self.view.opened is None:
            return
        name, flag = self.view.opened.episode.id, self.view.opened.flags.get(step.index)

        def say(reason: str | None) -> None:
            if reason is not None:
                self.desk.ask(wire.Flag(name, step.index, reason), lambda done: self.load())

        words = "It will not be learned from. Why? An empty line takes a flag back."
        self.app.push_screen(
            AskLine(f"Flag step {step.index}", words, flag.reason if flag else ""), say
        )

    def action_correct(self) -> None:
        if (step := self.view.step) is None or self.view.opened is None:
            return
        name, flag = self.view.opened.episode.id, self.view.opened.flags.get(step.index)
        now = flag.correction if flag and flag.correction else step.performed or step.intended

        def say(action: str | None) -> None:
            if action:
                reason = flag.reason if flag else ""
                self.desk.ask(wire.Flag(name, step.index, reason, action), lambda done: self.load())

        words = "What should have been done? The night learns it at this step."
        self.app.push_screen(
            AskLine(f"Correct step {step.index}", words, format_action(now), no_action), say
        )

    def action_export(self) -> None:
        opened = self.view.opened
        if opened is None:
            return
        folder = self.desk.settings.data / "exports"

        def go(way: str | None) -> None:
            if way == "html":
                self.read(lambda: export.page(opened.episode, folder), self._tell, "export")
            elif way:
                self.read(
                    lambda: export.lines(opened.episode, opened.flags, folder),
                    self._tell,
                    "export",
                )

        self.app.push_screen(AskOne("Export this episode as", WAYS), go)

    def _tell(self, path: Path) -> None:
        self.notify(str(path), title="Exported", timeout=10)

    def action_open(self) -> None:
        if (step := self.view.step) is None or self.view.opened is None:
            return
        name = f"{self.view.opened.episode.id}-{step.index:03}.png"
        path, image = self.desk.settings.data / "exports" / name, step.observation.image

        def shown() -> str:
            words = "" if export.opened(export.picture(image, path)) else "no viewer here: "
            return f"{words}{path}"

        self.read(shown, lambda words: self.notify(words, title="Picture", timeout=10), "export")

    def action_delete(self) -> None:
        name = self.runs.chosen

        def go(line: str | None) -> None:
            if line:
                self.desk.ask(wire.Forget(name), lambda done: self.load())

        if name:
            self.app.push_screen(deletion(name), go)
