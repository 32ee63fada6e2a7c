"""What a file of the operator's holds, whatever its format: sheets of cells, and other facts.

fees.ods, fees.xlsx, fees.csv   a sheet each, its rows in order
books.gnucash (XML, SQLite)     one sheet of transactions, in no order
books.beancount                 one sheet of transactions, in no order
anything else                   its digest alone: that it changed can be told, not what
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice, permutations
from pathlib import Path

Value = str | bool | Decimal | date
MOST_PAIRS = 6  # pairs of a row whose every order is tried
Place = tuple[int, int]  # row and column, both from 1


@dataclass(frozen=True)
class Cell:
    """value: what it comes to. formula: in A1 notation without the equals sign, "" for none."""

    value: Value
    formula: str = ""


Row = Mapping[int, Cell]  # column → cell; blank ones are left out


@dataclass(frozen=True)
class Sheet:
    """ordered: whether the place of a row says anything. headers: column → what stands on top.
    pairs_from: the column from which on pairs of cells stand in no order, as accounts and amounts;
    0 for none."""

    name: str
    cells: Mapping[Place, Cell]
    ordered: bool = True
    named: Mapping[int, str] = field(default_factory=dict)
    pairs_from: int = 0

    @property
    def rows(self) -> list[Row]:
        """Every row from the first to the last that holds something; index 0 is row 1."""
        found: list[dict[int, Cell]] = [
            {} for _ in range(max((r for r, _ in self.cells), default=0))
        ]
        for (row, column), cell in sorted(self.cells.items()):
            found[row - 1][column] = cell
        return list(found)

    @property
    def headers(self) -> dict[int, str]:
        """The first row of two or more texts and nothing else; {} where there is none such."""
        if self.named:
            return dict(self.named)
        for row in self.rows:
            texts = {column: cell.value for column, cell in row.items()}
            if len(texts) > 1 and all(isinstance(value, str) for value in texts.values()):
                return {column: str(value) for column, value in texts.items()}
        return {}


def counted(facts: Iterable[str]) -> frozenset[str]:
    """Each fact, the second of a kind told from the first."""
    seen, told = Counter[str](), set[str]()
    for fact in facts:
        seen[fact] += 1
        told.add(fact if seen[fact] == 1 else f"{fact} ({seen[fact]})")
    return frozenset(told)


def orders(row: Row, first: int) -> Iterator[Row]:
    """The row with its pairs from column `first` on in every order, as it is first of all; rows of
    many pairs in this one alone."""
    yield row
    pairs = [(row.get(at), row.get(at + 1)) for at in range(first, max(row, default=0) + 1, 2)]
    if not first or len(pairs) > MOST_PAIRS:
        return
    head = {column: cell for column, cell in row.items() if column < first}
    for order in islice(permutations(pairs), 1, None):
        cells = dict(enumerate((cell for pair in order for cell in pair), start=first))
        yield head | {column: cell for column, cell in cells.items() if cell is not None}


@dataclass(frozen=True)
class Book:
    """facts: whatever else can be told apart. opaque: digest of a file that cannot be read so."""

    sheets: tuple[Sheet, ...] = ()
    facts: frozenset[str] = frozenset()
    opaque: str = ""

    def sheet(self, name: str) -> Sheet:
        """An empty one where there is none of that name."""
        return next((one for one in self.sheets if one.name == name), Sheet(name, {}))


def plain(value: object) -> Value | None:
    """A value as it is compared: numbers exact, a midnight as its date; None for a blank."""
    match value:
        case None | "":
            return None
        case bool() | str() | Decimal():
            return value
        case int() | float():
            return Decimal(repr(value)).normalize()
        case datetime() if value.time() == time():
            return value.date()
        case datetime() | time():
            return value.isoformat()
        case date():
            return value
    return str(value)


def read(path: Path) -> Book:
    """Raises what `BROKEN` names where the file is no file of its kind."""
    from tasks.own import formats

    return formats.read(path)
