"""A book in SQLite as GnuCash 4.13 writes it, for tests: its tables, filled from a drawn book."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from tasks.books.gnucash.book import Book
from tasks.books.gnucash.business import new_id

SCHEMA = Path(__file__).parent / "golden" / "gnucash" / "schema.sql"


def write(book: Book, path: Path) -> None:
    """Accounts and transactions; a book of one currency."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(SCHEMA.read_text())
        root, template, money = new_id(), new_id(), new_id()
        _add(database, "books", guid=new_id(), root_account_guid=root, root_template_guid=template)
        _add(
            database,
            "commodities",
            guid=money,
            namespace="CURRENCY",
            mnemonic=book.currency,
            fraction=100,
            quote_flag=0,
        )
        nowhere = {"commodity_scu": 0, "non_std_scu": 0, "account_type": "ROOT"}
        _add(database, "accounts", guid=root, name="Root Account", **nowhere)
        _add(database, "accounts", guid=template, name="Template Root", **nowhere)
        ids = {"": root}
        for account in book.accounts:
            ids[account.path] = account.id
            _add(
                database,
                "accounts",
                guid=account.id,
                name=account.name,
                account_type=account.kind,
                commodity_guid=money,
                commodity_scu=100,
                non_std_scu=0,
                parent_guid=ids[account.path.rpartition(":")[0]],
                code="",
                description=account.description,
                hidden=0,
                placeholder=int(account.placeholder),
            )
        for entry in book.transactions:
            day = f"{entry.day} 10:59:00"
            _add(
                database,
                "transactions",
                guid=entry.id,
                currency_guid=money,
                num=entry.number,
                post_date=day,
                enter_date=day,
                description=entry.description,
            )
            for split in entry.splits:
                cents = int(split.amount * 100)
                _add(
                    database,
                    "splits",
                    guid=new_id(),
                    tx_guid=entry.id,
                    account_guid=ids[split.account],
                    memo=split.memo,
                    action=split.action,
                    reconcile_state=split.reconciled,
                    value_num=cents,
                    value_denom=100,
                    quantity_num=cents,
                    quantity_denom=100,
                )


def _add(database: sqlite3.Connection, table: str, **values: object) -> None:
    row: Mapping[str, object] = values
    marks = ", ".join("?" * len(row))
    database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", [*row.values()])


def locked(path: Path) -> None:
    """As GnuCash leaves it when it only looked: its lock was written, and taken away."""
    for statement in ("INSERT INTO gnclock VALUES ('here', 1)", "DELETE FROM gnclock"):
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(statement)
