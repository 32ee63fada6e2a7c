"""The jobs in a GnuCash book: oracles on the real program, and a check that sees all else."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from books_house import live
from hypothesis import given
from hypothesis import strategies as st

from actuation.virtual import VirtualDesktop
from tasks import catalog
from tasks.books.gnucash.book import Account, Book, Split, Transaction
from tasks.books.gnucash.chart import draw_book, move, named
from tasks.books.gnucash.firm import draw_firm
from tasks.books.gnucash.job import GnuCashJob
from tasks.books.gnucash.read import read
from tasks.books.gnucash.saved import judge
from tasks.books.gnucash.write import write
from tasks.task import Verdict

FAMILIES = sorted(name for name in catalog.TASKS if ".gnucash." in catalog.TASKS[name])
SAVED = [name for name in FAMILIES if name != "books/read_balance"]
SCREEN = (1280, 800)
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


def job(name: str) -> GnuCashJob:
    made = catalog.create(name)
    assert isinstance(made, GnuCashJob)
    return made


@pytest.mark.parametrize("name", FAMILIES)
def test_the_oracle_is_verified(name: str, desktop: VirtualDesktop, tmp_path: Path) -> None:
    task = job(name)
    lived = live(task, desktop, tmp_path, 12_000 + FAMILIES.index(name))
    assert [path.suffix for path in lived.goal.files] == [".gnucash"]
    assert lived.verdict.ok and not lived.verdict.collateral, lived.verdict.reason
    assert lived.steps >= 4 * task.level - 1


@pytest.mark.parametrize("name", FAMILIES)
def test_nothing_done_is_not_enough(name: str, tmp_path: Path) -> None:
    task = job(name)
    task.write(tmp_path, 12_050, "", SCREEN)
    verdict = task.verify()
    assert not verdict.ok and not verdict.collateral
    if name in SAVED:
        assert verdict == Verdict(False, "not saved: the file is unchanged")
    else:
        assert task.answer and task.verify(f"It is {task.answer}.").ok
        assert not task.verify("It is 1.23.").ok


@pytest.mark.parametrize("name", FAMILIES)
def test_a_seed_is_one_job_and_another_seed_another(name: str, tmp_path: Path) -> None:
    drawn = []
    for number, seed in enumerate((12_200, 12_200, 12_201)):
        task = job(name)
        text, _ = task.write(tmp_path / str(number), seed, "", SCREEN)
        drawn.append((text, task.before, task.wanted, task.answer))
    assert drawn[0] == drawn[1] != drawn[2]


def saved(name: str, folder: Path, spoil: Callable[[Book], Book]) -> Verdict:
    """The verdict on a file that holds the wanted book, spoilt."""
    task = job(name)
    task.write(folder, 12_100, "", SCREEN)
    write(spoil(task.wanted), task.file)
    return task.verify("" if task.answer is None else task.answer)


@pytest.mark.parametrize("name", SAVED)
def test_the_wanted_book_is_verified_and_the_old_one_is_not(name: str, tmp_path: Path) -> None:
    assert saved(name, tmp_path, lambda book: book) == Verdict(True, "saved, and right")
    task = job(name)
    task.write(tmp_path, 12_100, "", SCREEN)
    write(task.before, task.file)
    verdict = task.verify()
    assert not verdict.ok and not verdict.collateral


def _posting_lost(book: Book) -> Book:
    return replace(book, transactions=book.transactions[1:])


def _posting_twice(book: Book) -> Book:
    last = book.transactions[-1]
    again = Transaction(last.day, last.description, last.splits, last.number, last.kind, last.due)
    return replace(book, transactions=(*book.transactions, again))


def _first(book: Book, **changes: object) -> Book:
    """The opening balance's bank split is changed."""
    opening, *others = book.transactions
    split = replace(opening.splits[0], **changes)  # type: ignore[arg-type]
    spoilt = replace(opening, splits=(split, *opening.splits[1:]))
    return replace(book, transactions=(spoilt, *others))


def _memo(book: Book) -> Book:
    return _first(book, memo="blot")


def _state(book: Book) -> Book:
    return _first(book, reconciled="c")


def _elsewhere(book: Book) -> Book:
    return _first(book, account="Assets:Cash")


def test_a_posting_in_another_currency_is_seen(tmp_path: Path) -> None:
    task = job("books/enter_transaction")
    task.write(tmp_path, 12_100, "", SCREEN)
    write(task.wanted, task.file)
    *others, last = task.file.read_text(encoding="utf-8").split("<gnc:transaction")
    foreign = last.replace("<cmdty:id>EUR", "<cmdty:id>USD", 1)
    assert foreign != last
    text = "<gnc:transaction".join((*others, foreign))
    task.file.write_text(text, encoding="utf-8")
    assert not task.verify().ok


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("<cust:currency><cmdty:space>CURRENCY</cmdty:space><cmdty:id>EUR", "USD"),
        ("<invoice:currency><cmdty:space>CURRENCY</cmdty:space><cmdty:id>EUR", "USD"),
        ("<gnc:account", '<gnc:commodity version="2.0.0"><cmdty:space>NASDAQ</cmdty:space>'),
    ],
)
def test_another_currency_and_a_security_are_seen(was: str, now: str, tmp_path: Path) -> None:
    task = job("books/customer_invoice")
    task.write(tmp_path, 12_100, "", SCREEN)
    write(task.wanted, task.file)
    text = task.file.read_text(encoding="utf-8")
    spoilt = was[:-3] + now
    if now != "USD":
        spoilt = f"{now}<cmdty:id>ACME</cmdty:id></gnc:commodity>{was}"
    assert was in text
    task.file.write_text(text.replace(was, spoilt, 1), encoding="utf-8")
    verdict = task.verify()
    assert not verdict.ok and verdict.collateral


