"""`dormouse` without a verb: the desk. Starts the worker where none runs, and leaves it running."""

import os
import signal
import sys
from types import FrameType

from agent.config import Settings
from agent.errors import BadInput
from agent.unlock import for_children
from agent.worker.client import connect, started


def main() -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput("the desk needs a terminal: use the verbs (dormouse --help), with --plain")
    settings = Settings()
    for_children(settings)  # the desk itself has no line to ask in
    toured = settings.data / "toured"
    first = not toured.exists()
    started(settings, lambda words: print(words, file=sys.stderr)).close()
    from agent.tui.app import DeskApp
    from agent.tui.frame import detect
    from agent.tui.library import Library

    # The terminal is asked for pixels now: once the app runs, it reads what the terminal answers.
    way = detect()
    app = DeskApp(
        settings,
        lambda: connect(settings),
        Library(settings),
        first,
        way,
        start=lambda: started(settings).close(),
    )

    def end(number: int, frame: FrameType | None) -> None:
        """The terminal was closed, or the desk is told to end: no picture stays behind."""
        app.clear_pictures()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, end)
    try:
        code = app.run() or 0
    finally:
        app.clear_pictures()
    toured.touch()  # the first tour is offered until a desk was left in peace
    return code
