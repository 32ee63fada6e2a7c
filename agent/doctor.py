"""Checks of the machine, each with what was found and what mends it."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from agent.config import Settings

ROOM = 2 * 2**30  # bytes free: a month of days and nights


@dataclass(frozen=True)
class Check:
    """ok, detail: what was found. mend: the command or act that helps, "" where all is well."""

    ok: bool
    detail: str
    mend: str = ""


PROGRAMS = {
    "display": ("Xvnc", "tigervnc-standalone-server"),
    "password": ("vncpasswd", "tigervnc-tools"),
    "windows": ("openbox", "openbox"),
    "dbus": ("dbus-daemon", "dbus"),
    "keyboard": ("setxkbmap", "x11-xkb-utils"),
    "access": ("xhost", "x11-xserver-utils"),
    "calc": ("soffice", "libreoffice-calc libreoffice-gtk3"),
    "viewer": ("feh", "feh"),
    "browser": ("chromium", "chromium"),
    "gnucash": ("gnucash", "gnucash"),
    "popups": ("zenity", "zenity"),
}
LANGUAGES = {"Latin": "tesseract-ocr-script-latn", "eng": "tesseract-ocr-eng"}
FONTS = {
    "DejaVu Sans": "fonts-dejavu",
    "Liberation Sans": "fonts-liberation",
    "Noto Sans": "fonts-noto-core",
    "Noto Sans CJK JP": "fonts-noto-cjk",
    "Noto Color Emoji": "fonts-noto-color-emoji",
}


def examine(settings: Settings) -> Iterator[tuple[str, Check]]:
    """Each check by name, as it is finished."""
    for name, (program, package) in PROGRAMS.items():
        yield name, _program(program, package)
    checks: dict[str, Callable[[], Check]] = {
        "recorder": _recorder,
        "tesseract": _tesseract,
        "fonts": _fonts,
        "torch": _torch,
        "vlm": lambda: _vlm(settings),
        "memory": lambda: _memory(settings.store),
        "weights": lambda: _weights(settings),
        "shipped": _shipped,
        "disk": lambda: _disk(settings.data),
        "locks": lambda: _locks(settings.data),
    }
    for name, check in checks.items():
        yield name, check()


def _program(program: str, package: str) -> Check:
    path = shutil.which(program)
    if path:
        return Check(True, path)
    return Check(False, f"{program} is not on the PATH", f"apt-get install {package}")


def _recorder() -> Check:
    names = ("libxkbcommon.so.0", "libxkbcommon-x11.so.0")
    try:
        for name in names:
            ctypes.CDLL(name)
    except OSError as error:
        return Check(False, str(error), "apt-get install libxkbcommon0 libxkbcommon-x11-0")
    return Check(True, "libxkbcommon tells what a person's keys mean")


def _tesseract() -> Check:
    try:
        import tesserocr
    except ImportError as error:
        return Check(False, f"tesserocr does not load: {error}", "make setup")
    folders = [Path("/usr/share/tesseract-ocr/5/tessdata"), Path("/usr/share/tessdata")]
    found = {file.stem for folder in folders for file in folder.rglob("*.traineddata")}
    missing = [package for language, package in LANGUAGES.items() if language not in found]
    if missing:
        return Check(False, "language data is missing", f"apt-get install {' '.join(missing)}")
    return Check(True, f"tesserocr {tesserocr.__version__}, {', '.join(sorted(found))}")


def _fonts() -> Check:
    if not shutil.which("fc-list"):
        return Check(False, "fc-list is not on the PATH", "apt-get install fontconfig")
    listed = subprocess.run(
        ["fc-list", ":", "family"], capture_output=True, text=True, timeout=30, check=False
    ).stdout
    missing = [package for family, package in FONTS.items() if family not in listed]
    if missing:
        return Check(False, "fonts are missing", f"apt-get install {' '.join(missing)}")
    return Check(True, f"{len(FONTS)} families")


def _torch() -> Check:
    try:
        import torch
    except ImportError as error:
        return Check(False, f"torch does not load: {error}", "make setup")
    build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "CPU"
    return Check(
        True, f"torch {torch.__version__} ({build} build), {torch.get_num_threads()} threads"
    )


def _vlm(settings: Settings) -> Check:
    from agent.policies.vlm.fitness import fitness

    return fitness(settings)


def _memory(path: Path) -> Check:
    if not path.exists():
        return Check(True, f"nothing lived yet ({path})")
    from memory.cipher import LockedError
    from memory.opening import connect, errors, plain

    try:
        with closing(connect(path)) as database:
            (state,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            (episodes,) = database.execute("SELECT count(*) FROM episode").fetchone()
    except LockedError as error:
        return Check(False, str(error), "dormouse doctor, with the passphrase set")
    except errors() as error:
        state, episodes = str(error), 0
    if state != "ok":
        return Check(False, f"{path}: {state}", "restore the file from a backup, or move it away")
    kept = "plain" if plain(path) else "encrypted"
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    return Check(True, f"{episodes} episodes, {size}, {kept} ({path})")


def _weights(settings: Settings) -> Check:
    from agent.errors import Needed
    from agent.policies.catalog import level

    try:
        live = level("live", settings)
    except (Needed, OSError) as error:
        return Check(False, str(error), "dormouse nights --rollback")
    if live is None:
        return Check(True, "the shipped weights are live")
    return Check(True, f"{live} is whole")


def _shipped() -> Check:
    from agent.errors import Needed
    from agent.policies.catalog import maker

    try:
        maker("core", None)
    except Needed as error:
        return Check(False, str(error), "restore the file from the repository")
    return Check(True, "the shipped weights load")


def _disk(folder: Path) -> Check:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    detail = f"{free / 1e9:.1f} GB free at {there}"
    return Check(True, detail) if free >= ROOM else Check(False, detail, "free some space")


def _locks(folder: Path) -> Check:
    held = [path for path in sorted(folder.rglob("lock")) if _held(path)]
    if held:
        names = ", ".join(str(path) for path in held)
        return Check(True, f"held by a working process: {names}")
    return Check(True, "none is held")


def _held(path: Path) -> bool:
    """Whether a process holds a lock on the file; asked without taking it for a moment."""
    inode = f":{path.stat().st_ino}"
    locks = (line.split() for line in Path("/proc/locks").read_text().splitlines())
    return any(words[1] == "FLOCK" and words[5].endswith(inode) for words in locks)
