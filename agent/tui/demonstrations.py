"""What was shown: each demonstration with its film, and whether the live weights know it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from agent.past import Lived, when
from agent.tui.asking import AskLine
from agent.tui.episodes import EpisodesPage
from agent.tui.rows import Rows
from agent.worker import wire

HEADS = ("when", "learned", "ended", "goal", "task", "seed", "steps")


class DemonstrationsPage(EpisodesPage):
    HELP = (
        "What was shown to the agent. A night learns from each good one; `n` lets a task's oracle"
        " show it once more, on another instance."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "show", "Be shown", id="be_shown"),
        Binding("o", "open", "Open", id="open_picture", show=False),
        Binding("e", "export", "Export", id="export", show=False),
    ]
    DEFAULT_CSS = "DemonstrationsPage #hands { height: auto; padding: 0 1; color: $text-muted; }"
    SOURCE = "demonstration"
    EMPTY = "Nothing was shown yet. n: have a task shown by its oracle."

    def __init__(self) -> None:
        super().__init__()
        self._learned: set[str] = set()

    def body(self) -> ComposeResult:
        yield Static(
            "Shown by oracles; recording by your own hands comes with the recorder.",
            id="hands",
            markup=False,
        )
        yield from super().body()

    def table(self) -> Rows:
        return Rows(HEADS, self.EMPTY, ("steps", "seed", "task"), id="runs")

    def load(self) -> None:
        library = self.desk.library
        self.read(lambda: (library.learned(), library.lived(self.SOURCE)), self._found, "runs")

    def _found(self, found: tuple[set[str], list[Lived]]) -> None:
        self._learned = found[0]
        self._fill(found[1])

    def row(self, lived: Lived) -> tuple[str, ...]:
        head = lived.head
        learned = "yes" if head.id in self._learned else "not yet"
        return (
            when(head.started_at),
            learned,
            lived.ended,
            head.goal,
            f"{head.task} {head.variant}".strip(),
            str(head.seed),
            str(lived.steps),
        )

    def action_show(self) -> None:
        chosen = self._lived.get(self.runs.chosen)
        seeds = [one.head.seed for one in self._lived.values()]
        known = chosen.head.task if chosen else "books/enter_invoice"

        def go(line: str | None) -> None:
            if line:
                task, _, seed = line.partition(" ")
                job = wire.Job(0, task, int(seed or 0), policy="scripted")
                self.desk.ask(wire.Add(job), self._added)

        words = "The task, and the number of its instance:"
        line = f"{known} {max(seeds, default=-1) + 1}"
        self.app.push_screen(AskLine("Be shown a task", words, line, _wrong), go)

    def _added(self, done: wire.Done) -> None:
        self.notify(f"task {done.id} is in the queue: it will be shown", title="Queued")


def _wrong(line: str) -> str:
    task, _, seed = line.partition(" ")
    return "" if task and (seed or "0").isdigit() else "say it as: books/enter_invoice 12"
