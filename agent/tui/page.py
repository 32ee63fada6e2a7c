"""What every page has: the state line on top, its content, the footer, a filter."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input, Static

from agent.tui.bar import StateBar
from agent.tui.footer import WholeKeys
from agent.worker.wire import Status

if TYPE_CHECKING:
    from agent.tui.app import DeskApp


class FilterBox(Input):
    """Escape ends the filter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "End filter", show=False)]

    def __init__(self, id: str, compact: bool) -> None:  # noqa: A002 - Textual's
        hint = "show only what contains… (Enter keeps it, Esc ends it)"
        super().__init__(placeholder=hint, id=id, compact=compact)

    def action_leave(self) -> None:
        self.value = ""
        self.offered(False)
        self.screen.focus_next()

    def offered(self, there: bool) -> None:
        """Shown or not; what is not shown is disabled, or it would get the focus and the keys."""
        self.display, self.disabled = there, not there


class Page(Screen[None]):
    """Subclasses give `body`, and draw what they show in `show`. HELP: what the page is for.

    Narrow and short pages have the classes -narrow and -short.
    """

    HELP: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual's
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012 - Textual's
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="filter", key_display="/")
    ]
    DEFAULT_CSS = """
    Page > #body { height: 1fr; }
    Page > #foot { height: 1; background: $footer-background; }
    Page #foot Footer { dock: none; width: 1fr; }
    Page #foot #always {
        width: auto; padding: 0 0 0 1; color: $footer-foreground; text-style: bold;
    }
    Page > #filter { height: 1; border: none; padding: 0 1; background: $boost; }
    """

    @property
    def desk(self) -> "DeskApp":
        return cast("DeskApp", self.app)

    def compose(self) -> ComposeResult:
        yield StateBar()
        with Vertical(id="body"):
            yield from self.body()
        box = FilterBox(id="filter", compact=True)
        box.offered(False)
        yield box
        with Horizontal(id="foot"):
            yield WholeKeys(show_command_palette=False)
            yield Static(id="always", markup=False)

    def body(self) -> ComposeResult:
        raise NotImplementedError

    def on_mount(self) -> None:
        self.show(self.desk.status)

    def on_screen_resume(self) -> None:
        self.show(self.desk.status)

    def on_resize(self) -> None:
        self.query_one(StateBar).show(self.desk.status, self.desk.lost, self.desk.clock())

    def show(self, status: Status) -> None:
        """Draw a status; called whenever it changed and whenever the page comes up."""
        self.query_one(StateBar).show(status, self.desk.lost, self.desk.clock())
        # However many keys a page has, these are seen.
        keys = self.desk.keys
        self.query_one("#always", Static).update(f"{keys['stop']} Stop {keys['help']} Help")

    def action_filter(self) -> None:
        box = self.query_one(FilterBox)
        box.offered(True)
        box.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "filter":
            self.filtered(event.value.casefold())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "filter":
            self.query_one(FilterBox).offered(bool(event.value))
            self.focus_next()

    def filtered(self, text: str) -> None:
        """Show only what contains `text`."""
