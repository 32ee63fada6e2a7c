"""Events for people: one line for each that matters, progress bars for long work."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from actuation.grammar import format_action
from agent import events
from agent.events import Dropped, Ended, Event, Intended, SetupFailed
from memory.episode import Outcome

SAID_EVERY = 30.0  # seconds between two lines of progress in a log
STYLES = {
    Outcome.VERIFIED: "green",
    Outcome.ASKED: "cyan",
    Outcome.WRONG: "bold red",
    Outcome.UNKNOWN: "bold red",
}


def styled(outcome: Outcome) -> str:
    """The outcome's word in its colour; the word alone carries the meaning."""
    style = STYLES.get(outcome, "yellow")
    return f"[{style}]{outcome}[/{style}]"


class ConsoleSink:
    """Prints a run as it happens. steps: every action too, not only how runs end."""

    def __init__(self, console: Console, steps: bool = True) -> None:
        self._console = console
        self._steps = steps

    def __call__(self, event: Event) -> None:
        match event:
            case Intended() if self._steps:
                action = escape(format_action(event.action))
                line = f"  {event.index + 1:2d}  {action}  [dim]{event.confidence:.2f}[/dim]"
                self._console.print(line)
            case Dropped():
                self._console.print(f"      [yellow]dropped:[/yellow] {event.reason}")
            case SetupFailed():
                again = "; once more" if event.again else ""
                self._console.print(f"[yellow]set-up failed:[/yellow] {event.reason}{again}")
            case Ended() if self._steps:
                spill = ", [bold red]collateral[/bold red]" if event.collateral else ""
                detail = f": {escape(event.detail)}" if event.detail else ""
                self._console.print(
                    f"{styled(event.outcome)}{spill} after {event.steps} steps,"
                    f" {event.seconds:.1f} s{detail}"
                )
            case _:
                pass


class Phases:
    """A sink with one progress bar for each phase of long work; use it in `with`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = bar(console)
        self._shown: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        if not isinstance(event, events.Progress):
            return
        if event.phase not in self._shown:
            if not self._console.is_terminal:  # a log has no bars: a line for each phase
                self._console.print(f"{event.phase}: {event.note}", markup=False)
            self._shown[event.phase] = self._bars.add_task(event.phase, note="")
        self._bars.update(
            self._shown[event.phase], completed=event.done, total=event.total, note=event.note
        )

    def __enter__(self) -> "Phases":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()


class Bars(Progress):
    """In a log, which has no bars, a line now and then."""

    _said = 0.0

    def update(self, task_id: TaskID, **fields: Any) -> None:
        super().update(task_id, **fields)
        now = self.get_time()
        if not self.console.is_terminal and now - self._said >= SAID_EVERY:
            self._said = now
            task = self.tasks[self.task_ids.index(task_id)]
            left = f", {task.time_remaining:.0f} s left" if task.time_remaining else ""
            words = f"{task.description}: {task.completed:g} of {task.total or 0:g}{left}"
            self.console.print(f"{words} {task.fields.get('note', '')}".rstrip(), markup=False)


def bar(console: Console) -> Progress:
    """A progress bar with count, time spent and time left."""
    return Bars(
        SpinnerColumn(),
        TextColumn("{task.description}", table_column=Column(no_wrap=True)),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", table_column=Column(no_wrap=True, ratio=1)),
        console=console,
        expand=True,
    )
