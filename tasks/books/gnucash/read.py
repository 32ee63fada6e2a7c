"""GnuCash's uncompressed XML (gnc-v2) into a book, with nothing left out but GnuCash's own notes.

What has a field of its own comes there; whatever else an element holds stands in `rest`, as text.
"""

import xml.etree.ElementTree as Xml
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from tasks.books.gnucash.book import Account, Book, Split, Transaction
from tasks.books.gnucash.business import Document, Line, Party, label

OWN = frozenset(  # what GnuCash keeps for itself, and what stands elsewhere in the book as well
    (
        *("reconcile-info", "last-num", "date-posted", "gncInvoice", "trans-read-only", "counters"),
        *("features", "remap", "currency", "slots", "i-taxable", "b-taxable", "trans-date-due"),
        *("last-posted-to-acct", "payment"),
    )
)
PLAIN = frozenset(  # what is so until someone changes it
    (
        *("active=1", "credit=0/1", "use-tt=0", "credit-note=0", "taxincluded=USEGLOBAL"),
        *("i-discount=0/1", "i-disc-type=PERCENT", "i-disc-how=PRETAX", "i-taxincluded=0"),
        *("discount=0/1", "billable=0", "b-pay=CASH", "b-taxincluded=0", "commodity-scu=100"),
        *("placeholder=true", "placeholder=false", "hidden=false"),
    )
)
PARTIES = {"GncCustomer": "customer", "GncVendor": "vendor"}
READ = frozenset(
    ("account", "transaction", "GncInvoice", "GncEntry", "commodity", "count-data", *PARTIES)
)


def read(path: Path) -> Book:
    """ValueError where the file is no book in plain XML."""
    try:
        root = Xml.parse(path).getroot()
    except Xml.ParseError as error:
        raise ValueError(f"{path.name} is no plain XML book: {error}") from error
    book = root.find("{http://www.gnucash.org/XML/gnc}book")
    if book is None:
        raise ValueError(f"{path.name} is no GnuCash book")
    return _Reader(book).book()


