"""A beancount transaction as a row of a ledger, and what else its file says, as facts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from beancount.core.data import Directive, Posting, Transaction

PARSERS_OWN = {"filename", "lineno", "__tolerances__"}


def number(posting: Posting) -> Decimal | None:
    """None where it is left out."""
    found = getattr(posting.units, "number", None)
    return found if isinstance(found, Decimal) else None


def currency(posting: Posting) -> str:
    """ "" where it is left out."""
    found = getattr(posting.units, "currency", None)
    return found if isinstance(found, str) else ""


def amounts(entry: Transaction, main: str) -> list[tuple[str, Decimal | str | None]]:
    """Accounts and amounts: a number in the main currency, else as it is written. One that is
    left out is what the others leave, where they are all such numbers."""
    found = [(posting.account, _amount(posting, main)) for posting in entry.postings]
    numbers = [amount for _, amount in found if isinstance(amount, Decimal)]
    rest = -sum(numbers, Decimal(0)) if len(found) - len(numbers) == 1 else None
    return [(account, rest if amount is None else amount) for account, amount in found]


def _amount(posting: Posting, main: str) -> Decimal | str | None:
    value = number(posting)
    if value is None:
        return None
    plain = posting.cost is None and posting.price is None
    if plain and currency(posting) == main:
        return value
    parts = [value, currency(posting)]
    parts += [
        f"{name} {part}" for name, part in (("cost", posting.cost), ("at", posting.price)) if part
    ]
    return " ".join(str(part) for part in parts if part is not None and part != "")


def flag(entry: Transaction) -> str:
    return "" if entry.flag == "*" else str(entry.flag)


def marks(entry: Transaction) -> str:
    """Tags, links and notes, its own and its postings', in one text."""
    told = [f"#{tag}" for tag in sorted(entry.tags or ())]
    told += [f"^{link}" for link in sorted(entry.links or ())]
    told += notes(entry.meta)
    for posting in entry.postings:
        told += [f"{posting.account} {note}" for note in notes(posting.meta)]
        told += [f"{posting.account} {posting.flag}"] if posting.flag else []
    return " ".join(told)


def main_currency(entries: Sequence[Directive], options: Mapping[str, Sequence[str]]) -> str:
    """What amounts are in where nothing else is said: the operating currency, else the first that
    an account is opened in, else the first that is used."""
    operating = list(options["operating_currency"])
    opened = [each for one in entries for each in getattr(one, "currencies", None) or ()]
    used = [
        found
        for one in entries
        if isinstance(one, Transaction)
        for posting in one.postings
        if (found := currency(posting))
    ]
    return next(iter([*operating, *opened, *used]), "")


def notes(meta: Mapping[str, object] | None) -> list[str]:
    return [f"{key}={value}" for key, value in (meta or {}).items() if key not in PARSERS_OWN]
