"""Where words and numbers go: numbers for machines to a file or alone to standard output."""

import json
import sys
from pathlib import Path

from rich.console import Console

from agent.errors import BadInput


class Output:
    """target: what --json was given: None, a file, or "-" (then standard output is JSON alone)."""

    def __init__(self, target: str | None) -> None:
        self._target = target
        self.console = Console(stderr=target == "-", highlight=False)
        # Bars and words share one console at a terminal, or they would draw over each other.
        shared = self.console.is_terminal
        self.progress = self.console if shared else Console(stderr=True, highlight=False)
        if target not in (None, "-") and not Path(str(target)).absolute().parent.is_dir():
            raise BadInput(f"--json {target}: that folder does not exist")

    def write(self, numbers: object) -> None:
        """Write the JSON; nothing without --json."""
        if self._target is None:
            return
        text = json.dumps(numbers, ensure_ascii=False, indent=2) + "\n"
        if self._target == "-":
            sys.stdout.write(text)
            sys.stdout.flush()
        else:
            Path(self._target).write_text(text, encoding="utf-8")
