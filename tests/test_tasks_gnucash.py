"""A GnuCash book: what is written is read back, and the check sees every account and posting."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.books.gnucash.book import Account, Book, Split, Transaction
from tasks.books.gnucash.chart import draw_book, move, named
from tasks.books.gnucash.read import read
from tasks.books.gnucash.saved import judge
from tasks.books.gnucash.write import write

TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"),
    max_size=20,
).map(str.strip)


@given(
    text=st.lists(TEXT, min_size=4, max_size=4),
    cents=st.integers(-(10**9), 10**9),
    day=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    state=st.sampled_from("ncy"),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, text: list[str], cents: int, day: date, state: str
) -> None:
    path = tmp_path_factory.mktemp("book") / "b.gnucash"
    bank, rent = Account("Assets", "ASSET", True), Account("Assets:Bank & <Co>", "BANK")
    amount = Decimal(cents) / 100
    on = day if state == "y" else None
    splits = (Split(rent.path, amount, text[0], state, on), Split(bank.path, -amount, text[1]))
    book = Book("EUR", (bank, rent), (Transaction(day, text[2], splits, text[3]),))
    write(book, path)
    assert read(path) == book


def test_a_file_that_is_no_book_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "b.gnucash").write_bytes(b"\x1f\x8b\x08 packed")
    with pytest.raises(ValueError, match="no plain XML book"):
        read(tmp_path / "b.gnucash")


@pytest.mark.parametrize("seed", range(10_000, 10_005))
def test_a_drawn_book_is_in_balance(seed: int) -> None:
    book = draw_book(random.Random(seed), 8)
    paths = {account.path for account in book.accounts}
    assert len(book.transactions) == 8 and len(paths) == len(book.accounts)
    for entry in book.transactions:
        assert sum(split.amount for split in entry.splits) == 0
        assert {split.account for split in entry.splits} <= paths
    assert all(path.rpartition(":")[0] in {"", *paths} for path in paths)


def test_only_the_wanted_book_is_right() -> None:
    before = draw_book(random.Random(1), 5)
    bank, rent = named(before.accounts, "BANK")[0], named(before.accounts, "EXPENSE")[0]
    entry = move(date(2026, 5, 1), "Müller", rent, bank, Decimal("12.50"))
    wanted = replace(before, transactions=(*before.transactions, entry))
    assert judge(before, replace(wanted, transactions=wanted.transactions[::-1]), wanted).ok
    nothing = judge(before, before, wanted)
    assert not nothing.ok and not nothing.collateral and "Müller" in nothing.reason
    other = replace(entry, splits=tuple(replace(s, amount=s.amount * 10) for s in entry.splits))
    mistyped = replace(before, transactions=(*before.transactions, other))
    assert not judge(before, mistyped, wanted).ok
    assert not judge(before, mistyped, wanted).collateral
    twice = replace(wanted, transactions=(*wanted.transactions, entry))
    assert judge(before, twice, wanted).collateral
    lost = replace(wanted, transactions=wanted.transactions[1:])
    assert judge(before, lost, wanted).collateral
    more = replace(wanted, accounts=(*wanted.accounts, Account("Expenses:New", "EXPENSE")))
    assert judge(before, more, wanted).collateral
