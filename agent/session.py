"""The one place where a person's intent becomes motion: pause, take over, hand back, stop.

    desk, verbs, signals, a hand on the mouse ──intent──▶ Session ──motion──▶ Loop, Desktop
                                                             │
                                                             └─▶ State, one word for everybody

Intents come from any thread and return at once; the loop's thread waits inside hold() and
approve(). A person always wins: a touch stops the hands in the middle of an action.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from actuation.action import Action
from actuation.desktop import Desktop
from agent.approval import Answer, Proposal, Request
from agent.stop import Stop


class State(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    WAITING = "waiting"  # for an approval
    PAUSED = "paused"
    TAKEN_OVER = "taken over"  # a person has the mouse and the keyboard
    RECORDING = "recording"  # a demonstration is being shown
    SLEEPING = "sleeping"
    STOPPED = "stopped"  # nothing is begun until a person says go on


WORDS = {
    State.IDLE: "Idle: waiting for a task",
    State.RUNNING: "Running",
    State.WAITING: "Waiting for your approval",
    State.PAUSED: "Paused: the agent does nothing until you go on",
    State.TAKEN_OVER: "YOU HAVE CONTROL: the agent's hands are off",
    State.RECORDING: "Recording a demonstration",
    State.SLEEPING: "Sleeping: learning from the day",
    State.STOPPED: "Stopped: nothing begins until you go on",
}


@dataclass(frozen=True)
class Patience:
    """Seconds. lead: between showing an action and doing it, while somebody watches. approval: an
    unanswered question is a no after so long."""

    lead: float = 0.5
    approval: float = 300.0


class Session:
    """changed() is called, without any lock held, whenever something a person sees has changed."""

    def __init__(
        self, patience: Patience | None = None, changed: Callable[[], None] = lambda: None
    ) -> None:
        self._patience = patience or Patience()
        self._changed = changed
        self._now = threading.Condition()
        self._stop: Stop | None = None  # of the run under way
        self._desktop: Desktop | None = None
        self._recording = self._sleeping = self._halted = False
        self._paused = self._taken = self._touched = False
        self._why = ""
        self._granted: set[str] = set()  # rules that were approved for this task
        self._pending: Proposal | None = None
        self._answer: Answer | None = None
        self._questions = 0
        self.watched: Callable[[], bool] = lambda: False

    @property
    def state(self) -> State:
        with self._now:
            return self._state()

    @property
    def why(self) -> str:
        """Who or what brought the state about, "" where it explains itself."""
        with self._now:
            return self._why

    @property
    def pending(self) -> Proposal | None:
        """The question that waits for an answer."""
        with self._now:
            return self._pending

    def _state(self) -> State:
        if self._stop is None:
            if self._sleeping:
                return State.SLEEPING
            return State.STOPPED if self._halted else State.IDLE
        if self._stop.thrown:
            return State.STOPPED
        if self._taken:
            return State.TAKEN_OVER
        if self._pending is not None:
            return State.WAITING
        if self._paused:
            return State.PAUSED
        return State.RECORDING if self._recording else State.RUNNING

    # Intents of people. Each returns whether it changed anything.

    def pause(self, why: str = "") -> bool:
        """Finish the action under way, then wait."""
        return self._intend(lambda: self._stop is not None and not self._paused, why, paused=True)

    def go_on(self) -> bool:
        """Take back pause, take-over or stop."""
        with self._now:
            given = self._taken or self._paused or self._halted
            if self._taken and self._desktop is not None:
                self._desktop.resume()
            self._paused = self._taken = self._halted = False
            self._why = ""
            self._now.notify_all()
        self._changed()
        return given

    def take_over(self, why: str = "") -> bool:
        """Hands off at once, in the middle of an action too, until go_on()."""
        # First the motion: whoever holds the lock, the hands are off by now.
        desktop = self._desktop
        if desktop is not None and self._stop is not None and not self._taken:
            desktop.stop()
        return self._intend(lambda: self._stop is not None and not self._taken, why, taken=True)

    def stop(self, why: str = "") -> bool:
        """End the run under way at once, and begin nothing until go_on()."""
        run = self._stop
        if run is not None:
            run.throw()
        return self._intend(lambda: not self._halted, why, halted=True)

    def answer(self, question: int, answer: Answer) -> bool:
        """Answer the pending question; False if it no longer waits."""
        with self._now:
            if self._pending is None or self._pending.id != question or self._answer is not None:
                return False
            self._answer = answer
            self._now.notify_all()
        return True

    def _intend(self, fits: Callable[[], bool], why: str, **flags: bool) -> bool:
        with self._now:
            if not fits():
                return False
            for name, value in flags.items():
                setattr(self, f"_{name}", value)
            self._touched |= self._taken
            self._why = why
            self._now.notify_all()
        self._changed()
        return True

    # The run's side.

    def begin(self, stop: Stop, recording: bool = False) -> None:
        """A run begins; it ends with end()."""
        with self._now:
            self._stop, self._recording = stop, recording
            self._paused = self._taken = self._touched = False
            self._why = ""
            self._granted.clear()
        self._changed()

    def attach(self, desktop: Desktop) -> None:
        """The desktop whose hands a take-over stops."""
        self._desktop = desktop

    def end(self) -> None:
        with self._now:
            if self._taken and self._desktop is not None:
                self._desktop.resume()
            self._stop = self._pending = self._answer = None
            self._taken = self._paused = False
        self._changed()

    def sleeping(self, asleep: bool) -> None:
        with self._now:
            self._sleeping = asleep
        self._changed()

    @property
    def halted(self) -> bool:
        """Whether nothing may be begun."""
        with self._now:
            return self._halted

    def hold(self) -> bool:
        """Between showing an action and doing it: wait while paused or taken over.

        Returns True if a person had the desktop meanwhile, so that it must be looked at again.
        """
        lead = self._patience.lead if self.watched() else 0.0
        until = time.monotonic() + lead
        with self._now:
            while self._stop is not None and not self._stop.thrown:
                left = until - time.monotonic()
                if self._taken or self._paused:
                    self._now.wait(0.2)  # a signal throws the stop without this lock
                elif left > 0:
                    self._now.wait(left)
                else:
                    break
            touched, self._touched = self._touched, False
        return touched

    def approve(self, request: Request) -> Action | None:
        """Ask a person; None means no. A timeout, a stop and a take-over are a no."""
        with self._now:
            if request.rule in self._granted:
                return request.action
            self._questions += 1
            limit = time.time() + self._patience.approval
            self._pending = Proposal(self._questions, request, time.time(), limit)
            self._answer = None
        self._changed()
        try:
            with self._now:
                while self._answer is None and self._stop is not None:
                    left = limit - time.time()
                    if left <= 0 or self._stop.thrown or self._taken:
                        return None
                    self._now.wait(min(left, 0.2))
                answer = self._answer
                if answer is None or not answer.yes:
                    return None
                if answer.whole_task:
                    self._granted.add(request.rule)
                return answer.action or request.action
        finally:
            with self._now:
                self._pending = self._answer = None
            self._changed()
