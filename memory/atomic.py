"""Files that are either the old or the new, whatever happens in between."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Hand out a temporary path in the same folder; move it over `path` when the block ends well.

    The file and its folder are synced: once the block was left, the new file survives a power cut.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        sync(draft)
        draft.replace(path)
        sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    with replacing(path) as draft:
        draft.write_bytes(content)


def write_json(path: Path, content: object) -> None:
    write_bytes(path, json.dumps(content, ensure_ascii=False, indent=1).encode())


def sweep(folder: Path) -> None:
    """Remove the drafts that killed processes left anywhere under a folder (hold its lock)."""
    for draft in folder.rglob(".*"):
        if draft.suffix[1:].isdigit():
            draft.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Force a file's or a folder's content to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest(path: Path) -> str:
    """sha256 of a file, in hex."""
    return sha256(path.read_bytes()).hexdigest()
