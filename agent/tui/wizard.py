"""The first start: display, graphics card, exclusions, a practice task, a stop drill."""

import os
import re
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from platformdirs import user_config_path
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from agent.session import State
from agent.tui.toml import written
from agent.worker import wire
from memory import atomic

if TYPE_CHECKING:
    from agent.tui.app import DeskApp

PRACTICE = wire.Job(0, "books/enter_invoice", 3, policy="scripted")
STEPS = ("Display", "Graphics card", "Exclusions", "Practice", "Stop drill")
WHY_EXCLUDE = (
    "What stands in these windows is blackened in every stored frame: window titles and"
    " applications as regular expressions, with a comma between them, as: keepass, bank"
)
PRACTISE = (
    "A demonstration of entering one invoice can be shown now. It runs on a desktop of its own,"
    " and is kept to learn from.\n\nEnter: show it. Esc: not now."
)
PRACTISING = (
    "The demonstration runs. When it has ended, the tour goes on by itself.\n\nEsc: go on now."
)
DRILL = "Press ! now: the agent stops at once, whatever it does, and begins nothing more."
DRILLED = "STOPPED. That is how it always works. Enter: go on, and end the tour."


class Wizard(ModalScreen[None]):
    """Five steps; Enter goes on, Esc skips the step."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "skip", "Skip"),
        Binding("enter", "next", "Next"),
        Binding("exclamation_mark", "app.stop", "Stop", id="stop", key_display="!"),
    ]
    DEFAULT_CSS = """
    Wizard { align: center middle; }
    Wizard #said { height: auto; margin: 1 0; }
    Wizard Input { margin-bottom: 1; }
    """

    def __init__(self, config: Path | None = None) -> None:
        super().__init__()
        self._config = config or user_config_path("dormouse") / "config.toml"
        self.step = 0

    @property
    def desk(self) -> "DeskApp":
        return cast("DeskApp", self.app)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as frame:
            frame.border_subtitle = "Enter: next · Esc: skip"
            yield Static(id="said", markup=False)
            excluded = ", ".join(self.desk.settings.exclude)
            yield Input(excluded, placeholder="keepass, bank", id="patterns", compact=True)
            yield Static(id="wrong", classes="wrong", markup=False)

    def on_mount(self) -> None:
        self._practice = 0  # the number of the practice task
        self._show()
        self.set_interval(0.2, self._drill)

    def _show(self) -> None:
        self.query_one(
            ".dialog"
        ).border_title = (
            f"Welcome to Dormouse – {self.step + 1} of {len(STEPS)}: {STEPS[self.step]}"
        )
        self.query_one("#wrong", Static).update("")
        box = self.query_one("#patterns", Input)
        box.display = self.step == 2
        if box.display:
            box.focus()
        else:
            self.set_focus(None)
        said = self.query_one("#said", Static)
        match self.step:
            case 0:
                said.update(self._display())
            case 1:
                said.update("Looking for a graphics card…")
                self._graphics()
            case 2:
                said.update(WHY_EXCLUDE)
            case 3:
                said.update(PRACTISE)
            case _:
                said.update(DRILL)

    def _display(self) -> str:
        settings = self.desk.settings
        there = shutil.which("Xvnc") is not None
        found = (
            "Xvnc is there"
            if there
            else "Xvnc is missing: apt-get install tigervnc-standalone-server"
        )
        return (
            f"The agent works on a virtual desktop of its own, {settings.width} × {settings.height}"
            f" pixels; yours is never touched. {found}."
        )

    @work(thread=True, exclusive=True)
    def _graphics(self) -> None:
        words = graphics()
        self.app.call_from_thread(self._tell_graphics, words)

    def _tell_graphics(self, words: str) -> None:
        if self.step == 1:
            self.query_one("#said", Static).update(words)

    def _drill(self) -> None:
        ended = {job.id for job in self.desk.status.ended}
        if self.step == 3 and self._practice in ended:
            self.action_skip()  # what was shown is kept whole: the drill comes after it
        if self.step == 4 and self.desk.status.state is State.STOPPED:
            self.query_one("#said", Static).update(DRILLED)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.action_next()

    def action_next(self) -> None:
        if self.step == 2 and not self._keep():
            return
        if self.step == 3:
            if not self._practice:
                self._practice = -1  # asked for
                self.desk.ask(wire.Add(PRACTICE), self._practising)
            return
        if self.step == 4:
            if self.desk.status.state is not State.STOPPED:
                self.query_one("#wrong", Static).update("Not stopped yet: press !, or Esc to skip.")
                return
            self.desk.ask(wire.Intend("go_on", "the stop drill is over"))
        self.action_skip()

    def _practising(self, done: wire.Done) -> None:
        self._practice = done.id
        self.query_one("#said", Static).update(PRACTISING)

    def action_skip(self) -> None:
        self.step += 1
        if self.step == len(STEPS):
            self.dismiss(None)
        else:
            self._show()

    def _keep(self) -> bool:
        """Write the exclusions into the configuration; False where that cannot be."""
        typed = self.query_one("#patterns", Input).value
        patterns = [part.strip() for part in typed.split(",") if part.strip()]
        try:
            for pattern in patterns:
                re.compile(pattern)
            if patterns != list(self.desk.settings.exclude):
                merge(self._config, {"exclude": patterns})
                self.notify("The exclusions count from the worker's next start.")
        except re.error as error:
            self.query_one("#wrong", Static).update(f"{pattern} is no pattern: {error}.")
        except (OSError, ValueError) as error:
            self.query_one("#wrong", Static).update(f"Not written: {error}.")
        else:
            return True
        return False


def graphics() -> str:
    """What was found, and that nothing is needed."""
    if shutil.which("nvidia-smi") or os.path.exists("/dev/nvidia0"):  # noqa: PTH110 - a device
        return "A graphics card was found: nights are faster with it."
    return "No graphics card was found. None is needed: the agent acts and learns without one."


def merge(path: Path, values: Mapping[str, object]) -> None:
    """Set keys of a configuration; the others stay. ValueError for a file that is no TOML."""
    known = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    atomic.write_bytes(path, written({**known, **values}).encode())
