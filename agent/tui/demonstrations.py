"""What was shown, by oracles and by a person's own hands: recordings wait here for a yes."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from agent.past import Lived, changes, learning, when
from agent.tui.asking import AskLine, AskOne, deletion
from agent.tui.boxing import BoxScreen
from agent.tui.episodes import EpisodesPage
from agent.tui.rows import Rows
from agent.worker import wire
from memory.amend import RECORDING
from memory.episode import Step
from perception.observation import Box, Image
from tasks.outside import called

HEADS = ("when", "learned", "ended", "goal", "task", "seed", "steps")
MASKS = {
    "words": "the words of this step: they become dots",
    "here": "a box on the picture of this step",
    "all": "a box on the pictures of all steps",
}


class DemonstrationsPage(EpisodesPage):
    HELP = (
        "What was shown to the agent. A night learns from each good one. `r` records your own"
        " hands; a recording teaches nothing before `a` accepts it: look through it first, trim"
        " its ends, mask what is nobody's business, and say in words what it shows. `n` lets a"
        " task's oracle show it once more, on another instance."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "record", "Record", id="record"),
        Binding("a", "accept", "Accept", id="accept_recording"),
        Binding("x", "discard", "Discard", id="discard"),
        Binding("t", "trim", "Trim", id="trim"),
        Binding("m", "mask", "Mask", id="mask"),
        Binding("l", "label", "Label", id="label"),
        Binding("n", "show", "Be shown", id="be_shown"),
        Binding("f", "flag", "Flag", id="flag", show=False),
        Binding("c", "correct", "Correct", id="correct", show=False),
        Binding("o", "open", "Open", id="open_picture", show=False),
        Binding("e", "export", "Export", id="export", show=False),
    ]
    DEFAULT_CSS = "DemonstrationsPage #hands { height: auto; padding: 0 1; color: $text-muted; }"
    EMPTY = "Nothing was shown yet. r: record your own hands. n: have a task shown by its oracle."

    def __init__(self) -> None:
        super().__init__()
        self._learned: set[str] = set()

    def body(self) -> ComposeResult:
        yield Static(id="hands", markup=False)
        yield from super().body()

    def table(self) -> Rows:
        return Rows(HEADS, self.EMPTY, ("steps", "seed", "task"), id="runs")

    def load(self) -> None:
        library = self.desk.library
        self.read(lambda: (library.learned(), library.demonstrations()), self._found, "runs")

    def _found(self, found: tuple[set[str], list[Lived]]) -> None:
        self._learned, lived = found
        waiting = sum(one.head.provenance == RECORDING for one in lived)
        words = f"{waiting} wait for your yes: a accepts, x discards" if waiting else ""
        hands = self.query_one("#hands", Static)
        hands.update(words.replace("1 wait ", "1 waits ") if waiting == 1 else words)
        hands.display = bool(words)
        self._fill(lived)

    def row(self, lived: Lived) -> tuple[str, ...]:
        head = lived.head
        return (
            when(head.started_at),
            learning(head, self._learned),
            lived.ended,
            head.goal,
            f"{called(head.task)} {head.variant}".strip(),
            str(head.seed),
            str(lived.steps),
        )

    @property
    def _recording(self) -> str:
        """The id of the recording under the cursor; "", and a word about it, for anything else."""
        chosen = self._lived.get(self.runs.chosen)
        if chosen is not None and chosen.head.provenance == RECORDING:
            return chosen.head.id
        self.notify("Move the cursor to a recording that waits: only those can still be changed.")
        return ""

    def _changed(self, done: wire.Done) -> None:
        self.load()

    def action_record(self) -> None:
        """Begin one; while one runs, the same key ends it."""
        if self.desk.status.tape is not None:
            self.desk.action_finish()
            return

        def named(line: str | None) -> None:
            if line:
                words = "What will you show? An empty line takes the task's own words."
                self.app.push_screen(AskLine("Record your hands", words), lambda g: go(line, g))

        def go(line: str, goal: str | None) -> None:
            if goal is not None:
                task, _, seed = line.partition(" ")
                job = wire.Job(0, task, int(seed or 0), policy=wire.PERSON, goal=goal)
                self.desk.ask(wire.Add(job), self._begun)

        words = "The task that is set up for you, and the number of its instance:"
        self.app.push_screen(AskLine("Record your hands", words, self._next(), _wrong), named)

    def _begun(self, done: wire.Done) -> None:
        words = "it begins when the programs are open; `dormouse watch` shows you the desktop"
        self.notify(f"Recording {done.id}: {words}", timeout=10, markup=False)

    def action_accept(self) -> None:
        if name := self._recording:
            self.desk.ask(wire.Accept(name), self._changed)

    def action_discard(self) -> None:
        if name := self._recording:

            def go(line: str | None) -> None:
                if line:
                    self.desk.ask(wire.Forget(name), self._changed)

            self.app.push_screen(deletion(name), go)

    def action_trim(self) -> None:
        if not (name := self._recording):
            return
        last = self._lived[name].steps - 1

        def go(line: str | None) -> None:
            if line:
                first, end = map(int, line.split())
                self.desk.ask(wire.Trim(name, first, end), self._changed)

        words = "The first and the last step to keep; the others are gone for good:"
        self.app.push_screen(AskLine("Trim", words, f"0 {last}", _no_range), go)

    def action_mask(self) -> None:
        name, step = self._recording, self.view.step
        if not name or step is None:
            return

        def go(what: str | None) -> None:
            if what == "words":
                self.desk.ask(wire.Mask(name, None, step.index), self._changed)
            elif what is not None:
                image, index = step.observation.image, step.index if what == "here" else None
                ask = BoxScreen(f"Mask {MASKS[what]}", image, self._changed_box(step))
                self.app.push_screen(ask, lambda box: black(box, index))

        def black(box: Box | None, index: int | None) -> None:
            if box is not None:
                part = box.x, box.y, box.w, box.h
                self.desk.ask(wire.Mask(name, part, index), self._changed)

        self.app.push_screen(AskOne(f"Mask at step {step.index}", MASKS), go)

    def _changed_box(self, step: Step) -> Box:
        """Where a mask begins: around what the step before changed, which is what was typed."""
        image = step.observation.image
        before = self._image(step.index - 1)
        found = changes(before, image) if before is not None else []
        height, width = image.shape[:2]
        return found[0] if found else Box(width // 4, height // 4, width // 2, height // 8)

    def _image(self, index: int) -> Image | None:
        opened = self.view.opened
        steps = opened.episode.steps if opened else ()
        return next((one.observation.image for one in steps if one.index == index), None)

    def action_label(self) -> None:
        if not (name := self._recording):
            return

        def go(goal: str | None) -> None:
            if goal:
                self.desk.ask(wire.Label(name, goal), self._changed)

        words = "What does it show? The agent will be given words like these."
        self.app.push_screen(AskLine("Label", words, self._lived[name].head.goal), go)

    def action_show(self) -> None:
        def go(line: str | None) -> None:
            if line:
                task, _, seed = line.partition(" ")
                job = wire.Job(0, task, int(seed or 0), policy="scripted")
                self.desk.ask(wire.Add(job), self._added)

        words = "The task, and the number of its instance:"
        self.app.push_screen(AskLine("Be shown a task", words, self._next(), _wrong), go)

    def _next(self) -> str:
        """The task under the cursor, and an instance that was not shown yet."""
        chosen = self._lived.get(self.runs.chosen)
        seeds = [one.head.seed for one in self._lived.values()]
        known = chosen.head.task if chosen and chosen.head.task else "books/enter_invoice"
        return f"{known} {max(seeds, default=-1) + 1}"

    def _added(self, done: wire.Done) -> None:
        self.notify(f"task {done.id} is in the queue: it will be shown", title="Queued")


def _wrong(line: str) -> str:
    task, _, seed = line.partition(" ")
    return "" if task and (seed or "0").isdigit() else "say it as: books/enter_invoice 12"


def _no_range(line: str) -> str:
    parts = line.split()
    fits = len(parts) == 2 and all(part.isdigit() for part in parts)
    return "" if fits else "say it as: 0 12"
