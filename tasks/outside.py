"""Tasks that somebody else wrote: a class in a file or a module, or an entry point of a package.

jobs/letter.py:Letter     a file of its own
office.jobs:Letter        a module that Python finds
office/letter             named in the entry point group "dormouse.tasks"

A job of the operator's own is one by its file, too:  /home/me/…/jobs/club-fees.job
"""

import importlib
import importlib.util
import re
import sys
from difflib import get_close_matches
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from tasks.task import Task

GROUP = "dormouse.tasks"
METHODS = ("setup", "demonstrate", "verify", "teardown")


class NoTaskError(ValueError):
    """There is no such task, or it is none; the message says why, in one sentence."""


OWN = ".job"  # how the file of an operator's own job ends


def is_own(name: str) -> bool:
    """Whether a name is the path of an operator's own job (tasks.own)."""
    return name.endswith(OWN)


def called(name: str) -> str:
    """What people call a task: an own job by its file's name alone, any other by its own."""
    return Path(name).stem if is_own(name) else name


def is_path(name: str) -> bool:
    """Whether a name says where the task is, and not what it is called."""
    return ":" in name or is_own(name)


def file_of(name: str) -> Path | None:
    """The file that a name points into, None for a module or a task's own name."""
    where, colon, _ = name.rpartition(":")
    return Path(where) if colon and where.endswith(".py") else None


def settled(name: str) -> str:
    """The name as it is understood from every folder: a file's path is made absolute."""
    if is_own(name):
        return str(Path(name).absolute())
    file = file_of(name)
    return name if file is None else f"{file.absolute()}:{name.rpartition(':')[2]}"


def offered() -> dict[str, tuple[str, ...]]:
    """What installed packages offer: a task's name → where it is, more than once where several
    packages use the same name. Nothing is imported."""
    found: dict[str, tuple[str, ...]] = {}
    for point in entry_points(group=GROUP):
        found[point.name] = tuple(sorted({*found.get(point.name, ()), point.value}))
    return found


def load(where: str) -> Task:
    """A new instance of the class at "file.py:Class" or "module:Class". NoTaskError where there is
    none, or where it is no task."""
    if is_own(where):
        from tasks.own.task import OwnTask

        return OwnTask(Path(where))
    source, _, attribute = where.rpartition(":")
    file = file_of(where)
    module = _module(source) if file is None else _file(file)
    kind = getattr(module, attribute, None)
    if not isinstance(kind, type):
        own = [
            name
            for name, value in vars(module).items()
            if isinstance(value, type) and value.__module__ == module.__name__
        ]
        near = get_close_matches(attribute, own, 1) or own
        hint = f"; there is {', '.join(near)}" if near else ""
        raise NoTaskError(f"{source} has no class {attribute!r}{hint}")
    try:
        task = kind()
    except Exception as error:
        raise NoTaskError(f"{where} cannot be made: {_said(error)}") from error
    if flaw := flaw_of(task):
        raise NoTaskError(f"{where} is no task: {flaw}")
    assert isinstance(task, Task)
    return task


def flaw_of(task: object) -> str:
    """What the Task protocol demands and this has not, "" for nothing."""
    missing = [name for name in METHODS if not callable(getattr(task, name, None))]
    if missing:
        return f"it has no {', '.join(missing)}"
    name = getattr(task, "name", None)
    if not (isinstance(name, str) and re.fullmatch(r"[\w.-]+/[\w.-]+", name)):
        return f'its name is {name!r} and not SUITE/FAMILY, as "office/letter"'
    if (level := getattr(task, "level", None)) not in (1, 2, 3, 4):
        return f"its level is {level!r} and not 1, 2, 3 or 4"
    for field in ("variants", "traps"):
        value = getattr(task, field, None)
        if not (isinstance(value, tuple) and all(isinstance(each, str) for each in value)):
            return f"its {field} are {value!r} and not a tuple of names"
    variants, traps = getattr(task, "variants", ()), getattr(task, "traps", ())
    if "" not in variants:
        return 'the plain variant "" is not among its variants'
    if strange := [trap for trap in traps if trap not in variants]:
        return f"its trap {strange[0]!r} is none of its variants"
    return ""


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            raise NoTaskError(f"no module {name!r}: is its package installed?") from error
        raise NoTaskError(f"{name} cannot be imported: {_said(error)}") from error


def _file(path: Path) -> ModuleType:
    """The file as a module. One that was changed is read again: processes may be long-lived."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise NoTaskError(f"cannot read {path}: {error.strerror}") from error
    digest = sha256(str(path.absolute()).encode() + b"\0" + source).hexdigest()[:12]
    name = f"dormouse_task_{digest}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # a dataclass looks for its module there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise NoTaskError(f"{path} cannot be imported: {_said(error)}") from error
    return module


def _said(error: BaseException) -> str:
    """An error in one line."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
