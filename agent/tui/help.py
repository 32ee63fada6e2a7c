"""Help for what is focused: the page, every key with the name it is rebound by, the states."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

from agent.session import WORDS
from agent.tui.page import Page
from agent.tui.pages import PAGES

REBIND = 'Rebind keys in config.toml by their names: keys = { pause = "f2", stop = "f3" }'
TABLE = "Arrows move the cursor, Enter chooses the row."
FIELD = "Type; Enter takes the text. F12 stops the agent even while you type."


class HelpScreen(ModalScreen[None]):
    """focused, screen: what had the keys when help was asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "leave", "Leave"),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll { width: 90; height: 90%; max-height: 96%; }
    """

    def __init__(self, focused: Widget | None, screen: Screen[object]) -> None:
        super().__init__()
        self._focused, self._screen = focused, screen

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog") as frame:
            frame.border_title = "Help"
            frame.border_subtitle = "arrows: scroll · Esc: back"
            yield Static(self._words(), markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def _words(self) -> Text:
        text, screen, focused = Text(), self._screen, self._focused
        if isinstance(screen, Page):
            name = type(screen).__name__.removesuffix("Page").upper()
            text.append(f"{name}\n", "bold").append(f"{screen.HELP}\n\n")
        if isinstance(focused, DataTable):
            text.append("THE TABLE\n", "bold").append(f"{TABLE}\n\n")
        elif isinstance(focused, Input):
            text.append("THE TEXT FIELD\n", "bold").append(f"{FIELD}\n\n")
        text.append("KEYS", "bold").append(" (key, what it does, name)\n")
        for key, does, name in keys(screen):
            text.append(f"{key:<10} {does:<26} {name}\n")
        text.append(f"{REBIND}\n\n")
        text.append("STATES\n", "bold")
        for state, words in WORDS.items():
            text.append(f"{state:<11} {words}\n")
        return text

    def action_leave(self) -> None:
        self.dismiss(None)


def keys(screen: Screen[object]) -> list[tuple[str, str, str]]:
    """Key, description and name of every binding that can be rebound, the page's own first."""
    found: dict[str, tuple[str, str, str]] = {}
    for bound in screen.active_bindings.values():
        binding = bound.binding
        if binding.id and binding.description:
            # The footer's key of all pages stands for the first one here.
            first = binding.id == next(iter(PAGES))
            key = binding.key if first else screen.app.get_key_display(binding)
            found.setdefault(binding.id, (key, binding.description, binding.id))
    own = [one for one in found.values() if not hasattr(screen.app, f"action_{one[2]}")]
    return own + [one for one in found.values() if one not in own]
