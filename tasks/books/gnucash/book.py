"""A GnuCash book as data, written and read as uncompressed XML (gnc-v2).

Account ◀── Split ──▶ Transaction      values in hundredths of the one currency, debits positive
"""

import uuid
import xml.etree.ElementTree as Xml
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape

NAMES = (
    *("gnc", "act", "book", "cd", "cmdty", "price", "slot", "split", "sx", "trn", "ts", "fs"),
    *("bgt", "recurrence", "lot", "addr", "owner", "taxtable", "billterm", "cust", "invoice"),
    *("entry", "order", "job", "employee", "vendor", "tte"),
)
HEAD = (
    '<?xml version="1.0" encoding="utf-8" ?>\n<gnc-v2\n'
    + "\n".join(f'     xmlns:{name}="http://www.gnucash.org/XML/{name}"' for name in NAMES)
    + ">\n"
)


@dataclass(frozen=True)
class Account:
    """path: the names from the top, "Assets:Bank". kind: GnuCash's type, as BANK or EXPENSE."""

    path: str
    kind: str
    placeholder: bool = False
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def name(self) -> str:
        return self.path.rpartition(":")[2]


@dataclass(frozen=True)
class Split:
    """account: its path. amount: positive for a debit. reconciled: n, c or y."""

    account: str
    amount: Decimal
    memo: str = ""
    reconciled: str = "n"


@dataclass(frozen=True)
class Transaction:
    day: date
    description: str
    splits: tuple[Split, ...]
    number: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex, compare=False)


@dataclass(frozen=True)
class Book:
    currency: str
    accounts: tuple[Account, ...]
    transactions: tuple[Transaction, ...]


def write(book: Book, path: Path) -> None:
    ids = {account.path: account.id for account in book.accounts}
    root, parts = uuid.uuid4().hex, []
    money = (
        f"<{{0}}><cmdty:space>CURRENCY</cmdty:space><cmdty:id>{book.currency}</cmdty:id></{{0}}>"
    )
    parts.append(_account("Root Account", root, "ROOT", "", "", False))
    for account in book.accounts:
        parent = ids.get(account.path.rpartition(":")[0], root)
        commodity = money.format("act:commodity") + "<act:commodity-scu>100</act:commodity-scu>"
        parts.append(
            _account(account.name, account.id, account.kind, commodity, parent, account.placeholder)
        )
    posted = money.format("trn:currency")
    parts += [_transaction(entry, ids, posted) for entry in book.transactions]
    counts = (
        '<gnc:count-data cd:type="commodity">1</gnc:count-data>'
        f'<gnc:count-data cd:type="account">{len(book.accounts) + 1}</gnc:count-data>'
        f'<gnc:count-data cd:type="transaction">{len(book.transactions)}</gnc:count-data>'
    )
    commodity = f'<gnc:commodity version="2.0.0">{money.format("x")[3:-4]}</gnc:commodity>'
    text = (
        f'{HEAD}<gnc:count-data cd:type="book">1</gnc:count-data>\n<gnc:book version="2.0.0">\n'
        f'<book:id type="guid">{uuid.uuid4().hex}</book:id>\n{counts}\n{commodity}\n'
        + "\n".join(parts)
        + "\n</gnc:book>\n</gnc-v2>\n"
    )
    path.write_text(text, encoding="utf-8")


def read(path: Path) -> Book:
    """ValueError where the file is no book in plain XML."""
    try:
        root = Xml.parse(path).getroot()
    except Xml.ParseError as error:
        raise ValueError(f"{path.name} is no plain XML book: {error}") from error
    paths: dict[str, str] = {}
    accounts, transactions = [], []
    currency = ""
    for node in root.iter(_tag("gnc", "account")):
        identity, name = _text(node, "act", "id"), _text(node, "act", "name")
        parent = paths.get(_text(node, "act", "parent"), "")
        kind = _text(node, "act", "type")
        if kind == "ROOT":
            paths[identity] = ""
            continue
        paths[identity] = f"{parent}:{name}" if parent else name
        currency = _text(node, "cmdty", "id") or currency
        slots = dict(_slots(node))
        accounts.append(
            Account(paths[identity], kind, slots.get("placeholder") == "true", identity)
        )
    for node in root.iter(_tag("gnc", "transaction")):
        splits = tuple(
            Split(
                paths.get(_text(split, "split", "account"), "?"),
                _amount(_text(split, "split", "value")),
                _text(split, "split", "memo"),
                _text(split, "split", "reconciled-state"),
            )
            for split in node.iter(_tag("trn", "split"))
        )
        posted = node.find(_tag("trn", "date-posted"))
        day = _text(posted, "ts", "date")[:10] if posted is not None else ""
        transactions.append(
            Transaction(
                date.fromisoformat(day),
                _text(node, "trn", "description"),
                splits,
                _text(node, "trn", "num"),
                _text(node, "trn", "id"),
            )
        )
    return Book(currency, tuple(accounts), tuple(transactions))


def _account(
    name: str, identity: str, kind: str, commodity: str, parent: str, placeholder: bool
) -> str:
    above = f'<act:parent type="guid">{parent}</act:parent>' if parent else ""
    slots = (
        '<act:slots><slot><slot:key>placeholder</slot:key><slot:value type="string">true'
        "</slot:value></slot></act:slots>"
        if placeholder
        else ""
    )
    return (
        f'<gnc:account version="2.0.0"><act:name>{escape(name)}</act:name>'
        f'<act:id type="guid">{identity}</act:id><act:type>{kind}</act:type>'
        f"{commodity}{slots}{above}</gnc:account>"
    )


def _transaction(entry: Transaction, ids: Mapping[str, str], currency: str) -> str:
    number = f"<trn:num>{escape(entry.number)}</trn:num>" if entry.number else ""
    stamp = f"{entry.day.isoformat()} 10:59:00 +0000"
    splits = "".join(
        f'<trn:split><split:id type="guid">{uuid.uuid4().hex}</split:id>'
        + (f"<split:memo>{escape(split.memo)}</split:memo>" if split.memo else "")
        + f"<split:reconciled-state>{split.reconciled}</split:reconciled-state>"
        f"<split:value>{round(split.amount * 100)}/100</split:value>"
        f"<split:quantity>{round(split.amount * 100)}/100</split:quantity>"
        f'<split:account type="guid">{ids[split.account]}</split:account></trn:split>'
        for split in entry.splits
    )
    return (
        f'<gnc:transaction version="2.0.0"><trn:id type="guid">{entry.id}</trn:id>{currency}'
        f"{number}<trn:date-posted><ts:date>{stamp}</ts:date></trn:date-posted>"
        f"<trn:date-entered><ts:date>{stamp}</ts:date></trn:date-entered>"
        f"<trn:description>{escape(entry.description)}</trn:description>"
        f"<trn:splits>{splits}</trn:splits></gnc:transaction>"
    )


def _tag(space: str, name: str) -> str:
    return f"{{http://www.gnucash.org/XML/{space}}}{name}"


def _text(node: Xml.Element, space: str, name: str) -> str:
    found = node.find(f".//{_tag(space, name)}")
    return (found.text or "") if found is not None else ""


def _slots(node: Xml.Element) -> Iterator[tuple[str, str]]:
    for slot in node.iter("slot"):
        yield _text(slot, "slot", "key"), _text(slot, "slot", "value")


def _amount(text: str) -> Decimal:
    value = Fraction(text)
    return Decimal(value.numerator) / Decimal(value.denominator)
