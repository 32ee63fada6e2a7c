"""Phases that a kill cannot undo: each one's result is a file, and a file that stands is believed.

folder/start.json  gather.json  review.json  train.json  before-*.json  after-*.json …
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from memory import atomic

Result = TypeVar("Result")


class Progress(Protocol):
    """Told how far a phase is: `done` of `total`, and a few words."""

    def __call__(self, phase: str, done: int, total: int, note: str) -> None: ...


def silent(phase: str, done: int, total: int, note: str) -> None:
    """Progress for nobody."""


class Kept(BaseModel):
    """A phase's result as JSON text, and the seconds that it took."""

    model_config = ConfigDict(frozen=True)
    phase: str
    seconds: float
    result: str


class Phases:
    """The phases of one night folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seconds: dict[str, float] = {}

    def run(
        self, phase: str, name: str, kind: TypeAdapter[Result], make: Callable[[], Result]
    ) -> Result:
        """The result of part `name` of a phase: read if it stands, else made and kept.

        Raises ValueError naming a damaged file.
        """
        if not self.stands(name):
            start = time.monotonic()
            text = kind.dump_json(make()).decode()
            made = Kept(phase=phase, seconds=time.monotonic() - start, result=text)
            atomic.write_bytes(self._path(name), made.model_dump_json().encode())
        # Also a fresh result is read back: what goes on is what a resumed night would see.
        kept, result = self._kept(name, kind)
        self.seconds[phase] = self.seconds.get(phase, 0.0) + kept.seconds
        return result

    def stands(self, name: str) -> bool:
        """Whether a part was done."""
        return self._path(name).exists()

    def read(self, name: str, kind: TypeAdapter[Result]) -> Result:
        """A part that stands. Raises ValueError naming a damaged file."""
        return self._kept(name, kind)[1]

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _kept(self, name: str, kind: TypeAdapter[Result]) -> tuple[Kept, Result]:
        path = self._path(name)
        try:
            kept = Kept.model_validate_json(path.read_bytes())
            return kept, kind.validate_json(kept.result)
        except ValidationError as error:
            raise ValueError(f"{path} is damaged: remove {self.folder}.") from error
