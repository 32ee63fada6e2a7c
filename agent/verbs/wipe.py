"""`dormouse memory wipe`: everything that was lived, learned and kept is removed."""

import shutil
import sys
from pathlib import Path

from rich.prompt import Confirm

from agent.config import Settings
from agent.errors import BadInput
from agent.output import Output
from agent.worker.place import only_one
from memory import cipher

# What each thing in the folder is, in the order in which it goes: what was lived first, the key
# last, so that a wipe that is cut off leaves nothing readable behind that a second would miss.
PARTS = {
    "memory.sqlite": "the store of episodes",
    "memory.sqlite-wal": "its write-ahead log",
    "memory.sqlite-shm": "its index of that log",
    "vault.bin": "the facts",
    "levels": "learned weights",
    "nights": "night logs",
    "vlm": "levels and nights of vision-language models",
    "jobs": "your own jobs",
    "exports": "exported episodes",
    "toured": "whether the desk was shown",
    "run": "the queue and the worker's log",
    "key.json": "the key",
}


def main(yes: bool, json: str | None) -> int:
    output, settings = Output(json), Settings()
    folder = settings.data
    if not folder.is_dir():
        output.console.print(f"nothing to wipe: there is no {folder}")
        output.write({"wiped": []})
        return 0
    with only_one(settings):  # TakenError, with its mend, while a worker runs
        if not yes and not _sure(output, folder):
            output.console.print("nothing was removed")
            output.write({"wiped": []})
            return 1
        removed = [name for name in _present(folder) if _removed(folder, name)]
    left = _last(folder)
    for name in removed:
        what = PARTS.get(name, "a draft")
        output.console.print(f"removed: {what} ({folder / name})", markup=False, soft_wrap=True)
    for path in left:
        output.console.print(f"left: {path} is not Dormouse's", markup=False, soft_wrap=True)
    output.write({"wiped": removed, "left": [str(path) for path in left]})
    return 0


def _sure(output: Output, folder: Path) -> bool:
    if not sys.stdin.isatty():
        raise BadInput("nobody is there to confirm it: say --yes")
    output.console.print(f"All of {folder} goes: {', '.join(PARTS[n] for n in _present(folder))}.")
    return Confirm.ask("Remove it for good?", default=False, console=output.console)


def _present(folder: Path) -> list[str]:
    """What there is of Dormouse's, and drafts that killed processes left."""
    drafts = [path.name for path in folder.glob(".*") if path.suffix[1:].isdigit()]
    return [name for name in (*drafts, *PARTS) if (folder / name).exists()]


def _removed(folder: Path, name: str) -> bool:
    path = folder / name
    if name == "key.json":
        cipher.forget(folder)
    elif path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
    return True


def _last(folder: Path) -> list[Path]:
    """Remove the folder itself where it is empty by now; else what else lies in it."""
    left = sorted(folder.iterdir())
    if not left:
        folder.rmdir()
    return left
