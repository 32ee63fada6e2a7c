"""The business side of a GnuCash book as data: who is billed or bills, and for what.

Party ◀── Document ──▶ Line            a document that was posted owns one lot of its account
"""

import uuid
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


def new_id() -> str:
    """A GUID as GnuCash writes them."""
    return uuid.uuid4().hex


def label(kind: str, number: str) -> str:
    """What a lot is called here: customers' and vendors' documents are numbered apart."""
    return f"{kind} {number}"


@dataclass(frozen=True)
class Party:
    """kind: customer or vendor. number: GnuCash's id, as 000001. rest: whatever else is set."""

    kind: str
    number: str
    name: str
    rest: tuple[str, ...] = ()
    id: str = field(default_factory=new_id, compare=False)


@dataclass(frozen=True)
class Line:
    """account: the path it is booked to. rest: whatever else is set, as a discount or a tax."""

    day: date
    description: str
    account: str
    quantity: Decimal
    price: Decimal
    rest: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.price


@dataclass(frozen=True)
class Document:
    """An invoice to a customer or a bill of a vendor. posted: None while it is a draft; then
    `account` is the path of the payables or receivables, and `entry` the transaction's id."""

    number: str
    owner: Party
    opened: date
    lines: tuple[Line, ...]
    posted: date | None = None
    account: str = ""
    reference: str = ""
    rest: tuple[str, ...] = ()
    entry: str = field(default="", compare=False)
    id: str = field(default_factory=new_id, compare=False)
    lot: str = field(default_factory=new_id, compare=False)

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def label(self) -> str:
        return label(self.owner.kind, self.number)
