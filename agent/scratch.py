"""Folders for what a verb needs only while it runs; one that a killed run left goes at the next."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memory.process import alive, myself

PREFIX = "dormouse-scratch-"


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder (0700) for the length of the block: its memory may hold private frames."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{myself()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of processes that are no more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).rpartition("-")[0]
        if not alive(owner):
            shutil.rmtree(folder, ignore_errors=True)