class _Reader:
    def __init__(self, book: Xml.Element) -> None:
        self.root, self.currency = book, ""
        self.paths: dict[str, str] = {}
        self.labels = {text(one, "guid"): self.label(one) for one in self.all("GncInvoice")}
        self.lots: dict[str, str] = {}

    def all(self, name: str) -> Iterator[Xml.Element]:
        return (one for one in self.root if local(one) == name)

    def label(self, node: Xml.Element) -> str:
        owner = text(child(node, "owner"), "type").removeprefix("gnc").lower()
        return label(owner, text(node, "id"))

    def book(self) -> Book:
        accounts = tuple(self.accounts())
        entries = tuple(map(self.transaction, self.all("transaction")))
        parties = {
            text(one, "guid"): self.party(kind, one)
            for name, kind in PARTIES.items()
            for one in self.all(name)
        }
        lines: dict[str, list[Line]] = {}
        for node in self.all("GncEntry"):
            paper = text(node, "invoice") or text(node, "bill")
            lines.setdefault(paper, []).append(self.line(node))
        documents = tuple(
            self.document(one, parties, tuple(lines.pop(text(one, "guid"), ())))
            for one in self.all("GncInvoice")
        )
        stray = [f"a line of nothing: {line}" for group in lines.values() for line in group]
        options = [value for key, value in slots(self.root) if key == "options" and value]
        others = [flat(one) for one in self.root if local(one) not in READ | {"id", "slots"}]
        return Book(
            self.currency,
            accounts,
            entries,
            tuple(parties.values()),
            documents,
            (*options, *others, *stray, *self.securities()),
        )

    def securities(self) -> list[str]:
        """Whatever else than money can be held; GnuCash lists the currencies by itself."""
        own = ("CURRENCY", "template")
        return [flat(one) for one in self.all("commodity") if text(one, "space") not in own]

    def foreign(self, node: Xml.Element) -> list[str]:
        """The currency of something, where it is another than the book's."""
        currency = text(child(node, "currency"), "id")
        return [f"currency={currency}"] if currency not in ("", self.currency) else []

    def accounts(self) -> Iterator[Account]:
        for node in self.all("account"):
            identity, name, kind = (text(node, key) for key in ("id", "name", "type"))
            if kind == "ROOT":
                self.paths[identity] = ""
                continue
            parent = self.paths.get(text(node, "parent"), "")
            path = self.paths[identity] = f"{parent}:{name}" if parent else name
            commodity = child(node, "commodity")
            self.currency = self.currency or text(commodity, "id")
            other = () if text(commodity, "id") == self.currency else (flat(commodity),)
            for lot in child(node, "lots"):
                papers = [self.labels[one.text] for one in lot.iter() if one.text in self.labels]
                self.lots[text(lot, "id")] = papers[0] if papers else "?"
            known = ("id", "name", "type", "parent", "commodity", "description", "lots")
            placeholder = ("placeholder", "true") in slots(node)
            yield Account(
                path,
                kind,
                placeholder,
                text(node, "description"),
                (*rest(node, *known), *other),
                identity,
            )

    def transaction(self, node: Xml.Element) -> Transaction:
        known = ("id", "currency", "num", "date-posted", "date-entered", "description", "splits")
        kind = dict(slots(node)).get("trans-txn-type", "")
        due = next(
            (value for key, value in slots(node) if key == "trans-date-due"),
            "",
        )[:10]
        others = [one for one in rest(node, *known) if not one.startswith("trans-txn-type=")]
        others += self.foreign(node)
        others += [
            f"quantity={text(split, 'quantity')}"  # another currency
            for split in child(node, "splits")
            if amount(text(split, "quantity")) != amount(text(split, "value"))
        ]
        return Transaction(
            day(child(node, "date-posted")),
            text(node, "description"),
            tuple(map(self.split, child(node, "splits"))),
            text(node, "num"),
            kind,
            date.fromisoformat(due) if due else None,
            tuple(others),
            text(node, "id"),
        )

    def split(self, node: Xml.Element) -> Split:
        state, lot = text(node, "reconciled-state"), text(node, "lot")
        return Split(
            self.paths.get(text(node, "account"), "?"),
            amount(text(node, "value")),
            text(node, "memo"),
            state,
            some_day(child(node, "reconcile-date")) if state == "y" else None,
            text(node, "action"),
            self.lots.get(lot, "?") if lot else "",
        )

    def party(self, kind: str, node: Xml.Element) -> Party:
        name = text(node, "name")
        others = rest(node, "guid", "id", "name")
        addressed = tuple(one for one in others if one != f"addr={name}")
        return Party(kind, text(node, "id"), name, (*addressed, *self.foreign(node)))

    def line(self, node: Xml.Element) -> Line:
        known = ("guid", "date", "entered", "description", "qty", "invoice", "bill")
        sides = ("i-acct", "b-acct", "i-price", "b-price")
        return Line(
            day(child(node, "date")),
            text(node, "description"),
            self.paths.get(text(node, "i-acct") or text(node, "b-acct"), "?"),
            amount(text(node, "qty") or "0"),
            amount(text(node, "i-price") or text(node, "b-price") or "0"),
            rest(node, *known, *sides),
        )

    def document(
        self, node: Xml.Element, parties: dict[str, Party], lines: tuple[Line, ...]
    ) -> Document:
        known = ("guid", "id", "owner", "opened", "posted", "billing_id")
        posting = ("posttxn", "postlot", "postacc")
        owner = text(child(node, "owner"), "id")
        return Document(
            text(node, "id"),
            parties.get(owner, Party("?", owner, "?")),
            day(child(node, "opened")),
            lines,
            some_day(child(node, "posted")),
            self.paths.get(text(node, "postacc"), ""),
            text(node, "billing_id"),
            (*rest(node, *known, *posting), *self.foreign(node)),
            text(node, "posttxn"),
        )


def local(node: Xml.Element) -> str:
    """The name without its space."""
    return node.tag.rpartition("}")[2]


def child(node: Xml.Element, name: str) -> Xml.Element:
    """An empty one where there is none."""
    return next((one for one in node if local(one) == name), Xml.Element(name))


def text(node: Xml.Element, name: str) -> str:
    return child(node, name).text or ""


def slots(node: Xml.Element) -> list[tuple[str, str]]:
    """What was noted at an element, as key and value."""
    noted = child(node, "slots")
    return [(text(one, "key"), flat(child(one, "value"))) for one in noted]


def rest(node: Xml.Element, *known: str) -> tuple[str, ...]:
    """Everything at an element but what is known, GnuCash's own, or as it is without being set."""
    parts = [(local(one), flat(one)) for one in node if local(one) not in known]
    found = [*parts, *slots(node)]
    told = {f"{key}={value}" for key, value in found if key not in OWN and value}
    return tuple(sorted(told - PLAIN))


def flat(node: Xml.Element) -> str:
    """All the text in an element."""
    return " ".join(part.strip() for part in node.itertext() if part.strip())


def day(node: Xml.Element) -> date:
    """ValueError where there is none."""
    return date.fromisoformat(text(node, "date")[:10])


def some_day(node: Xml.Element) -> date | None:
    return day(node) if text(node, "date") else None


def amount(text: str) -> Decimal:
    value = Fraction(text)
    return Decimal(value.numerator) / Decimal(value.denominator)
