"""What "done" means for a job of the operator's own: these edits of these files, and no other.

one row appended to sheet Fees of fees.ods:
    Member  ← the first value of the goal, after “the fee of”
    Paid on ← the second value of the goal, after “paid on”
    Amount  ← the third value of the goal
nothing else changed
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from tasks.own.book import Book
from tasks.own.changes import ELSEWHERE, FIRST, LAST, NEXT
from tasks.own.sources import Goal, Kind, Open, Source

Books = Mapping[str, Book]  # a file's name → what it holds
WHERE = {
    NEXT: "in the next free row",
    FIRST: "below the header",
    LAST: "above the last row",
    ELSEWHERE: "anywhere",
}


@dataclass(frozen=True)
class Fill:
    """A cell gets a value. header: of its column. maybe: whether it may as well stay blank."""

    column: int
    header: str
    type: Kind
    source: Source
    maybe: bool = False

    @property
    def words(self) -> str:
        often = " (not each time)" if self.maybe else ""
        return f"{self.header} ← {self.source.words}{often}"


@dataclass(frozen=True)
class Find:
    """The row that is meant: the one whose cell in this column says what the source says."""

    column: int
    header: str
    source: Source

    @property
    def words(self) -> str:
        return f"the row whose {self.header} is {self.source.words}"


@dataclass(frozen=True)
class Append:
    """One row more, and what stands in it; its other cells stay blank."""

    file: str
    sheet: str
    where: str
    fills: tuple[Fill, ...]
    kind: Literal["append"] = "append"

    @property
    def lines(self) -> Iterator[str]:
        yield f"one row added to {self.sheet} of {self.file}, {WHERE[self.where]}:"
        yield from (f"    {fill.words}" for fill in self.fills)


@dataclass(frozen=True)
class Change:
    """Cells of one row get other values."""

    file: str
    sheet: str
    row: Find
    fills: tuple[Fill, ...]
    kind: Literal["change"] = "change"

    @property
    def lines(self) -> Iterator[str]:
        yield f"in {self.sheet} of {self.file}, {self.row.words}:"
        yield from (f"    {fill.words}" for fill in self.fills)


@dataclass(frozen=True)
class Remove:
    """One row is gone."""

    file: str
    sheet: str
    row: Find
    kind: Literal["remove"] = "remove"

    @property
    def lines(self) -> Iterator[str]:
        yield f"gone from {self.sheet} of {self.file}: {self.row.words}"


Rule = Annotated[Append | Change | Remove, Field(discriminator="kind")]


@dataclass(frozen=True)
class Postcondition:
    """rules: all of it, each once. doubts: where what was shown does not agree, in words."""

    rules: tuple[Rule, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """For people."""
        told = [line for rule in self.rules for line in rule.lines]
        return (*(told or ["nothing changes"]), "nothing else changed")

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where its values come from, each once."""
        found = [fill.source for rule in self.rules for fill in fills_of(rule)]
        found += [rule.row.source for rule in self.rules if not isinstance(rule, Append)]
        return tuple(dict.fromkeys(found))

    @property
    def asked(self) -> tuple[tuple[Source, Kind | None], ...]:
        """Its sources, and the kind of value that is wanted of each: None where any will do."""
        found: list[tuple[Source, Kind | None]] = [
            (fill.source, fill.type) for rule in self.rules for fill in fills_of(rule)
        ]
        found += [(rule.row.source, None) for rule in self.rules if not isinstance(rule, Append)]
        return tuple(dict.fromkeys(found))

    @property
    def open(self) -> bool:
        """Whether something in it cannot be checked."""
        return any(isinstance(source, Open) for source in self.sources)

    @property
    def least(self) -> int:
        """How many values a goal has to name at least."""
        return max((s.index + 1 for s in self.sources if isinstance(s, Goal)), default=0)


def fills_of(rule: Append | Change | Remove) -> tuple[Fill, ...]:
    return () if isinstance(rule, Remove) else rule.fills
