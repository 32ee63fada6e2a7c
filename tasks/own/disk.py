"""The folder beside a job's file: what its files were, told by their content, and never changed.

club-fees.job                       the job (tasks.own.job)
club-fees/originals/SHA256          files as they were before they were worked on
club-fees/results/SHA256            and afterwards
club-fees/inputs/SHA256.pdf         the documents of its instances
club-fees/last/3.json               what the last attempt at instance 3 left
"""

import os
import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

ORIGINALS, RESULTS, INPUTS, LAST = "originals", "results", "inputs", "last"


@dataclass(frozen=True)
class Kept:
    """A file by its name and the sha256 of its bytes."""

    name: str
    digest: str


@dataclass(frozen=True)
class Work:
    """What an attempt began with and what it left; right: it was checked, and nothing is wrong."""

    before: tuple[Kept, ...]
    after: tuple[Kept, ...] = ()
    right: bool = False
    collateral: bool = False


_WORK: TypeAdapter[Work] = TypeAdapter(Work)


def folder_of(job: Path) -> Path:
    return job.with_suffix("")


def replace(path: Path, content: bytes) -> None:
    """The file is either the old or the new one, whatever happens; its mode stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, draft)
        draft.replace(path)
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    finally:
        draft.unlink(missing_ok=True)


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def keep(job: Path, room: str, files: Iterable[Path]) -> tuple[Kept, ...]:
    """Put copies away; equal content is kept once. OSError where a file cannot be read."""
    kept = []
    for file in files:
        content = file.read_bytes()
        kept.append(Kept(file.name, digest(content)))
        if not (there := place(job, room, kept[-1])).exists():
            replace(there, content)
    return tuple(kept)


def place(job: Path, room: str, kept: Kept) -> Path:
    """Where it is put away; a document's name still ends as it did."""
    ending = Path(kept.name).suffix.casefold() if room == INPUTS else ""
    return folder_of(job) / room / f"{kept.digest}{ending}"


def bring(job: Path, room: str, kept: Iterable[Kept], folder: Path) -> list[Path]:
    """Copies of what was put away, under their names. OSError where one is gone."""
    made = []
    for one in kept:
        made.append(folder / one.name)
        made[-1].write_bytes(content(job, room, one))
    return made


def content(job: Path, room: str, kept: Kept) -> bytes:
    """ValueError where what was put away is no longer what it was."""
    found = place(job, room, kept).read_bytes()
    if digest(found) != kept.digest:
        raise ValueError(f"{kept.name} as it was kept for {job.stem} is damaged")
    return found


def note(job: Path, number: int, work: Work) -> None:
    """What the last attempt at an instance began with or left."""
    replace(folder_of(job) / LAST / f"{number}.json", _WORK.dump_json(work))


def noted(job: Path, number: int) -> Work | None:
    """None where nothing was attempted, or its note is damaged."""
    try:
        return _WORK.validate_json((folder_of(job) / LAST / f"{number}.json").read_bytes())
    except (OSError, ValidationError):
        return None


def unnote(job: Path, number: int) -> None:
    (folder_of(job) / LAST / f"{number}.json").unlink(missing_ok=True)


def sweep(job: Path, wanted: Iterable[Kept]) -> None:
    """Remove what was put away, is not wanted, and belongs to no last attempt at anything."""
    last = (noted(job, int(path.stem)) for path in (folder_of(job) / LAST).glob("*.json"))
    kept = [*wanted, *(one for work in last if work for one in (*work.before, *work.after))]
    digests = {one.digest for one in kept}
    for room in (ORIGINALS, RESULTS, INPUTS):
        for path in (folder_of(job) / room).glob("*"):
            if path.stem not in digests:
                path.unlink(missing_ok=True)
