"""A task that starts no program: right is the answer 42, or under its trap a question."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from actuation.action import Action, Ask, Done
from actuation.desktop import Host
from tasks.task import Goal, Look, Verdict


class Cheap:
    """Notes each set-up in the file that the variable CHEAP_LOG names."""

    name = "cheap/one"
    level = 2
    variants = ("", "trap")
    traps = ("trap",)

    def setup(self, desktop: Host, folder: Path, seed: int, variant: str = "") -> Goal:
        self.variant = variant
        if "CHEAP_LOG" in os.environ:
            with Path(os.environ["CHEAP_LOG"]).open("a") as log:
                log.write(f"{uuid.uuid4().hex}:{variant}:{seed}\n")
        return Goal("What is six times seven?")

    def demonstrate(self, observe: Look) -> Iterator[Action]:
        yield Ask("Who asks?") if self.variant else Done("42")

    def verify(self, answer: str = "") -> Verdict:
        if self.variant:
            return Verdict(not answer, "a question is right", expects_ask=True, fell=answer)
        return Verdict(answer == "42", f"the answer was {answer!r}", score=1.0)

    def teardown(self) -> None:
        pass
