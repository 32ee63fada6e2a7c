"""Small questions over a page: a line of text, or one of a few choices."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from actuation.grammar import GrammarError, parse_action

FRAME = """
{name} {{ align: center middle; }}
{name} > Vertical {{
    width: 76; max-width: 95%; height: auto; max-height: 90%;
    border: round $accent; background: $surface; padding: 0 1;
}}
{name} OptionList {{ height: auto; border: none; }}
{name} #wrong {{ color: $text-error; }}
"""


class AskLine(ModalScreen[str | None]):
    """One line of text; None where it was left. check: "" for a line that will do, else why not."""

    DEFAULT_CSS = FRAME.format(name="AskLine")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def __init__(
        self, title: str, words: str = "", text: str = "", check: Callable[[str], str] | None = None
    ) -> None:
        super().__init__()
        self._title, self._words, self._text = title, words, text
        self._check = check

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = self._title
            frame.border_subtitle = "Enter: do it · Esc: leave"
            if self._words:
                yield Label(self._words, markup=False)
            yield Input(self._text, id="line")
            yield Static("", id="wrong", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        wrong = self._check(event.value.strip()) if self._check else ""
        if wrong:
            self.query_one("#wrong", Static).update(wrong)
        else:
            self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        self.dismiss(None)


class AskOne(ModalScreen[str | None]):
    """One of a few choices, by its key; None where it was left."""

    DEFAULT_CSS = FRAME.format(name="AskOne")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def __init__(self, title: str, choices: Mapping[str, str]) -> None:
        super().__init__()
        self._title, self._choices = title, choices

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = self._title
            frame.border_subtitle = "Enter: this one · Esc: leave"
            yield OptionList(*(Option(words, key) for key, words in self._choices.items()))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def action_leave(self) -> None:
        self.dismiss(None)


def deletion(name: str) -> AskLine:
    """Asks for the first four letters of an episode's id before it is deleted."""
    wanted = name[:4]
    return AskLine(
        "Delete this episode?",
        f"Its steps and every pixel that no other episode shows will be gone for good.\n"
        f"Type {wanted} to delete {name}:",
        check=lambda line: "" if line == wanted else f"that is not {wanted}: nothing was deleted",
    )


def no_action(text: str) -> str:
    """Why a text is no action, "" where it is one."""
    try:
        parse_action(text)
    except GrammarError as error:
        return str(error)
    return ""
