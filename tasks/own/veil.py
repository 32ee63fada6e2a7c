"""What the operator's files hold and no other file may: facts and secrets are told by other names.

DE89 3704 0044 0532 0130 00  ──▶  {{iban:acme}}     a fact, compared by its placeholder
4111 1111 1111 1111          ──▶  open, in doubt    a secret that is no fact: not written down
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tasks.own.book import Book, Cell
from tasks.own.postcondition import Append, Change, Fill, Postcondition, Rule, fills_of
from tasks.own.sources import Always, Given, Open, written

LONG = 7  # digits of a number that may be an account, and not an amount


def never(text: str) -> bool:
    return False


@dataclass(frozen=True)
class Veil:
    """facts: placeholders by value. secret: whether a text shows by itself that it is one."""

    facts: Mapping[str, str] = field(default_factory=dict)
    secret: Callable[[str], bool] = never

    def book(self, book: Book) -> Book:
        """With the placeholders of facts in the place of their values."""
        known = self._known
        if not known:
            return book
        sheets = (
            replace(sheet, cells={at: _named(cell, known) for at, cell in sheet.cells.items()})
            for sheet in book.sheets
        )
        return replace(book, sheets=tuple(sheets))

    def given(self, given: Given) -> Given:
        """The same of what goal and document say."""
        known = self._known
        if not known:
            return given
        entries = tuple(
            replace(entry, text=_name(entry.text, known) or entry.text)
            for entry in given.page.entries
        )
        values = tuple(_name(text, known) or text for text in given.values)
        return replace(given, values=values, page=replace(given.page, entries=entries))

    @property
    def _known(self) -> Mapping[str, str]:
        return {bare(value): name for value, name in self.facts.items() if bare(value)}

    def kept(self, wanted: Postcondition) -> Postcondition:
        """As it may be written down: a secret that is the same each time is not."""
        rules, doubts = list[Rule](), list(wanted.doubts)
        for rule in wanted.rules:
            hidden = [fill.header for fill in fills_of(rule) if self._hides(fill)]
            doubts += [
                f"{header}: a secret, which is not written down: keep it as a fact (dormouse facts"
                " add NAME), say {{NAME}} in the goal, and show it again"
                for header in hidden
            ]
            rules.append(self._without(rule))
        return Postcondition(tuple(rules), tuple(dict.fromkeys(doubts)))

    def _hides(self, fill: Fill) -> bool:
        return isinstance(fill.source, Always) and self.secret(fill.source.text)

    def _without(self, rule: Rule) -> Rule:
        if not isinstance(rule, Append | Change):
            return rule
        fills = tuple(
            replace(fill, source=Open()) if self._hides(fill) else fill for fill in rule.fills
        )
        return replace(rule, fills=fills)


def bare(text: str) -> str:
    """A value without the blanks and signs by which it is grouped."""
    return "".join(filter(str.isalnum, text)).casefold()


def _name(text: str, known: Mapping[str, str]) -> str:
    """The placeholder of the fact that a text is, "" for none: a short number is an amount, on
    whichever side of a comparison it stands."""
    letters = bare(text)
    return "" if letters.isdigit() and len(letters) < LONG else known.get(letters, "")


def _named(cell: Cell, known: Mapping[str, str]) -> Cell:
    value = cell.value
    name = _name(written(value), known) if isinstance(value, str | Decimal) else ""
    return replace(cell, value=name) if name else cell
