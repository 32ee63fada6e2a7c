"""A beancount transaction's amounts, and what it says beside them."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from beancount.core.amount import Amount
from beancount.core.data import Directive, Posting, Transaction

OWN = {"filename", "lineno", "__tolerances__"}  # what the parser adds


def units(posting: Posting) -> Amount | None:
    """None where the amount, or a part of it, is left out."""
    found = posting.units
    if not isinstance(found, Amount) or not isinstance(found.currency, str):
        return None
    return found if isinstance(found.number, Decimal) else None


def amounts(entry: Transaction) -> list[tuple[str, Decimal | None]]:
    """Accounts and amounts. One that is left out is what the others leave, where they are of one
    currency, bought or sold for nothing else."""
    found = [(posting.account, units(posting)) for posting in entry.postings]
    told = [amount for _, amount in found if amount is not None]
    simple = all(posting.cost is None and posting.price is None for posting in entry.postings)
    one_missing = len(found) - len(told) == 1 and len({a.currency for a in told}) == 1
    numbers = [amount.number for amount in told if amount.number is not None]
    rest = -sum(numbers, Decimal(0)) if one_missing and simple else None
    return [(account, amount.number if amount else rest) for account, amount in found]


def main_currency(entries: Sequence[Directive], options: Mapping[str, Sequence[str]]) -> str:
    """What amounts are in where nothing else is said: the operating currency, else the first."""
    told = (
        amount.currency
        for entry in entries
        if isinstance(entry, Transaction)
        for posting in entry.postings
        if (amount := units(posting))
    )
    return next(iter(options["operating_currency"]), None) or next(told, "")


def extras(entry: Transaction, currency: str) -> Iterator[str]:
    """Whatever else a transaction says: flag, tags, links, notes, currencies, costs, prices."""
    head = f"{entry.date} {entry.payee} {entry.narration}"
    if entry.flag != "*":
        yield f"{head}: flag {entry.flag}"
    for name, values in (("tag", entry.tags), ("link", entry.links)):
        yield from (f"{head}: {name} {value}" for value in sorted(values or ()))
    yield from (f"{head}: {note}" for note in _notes(entry.meta))
    for posting in entry.postings:
        amount, place = units(posting), f"{head}, {posting.account}"
        if amount is not None and amount.currency != currency:
            yield f"{place}: in {amount.currency}"
        for name, value in (("cost", posting.cost), ("price", posting.price)):
            if value is not None:
                yield f"{place}: {name} {value}"
        if posting.flag:
            yield f"{place}: flag {posting.flag}"
        yield from (f"{place}: {note}" for note in _notes(posting.meta))


def _notes(meta: Mapping[str, object] | None) -> Iterator[str]:
    yield from (f"{key}={value}" for key, value in (meta or {}).items() if key not in OWN)
