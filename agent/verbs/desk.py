"""`dormouse` without a verb: the desk. Starts the worker where none runs, and leaves it running."""

import sys

from agent.config import Settings
from agent.errors import BadInput
from agent.worker.client import connect, started


def main() -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput("the desk needs a terminal: use the verbs (dormouse --help), with --plain")
    settings = Settings()
    first = not settings.store.exists()
    started(settings, lambda words: print(words, file=sys.stderr)).close()
    from agent.tui.app import DeskApp
    from agent.tui.frame import detect
    from agent.tui.library import Library

    # The terminal is asked for pixels now: once the app runs, it reads what the terminal answers.
    way = detect()
    app = DeskApp(settings, lambda: connect(settings), Library(settings), first, way)
    return app.run() or 0
