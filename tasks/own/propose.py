"""What was shown, as a postcondition: once proposes it, further demonstrations narrow it down."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from openpyxl.utils import get_column_letter

from tasks.own.book import Cell, Row, orders
from tasks.own.changes import ELSEWHERE, Added, Edit, Set, changes
from tasks.own.judge import Changed, rows_of
from tasks.own.postcondition import (
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
    Always,
    Document,
    Given,
    Goal,
    Open,
    Rest,
    Source,
    explanations,
    kind_of,
)

TELLING = (Goal, Document, Always)  # what may tell a row from the others


@dataclass(frozen=True)
class Shown:
    """One demonstration. literals: the words of its goal between its values."""

    before: Books
    after: Books
    given: Given
    literals: tuple[str, ...] = ()

    @property
    def edits(self) -> list[Changed]:
        return [
            Changed(name, edit)
            for name, book in self.before.items()
            for edit in changes(book, self.after[name]).edits
        ]


@dataclass(frozen=True)
class _Act:
    """Edits that belong together, of one demonstration: a row added or removed, or its cells."""

    shape: tuple[object, ...]
    file: str
    edits: tuple[Edit, ...]
    shown: Shown


def propose(demonstrations: Sequence[Shown]) -> Postcondition:
    """The strictest postcondition that accepts all of them; what does not agree is a doubt."""
    if not demonstrations:
        return Postcondition()
    acts = [_acts(shown) for shown in demonstrations]
    shapes = [tuple(act.shape for act in each) for each in acts]
    usual = Counter(shapes).most_common(1)[0][0]
    doubts = [
        f"demonstration {number} changed other cells or rows than the others: it is left out"
        for number, shape in enumerate(shapes, start=1)
        if shape != usual
    ]
    doubts += [
        f"demonstration {number} changed something that cannot be told by cells: {other}"
        for number, shown in enumerate(demonstrations, start=1)
        for name, book in shown.before.items()
        for other in changes(book, shown.after[name]).others
    ]
    alike = [each for each, shape in zip(acts, shapes, strict=True) if shape == usual]
    rules: list[Rule] = []
    for group in zip(*alike, strict=True):
        rule, said = _rule(group)
        rules.append(rule)
        doubts += said
    return Postcondition(tuple(rules), tuple(dict.fromkeys(doubts)))


def _acts(shown: Shown) -> list[_Act]:
    """The cells of one row make one act."""
    made: list[_Act] = []
    rows: dict[tuple[str, str, int], list[Edit]] = {}
    for one in shown.edits:
        edit = one.edit
        if isinstance(edit, Set):
            rows.setdefault((one.file, edit.sheet, edit.row), []).append(edit)
        else:
            shape = (type(edit).__name__, one.file, edit.sheet)
            made.append(_Act(shape, one.file, (edit,), shown))
    for (file, sheet, _), edits in rows.items():
        columns = tuple(edit.column for edit in edits if isinstance(edit, Set))
        made.append(_Act(("Set", file, sheet, columns), file, tuple(edits), shown))
    return made


def _rule(group: Sequence[_Act]) -> tuple[Rule, list[str]]:
    """The rule that all these acts follow, and what is in doubt of it."""
    file, first = group[0].file, group[0].edits[0]
    edits = [act.edits[0] for act in group]
    if isinstance(first, Added):
        added = [edit for edit in edits if isinstance(edit, Added)]
        places = {edit.where for edit in added}
        where = places.pop() if len(places) == 1 else ELSEWHERE
        rows = _aligned(group, [edit.cells for edit in added], first.sheet)
        columns = sorted({column for row in rows for column in row})
        fills, doubts = [], list[str]()
        for column in columns:
            cells = [
                (row.get(column), edit.row, row) for edit, row in zip(added, rows, strict=True)
            ]
            fill, said = _fill(group, first.sheet, column, cells)
            fills.append(fill)
            doubts += said
        fills, said = _balanced(fills)
        return Append(file, first.sheet, where, tuple(fills)), doubts + said
    find, doubts = _find(group, first.sheet)
    if not isinstance(first, Set):
        return Remove(file, first.sheet, find), doubts
    fills = []
    for at, edit in enumerate(group[0].edits):
        assert isinstance(edit, Set)
        cells = [
            (one.now, one.row, _after(act))
            for act in group
            if isinstance(one := act.edits[at], Set)
        ]
        fill, said = _fill(group, first.sheet, edit.column, cells)
        fills.append(fill)
        doubts += said
    fills, said = _balanced(fills)
    return Change(file, first.sheet, find, tuple(fills)), doubts + said


def _balanced(fills: list[Fill]) -> tuple[list[Fill], list[str]]:
    """One amount may be what the others leave; of two that are, nothing is known."""
    left = [fill.header for fill in fills if isinstance(fill.source, Rest)]
    if len(left) < 2:
        return fills, []
    opened = [
        replace(fill, source=Open()) if isinstance(fill.source, Rest) else fill for fill in fills
    ]
    return opened, [f"{' and '.join(left)}: neither goal nor document says how much each is"]


def _aligned(group: Sequence[_Act], rows: Sequence[Row], sheet: str) -> list[Row]:
    """The rows, those pairs that stand in no order put as in the first, by where they come from."""
    first = group[0].shown.before[group[0].file].sheet(sheet).pairs_from
    known = _told(group[0], rows[0])
    aligned = [rows[0]]
    for act, row in zip(group[1:], rows[1:], strict=True):

        def alike(one: Row, act: _Act = act) -> int:
            told = _told(act, one)
            return sum(
                any(_alike(a, b) for a in known.get(column, ()) for b in sources)
                for column, sources in told.items()
            )

        aligned.append(max(orders(row, first), key=alike))
        for column, sources in _told(act, aligned[-1]).items():
            shared = [s for s in known.get(column, ()) if any(_alike(s, o) for o in sources)]
            known[column] = shared or known.get(column) or sources
    return aligned


def _told(act: _Act, row: Row) -> dict[int, list[Source]]:
    """Where the values of a row may come from, by column."""
    given, literals = act.shown.given, act.shown.literals
    return {
        column: list(explanations(cell, 0, column, given, literals, row))
        for column, cell in row.items()
    }


def _fill(
    group: Sequence[_Act], sheet: str, column: int, cells: Sequence[tuple[Cell | None, int, Row]]
) -> tuple[Fill, list[str]]:
    """cells: of this column, each with its row's number, and the row."""
    header = _header(group[0], sheet, column)
    found = [
        (cell, list(explanations(cell, row, column, act.shown.given, act.shown.literals, whole)))
        for act, (cell, row, whole) in zip(group, cells, strict=True)
        if cell is not None
    ]
    if not found:  # cleared each time: what belongs there is nothing
        return Fill(column, header, "text", Always(""), maybe=True), []
    kinds = {kind_of(cell.value) for cell, _ in found}
    source = _common([sources for _, sources in found])
    doubts = []
    if isinstance(source, Open) or len(kinds) > 1:
        said = ", then ".join(f"“{cell.value}”" for cell, _ in found[:3])
        doubts = [f"{header}: {said}: what they have in common is not seen"]
    return Fill(column, header, kind_of(found[0][0].value), source, len(found) < len(cells)), doubts


