"""A saved beancount file and its folder against what belongs there: every directive, every other
line, every comment, every document, whatever their order in the file."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from actuation.desktop import DesktopError
from tasks.apps.fava import MEND
from tasks.task import Verdict

Key = tuple[object, ...]
RUNS = re.compile(r"^\s*(plugin|include)\b", re.M)  # loads code or other files
DIRECTIVE = re.compile(r"\d{4}[-/]\d")
COMMENT = re.compile(r'(?:[^";]|"[^"]*")*(;.*)')
NAMES = ("date", "payee", "narration", "account", "comment")  # fields that people are told
PRIVATE = ("filename", "lineno", "__tolerances__", "__automatic__")


@dataclass(frozen=True)
class Saved:
    """keys: whatever is in the file and beside it, each told apart. errors: what beancount says."""

    keys: tuple[Key, ...]
    errors: tuple[str, ...]


def read(file: Path) -> Saved:
    """ValueError where it would load more than itself; DesktopError without beancount."""
    try:
        from beancount import loader  # an optional package, and slow to import
    except ImportError as error:
        raise DesktopError(f"missing beancount: {MEND}") from error
    text = file.read_text(encoding="utf-8")
    if found := RUNS.search(text):
        raise ValueError(f"it has a line {found.group(1)!r}, which nobody asked for")
    entries, errors, _ = loader.load_file(str(file))
    keys = [_directive(entry) for entry in entries if entry.meta["lineno"]]
    keys += [("line", line) for line in _others(text)]
    keys += [("document", *one) for one in documents(file)]
    return Saved(tuple(keys), tuple(sorted(str(error.message) for error in errors)))


def documents(file: Path) -> Iterable[tuple[str, str]]:
    """The files beside it and in folders below: path and digest of each."""
    folder = file.parent
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != file and "__pycache__" not in path.parts:
            with suppress(FileNotFoundError):  # it is being moved just now
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                yield str(path.relative_to(folder)), digest


def judge(before: Saved, after: Saved, wanted: Saved) -> Verdict:
    """Verified where all is as wanted. Collateral: something that was there, and should have
    stayed, is not there any more, or something else came."""
    was, now, right = (Counter(saved.keys) for saved in (before, after, wanted))
    missing, extra = right - now, now - right
    if not missing and not extra:
        if after.errors != wanted.errors:
            return Verdict(False, f"beancount finds errors: {'; '.join(after.errors[:2])}")
        return Verdict(True, "saved, and right")
    lost = [key for key in missing if key in was]
    lost += [key for key in was if key[0] == "document" and key[2] not in _digests(now)]
    came, asked = (now - was).total(), (right - was).total()
    words = [f"missing: {_told(key)}" for key in missing] + [f"too much: {_told(k)}" for k in extra]
    return Verdict(False, "; ".join(words[:4]), bool(lost) or came > asked)


def _digests(keys: Iterable[Key]) -> set[object]:
    """Of the documents: one that was moved is not lost."""
    return {key[2] for key in keys if key[0] == "document"}


def _directive(entry: object) -> Key:
    """Its kind and fields, amounts as numbers and not as they are written."""
    fields = entry._asdict()  # type: ignore[attr-defined]  # a named tuple without types
    return type(entry).__name__, *((name, _plain(value)) for name, value in fields.items())


def _plain(value: object) -> object:
    """Something that compares equal where the meaning is equal."""
    if isinstance(value, dict):
        kept = {name: _plain(one) for name, one in value.items() if name not in PRIVATE}
        return tuple(sorted(kept.items()))
    if hasattr(value, "_asdict"):
        return tuple((name, _plain(one)) for name, one in value._asdict().items())
    if isinstance(value, list | set | frozenset):
        return tuple(sorted((_plain(one) for one in value), key=repr))
    return value.normalize() if isinstance(value, Decimal) else value


def _others(text: str) -> Iterable[str]:
    """Lines that belong to no directive, and comments wherever they are."""
    for line in text.splitlines():
        if found := COMMENT.match(line):
            yield found.group(1).strip()
        elif line.strip() and not line[0].isspace() and not DIRECTIVE.match(line):
            yield line.strip()


def _told(key: Key) -> str:
    if key[0] in ("line", "document"):
        return f"the {key[0]} {key[1]!r}"
    fields: dict[str, Any] = dict(key[1:])  # type: ignore[arg-type]  # pairs, by _directive
    shown = [str(fields[name]) for name in NAMES if fields.get(name)]
    shown += [_posting(one) for one in fields.get("postings", ())]
    return f"the {str(key[0]).lower()} {' '.join(shown)}"


def _posting(pairs: Iterable[tuple[str, object]]) -> str:
    fields = dict(pairs)
    units = fields.get("units")
    amount = (
        " ".join(f"{one:f}" if isinstance(one, Decimal) else str(one) for _, one in units)
        if isinstance(units, tuple)
        else "?"
    )
    return f"{fields['account']} {amount}"
