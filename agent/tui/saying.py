"""What a person's keys say to the worker; none of them counts for a state that was not seen."""

import time
from collections.abc import Callable
from typing import Literal

from textual.app import App

from agent.errors import exit_code
from agent.session import State
from agent.tui.asking import AskLine
from agent.tui.lines import Lines
from agent.worker import wire
from agent.worker.client import Worker

HELD = (State.PAUSED, State.TAKEN_OVER, State.STOPPED)
KEY = "you pressed the key"
FRESH = 0.3  # seconds after a change for which no key lets the agent go on: it meant the old state


class Saying(App[int]):
    """connect: opens a connection to the worker; called once for each thread that needs one."""

    fresh = FRESH

    def __init__(self, connect: Callable[[], Worker]) -> None:
        super().__init__()
        self.connect = connect
        self.status = wire.Status(0, State.IDLE)
        self._lines = Lines(connect)
        self._changed = 0.0  # when the state last became another, on the monotonic clock

    def renew(self, status: wire.Status) -> None:
        if status.state is not self.status.state:
            self._changed = time.monotonic()
        self.status = status

    def tell(self, words: str) -> None:
        """One sentence of trouble; what stands on a screen is never read as markup."""
        self.notify(words, severity="error", timeout=8, markup=False)

    def ask(self, request: wire.Request, then: Callable[[wire.Done], None] | None = None) -> None:
        """Say something to the worker without waiting; errors are shown as a sentence."""

        def answered(reply: wire.Done | Exception) -> None:
            if isinstance(reply, wire.Done):
                if then is not None:
                    then(reply)
            elif exit_code(reply) is None:
                raise reply
            else:
                self.tell(str(reply))

        # call_later, since call_from_thread would wait for ever for a desk that was left.
        self._lines.say(request, lambda reply: self.call_later(answered, reply))

    def action_pause(self) -> None:
        tape = self.status.tape
        if self.status.state in HELD or (tape is not None and tape.hidden):
            self._go_on()
        else:
            self.ask(wire.Intend("pause", KEY))

    def action_take_over(self) -> None:
        if self.status.state is State.TAKEN_OVER:
            self._go_on("hand_back")
        else:
            self.ask(wire.Intend("take_over", KEY))

    def _go_on(self, intent: Literal["go_on", "hand_back"] = "go_on") -> None:
        """Only from a state that a person can have seen: who wants to hold the agent and is late
        by a moment must not set it going."""
        if time.monotonic() - self._changed < self.fresh:
            self.notify("The state has just changed: press again.", severity="warning")
        else:
            self.ask(wire.Intend(intent, KEY))

    def action_finish(self) -> None:
        """The demonstration ends here; asked for once more, since a job may want an answer."""

        def go(line: str | None) -> None:
            if line is not None:
                question = line[1:].strip() if line.startswith("?") else ""
                self.ask(wire.Finish(answer="" if question else line, question=question))

        words = "Its answer, if the job wants one; or ? and a question, where asking is right."
        self.push_screen(AskLine("The demonstration ends here", words), go)

    def action_stop(self) -> None:
        self.ask(wire.Intend("stop", KEY))
