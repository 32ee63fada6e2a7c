"""Reads the formats that `tasks.own.book` knows, each through the library of its trade."""

import csv
import gzip
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from xml.parsers.expat import ExpatError

from perception.values import parse_amount, parse_date
from tasks.apps.separated import read as columns
from tasks.books.job import BROKEN as BROKEN_SHEETS
from tasks.own import gnucash_sql
from tasks.own.book import Book, Cell, Place, Sheet, Value, counted, plain

BROKEN = (*BROKEN_SHEETS, ExpatError, sqlite3.Error, csv.Error, EOFError)
ODF_REFERENCE = re.compile(r"\[\.?([^\]]*)\]")
TRANSACTIONS = ("Date", "Number", "Payee", "Description", "Flag", "Tags, links, notes")


def read(path: Path) -> Book:
    """The book in a file, by what its name ends in."""
    return READERS.get(path.suffix.casefold(), opaque)(path)


def read_kept(path: Path, name: str) -> Book:
    """The book in a file that is kept under another name than its own."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / name
        copy.write_bytes(path.read_bytes())
        return read(copy)


def opaque(path: Path) -> Book:
    return Book(opaque=sha256(path.read_bytes()).hexdigest())


def workbook(path: Path) -> Book:
    """.xlsx, through openpyxl: values that Calc has computed stand beside their formulas."""
    from tasks.books.calc import saved
    from tasks.books.calc.sheets import sheets as facts

    names: dict[str, dict[Place, Cell]] = {}
    for (name, row, column), cell in saved.read(path).items():
        formula = str(cell.raw)[1:] if isinstance(cell.raw, str) and cell.raw[:1] == "=" else ""
        value = plain(cell.value if formula else cell.raw)
        if value is not None or formula:
            cells = names.setdefault(name, {})
            cells[row, column] = Cell("" if value is None else value, formula)
    return Book(tuple(Sheet(name, cells) for name, cells in names.items()), facts(path))


def opendocument(path: Path) -> Book:
    """.ods, through odfpy: only what is repeated has to be unrolled."""
    from odf.namespaces import TABLENS
    from odf.opendocument import load
    from odf.table import Table, TableRow

    made, order = [], []
    for table in load(str(path)).spreadsheet.getElementsByType(Table):
        name, cells, row = str(table.getAttribute("name")), dict[Place, Cell](), 1
        order.append(name)
        for line in table.getElementsByType(TableRow):
            found = list(_odf_cells(line.childNodes))
            for again in range(_times(line.getAttrNS(TABLENS, "number-rows-repeated"))):
                cells |= {(row + again, column): cell for column, cell in found}
                if not found:
                    break
            row += _times(line.getAttrNS(TABLENS, "number-rows-repeated"))
        made.append(Sheet(name, cells))
    return Book(tuple(made), frozenset([f"the sheets {', '.join(order)}"]))


def _odf_cells(nodes: Iterable[object]) -> Iterable[tuple[int, Cell]]:
    from odf.namespaces import OFFICENS, TABLENS

    column = 1
    for node in nodes:
        if getattr(node, "qname", ("", ""))[1] not in ("table-cell", "covered-table-cell"):
            continue
        get = node.getAttrNS  # type: ignore[attr-defined]
        formula = ODF_REFERENCE.sub(
            lambda match: match[1].replace(":.", ":"), str(get(TABLENS, "formula") or "")
        ).partition("=")[2]
        value = _odf_value(node, str(get(OFFICENS, "value-type") or ""), get)
        times = _times(get(TABLENS, "number-columns-repeated"))
        if value is not None or formula:
            for again in range(times):
                yield column + again, Cell("" if value is None else value, formula)
        column += times


def _odf_value(node: object, kind: str, get: Callable[[str, str], object]) -> Value | None:
    from odf.namespaces import OFFICENS
    from odf.teletype import extractText
    from odf.text import P

    match kind:
        case "float" | "currency" | "percentage":
            return Decimal(str(get(OFFICENS, "value"))).normalize()
        case "date":
            said = str(get(OFFICENS, "date-value"))
            return parse_date(said.partition("T")[0]) if "T00:00:00" in said + "T00:00:00" else said
        case "boolean":
            return str(get(OFFICENS, "boolean-value")) == "true"
        case "time":
            return str(get(OFFICENS, "time-value"))
    lines = node.getElementsByType(P)  # type: ignore[attr-defined]
    return "\n".join(extractText(line) for line in lines) or None


def _times(said: object) -> int:
    return int(str(said or 1))


def separated(path: Path) -> Book:
    """.csv, .tsv: what looks like a date or a number is one, as a spreadsheet takes it."""
    cells = {
        (row, column): Cell(value)
        for row, line in enumerate(columns(path).lines, start=1)
        for column, said in enumerate(line, start=1)
        if (value := _typed(said.strip())) is not None
    }
    return Book((Sheet(path.stem, cells),))


def _typed(said: str) -> Value | None:
    day, number = parse_date(said), parse_amount(said)
    if day is not None:
        return day
    coded = re.match(r"0\d", said)  # a postcode, an account's number
    return (said or None) if number is None or coded else number.normalize()


def gnucash(path: Path) -> Book:
    """.gnucash in SQLite, or in XML, plain or compressed."""
    from tasks.books.gnucash.read import read as read_book

    if gnucash_sql.is_sql(path):
        entries, others = gnucash_sql.read(path)
        lines = [Line(day, amounts, number, "", text) for day, number, text, amounts in entries]
        return Book((_ledger(lines),), others)
    if path.read_bytes()[:2] == b"\x1f\x8b":
        with tempfile.TemporaryDirectory() as folder:
            unpacked = Path(folder) / path.name
            unpacked.write_bytes(gzip.decompress(path.read_bytes()))
            return gnucash(unpacked)
    book = read_book(path)
    lines = [
        Line(
            one.day,
            [(s.account, s.amount) for s in one.splits],
            one.number,
            description=one.description,
        )
        for one in book.transactions
    ]
    facts = [repr(one) for one in (*book.accounts, *book.parties, *book.documents, *book.others)]
    facts += [
        f"{one.day} {one.description}: {split}"
        for one in book.transactions
        for split in one.splits
        if (split.memo, split.reconciled, split.action, split.lot) != ("", "n", "", "")
    ]
    return Book((_ledger(lines),), counted(facts))


def beancount(path: Path) -> Book:
    """.beancount, parsed and not loaded: plugins and includes are read as facts, never run. One
    amount of a transaction may be left out: it is what the others leave."""
    from beancount.core.data import Transaction
    from beancount.parser import parser

    from tasks.own import beans

    entries, errors, options = parser.parse_file(str(path))
    if errors:
        raise ValueError(str(errors[0].message))
    main = beans.main_currency(entries, options)
    lines = [
        Line(
            one.date,
            tuple(beans.amounts(one, main)),
            payee=one.payee or "",
            description=one.narration or "",
            flag=beans.flag(one),
            marks=beans.marks(one),
        )
        for one in entries
        if isinstance(one, Transaction)
    ]
    facts = [
        f"{one[1:]!r} {' '.join(beans.notes(one.meta))}".strip()
        for one in entries
        if not isinstance(one, Transaction)
    ]
    facts += [f"{key} {options[key]}" for key in ("plugin", "include", "title")]
    return Book((_ledger(lines),), counted(facts))


@dataclass(frozen=True)
class Line:
    """One transaction. amounts: of each account; a text where it is no plain number."""

    day: object
    amounts: Sequence[tuple[str, Decimal | str | None]]
    number: str = ""
    payee: str = ""
    description: str = ""
    flag: str = ""
    marks: str = ""


def _ledger(lines: Iterable[Line]) -> Sheet:
    """Transactions as rows: what is said of each, then account and amount of each part."""
    cells: dict[Place, Cell] = {}
    named = dict(enumerate(TRANSACTIONS, start=1))
    for row, line in enumerate(lines, start=1):
        values: list[object] = [line.day, line.number, line.payee, line.description]
        values += [line.flag, line.marks]
        parts = sorted(line.amounts, key=lambda part: part[0])
        for at, (account, amount) in enumerate(parts, start=1):
            values += [account, amount]
            named[len(values) - 1], named[len(values)] = f"Account {at}", f"Amount {at}"
        for column, value in enumerate(values, start=1):
            if (said := plain(value)) is not None:
                cells[row, column] = Cell(said.normalize() if isinstance(said, Decimal) else said)
    first = len(TRANSACTIONS) + 1
    return Sheet("transactions", cells, ordered=False, named=named, pairs_from=first)


READERS: dict[str, Callable[[Path], Book]] = {
    ".ods": opendocument,
    ".xlsx": workbook,
    ".xlsm": workbook,
    ".csv": separated,
    ".tsv": separated,
    ".gnucash": gnucash,
    ".beancount": beancount,
    ".bean": beancount,
}
