"""A GnuCash book as data.

Account ◀── Split ──▶ Transaction      values in hundredths of the one currency, debits positive
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tasks.books.gnucash.business import Document, Party, new_id


@dataclass(frozen=True)
class Account:
    """path: the names from the top, "Assets:Bank". kind: GnuCash's type, as BANK or EXPENSE.
    rest: whatever else is set, as a code or a colour."""

    path: str
    kind: str
    placeholder: bool = False
    description: str = ""
    rest: tuple[str, ...] = ()
    id: str = field(default_factory=new_id, compare=False)

    @property
    def name(self) -> str:
        return self.path.rpartition(":")[2]


@dataclass(frozen=True)
class Split:
    """account: its path. amount: positive for a debit. reconciled: n, c or y. on: the day of the
    statement, where y. lot: the label of the document that it posts or pays."""

    account: str
    amount: Decimal
    memo: str = ""
    reconciled: str = "n"
    on: date | None = None
    action: str = ""
    lot: str = ""


@dataclass(frozen=True)
class Transaction:
    """kind: I posts a document, P pays one, "" is any other. due: of the document."""

    day: date
    description: str
    splits: tuple[Split, ...]
    number: str = ""
    kind: str = ""
    due: date | None = None
    rest: tuple[str, ...] = ()
    id: str = field(default_factory=new_id, compare=False)


@dataclass(frozen=True)
class Book:
    """others: what else the file holds, as budgets, prices or options."""

    currency: str
    accounts: tuple[Account, ...]
    transactions: tuple[Transaction, ...]
    parties: tuple[Party, ...] = ()
    documents: tuple[Document, ...] = ()
    others: tuple[str, ...] = ()
