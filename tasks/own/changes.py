"""What is different between a book before and a book after, as edits of rows and cells.

A formula that only follows rows which were inserted or removed, and a result that only follows
from other cells, are no edits: what a person did is.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from openpyxl.utils import column_index_from_string

from tasks.own.book import Book, Cell, Row, Sheet

REFERENCE = re.compile(r"(\$?)([A-Z]{1,3})(\$?)(\d+)(?![\d(])")
NEXT, FIRST, LAST, ELSEWHERE = "next", "first", "before the last", "elsewhere"


@dataclass(frozen=True)
class Added:
    """A row that was not there. row: its number afterwards. where: NEXT (the next free row), FIRST
    (right below the header), LAST (above the last row of all), or ELSEWHERE."""

    sheet: str
    row: int
    where: str
    cells: Row = field(hash=False)


@dataclass(frozen=True)
class Removed:
    """A row that is gone. row: its number before."""

    sheet: str
    row: int
    cells: Row = field(hash=False)


@dataclass(frozen=True)
class Set:
    """A cell of a row that is still there. whole: the row before. now, was: None for a blank."""

    sheet: str
    row: int
    column: int
    was: Cell | None
    now: Cell | None
    whole: Row = field(hash=False)


Edit = Added | Removed | Set


@dataclass(frozen=True)
class Changes:
    """edits: sheet by sheet, from the top. others: what else is different, in words."""

    edits: tuple[Edit, ...]
    others: tuple[str, ...] = ()


def changes(before: Book, after: Book) -> Changes:
    names = list(dict.fromkeys(sheet.name for sheet in (*before.sheets, *after.sheets)))
    edits = [edit for name in names for edit in _between(before.sheet(name), after.sheet(name))]
    others = [f"gone: {fact}" for fact in sorted(before.facts - after.facts)]
    others += [f"new: {fact}" for fact in sorted(after.facts - before.facts)]
    if before.opaque != after.opaque:
        others.append("the file's bytes: what is in it cannot be read")
    return Changes(tuple(edits), tuple(others))


def relative(formula: str, row: int, column: int) -> str:
    """A formula as seen from its cell: C2*D2 in E2 is R[0]C[-2]*R[0]C[-1], and so in E3."""

    def seen(match: re.Match[str]) -> str:
        across, down = column_index_from_string(match[2]), int(match[4])
        line = f"R{down}" if match[3] else f"R[{down - row}]"
        return line + (f"C{across}" if match[1] else f"C[{across - column}]")

    return REFERENCE.sub(seen, formula)


def _key(row: Row) -> tuple[tuple[int, object, str], ...]:
    """Equal for rows that say the same; of a formula only its build counts."""
    return tuple(
        (column, "" if cell.formula else cell.value, REFERENCE.sub("#", cell.formula))
        for column, cell in sorted(row.items())
    )


def _same(one: Cell | None, other: Cell | None) -> bool:
    return _key({1: one} if one else {}) == _key({1: other} if other else {})


def _between(before: Sheet, after: Sheet) -> list[Edit]:
    if not (before.ordered and after.ordered):
        return _unordered(before, after)
    old, new = before.rows, after.rows
    # Appending comes first: equal rows elsewhere must not make it look like an insertion.
    start = 0
    while start < min(len(old), len(new)) and _key(old[start]) == _key(new[start]):
        start += 1
    matcher = SequenceMatcher(
        None, [_key(row) for row in old[start:]], [_key(row) for row in new[start:]], autojunk=False
    )
    made: list[Edit] = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what != "equal":
            made += _block(
                before, old, new, range(start + a, start + b), range(start + c, start + d)
            )
    return made


def _block(
    sheet: Sheet, old: Sequence[Row], new: Sequence[Row], gone: range, come: range
) -> list[Edit]:
    """The edits that make some rows before (indices from 0) into some rows after."""
    pairs = _paired(old, new, gone, come)
    made: list[Edit] = []
    for a, b in pairs:
        was, now = old[a] if a >= 0 else {}, new[b] if b >= 0 else {}
        if not was and now:
            made.append(Added(sheet.name, b + 1, _where(sheet, old, b), now))
        elif was and not now:
            made.append(Removed(sheet.name, a + 1, was))
        else:
            made += [
                Set(sheet.name, a + 1, column, was.get(column), now.get(column), was)
                for column in sorted({*was, *now})
                if not _same(was.get(column), now.get(column))
            ]
    return made


def _paired(
    old: Sequence[Row], new: Sequence[Row], gone: range, come: range
) -> list[tuple[int, int]]:
    """Which row became which; -1 for none. In order, by how many cells two rows share."""
    if len(gone) == len(come):
        return list(zip(gone, come, strict=True))
    pairs, free = [], list(gone)
    for b in come:
        alike = [(len({*_key(old[a])} & {*_key(new[b])}), -a) for a in free]
        shared, a = max(alike, default=(0, 0))
        if shared * 2 >= len(new[b]) and new[b]:
            pairs.append((-a, b))
            free = [each for each in free if each > -a]
        else:
            pairs.append((-1, b))
    paired = {a for a, _ in pairs}
    return pairs + [(a, -1) for a in gone if a not in paired]


def _where(sheet: Sheet, old: Sequence[Row], index: int) -> str:
    """In words that hold for another instance of the sheet too."""
    begun = next((i for i, row in enumerate(old) if row), len(old))
    free = next((i for i in range(begun, len(old)) if not old[i]), len(old))
    if index == free:
        return NEXT
    header = begun if sheet.headers else begun - 1
    if index == header + 1:
        return FIRST
    return LAST if index == len(old) - 1 else ELSEWHERE


def _unordered(before: Sheet, after: Sheet) -> list[Edit]:
    """Of rows whose place says nothing: what is gone and what has come, paired where most of a
    row is as it was."""
    old = {at: row for at, row in enumerate(before.rows) if row}
    new = {at: row for at, row in enumerate(after.rows) if row}
    left = Counter(_key(row) for row in new.values())
    gone = []
    for at, row in old.items():
        if left[_key(row)]:
            left[_key(row)] -= 1
        else:
            gone.append(at)
    kept = Counter(_key(row) for row in old.values())
    come = []
    for at, row in new.items():
        if kept[_key(row)]:
            kept[_key(row)] -= 1
        else:
            come.append(at)
    made: list[Edit] = []
    for b in come:
        shared, a = max(((len({*_key(old[a])} & {*_key(new[b])}), a) for a in gone), default=(0, 0))
        if shared * 2 >= len(new[b]):
            gone.remove(a)
            made += _block(before, before.rows, after.rows, range(a, a + 1), range(b, b + 1))
        else:
            made.append(Added(after.name, b + 1, ELSEWHERE, new[b]))
    return made + [Removed(before.name, a + 1, old[a]) for a in gone]
