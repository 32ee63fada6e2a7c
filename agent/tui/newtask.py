"""A task to assign: which, in what variant, performed by whom, and when; or a job of one's own."""

from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Select, Static

from agent import orders, own
from agent.errors import BadInput
from agent.verbs.queue import moment
from agent.worker.wire import PERSON, Job
from tasks.catalog import create, names
from tasks.outside import NoTaskError, is_own

AGENT = ("the agent does it", "")
SHOWN = ("a demonstration is shown", "scripted")
BY_HAND = ("you show it: your hands are recorded", PERSON)
POLICIES = (AGENT, SHOWN, BY_HAND)
WORDS = ("goal", "file")
NEW = "new"  # a job that is begun here

CONFIRM = (("as it is below; not confirmed", ""), ("as it is below: confirm it", "confirm"))

# A choice and not a box: ticked or not is told by a terminal's colours alone.
DRY = (("no", ""), ("yes: it ends where something would be saved or sent", "dry"))


class NewTask(ModalScreen[Job | None]):
    """None where it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave"),
        Binding("ctrl+s", "assign", "Assign"),
    ]
    DEFAULT_CSS = """
    NewTask { align: center middle; }
    NewTask Horizontal { height: 1; margin-bottom: 1; }
    NewTask Label { width: 12; }
    NewTask Input, NewTask Select { width: 1fr; }
    NewTask #last { margin: 0; }
    NewTask Button { margin-right: 2; }
    NewTask .begun, NewTask .known { display: none; }
    NewTask.-begun .begun, NewTask.-known .known { display: block; }
    """

    def __init__(self, jobs: Path) -> None:
        """jobs: the folder of the operator's own."""
        super().__init__()
        self._jobs = jobs

    def compose(self) -> ComposeResult:
        first = next(iter(names()))
        with Vertical(classes="dialog") as frame:
            frame.border_title = "New task"
            frame.border_subtitle = "Enter: assign · Tab: next · Esc: leave"
            with Horizontal():
                yield Label("Number")
                yield Input("0", type="integer", id="seed", compact=True)
            with Horizontal():
                yield Label("Task")
                tasks = [(name, name) for name in names()]
                tasks += [(f"{path.stem} (your own)", str(path)) for path in own.known(self._jobs)]
                tasks.append(("a new job of your own", NEW))
                yield Select(tasks, allow_blank=False, value=first, id="task", compact=True)
            with Horizontal(classes="begun"):
                yield Label("In words")
                yield Input(placeholder="Enter the fee of Bo Ek: 12.50", id="goal", compact=True)
            with Horizontal(classes="begun"):
                yield Label("On the file")
                yield Input(placeholder="/home/me/fees.ods", id="file", compact=True)
            with Horizontal(classes="known"):
                yield Label("Done means")
                yield Select(CONFIRM, allow_blank=False, value="", id="confirm", compact=True)
            with Horizontal():
                yield Label("Variant")
                plain = [("plain", "")]
                yield Select(plain, allow_blank=False, value="", id="variant", compact=True)
            with Horizontal():
                yield Label("By")
                yield Select(POLICIES, allow_blank=False, value="", id="policy", compact=True)
            with Horizontal():
                yield Label("Not before")
                yield Input(placeholder="HH:MM, empty: at once", id="at", compact=True)
            with Horizontal():
                yield Label("Dry run")
                yield Select(DRY, allow_blank=False, value="", id="dry", compact=True)
            yield Static("", id="told", markup=False)
            yield Static("", id="wrong", classes="wrong", markup=False)
            with Horizontal(id="last"):
                yield Button("Assign", variant="primary", id="assign", compact=True)
                yield Button("Leave", id="leave", compact=True)

    def on_mount(self) -> None:
        self.query_one("#seed").focus()

    def on_select_changed(self, event: Select.Changed) -> None:
        if event.select.id == "task":
            name = str(event.value)
            mine = name == NEW or is_own(name)
            self.set_class(name == NEW, "-begun")
            self.set_class(is_own(name), "-known")
            by = self.query_one("#policy", Select)
            by.set_options([AGENT, BY_HAND] if mine else POLICIES)
            self.query_one("#told", Static).update(own.told(Path(name)) if is_own(name) else "")
            self._wrong("")
            if name != NEW:
                self._find_variants(name)

    @work(thread=True, exclusive=True)
    def _find_variants(self, name: str) -> None:
        """In a thread: a task's module is read when it is first asked."""
        try:
            variants = create(name).variants
        except NoTaskError:  # the worker says why when it is assigned
            variants = ("",)
        self.app.call_from_thread(self._offer, variants)

    def _offer(self, variants: tuple[str, ...]) -> None:
        if self.is_mounted:
            select = self.query_one("#variant", Select)
            before = select.value
            select.set_options([(variant or "plain", variant) for variant in variants])
            select.value = before if before in variants else variants[0]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.action_assign()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "assign":
            self.action_assign()
        else:
            self.action_leave()

    def action_assign(self) -> None:
        seed, at = self.query_one("#seed", Input).value, self.query_one("#at", Input).value.strip()
        try:
            number = int(seed)
        except ValueError:
            self._wrong(f"{seed or 'nothing'} is no number: say which invoice, as 3.")
            return
        try:
            begin = moment(at) if at else 0.0
        except BadInput:
            self._wrong(f"{at} is no time of day: say one as 18:30.")
            return
        task = str(self.query_one("#task", Select).value)
        try:
            task, number = self._own(task, number)
        except BadInput as error:
            self._wrong(f"{error}.")
            return
        self.dismiss(
            Job(
                0,
                task,
                number,
                str(self.query_one("#variant", Select).value),
                str(self.query_one("#policy", Select).value),
                dry=bool(self.query_one("#dry", Select).value),
                at=begin,
            )
        )

    def _own(self, task: str, number: int) -> tuple[str, int]:
        """The task and number meant: a new job is begun, what done means is confirmed."""
        if task == NEW:
            goal, file = (self.query_one(f"#{name}", Input).value.strip() for name in WORDS)
            if not (goal and file):
                raise BadInput("say in words what is to be done, and on which file")
            path, (number, *_) = orders.asked(
                self._jobs, goal, (), orders.Own((Path(file).expanduser(),))
            )
            return path, number
        if is_own(task) and self.query_one("#confirm", Select).value:
            own.confirmed(Path(task))
        return task, number

    def _wrong(self, words: str) -> None:
        self.query_one("#wrong", Static).update(words)

    def action_leave(self) -> None:
        self.dismiss(None)
