"""One episode on a page: what it was, its steps, what each changed, and its film."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import DataTable, Static

from agent.past import LEGEND, Lived, changes, judged, timeline, told
from agent.tui.film import Film, Picture, boxed, thumb
from agent.tui.library import Library
from agent.tui.rows import Rows
from memory.episode import Episode, Step
from memory.flags import Flag
from perception.observation import Image

SIDES = ("before", "after", "difference")
STEPS = ("#", "who", "action", "conf.", "review")
SHAPE = 3.2  # columns of a picture for each row


@dataclass(frozen=True, eq=False)
class Opened:
    """An episode with all that is drawn of it; made in a thread."""

    episode: Episode
    flags: Mapping[int, Flag]
    thumbs: tuple[Image, ...]
    line: tuple[str, str]  # timeline

    @classmethod
    def read(cls, library: Library, name: str) -> "Opened":
        episode, flags = library.episode(name), library.flags(name)
        thumbs = tuple(thumb(step.observation.image) for step in episode.steps)
        return cls(episode, flags, thumbs, timeline(episode, flags))


class Pictures(Horizontal):
    """The pictures of a step: as many as there is room for, from the chosen one on."""

    DEFAULT_CSS = """
    Pictures { width: 3fr; }
    Pictures Picture { display: none; }
    Pictures.-before #before, Pictures.-after #after { display: block; }
    Pictures.-difference #difference { display: block; }
    """
    _side = 0

    def compose(self) -> ComposeResult:
        for side in SIDES:
            yield Picture(side, id=side)

    def turn(self) -> None:
        """Begin with the next one."""
        self._side = (self._side + 1) % len(SIDES)
        self.on_resize()

    def on_resize(self) -> None:
        width, height = self.size
        room = max(1, min(3, round(width / max(1, SHAPE * height))))
        shown = {SIDES[(self._side + i) % len(SIDES)] for i in range(room)}
        for side in SIDES:
            self.set_class(side in shown, f"-{side}")


class LivedView(Widget):
    """show() an episode; the arrow keys go from step to step."""

    DEFAULT_CSS = """
    LivedView { layout: vertical; height: 1fr; }
    LivedView .words { height: auto; max-height: 3; padding: 0 1; }
    LivedView #line { height: auto; padding: 0 1; }
    LivedView #middle { height: 1fr; }
    LivedView #steps { width: 2fr; height: 1fr; }
    LivedView #legend { height: 1; padding: 0 1; color: $text-muted; }
    """

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self.opened: Opened | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="words", markup=False)
        yield Static(id="line")
        with Horizontal(id="middle"):
            yield Rows(STEPS, spare=("conf.", "who", "review"), id="steps")
            yield Pictures(id="pictures")
        yield Static(id="step", classes="words", markup=False)
        yield Film()
        yield Static(LEGEND, id="legend", markup=False)

    def turn(self) -> None:
        """The next picture: before, after, difference."""
        self.query_one(Pictures).turn()

    @property
    def step(self) -> Step | None:
        """The selected one."""
        chosen = self.query_one("#steps", Rows).chosen
        if self.opened is None or not chosen:
            return None
        return next((s for s in self.opened.episode.steps if str(s.index) == chosen), None)

    def show(self, opened: Opened | None) -> None:
        """Draw an episode; None for none."""
        same = opened and self.opened and opened.episode.id == self.opened.episode.id
        self.opened = opened
        steps = self.query_one("#steps", Rows)
        if opened is None:
            steps.fill({})
            for widget in self.query(".words, #line").results(Static):
                widget.update("")
            self.query_one(Film).show((), "")
            self._draw_step()
            return
        head = Lived(opened.episode, len(opened.episode.steps), opened.flags)
        detail = f": {head.head.detail}" if head.head.detail else ""
        self.query_one("#title", Static).update(f"{head.head.goal}\n{head.ended}{detail}")
        self.query_one(Film).show(opened.thumbs, opened.line[1])
        chosen = steps.chosen if same else "0"
        steps.fill({str(step.index): self._row(step) for step in opened.episode.steps})
        steps.choose(chosen)
        self._draw_step()

    def _row(self, step: Step) -> tuple[str, ...]:
        flag = self.opened.flags.get(step.index) if self.opened else None
        sure = f"{step.confidence:.2f}"
        return (str(step.index), str(step.actor), told(step), sure, judged(step, flag))

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._draw_step()

    def on_film_chosen(self, event: Film.Chosen) -> None:
        self.query_one("#steps", Rows).choose(str(event.index))

    def _draw_step(self) -> None:
        step, opened = self.step, self.opened
        before, after, change = (self.query_one(f"#{side}", Picture) for side in SIDES)
        if step is None or opened is None:
            for picture in (before, after, change):
                picture.show(None)
            return
        self.query_one("#step", Static).update(self._words(step, opened.flags.get(step.index)))
        self.query_one("#line", Static).update(_line(opened, step.index))
        self.query_one(Film).select(step.index)
        image, following = step.observation.image, _next(opened.episode, step)
        before.show(image)
        after.show(following, "" if following is not None else "it was not looked at again")
        boxes = changes(image, following) if following is not None else []
        places = ", ".join(f"{box.w}×{box.h} at {box.x},{box.y}" for box in boxes[:3])
        more = f" and {len(boxes) - 3} more" if len(boxes) > 3 else ""
        change.show(
            boxed(following, boxes) if following is not None else None,
            f"changed: {places}{more}" if boxes else "nothing changed",
        )

    def _words(self, step: Step, flag: Flag | None) -> str:
        note = f"\nbecause: {step.note}" if step.note else ""
        who = f"{step.actor}, confidence {step.confidence:.2f}"
        words = f"step {step.index} · {told(step)} · {who}"
        return f"{words}\nreview: {judged(step, flag)}{note}"


def _next(episode: Episode, step: Step) -> Image | None:
    later = [one for one in episode.steps if one.index > step.index]
    return later[0].observation.image if later else None


def _line(opened: Opened, index: int) -> Text:
    """The timeline with the selected step reversed."""
    kinds, marks = (Text(line) for line in opened.line)
    kinds.stylize("reverse bold", index, index + 1)
    return Text("\n").join([kinds, marks])
