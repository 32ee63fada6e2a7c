"""What a person says goes to the worker on three lines, so that a stop never waits.

! T space ──▶ intents  ┐ each has a thread and a connection of its own: what is slow on one
a A r e   ──▶ answers  ├ (deleting an episode takes seconds) holds up nothing on another, and
the rest  ──▶ orders   ┘ what was said first on a line arrives first
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from agent.errors import Needed, exit_code
from agent.worker import wire
from agent.worker.client import Worker

Then = Callable[[wire.Done | Exception], object]


class Line:
    """One connection. again: what a dead one did not take is said once more on a new one; that is
    for requests that do no harm when they arrive twice."""

    def __init__(self, connect: Callable[[], Worker], again: bool) -> None:
        self._connect, self._again = connect, again
        self._worker: Worker | None = None
        # Not one of the pages' threads: those are few, and all of them may be reading the disk.
        self._thread = ThreadPoolExecutor(1)

    def say(self, request: wire.Request, then: Then) -> None:
        """Returns at once; then(reply or error) is called in the line's thread."""
        self._thread.submit(lambda: then(self._said(request)))

    def _said(self, request: wire.Request) -> wire.Done | Exception:
        used = self._worker is not None
        try:
            try:
                return self._asked(request)
            except Needed:
                if not (used and self._again):
                    raise
                return self._asked(request)  # the worker was started anew since
        except Exception as error:
            return error  # the desk tells it, or ends with it

    def _asked(self, request: wire.Request) -> wire.Done:
        worker = self._worker = self._worker or self._connect()
        try:
            return worker.ask(request)
        except Exception as error:
            if not isinstance(error, wire.WireError) and exit_code(error) == 2:
                raise  # refused: the line is alive
            self._worker = None
            close = getattr(worker, "close", None)
            if close is not None:
                close()
            if isinstance(error, wire.WireError):  # cut off in the middle of a reply
                raise Needed(f"the worker did not answer: {error}") from error
            raise


class Lines:
    """say() takes the line of the request."""

    def __init__(self, connect: Callable[[], Worker]) -> None:
        # A question's number is never given twice, by another worker neither.
        self._intents, self._answers = Line(connect, True), Line(connect, True)
        self._orders = Line(connect, False)

    def say(self, request: wire.Request, then: Then) -> None:
        match request:
            case wire.Intend():
                self._intents.say(request, then)
            case wire.Reply():
                self._answers.say(request, then)
            case _:
                self._orders.say(request, then)
