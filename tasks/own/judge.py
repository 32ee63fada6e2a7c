"""Judges what was saved by the postcondition: these edits, right to the last cell, and no other."""

from collections.abc import Iterable
from dataclasses import dataclass

from perception.values import parse_amount, parse_date
from tasks.own.book import Book, Cell, Row, orders
from tasks.own.changes import ELSEWHERE, Added, Edit, Removed, Set, changes, relative
from tasks.own.page import NET, TOTAL, VAT
from tasks.own.postcondition import (
    WHERE,
    Append,
    Books,
    Change,
    Fill,
    Find,
    Postcondition,
    Remove,
    Rule,
)
from tasks.own.sources import (
    Computed,
    Document,
    Given,
    Goal,
    Open,
    Rest,
    kind_of,
    left_by,
    means,
    takes,
    written,
)
from tasks.task import Verdict

SAID = 4  # reasons that a verdict gives


@dataclass(frozen=True)
class Changed:
    """An edit, and the file that it is in."""

    file: str
    edit: Edit


def question(wanted: Postcondition, given: Given, before: Books | None = None) -> str:
    """What has to be asked before this instance can be done right, "" for nothing.

    A value is missing, or stands there twice and differently, or the document contradicts itself;
    with the files before: the row that is meant is not there, or is there twice.
    """
    for source, type_ in wanted.asked:
        if not isinstance(source, Goal | Document):
            continue
        texts = [text for text in source.texts(given) if takes(type_, text)]
        if not texts:
            return f"nothing is said for {source.words}"
        if len({_meaning(text) for text in texts}) > 1:
            return f"{source.words} is said in {len(texts)} ways: {', '.join(texts)}"
    sums = {NET, VAT, TOTAL} & {s.label for s in wanted.sources if isinstance(s, Document)}
    if sums and given.page.contradiction:
        return given.page.contradiction
    for rule in wanted.rules:
        if before is not None and not isinstance(rule, Append):
            found = rows_of(before[rule.file].sheet(rule.sheet).rows, rule.row, given)
            if len(found) != 1:
                return f"{rule.row.words}: there are {len(found) or 'none'} of it"
    return ""


def _meaning(text: str) -> object:
    return parse_date(text) or parse_amount(text) or text


def rows_of(rows: Iterable[Row], find: Find, given: Given) -> list[int]:
    """The numbers of the rows that are meant."""
    texts = find.source.texts(given)
    return [
        number
        for number, row in enumerate(rows, start=1)
        if (cell := row.get(find.column)) and any(means(cell.value, text) for text in texts)
    ]


def judge(wanted: Postcondition, before: Books, after: Books, given: Given) -> Verdict:
    """The verdict on saved files; where a question is right, nothing may have changed."""
    edits: list[Changed] = []
    others: list[str] = []
    for name, book in before.items():
        found = changes(book, after.get(name, Book()))
        edits += [Changed(name, edit) for edit in found.edits]
        others += [f"{name}: {other}" for other in found.others]
    if asked := question(wanted, given, before):
        if not edits and not others:
            return Verdict(True, f"nothing was saved, as is right: {asked}", expects_ask=True)
        reason = f"saved where a question was right: {asked}"
        return Verdict(False, reason, bool(others), expects_ask=True, fell="guessed")
    wrong: list[str] = []
    for rule in wanted.rules:
        wrong += _against(rule, edits, before, given)
    spilled = [*(_told(one, before) for one in edits), *others]
    reasons = [*wrong, *spilled][:SAID]
    return Verdict(not reasons, "; ".join(reasons) or "saved, and as was confirmed", bool(spilled))


def _against(rule: Rule, edits: list[Changed], before: Books, given: Given) -> list[str]:
    """What is wrong of one rule; the edits that it accounts for are taken out of `edits`."""
    if isinstance(rule, Append):
        pairs = before[rule.file].sheet(rule.sheet).pairs_from
        return _appended(rule, edits, given, pairs)
    (row,) = rows_of(before[rule.file].sheet(rule.sheet).rows, rule.row, given)
    if isinstance(rule, Remove):
        gone = [one for one in _of(rule, edits, Removed) if one.edit.row == row]
        if not gone:
            return [f"row {row} of {rule.sheet} is still there"]
        edits.remove(gone[0])
        return []
    return _changed(rule, row, edits, before, given)