def test_a_copy_that_is_left_behind_is_seen_and_what_the_program_leaves_is_not(
    tmp_path: Path,
) -> None:
    task = job("books/enter_transaction")
    task.write(tmp_path, 12_100, "", SCREEN)
    write(task.wanted, task.file)
    for name in (f"{task.file.name}.LCK", f"{task.file.name}.20260503.log"):
        (tmp_path / name).touch()
    assert task.verify().ok
    (tmp_path / "copy.gnucash").write_bytes(task.file.read_bytes())
    verdict = task.verify()
    assert not verdict.ok and verdict.collateral and "copy.gnucash" in verdict.reason


def _account_new(book: Book) -> Book:
    return replace(book, accounts=(*book.accounts, Account("Expenses:Blot", "EXPENSE")))


def _account_told(book: Book) -> Book:
    first, *others = book.accounts
    return replace(book, accounts=(replace(first, description="blot"), *others))


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize(
    "spoil",
    [_posting_lost, _posting_twice, _memo, _state, _elsewhere, _account_new, _account_told],
)
def test_what_else_was_changed_is_seen(
    name: str, spoil: Callable[[Book], Book], tmp_path: Path
) -> None:
    verdict = saved(name, tmp_path, spoil)
    assert not verdict.ok and verdict.collateral, verdict.reason


@pytest.mark.parametrize("name", sorted({*SAVED} - {"books/new_account", "books/reconcile"}))
def test_a_posting_to_the_wrong_account_is_seen(name: str, tmp_path: Path) -> None:
    def spoil(book: Book) -> Book:
        *others, last = book.transactions
        paths = [account.path for account in book.accounts if not account.placeholder]
        used = {split.account for split in last.splits}
        other = next(path for path in paths if path not in used)
        split = replace(last.splits[-1], account=other)
        wrong = replace(last, splits=(*last.splits[:-1], split))
        return replace(book, transactions=(*others, wrong))

    assert not saved(name, tmp_path, spoil).ok


def test_an_account_in_another_place_is_seen(tmp_path: Path) -> None:
    def spoil(book: Book) -> Book:
        *others, last = book.accounts
        return replace(book, accounts=(*others, replace(last, path=f"Equity:{last.name}")))

    verdict = saved("books/new_account", tmp_path, spoil)
    assert not verdict.ok and "missing: the account" in verdict.reason


def test_a_split_reconciled_on_another_day_is_seen(tmp_path: Path) -> None:
    def spoil(book: Book) -> Book:
        entries = [
            replace(entry, splits=tuple(replace(s, on=s.on and date(2026, 12, 1)) for s in splits))
            for entry in book.transactions
            for splits in [entry.splits]
        ]
        return replace(book, transactions=tuple(entries))

    assert not saved("books/reconcile", tmp_path, spoil).ok


def _line(book: Book) -> Book:
    *others, last = book.documents
    line = replace(last.lines[0], quantity=last.lines[0].quantity + 1)
    return replace(book, documents=(*others, replace(last, lines=(line, *last.lines[1:]))))


def _document(book: Book) -> Book:
    return replace(book, documents=(*book.documents, replace(book.documents[0], number="000999")))


def _party(book: Book) -> Book:
    first, *others = book.parties
    documents = [
        replace(one, owner=replace(first, name="Blot")) if one.owner == first else one
        for one in book.documents
    ]
    parties = (replace(first, name="Blot"), *others)
    return replace(book, parties=parties, documents=tuple(documents))


def _lot(book: Book) -> Book:
    """The last entry's split stands in another document's lot, or in none."""
    *others, last = book.transactions
    label = next(one.label for one in book.documents if one.label != last.splits[0].lot)
    splits = (replace(last.splits[0], lot=label), *last.splits[1:])
    return replace(book, transactions=(*others, replace(last, splits=splits)))


@pytest.mark.parametrize("name", ["books/customer_invoice", "books/pay_vendor_bill"])
@pytest.mark.parametrize("spoil", [_line, _document, _party, _lot])
def test_what_was_changed_of_the_business_is_seen(
    name: str, spoil: Callable[[Book], Book], tmp_path: Path
) -> None:
    assert not saved(name, tmp_path, spoil).ok


@pytest.mark.parametrize("kind", ["customer", "vendor"])
def test_a_firm_is_read_back_and_a_document_may_be_posted_line_by_line(
    kind: str, tmp_path: Path
) -> None:
    firm = draw_firm(random.Random(kind), kind, 3)
    write(firm, tmp_path / "b.gnucash")
    assert read(tmp_path / "b.gnucash") == firm
    *others, last = firm.transactions
    whole = last.splits[-1]
    halves = (
        replace(whole, memo="a line", amount=whole.amount - 1),
        replace(whole, amount=Decimal(1)),
    )
    apart = replace(last, splits=(*last.splits[:-1], *halves))
    told = replace(firm, transactions=(*others, apart))
    assert judge(firm, told, firm).ok
