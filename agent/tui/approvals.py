"""The question that waits: what will happen, why it is asked, and the keys that answer it.

Nothing is answered without a key, and a key counts only for a question that could be read.
"""

import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from actuation.grammar import GrammarError, parse_action
from agent.guarding import rule_lines
from agent.tui import panels
from agent.tui.asking import AskLine
from agent.tui.desk import LivePage
from agent.tui.frame import FrameView
from agent.worker import wire
from agent.worker.wire import Status

READING = 0.5  # seconds for which a fresh question takes no answer: the key was for something else
ANSWERS = "a approve once │ A approve for this task │ r reject │ e edit and approve"
WORDS = "a answer in words │ r end the run with this question"


class ApprovalsPage(LivePage):
    HELP = (
        "An action that a rule holds back waits here. Approve it once, or this rule for the rest"
        " of the task; reject it; or edit it, and do that instead. No answer is a no. A question of"
        " the agent's own waits here too: answer it in words, or reject it, and the run ends."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "answer('once')", "Approve", id="approve"),
        Binding("A", "answer('task')", "For this task", id="approve_task", key_display="A"),
        Binding("r", "answer('no')", "Reject", id="reject"),
        Binding("e", "edit", "Edit", id="edit"),
        Binding("slash", "filter", "Filter", id="filter", show=False),
    ]
    DEFAULT_CSS = """
    ApprovalsPage #columns { height: 1fr; }
    ApprovalsPage #left { width: 5fr; }
    ApprovalsPage #right { width: 3fr; }
    ApprovalsPage.-narrow #right { width: 1fr; }
    ApprovalsPage.-narrow #left { width: 1fr; }
    ApprovalsPage #picture { height: auto; max-height: 100%; }
    ApprovalsPage #asked { height: auto; max-height: 100%; }
    ApprovalsPage.-waiting #asked { border: heavy $warning; }
    ApprovalsPage #rules { height: 1fr; }
    ApprovalsPage.-short.-waiting #rules { display: none; }
    ApprovalsPage.-short.-waiting #asked { height: 1fr; }
    """
    reading = READING

    def body(self) -> ComposeResult:
        with Horizontal(id="columns"):
            with Vertical(id="left"), Vertical(id="picture", classes="panel flush") as picture:
                picture.border_title = "Screen"
                yield FrameView(self.desk.way)
            with Vertical(id="right"):
                with Vertical(id="asked", classes="panel") as asked:
                    asked.border_title = "Your approval"
                    yield Static(id="question", markup=False)
                with Vertical(id="rules", classes="panel") as rules:
                    rules.border_title = "Rules that ask"
                    yield Static(id="rules_on", markup=False)

    def on_mount(self) -> None:
        self._readable = (0, 0.0)  # the question shown, and when it may be answered
        self.set_interval(1.0, self._tick)

    def show(self, status: Status) -> None:
        super().show(status)
        asked = status.question
        number = asked.id if asked else 0
        if number != self._readable[0]:
            self._readable = number, time.monotonic() + self.reading
        self.set_class(asked is not None, "-waiting")
        self.query_one(FrameView).propose(asked.shown if asked else None)
        # The worker's rules, which may be older than the file; the file's until it is heard of.
        rules = status.rules or rule_lines(self.desk.settings)
        self.query_one("#rules_on", Static).update("\n".join(rules))
        self.query_one("#asked").border_subtitle = f"question {number}" if asked else ""
        self._tick()

    def on_screen_resume(self) -> None:
        self._readable = self._readable[0], time.monotonic() + self.reading

    def _tick(self) -> None:
        asked = self.desk.status.question
        box = self.query_one("#question", Static)
        if asked is None:
            box.update(
                "Nothing waits for your approval. When a rule holds an action back, it is shown"
                " here, and nothing happens until you answer."
            )
            return
        text = panels.question(asked, self.desk.clock())
        text.append("\n\n" + (WORDS if asked.asks else ANSWERS).replace(" │ ", "\n"))
        box.update(text)

    def action_answer(self, how: str) -> None:
        asked = self._answerable()
        if asked is None:
            return
        if asked.asks and how != "no":
            self._tell(asked)
        else:
            self._reply(wire.Reply(asked.id, how != "no", whole_task=how == "task"))

    def action_edit(self) -> None:
        asked = self._answerable()
        if asked is None:
            return
        if asked.asks:
            self._tell(asked)
            return

        def instead(line: str | None) -> None:
            if line:
                self._reply(wire.Reply(asked.id, True, action=line))

        title, words = "Do this instead", f"Proposed: {asked.shown.action}"
        self.app.push_screen(AskLine(title, words, asked.shown.action, mistake), instead)

    def _tell(self, asked: wire.Question) -> None:
        def tell(line: str | None) -> None:
            if line:
                self._reply(wire.Reply(asked.id, True, words=line))

        self.app.push_screen(AskLine("Your answer", asked.asks, check=too_little), tell)

    def _answerable(self) -> wire.Question | None:
        """The question that is shown, once it could be read."""
        asked = self.desk.status.question
        number, at = self._readable
        if asked is None:
            self.notify("Nothing waits for your approval.")
        elif asked.id != number or time.monotonic() < at:
            self.notify("This question is new: read it, then answer.", severity="warning")
        else:
            return asked
        return None

    def _reply(self, reply: wire.Reply) -> None:
        def said(done: wire.Done) -> None:
            said = "answered" if reply.words else "approved" if reply.yes else "rejected"
            words = said if done.changed else "too late"
            self.notify(f"Question {reply.question}: {words}.")

        self.desk.ask(reply, said)


def mistake(line: str) -> str:
    """Why a line is no action, in one sentence; "" if it is one."""
    try:
        parse_action(line)
    except GrammarError as error:
        return f"This is no action: {error}"
    return ""


def too_little(line: str) -> str:
    """Why a line is no answer; "" if it is one."""
    return "" if line else "Say something: an empty line answers nothing."