def _appended(rule: Append, edits: list[Changed], given: Given, pairs: int) -> list[str]:
    added = _of(rule, edits, Added)
    if not added:
        return [f"no row was added to {rule.sheet} of {rule.file}"]
    edit = added[0].edit
    assert isinstance(edit, Added)
    edits.remove(added[0])
    wrong = []
    if rule.where not in (ELSEWHERE, edit.where):
        wrong = [f"row {edit.row} of {rule.sheet} is not {WHERE[rule.where]}"]
    filled = {fill.column for fill in rule.fills}

    def amiss(cells: Row) -> list[str]:
        return [words for fill in rule.fills for words in _filled(fill, cells, edit.row, given)]

    # What stands in no order is right in any.
    cells = min(
        orders(edit.cells, pairs), key=lambda row: len(amiss(row)) + len(row.keys() - filled)
    )
    edits += [
        Changed(rule.file, Set(rule.sheet, edit.row, column, None, cells[column], {}))
        for column in sorted(cells.keys() - filled)
    ]
    return wrong + amiss(cells)


def _changed(
    rule: Change, row: int, edits: list[Changed], before: Books, given: Given
) -> list[str]:
    was = before[rule.file].sheet(rule.sheet).rows[row - 1]
    here = [
        (one, one.edit)
        for one in _of(rule, edits, Set)
        if isinstance(one.edit, Set) and one.edit.row == row
    ]
    now = {**was, **{edit.column: edit.now for _, edit in here}}
    cells = {column: cell for column, cell in now.items() if cell is not None}
    wrong: list[str] = []
    for fill in rule.fills:
        for one, edit in here:
            if edit.column == fill.column:
                edits.remove(one)
        wrong += _filled(fill, cells, row, given)
    return wrong


def _of(rule: Rule, edits: list[Changed], kind: type[Edit]) -> list[Changed]:
    return [
        one
        for one in edits
        if isinstance(one.edit, kind) and (one.file, one.edit.sheet) == (rule.file, rule.sheet)
    ]


def _filled(fill: Fill, cells: Row, row: int, given: Given) -> list[str]:
    """What is wrong with a cell of a row."""
    place, cell = f"row {row}, {fill.header}", cells.get(fill.column)
    if cell is None:
        return [] if fill.maybe else [f"{place}: nothing where {_right(fill, given)} belongs"]
    if fits(fill, cell, cells, row, given):
        return []
    found = f"={cell.formula}" if cell.formula else f"“{written(cell.value)}”"
    return [f"{place}: {found} where {_right(fill, given)} belongs"]


def fits(fill: Fill, cell: Cell, cells: Row, row: int, given: Given) -> bool:
    """Whether a cell holds what belongs there, and as the kind of value that was shown. cells: of
    the row that it stands in."""
    source = fill.source
    if isinstance(source, Computed) or cell.formula:
        seen = relative(cell.formula, row, fill.column)
        return isinstance(source, Computed) and seen == source.formula
    if kind_of(cell.value) != fill.type:
        return False
    if isinstance(source, Rest):
        return cell.value == left_by(cells, fill.column)
    texts = source.texts(given)
    return isinstance(source, Open) or any(means(cell.value, text) for text in texts)


def _right(fill: Fill, given: Given) -> str:
    texts = fill.source.texts(given)
    said = f"“{texts[0]}” as a {fill.type}" if texts else f"a {fill.type}"
    return f"{said} ({fill.source.words})"


def _told(one: Changed, before: Books) -> str:
    """An edit that nobody asked for."""
    edit, where = one.edit, f"{one.edit.sheet} of {one.file}"
    match edit:
        case Added():
            return f"one more row was added to {where}, row {edit.row}"
        case Removed():
            return f"row {edit.row} of {where} is gone"
        case Set():
            header = before[one.file].sheet(edit.sheet).headers.get(edit.column)
            was, now = (written(c.value) if c else "nothing" for c in (edit.was, edit.now))
            column = header or f"column {edit.column}"
            return f"row {edit.row}, {column} of {where} was changed: {was} is now {now}"
