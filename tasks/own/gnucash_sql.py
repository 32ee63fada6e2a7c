"""A GnuCash book in SQLite: its transactions, and whatever else it holds, as facts.

Tables and columns are GnuCash's own (wiki.gnucash.org/wiki/SQL); what it keeps for itself, as its
lock and the versions of its tables, says nothing.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from tasks.books.gnucash.read import OWN
from tasks.own.book import counted

HEAD = b"SQLite format 3\0"
KEPT = frozenset(("gnclock", "versions", "sqlite_sequence", "books"))
TOLD = frozenset(("accounts", "transactions", "splits", "slots", "commodities"))
NOTED = OWN | {"remove-color-not-set-slots", "placeholder"}
Entry = tuple[object, str, str, Sequence[tuple[str, Decimal]]]  # day, number, text, amounts


def is_sql(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(HEAD)) == HEAD


def read(path: Path) -> tuple[list[Entry], frozenset[str]]:
    """Transactions, and facts. sqlite3.Error where it is no book of GnuCash's."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        return _Reader(database).book()


class _Reader:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._rows = {name: self._all(name) for name in self._tables() if name not in KEPT}
        self._accounts = {row["guid"]: row for row in self._rows["accounts"]}
        self._money = {
            row["guid"]: row["mnemonic"]
            for row in self._rows["commodities"]
            if row["namespace"] == "CURRENCY"
        }

    def _tables(self) -> list[str]:
        found = self._database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return sorted(str(name) for (name,) in found)

    def _all(self, table: str) -> list[sqlite3.Row]:
        return list(self._database.execute(f'SELECT * FROM "{table}"'))

    def book(self) -> tuple[list[Entry], frozenset[str]]:
        parts: dict[str, list[sqlite3.Row]] = {}
        for split in self._rows["splits"]:
            parts.setdefault(split["tx_guid"], []).append(split)
        lines, facts = list[Entry](), list(self._others())
        for one in self._rows["transactions"]:
            day = _day(one["post_date"])
            splits = parts.get(one["guid"], [])
            amounts = [(self._path(s["account_guid"]), _amount(s, "value")) for s in splits]
            lines.append((day, one["num"] or "", one["description"] or "", amounts))
            facts += [
                f"{day} {one['description']}: {more}"
                for split in splits
                if (more := self._more(split))
            ]
        return lines, counted(facts)

    def _path(self, guid: str) -> str:
        """The names of an account from the top."""
        row = self._accounts.get(guid)
        if row is None or row["account_type"] == "ROOT":
            return ""
        above = self._path(row["parent_guid"])
        return f"{above}:{row['name']}" if above else str(row["name"])

    def _more(self, split: sqlite3.Row) -> str:
        """What else is said of a split."""
        told = [f"{key}={split[key]}" for key in ("memo", "action", "lot_guid") if split[key]]
        if split["reconcile_state"] != "n":
            told.append(f"reconciled {split['reconcile_state']} {split['reconcile_date']}")
        if _amount(split, "quantity") != _amount(split, "value"):
            told.append(f"quantity {_amount(split, 'quantity')}")
        return f"{self._path(split['account_guid'])} {', '.join(told)}" if told else ""

    def _others(self) -> Iterator[str]:
        for guid, row in self._accounts.items():
            said = dict(row)
            for key in ("guid", "parent_guid", "name", "non_std_scu"):
                del said[key]
            said["commodity_guid"] = self._money.get(row["commodity_guid"], row["commodity_guid"])
            yield f"account {self._path(guid)}: {said}"
        for row in self._rows["commodities"]:
            if row["namespace"] not in ("CURRENCY", "template"):
                yield f"commodity {tuple(row)}"
        for row in self._rows["slots"]:
            if row["name"].split("/")[0] not in NOTED:
                owner = self._path(row["obj_guid"]) or row["obj_guid"]
                yield f"{row['name']} of {owner}: {tuple(row)[3:]}"
        for table in sorted(self._rows.keys() - TOLD):
            yield from (f"{table}: {tuple(row)}" for row in self._rows[table])


def _day(said: str | None) -> object:
    from perception.values import parse_date

    return parse_date((said or "")[:10])


def _amount(split: sqlite3.Row, name: str) -> Decimal:
    value = Fraction(split[f"{name}_num"], split[f"{name}_denom"])
    return Decimal(value.numerator) / Decimal(value.denominator)
