"""What is remembered, where it came from, how far it is trusted; and how to be rid of it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from agent.past import Lived, when
from agent.promises import lines
from agent.tui.asking import deletion
from agent.tui.reading import ReadingPage
from agent.tui.rows import Rows
from agent.worker import wire

HEADS = ("when", "trust", "source", "goal", "steps", "id")


class MemoryPage(ReadingPage):
    HELP = (
        "All that is remembered. trust: good episodes are learned from by night; flagged ones"
        " without the steps you flagged; the others not at all."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("d", "delete", "Delete", id="forget")]
    DEFAULT_CSS = """
    MemoryPage #promises {
        height: auto; border: round $panel; border-title-color: $accent; padding: 0 1;
    }
    """

    def body(self) -> ComposeResult:
        promises = Static(id="promises", markup=False)
        promises.border_title = "What is stored, and where"
        yield promises
        yield Rows(HEADS, "Nothing is remembered yet.", ("steps", "id"), id="memories")

    @property
    def table(self) -> Rows:
        return self.query_one("#memories", Rows)

    def load(self) -> None:
        library = self.desk.library
        self.read(lambda: (library.size(), library.lived()), self._fill)

    def _fill(self, found: tuple[int, list[Lived]]) -> None:
        size, lived = found
        words = lines(self.desk.settings, size, len(lived))
        self.query_one("#promises", Static).update("\n".join(words))
        self.table.fill({one.head.id: _row(one) for one in lived})
        if self.focused is None:
            self.table.focus()

    def filtered(self, text: str) -> None:
        self.table.filtered(text)

    def action_delete(self) -> None:
        name = self.table.chosen

        def go(line: str | None) -> None:
            if line:
                self.desk.ask(wire.Forget(name), lambda done: self.load())

        if name:
            self.app.push_screen(deletion(name), go)


def _row(one: Lived) -> tuple[str, ...]:
    head = one.head
    return (
        when(head.started_at),
        one.trust,
        head.provenance,
        head.goal,
        str(one.steps),
        head.id,
    )
