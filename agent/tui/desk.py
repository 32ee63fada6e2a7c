"""The desk: what runs, what waits, the live picture, and the next action before it fires."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from agent import own
from agent.tui import panels
from agent.tui.asking import AskOne
from agent.tui.feed import Feed
from agent.tui.frame import FrameView
from agent.tui.newtask import NewTask
from agent.tui.page import Page
from agent.tui.rows import Rows
from agent.tui.viewer import opened
from agent.worker import wire
from agent.worker.board import title
from agent.worker.wire import Status


class LivePage(Page):
    """A page with the live picture; `o` opens it at full size in a viewer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open", "Open", id="open_frame", key_display="o")
    ]

    def on_mount(self) -> None:
        self._feed = Feed(self, self.query_one(FrameView))

    def on_screen_resume(self) -> None:
        self._feed.start()

    def on_resize(self) -> None:
        self.call_after_refresh(lambda: self.show(self.desk.status))

    def on_screen_suspend(self) -> None:
        # Under a dialog the picture may rest, too.
        self._feed.stop()

    def action_open(self) -> None:
        if self.desk.settings.exclude:
            # Stored pictures are blackened; this one shows what is excluded as it stands there.
            words = "The live picture is not written to disk while windows are excluded"
            self.notify(f"{words} (setting exclude).", severity="warning")
        else:
            # In a thread: the picture is asked for at its full size.
            self.run_worker(lambda: opened(self.desk), thread=True, exclusive=True, group="open")


class DeskPage(LivePage):
    HELP = (
        "The queue, the live picture, and the next action drawn on it before it is done: the"
        " target in a box, where its value came from dashed, an arrow between them."
        " n assigns a task, x takes one that waits off the queue. U puts your own files back as"
        " they were before the last result of your own job replaced them."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new_task", "New", id="new_task"),
        Binding("x", "cancel", "Cancel", id="cancel"),
        Binding("U", "restore", "Your files back", id="restore", show=False, key_display="U"),
    ]
    DEFAULT_CSS = """
    DeskPage #columns { height: 1fr; }
    DeskPage #left { width: 5fr; }
    DeskPage #right { width: 4fr; }
    DeskPage #picture { height: auto; max-height: 75%; }
    DeskPage #tail { height: 1fr; min-height: 3; }
    DeskPage #action { height: auto; min-height: 8; max-height: 16; }
    DeskPage #times { height: auto; }
    DeskPage #queue { height: 1fr; }
    DeskPage #oneline {
        display: none; height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    DeskPage.-narrow #oneline, DeskPage.-short #oneline { display: block; }
    DeskPage.-narrow #queue, DeskPage.-short #queue { display: none; }
    DeskPage.-narrow #action, DeskPage.-short #action { height: 1fr; max-height: 100%; }
    """

    def body(self) -> ComposeResult:
        yield Static(id="oneline", markup=False)
        with Horizontal(id="columns"):
            with Vertical(id="left"):
                with Vertical(id="picture", classes="panel flush") as picture:
                    picture.border_title = "Screen"
                    yield FrameView(self.desk.way)
                with Vertical(id="tail", classes="panel") as tail:
                    tail.border_title = "Events"
                    yield Static(id="lines", markup=False)
            with Vertical(id="right"):
                with Vertical(id="action", classes="panel") as action:
                    action.border_title = "Proposed action"
                    yield Static(id="proposal", markup=False)
                with Vertical(id="times", classes="panel") as times:
                    times.border_title = "Last step"
                    yield Static(id="phases", markup=False)
                with Vertical(id="queue", classes="panel flush") as queue:
                    queue.border_title = "Tasks"
                    yield Rows(("no.", "state", "task"), id="jobs")

    def show(self, status: Status) -> None:
        super().show(status)
        wide = not (self.has_class("-narrow") or self.has_class("-short"))
        self.query_one(FrameView).propose(status.shown)
        self.query_one("#oneline", Static).update(panels.queue_line(status))
        idle = "Nothing runs. Press n to assign a task." if status.job is None else "Looking…"
        proposal = panels.action(status.shown, idle)
        if status.tape is not None:
            proposal = panels.tape(status, self.desk.clock())
        if status.goal and status.job:
            proposal.append(f"\n\ngoal: {status.goal}")
        if status.changed:
            proposal.append(f"\nwhile you had control: {status.changed}")
        self.query_one("#proposal", Static).update(proposal)
        self.query_one("#phases", Static).update(panels.times(status.ms, wide))
        self.query_one(Rows).fill(panels.queue_rows(status))
        tail = self.query_one("#tail")
        lines = status.tail[-max(1, tail.size.height) :] if tail.size.height else status.tail[-3:]
        self.query_one("#lines", Static).update("\n".join(_fit(lines, tail.size.width)))

    def action_new_task(self) -> None:
        def assign(job: wire.Job | None) -> None:
            if job is not None:
                self.desk.ask(wire.Add(job), self._added)

        self.app.push_screen(NewTask(self.desk.settings.jobs), assign)

    def _added(self, done: wire.Done) -> None:
        self.notify(f"Task {done.id} is in the queue.", markup=False)

    def action_cancel(self) -> None:
        """The one under the cursor; a small terminal has no table, and asks which."""
        waiting = {str(job.id): title(job) for job in self.desk.status.queue}
        rows = self.query_one(Rows)
        if not waiting:
            self.notify("No task waits: there is nothing to take off the queue.")
        elif not rows.size.height:
            choices = {number: f"{number}: {words}" for number, words in waiting.items()}
            self.app.push_screen(AskOne("Take which task off the queue?", choices), self._cancel)
        elif rows.chosen in waiting:
            self._cancel(rows.chosen)
        else:
            self.notify("Move the cursor to a task that waits: only those can be cancelled.")

    def action_restore(self) -> None:
        """The last result of an own job; where there are several jobs, it is asked of which."""
        choices = {str(path): path.stem for path in own.undoable(self.desk.settings.jobs)}
        if not choices:
            self.notify("Nothing of your own jobs was taken over: there is nothing to put back.")
        elif len(choices) == 1:
            self._restore(next(iter(choices)))
        else:
            self.app.push_screen(AskOne("Put the files of which job back?", choices), self._restore)

    def _restore(self, name: str | None) -> None:
        if name:
            self.notify(own.restored(Path(name)), markup=False)

    def _cancel(self, number: str | None) -> None:
        if number:
            self.desk.ask(wire.Cancel(int(number)))
            self.notify(f"Task {number} is taken off the queue.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A small terminal has no table that could be filtered."""
        if action == "filter" and self.is_mounted:
            return bool(self.query_one("#queue").display)
        return super().check_action(action, parameters)

    def filtered(self, text: str) -> None:
        self.query_one(Rows).filtered(text)


def _fit(lines: tuple[str, ...], width: int) -> list[str]:
    """One line each: a wrapped one would push the newest out of sight."""
    room = max(20, width)
    return [line if len(line) <= room else line[: room - 1] + "…" for line in lines]
