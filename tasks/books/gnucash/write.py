"""A book into GnuCash's uncompressed XML (gnc-v2)."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

from tasks.books.gnucash.book import Account, Book, Split, Transaction
from tasks.books.gnucash.business import Document, Line, Party, new_id

NAMES = (
    *("gnc", "act", "book", "cd", "cmdty", "price", "slot", "split", "sx", "trn", "ts", "fs"),
    *("bgt", "recurrence", "lot", "addr", "owner", "taxtable", "billterm", "cust", "invoice"),
    *("entry", "order", "job", "employee", "vendor", "tte"),
)
READ_ONLY = "Generated from an invoice. Try unposting the invoice."
COUNTERS = (("customer", "gncCustomer", "gncInvoice"), ("vendor", "gncVendor", "gncBill"))


def write(book: Book, path: Path) -> None:
    """Accounts are written before what refers to them, whatever their order in the book."""
    path.write_text(_Writer(book).text(), encoding="utf-8")


class _Writer:
    def __init__(self, book: Book) -> None:
        self.book, self.root = book, new_id()
        self.ids = {account.path: account.id for account in book.accounts}
        self.lots = {document.label: document.lot for document in book.documents}
        self.documents = {document.entry: document for document in book.documents}

    def text(self) -> str:
        book = self.book
        parts = [
            tag("book:id", new_id(), ' type="guid"'),
            tag("book:slots", self.counters()) if book.parties else "",
            count("commodity", 1),
            count("account", len(book.accounts) + 1),
            count("transaction", len(book.transactions)),
            tag("gnc:commodity", self.commodity(), ' version="2.0.0"'),
            tag("gnc:account", self.top(), ' version="2.0.0"'),
            *(self.account(account) for account in book.accounts),
            *(self.transaction(entry) for entry in book.transactions),
            *(self.party(party) for party in book.parties),
            *(self.document(document) for document in book.documents),
        ]
        head = " ".join(f'xmlns:{name}="http://www.gnucash.org/XML/{name}"' for name in NAMES)
        whole = count("book", 1) + tag("gnc:book", "\n".join(parts), ' version="2.0.0"')
        return f'<?xml version="1.0" encoding="utf-8" ?>\n<gnc-v2 {head}>\n{whole}\n</gnc-v2>\n'

    def commodity(self) -> str:
        return tag("cmdty:space", "CURRENCY") + tag("cmdty:id", self.book.currency)

    def counters(self) -> str:
        """The numbers that were given out, so that the next one is free."""
        highest = []
        for kind, name, papers in COUNTERS:
            owned = [one.number for one in self.book.parties if one.kind == kind]
            drawn = [one.number for one in self.book.documents if one.owner.kind == kind]
            highest += [(name, owned), (papers, drawn)]
        slots = (
            slot(name, "integer", str(max((int(one) for one in numbers), default=0)))
            for name, numbers in highest
        )
        return slot("counters", "frame", "".join(slots))

    def top(self) -> str:
        return (
            tag("act:name", "Root Account")
            + tag("act:id", self.root, ' type="guid"')
            + tag("act:type", "ROOT")
        )

    def account(self, account: Account) -> str:
        parent = self.ids.get(account.path.rpartition(":")[0], self.root)
        lots = [one for one in self.book.documents if one.posted and one.account == account.path]
        return tag(
            "gnc:account",
            tag("act:name", escape(account.name))
            + tag("act:id", account.id, ' type="guid"')
            + tag("act:type", account.kind)
            + tag("act:commodity", self.commodity())
            + tag("act:commodity-scu", "100")
            + optional("act:description", escape(account.description))
            + optional("act:slots", slot("placeholder", "string", "true"), account.placeholder)
            + tag("act:parent", parent, ' type="guid"')
            + optional("act:lots", "".join(map(lot, lots))),
            ' version="2.0.0"',
        )

    def transaction(self, entry: Transaction) -> str:
        document = self.documents.get(entry.id)
        slots = slot("trans-txn-type", "string", entry.kind) if entry.kind else ""
        if document is not None:
            slots += slot("gncInvoice", "frame", slot("invoice-guid", "guid", document.id))
            slots += slot("trans-date-due", "gdate", f"<gdate>{entry.due}</gdate>")
            slots += slot("trans-read-only", "string", READ_ONLY)
        return tag(
            "gnc:transaction",
            tag("trn:id", entry.id, ' type="guid"')
            + tag("trn:currency", self.commodity())
            + optional("trn:num", escape(entry.number))
            + tag("trn:date-posted", stamp(entry.day))
            + tag("trn:date-entered", stamp(entry.day))
            + tag("trn:description", escape(entry.description))
            + optional("trn:slots", slots)
            + tag("trn:splits", "".join(map(self.split, entry.splits))),
            ' version="2.0.0"',
        )

    def split(self, split: Split) -> str:
        return tag(
            "trn:split",
            tag("split:id", new_id(), ' type="guid"')
            + optional("split:memo", escape(split.memo))
            + optional("split:action", escape(split.action))
            + tag("split:reconciled-state", split.reconciled)
            + (tag("split:reconcile-date", stamp(split.on)) if split.on else "")
            + tag("split:value", fraction(split.amount))
            + tag("split:quantity", fraction(split.amount))
            + tag("split:account", self.ids[split.account], ' type="guid"')
            + (tag("split:lot", self.lots[split.lot], ' type="guid"') if split.lot else ""),
        )

    def party(self, party: Party) -> str:
        customer = party.kind == "customer"
        space = "cust" if customer else "vendor"
        discount = tag("cust:discount", "0/1") + tag("cust:credit", "0/1") if customer else ""
        return tag(
            "gnc:GncCustomer" if customer else "gnc:GncVendor",
            tag(f"{space}:guid", party.id, ' type="guid"')
            + tag(f"{space}:name", escape(party.name))
            + tag(f"{space}:id", party.number)
            + tag(f"{space}:addr", tag("addr:name", escape(party.name)), ' version="2.0.0"')
            + (tag("cust:shipaddr", "", ' version="2.0.0"') if customer else "")
            + tag(f"{space}:taxincluded", "USEGLOBAL")
            + tag(f"{space}:active", "1")
            + discount
            + tag(f"{space}:currency", self.commodity())
            + tag(f"{space}:use-tt", "0"),
            ' version="2.0.0"',
        )

    def document(self, document: Document) -> str:
        owner = document.owner
        parts = [
            tag("invoice:guid", document.id, ' type="guid"'),
            tag("invoice:id", document.number),
            tag(
                "invoice:owner",
                tag("owner:type", f"gnc{owner.kind.title()}")
                + tag("owner:id", owner.id, ' type="guid"'),
                ' version="2.0.0"',
            ),
            tag("invoice:opened", stamp(document.opened)),
            tag("invoice:posted", stamp(document.posted)) if document.posted else "",
            optional("invoice:billing_id", escape(document.reference)),
            tag("invoice:active", "1"),
        ]
        if document.posted:
            parts += [
                tag("invoice:posttxn", document.entry, ' type="guid"'),
                tag("invoice:postlot", document.lot, ' type="guid"'),
                tag("invoice:postacc", self.ids[document.account], ' type="guid"'),
            ]
        parts += [
            tag("invoice:currency", self.commodity()),
            tag("invoice:slots", slot("credit-note", "integer", "0")),
        ]
        whole = tag("gnc:GncInvoice", "".join(parts), ' version="2.0.0"')
        return whole + "".join(self.line(line, document) for line in document.lines)

    def line(self, line: Line, document: Document) -> str:
        customer = document.owner.kind == "customer"
        side, paper = ("i", "invoice") if customer else ("b", "bill")
        return tag(
            "gnc:GncEntry",
            tag("entry:guid", new_id(), ' type="guid"')
            + tag("entry:date", stamp(line.day))
            + tag("entry:entered", stamp(line.day))
            + tag("entry:description", escape(line.description))
            + tag("entry:qty", fraction(line.quantity))
            + tag(f"entry:{side}-acct", self.ids[line.account], ' type="guid"')
            + tag(f"entry:{side}-price", fraction(line.price))
            + (discount() if customer else tag("entry:billable", "0"))
            + tag(f"entry:{side}-taxable", "0")
            + tag(f"entry:{side}-taxincluded", "0")
            + ("" if customer else tag("entry:b-pay", "CASH"))
            + tag(f"entry:{paper}", document.id, ' type="guid"'),
            ' version="2.0.0"',
        )


def discount() -> str:
    return (
        tag("entry:i-discount", "0/1")
        + tag("entry:i-disc-type", "PERCENT")
        + tag("entry:i-disc-how", "PRETAX")
    )


def lot(document: Document) -> str:
    paper = slot("gncInvoice", "frame", slot("invoice-guid", "guid", document.id))
    identity = tag("lot:id", document.lot, ' type="guid"')
    return tag("gnc:lot", identity + tag("lot:slots", paper), ' version="2.0.0"')


def tag(name: str, content: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{content}</{name}>"


def optional(name: str, content: str, wanted: bool = True) -> str:
    return tag(name, content) if content and wanted else ""


def slot(key: str, kind: str, value: str) -> str:
    return tag("slot", tag("slot:key", key) + tag("slot:value", value, f' type="{kind}"'))


def count(what: str, number: int) -> str:
    return tag("gnc:count-data", str(number), f' cd:type="{what}"')


def stamp(day: date) -> str:
    return tag("ts:date", f"{day.isoformat()} 10:59:00 +0000")


def fraction(amount: Decimal) -> str:
    return f"{round(amount * 100)}/100"
