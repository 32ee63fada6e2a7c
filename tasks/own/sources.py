"""Where a value of the operator's file comes from: the goal, the document, a habit, other cells.

Each source finds its value for one instance of the job, and is told in words for the operator.
"""

from collections.abc import Iterator
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from perception.values import parse_amount, parse_date, value_kind
from tasks.own.book import Cell, Row, Value
from tasks.own.changes import relative
from tasks.own.page import KNOWN, Page, name_of

NUMERALS = ("first", "second", "third", "fourth", "fifth", "sixth")
Kind = Literal["date", "number", "text"]


@dataclass(frozen=True)
class Given:
    """What one instance gives: the goal's values in order, its document, the day."""

    values: tuple[str, ...] = ()
    page: Page = field(default_factory=Page)
    today: date = field(default_factory=date.today)


@dataclass(frozen=True)
class Goal:
    """The goal's value at this place, from 0. after: the words that stood before it, for people.
    minus: it is taken away, as from an account that pays."""

    index: int
    after: str = ""
    minus: bool = False
    kind: Literal["goal"] = "goal"

    @property
    def words(self) -> str:
        which = NUMERALS[self.index] if self.index < len(NUMERALS) else f"{self.index + 1}th"
        said = f"the {which} value of the goal" + (f", after “{self.after}”" if self.after else "")
        return f"minus {said}" if self.minus else said

    def texts(self, given: Given) -> tuple[str, ...]:
        return _signed(given.values[self.index : self.index + 1], self.minus)


@dataclass(frozen=True)
class Document:
    """The document's value with this label, by its name (tasks.own.page.name_of). minus: as in
    Goal."""

    label: str
    minus: bool = False
    kind: Literal["document"] = "document"

    @property
    def words(self) -> str:
        return f"{'minus ' * self.minus}“{self.label}” on the document"

    def texts(self, given: Given) -> tuple[str, ...]:
        return _signed(given.page.under(self.label), self.minus)


def _signed(texts: tuple[str, ...], minus: bool) -> tuple[str, ...]:
    return tuple(text[1:] if text[:1] == "-" else f"-{text}" for text in texts) if minus else texts


@dataclass(frozen=True)
class Always:
    """The same each time."""

    text: str
    kind: Literal["always"] = "always"

    @property
    def words(self) -> str:
        return f"always “{self.text}”"

    def texts(self, given: Given) -> tuple[str, ...]:
        return (self.text,)


@dataclass(frozen=True)
class Today:
    """The day on which it is done."""

    kind: Literal["today"] = "today"
    words: str = "the day on which it is done"

    def texts(self, given: Given) -> tuple[str, ...]:
        return (given.today.isoformat(),)


@dataclass(frozen=True)
class Computed:
    """A formula of other cells, as changes.relative writes it."""

    formula: str
    kind: Literal["computed"] = "computed"

    @property
    def words(self) -> str:
        return "a formula, as in the row above it"

    def texts(self, given: Given) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Rest:
    """What the other numbers of the row leave: with it they come to nothing, as a transaction's
    amounts do."""

    kind: Literal["rest"] = "rest"
    words: str = "what the other amounts leave"

    def texts(self, given: Given) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Open:
    """Something that nothing explains: it cannot be checked what it is."""

    kind: Literal["open"] = "open"
    words: str = "something that neither goal nor document says"

    def texts(self, given: Given) -> tuple[str, ...]:
        return ()


Source = Annotated[
    Goal | Document | Always | Today | Computed | Rest | Open, Field(discriminator="kind")
]


def left_by(row: Row, column: int) -> Decimal | None:
    """What the other numbers of a row leave for this column; None where there are none."""
    others = [
        cell.value for at, cell in row.items() if at != column and isinstance(cell.value, Decimal)
    ]
    return -sum(others, Decimal(0)) if others else None


def kind_of(value: Value) -> Kind:
    if isinstance(value, date):
        return "date"
    return "number" if isinstance(value, Decimal) else "text"


def means(value: Value, text: str) -> bool:
    """Whether a cell's value is what a text says: dates as dates, numbers as numbers whatever
    their notation, text as it stands."""
    if isinstance(value, date):
        return parse_date(text) == value
    if isinstance(value, Decimal):
        return parse_amount(text) == value
    return str(value) == text


def takes(kind: Kind | None, text: str) -> bool:
    """Whether a cell of this kind may hold what a text says: an account number that stands below
    the word "Total" is no amount. None: any may."""
    match kind:
        case "date":
            return value_kind(text) == "date"
        case "number":
            return value_kind(text) in ("amount", "number")
        case "text":
            return value_kind(text) == "text" or parse_date(text) is None
    return True


def written(value: Value) -> str:
    """A value as `Always` keeps it."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def explanations(
    cell: Cell,
    row: int,
    column: int,
    given: Given,
    literals: tuple[str, ...] = (),
    whole: Row | None = None,
) -> Iterator[Source]:
    """Every source that gives this cell's value here, the most telling first. whole: the row that
    it stands in."""
    if cell.formula:
        yield Computed(relative(cell.formula, row, column))
        return
    signs = (False, True) if isinstance(cell.value, Decimal) and cell.value else (False,)
    for minus in signs:
        for index, text in enumerate(_signed(given.values, minus)):
            if means(cell.value, text):
                before = literals[index].split()[-3:] if index < len(literals) else []
                yield Goal(index, " ".join(before).strip(' ,:;(“"'), minus)
        labels = dict.fromkeys(
            label
            for entry in given.page.entries
            if means(cell.value, _signed((entry.text,), minus)[0])
            for label in entry.labels
        )
        known = sorted(labels, key=lambda one: one not in KNOWN)
        yield from (Document(label, minus) for label in known)
    if cell.value == given.today:
        yield Today()
    if cell.value and cell.value == left_by(whole or {}, column):
        yield Rest()
    yield Always(written(cell.value))


def label_named(words: str) -> Document:
    """The document's value under a label that the operator names."""
    return Document(name_of(words))
