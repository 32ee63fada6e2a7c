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

from actuation.desktop import Desktop
from agent.approval import QUESTION, Answer, Proposal, Request
from agent.cue import Cue, Ending
from agent.stop import Stop


class State(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    WAITING = "waiting"  # for an approval, or an answer
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
    """changed() is called, without any lock held, whenever something a person sees has changed.

    Pause, take-over and stop outlive a run: what a person has taken stays theirs, and nothing is
    begun, until go_on(), or for a take-over hand_back().
    """

    def __init__(
        self, patience: Patience | None = None, changed: Callable[[], None] = lambda: None
    ) -> None:
        self._patience = patience or Patience()
        self._changed = changed
        self._now = threading.Condition()
        self._run: Stop | None = None  # the switch of the run under way
        self._desktop: Desktop | None = None
        self._cue: Cue | None = None  # of a recording by a person's own hands
        self._recording = self._sleeping = False
        self._paused = self._taken = self._halted = False
        self._touched = False  # a person had the desktop since the loop last asked
        self._whys = {"_halted": "", "_taken": "", "_paused": ""}
        self._granted: set[str] = set()  # rules that were approved for this task
        self._pending: Proposal | None = None
        self._answer: Answer | None = None
        # A number is never used again, by the next worker neither: an old answer fits no question.
        self._questions = time.time_ns() // 1_000_000
        self.watched: Callable[[], bool] = lambda: False

    @property
    def state(self) -> State:
        with self._now:
            return self._state()

    @property
    def why(self) -> str:
        """Who or what brought the state about, "" where it explains itself."""
        with self._now:
            said = (why for flag, why in self._whys.items() if getattr(self, flag))
            return next(said, "")

    @property
    def pending(self) -> Proposal | None:
        """The question that waits for an answer."""
        with self._now:
            return self._pending

    @property
    def free(self) -> bool:
        """Whether something may be begun."""
        with self._now:
            return self._state() is State.IDLE

    @property
    def cue(self) -> Cue | None:
        """Of the recording under way, by a person's own hands."""
        with self._now:
            return self._cue

    def _state(self) -> State:
        run = self._run
        if run is None and self._sleeping:
            return State.SLEEPING
        if self._halted or (run is not None and run.thrown):
            return State.STOPPED
        if self._taken:
            return State.TAKEN_OVER
        if self._pending is not None:
            return State.WAITING
        if self._paused:
            return State.PAUSED
        if run is None:
            return State.IDLE
        return State.RECORDING if self._recording else State.RUNNING

    def _move(self) -> None:
        """The one place that frees or binds the hands; under the lock, so that the last intent
        holds."""
        if self._desktop is None:
            return
        if self._taken or (self._run is not None and self._run.thrown):
            self._desktop.stop()
        else:
            self._desktop.resume()

    # Intents of people. Each returns whether it changed anything.

    def pause(self, why: str = "") -> bool:
        """Finish the action under way, then wait; a recording keeps nothing meanwhile."""
        if cue := self.cue:
            return cue.hide(True)
        return self._intend("_paused", why)

    def take_over(self, why: str = "") -> bool:
        """Hands off at once, in the middle of an action too, until hand_back() or go_on(). Nothing
        while a person is recorded: theirs are the only hands."""
        if self._cue is not None:
            return False
        if (desktop := self._desktop) is not None:
            desktop.stop()  # first of all, whoever holds the lock
        return self._intend("_taken", why)

    def stop(self, why: str = "") -> bool:
        """End the run under way at once, and begin nothing until go_on()."""
        if (run := self._run) is not None:
            run.throw()
        return self._intend("_halted", why)

    def go_on(self) -> bool:
        """Take back pause, take-over and stop; a run that was stopped stays stopped."""
        shown = self._cue is not None and self._cue.hide(False)
        with self._now:
            given = self._taken or self._paused or self._halted
            self._paused = self._taken = self._halted = False
            self._move()
            self._now.notify_all()
        self._changed()
        return given or shown

    def finish(self, ending: Ending | None = None) -> bool:
        """The demonstration that a person shows ends here."""
        return (cue := self.cue) is not None and cue.finish(ending)

    def hand_back(self) -> bool:
        """Take back a take-over alone: what was paused before stays paused."""
        with self._now:
            given, self._taken = self._taken, False
            self._move()
            self._now.notify_all()
        self._changed()
        return given

    def answer(self, question: int, answer: Answer) -> bool:
        """Answer the pending question; False if it no longer waits."""
        with self._now:
            if self._pending is None or self._pending.id != question or self._answer is not None:
                return False
            self._answer = answer
            self._now.notify_all()
        return True

    def _intend(self, flag: str, why: str) -> bool:
        with self._now:
            new = not getattr(self, flag)
            setattr(self, flag, True)
            if self._halted and self._run is not None:
                self._run.throw()  # it may have begun since stop() looked
            self._touched |= self._taken
            if new:
                self._whys[flag] = why
            self._move()
            self._now.notify_all()
        if new:
            self._changed()
        return new

    # The run's side.

    def begin(self, stop: Stop, recording: bool = False, cue: Cue | None = None) -> None:
        """A run begins; it ends with end(). A stop that a person said meanwhile is thrown. cue: of
        a recording by a person's own hands."""
        with self._now:
            self._run, self._recording, self._cue = stop, recording, cue
            self._touched = self._taken
            self._granted.clear()
            if self._halted:
                stop.throw()
            self._move()
        self._changed()

    def attach(self, desktop: Desktop) -> None:
        """The desktop whose hands a take-over stops."""
        with self._now:
            self._desktop = desktop
            self._move()

    def end(self) -> None:
        with self._now:
            self._run = self._pending = self._answer = self._cue = None
            self._move()
        self._changed()

    def sleeping(self, asleep: bool) -> None:
        with self._now:
            self._sleeping = asleep
        self._changed()

    def hold(self, lead: bool = True) -> bool:
        """Just before an action: wait while paused or taken over. lead: show it for a moment first.

        Returns True if a person had the desktop meanwhile, so that it must be looked at again.
        """
        pause = self._patience.lead if lead and self.watched() else 0.0
        until = time.monotonic() + pause
        with self._now:
            while self._run is not None and not self._run.thrown:
                left = until - time.monotonic()
                if self._taken or self._paused:
                    self._now.wait(0.2)  # a signal throws the stop without this lock
                elif left > 0:
                    self._now.wait(left)
                else:
                    break
            touched, self._touched = self._touched, False
        return touched

    def approve(self, request: Request) -> Answer | None:
        """Ask a person. None, which is no answer, after a timeout, a stop and a take-over: after
        the last, hold() says so."""
        with self._now:
            if self._granted.issuperset(request.rules):
                return Answer(True)
            self._questions += 1
            asked_at = time.time()
            limit = time.monotonic() + self._patience.approval
            denied_at = asked_at + self._patience.approval
            self._pending = Proposal(self._questions, request, asked_at, denied_at)
            self._answer = None
        self._changed()
        with self._now:
            while self._answer is None and self._run is not None:
                left = limit - time.monotonic()
                if left <= 0 or self._run.thrown or self._taken:
                    break
                self._now.wait(min(left, 0.2))
            # With the question goes the answer: what comes later is told that it is too late.
            answer, self._pending, self._answer = self._answer, None, None
            if self._taken or self._run is None or self._run.thrown:
                answer = None
            if answer is not None and answer.yes and answer.whole_task:
                self._granted.update(set(request.rules) - {QUESTION})
        self._changed()
        return answer