def _common(told: Sequence[Sequence[Source]]) -> Source:
    """The most telling source that explains a value each time."""
    kept = [s for s in told[0] if all(any(_alike(s, o) for o in others) for others in told[1:])]
    # A value that is the same each time may be a habit, or what all goals happened to say.
    return kept[0] if kept else Open()


def _alike(one: Source, other: Source) -> bool:
    if isinstance(one, Goal) and isinstance(other, Goal):
        return (one.index, one.minus) == (other.index, other.minus)
    return one == other


def _find(group: Sequence[_Act], sheet: str) -> tuple[Find, list[str]]:
    """How the row is told from the others: by a value that goal or document name, and only it."""
    wholes = [_whole(act.edits[0]) for act in group]
    shared = set.intersection(*(set(whole) for whole in wholes))
    habits: list[Find] = []
    for column in sorted(shared):
        told = [
            [s for s in _sources(act, whole[column], column) if isinstance(s, TELLING)]
            for act, whole in zip(group, wholes, strict=True)
        ]
        source = _common(told)
        find = Find(column, _header(group[0], sheet, column), source)
        if isinstance(source, Open) or not all(_only(act, find, sheet) for act in group):
            continue
        if not isinstance(source, Always):
            return find, []
        habits.append(find)
    if habits:
        return habits[0], []
    find = Find(min(shared, default=1), _header(group[0], sheet, min(shared, default=1)), Open())
    return find, [f"which row of {sheet} is meant is said by neither goal nor document"]


def _sources(act: _Act, cell: Cell, column: int) -> Iterable[Source]:
    return explanations(Cell(cell.value), 1, column, act.shown.given, act.shown.literals)


def _only(act: _Act, find: Find, sheet: str) -> bool:
    rows = act.shown.before[act.file].sheet(sheet).rows
    return len(rows_of(rows, find, act.shown.given)) == 1


def _whole(edit: Edit) -> Row:
    return edit.whole if isinstance(edit, Set) else edit.cells


def _after(act: _Act) -> Row:
    """The row of an act, as its edits leave it."""
    sets = [edit for edit in act.edits if isinstance(edit, Set)]
    now = {**sets[0].whole, **{edit.column: edit.now for edit in sets}}
    return {column: cell for column, cell in now.items() if cell is not None}


def _header(act: _Act, sheet: str, column: int) -> str:
    """What people call a column."""
    headers = act.shown.after[act.file].sheet(sheet).headers
    return headers.get(column) or f"column {get_column_letter(column)}"
