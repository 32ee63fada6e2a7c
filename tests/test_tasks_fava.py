"""The jobs in Fava: oracles on the real program, and a check that sees everything else."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from books_house import live

from actuation.desktop import DesktopError
from actuation.virtual import VirtualDesktop
from perception.observation import Box
from tasks import catalog
from tasks.apps import chromium, fava
from tasks.books.fava.add_transaction import AddTransaction
from tasks.books.fava.attach import Attach
from tasks.books.fava.book import OPENED, Book, Posting, render
from tasks.books.fava.job import FavaJob
from tasks.task import Verdict

FAMILIES = sorted(name for name in catalog.TASKS if ".fava." in catalog.TASKS[name])
SCREEN = (1280, 800)


def job(name: str) -> FavaJob:
    made = catalog.create(name)
    assert isinstance(made, FavaJob)
    return made


@pytest.mark.parametrize("name", FAMILIES)
def test_the_oracle_is_verified(name: str, desktop: VirtualDesktop, tmp_path: Path) -> None:
    task = job(name)
    lived = live(task, desktop, tmp_path, 12_000 + FAMILIES.index(name))
    assert [path.suffix for path in lived.goal.files] == [".beancount"]
    assert lived.goal.applications == ("Chromium",)
    assert lived.verdict.ok and not lived.verdict.collateral, lived.verdict.reason
    assert lived.steps >= 4 * task.level - 1


def right(task: FavaJob, folder: Path, seed: int) -> Book:
    """Write the job and do it, without the program; returns the book as it should be."""
    task.write(folder, seed, "", SCREEN)
    for name in task.files[0]:
        (folder / name).unlink()
    for name, content in task.files[1].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    task.file.write_text(render(task.books[1]), encoding="utf-8")
    return task.books[1]


@pytest.mark.parametrize("name", FAMILIES)
def test_the_right_book_is_right_and_whatever_else_was_changed_is_seen(
    name: str, tmp_path: Path
) -> None:
    task = job(name)
    task.write(tmp_path / "untouched", 12_100, "", SCREEN)
    assert not task.verify().ok
    task = job(name)
    book = right(task, tmp_path / "done", 12_100)
    if task.answer is None:
        assert task.verify() == Verdict(True, "saved, and right")
    first = book.entries[0]
    spoils = {
        "an entry lost": replace(book, entries=book.entries[1:]),
        "an entry twice": book.with_entries(first),
        "a payee": book.swapped(first, replace(first, payee=f"{first.payee} & Co")),
        "a day": book.swapped(first, replace(first, day=OPENED)),
        "an account": replace(book, accounts=(*book.accounts, "Expenses:New")),
        "a note": book.with_extra(f'{first.day} note {book.bank} "seen"'),
        "a comment": book.with_extra("; checked"),
        "metadata": book.with_extra(f'{first.day} event "place" "Bremen"\n  by: "me"'),
        "an option": replace(book, heads=(*book.heads, 'option "operating_currency" "SEK"')),
        "what is no directive": book.with_extra("gifaRent"),
    }
    for what, spoilt in spoils.items():
        task.file.write_text(render(spoilt), encoding="utf-8")
        verdict = task.verify()
        assert not verdict.ok and verdict.collateral, what
    task.file.write_text(render(book.with_extra('plugin "os"')), encoding="utf-8")
    verdict = task.verify()
    assert not verdict.ok and verdict.collateral and "'plugin'" in verdict.reason
    task.file.write_text(render(book), encoding="utf-8")
    (task.file.parent / "documents" / "stray.pdf").write_bytes(b"stray")
    verdict = task.verify()
    assert not verdict.ok and verdict.collateral and "stray.pdf" in verdict.reason


def _short(task: AddTransaction, book: Book) -> Book:
    return book.swapped(task.entry, replace(task.entry, postings=task.entry.postings[1:]))


def _elsewhere(task: AddTransaction, book: Book) -> Book:
    into, *rest = task.entry.postings
    other = next(n for n in book.named("Expenses") if n not in {p.account for p in [into, *rest]})
    postings = (replace(into, account=other), *rest)
    return book.swapped(task.entry, replace(task.entry, postings=postings))


def _amount(task: AddTransaction, book: Book) -> Book:
    into, *parts, rest = task.entry.postings
    assert into.amount and rest.amount
    cent = Decimal("0.01")
    postings = (Posting(into.account, into.amount + cent), *parts)
    postings = (*postings, Posting(rest.account, rest.amount - cent))
    return book.swapped(task.entry, replace(task.entry, postings=postings))


def _currency(task: AddTransaction, book: Book) -> Book:
    line = render(replace(book, entries=(task.entry,), currency="SEK")).split("\n\n")[-1]
    return book.swapped(task.entry, None).with_extra(line.strip())


@pytest.mark.parametrize("spoil", [_short, _elsewhere, _amount, _currency])
def test_a_wrong_transaction_is_wrong_and_no_collateral(
    spoil: Callable[[AddTransaction, Book], Book], tmp_path: Path
) -> None:
    task = AddTransaction()
    book = right(task, tmp_path, 12_300)
    task.file.write_text(render(spoil(task, book)), encoding="utf-8")
    verdict = task.verify()
    assert not verdict.ok and not verdict.collateral and verdict.reason.startswith("missing")


def test_a_transaction_entered_twice_is_seen(tmp_path: Path) -> None:
    task = AddTransaction()
    book = right(task, tmp_path, 12_301)
    task.file.write_text(render(book.with_entries(task.entry)), encoding="utf-8")
    verdict = task.verify()
    assert not verdict.ok and verdict.collateral and verdict.reason.startswith("too much")


def test_an_amount_may_be_left_to_beancount(tmp_path: Path) -> None:
    task = AddTransaction()
    book = right(task, tmp_path, 12_302)
    *parts, rest = task.entry.postings
    left = replace(task.entry, postings=(replace(rest, amount=None), *parts))
    task.file.write_text(render(book.swapped(task.entry, left)), encoding="utf-8")
    assert task.verify() == Verdict(True, "saved, and right")


def test_a_document_that_is_filed_elsewhere_or_changed_is_wrong(tmp_path: Path) -> None:
    task = Attach()
    right(task, tmp_path, 12_303)
    (filed,) = tmp_path.glob("documents/**/*.pdf")
    content = filed.read_bytes()
    filed.write_bytes(b"another")
    assert task.verify().collateral
    filed.unlink()
    assert task.verify().collateral  # it is gone
    (tmp_path / "documents" / filed.name).write_bytes(content)
    verdict = task.verify()
    assert not verdict.ok and not verdict.collateral


def test_a_wrong_answer_is_wrong_and_so_is_a_changed_file(tmp_path: Path) -> None:
    task = job("books/fava_question")
    book = right(task, tmp_path, 12_304)
    assert task.answer is not None
    assert task.verify(f"It is {task.answer} {book.currency}.").ok
    assert not task.verify("1.23").ok and not task.verify("").ok
    task.file.write_text(render(book.with_extra("; looked")), encoding="utf-8")
    assert task.verify(task.answer).collateral


@pytest.mark.parametrize("name", FAMILIES)
def test_a_seed_is_one_job_and_another_seed_another(name: str, tmp_path: Path) -> None:
    texts = []
    for number, seed in enumerate((12_200, 12_200, 12_201)):
        task = job(name)
        text, box = task.write(tmp_path / str(number), seed, "", SCREEN)
        texts.append((text, box, task.before, task.wanted, task.files))
    assert texts[0] == texts[1] != texts[2]
    with pytest.raises(ValueError, match="no variant 'swapped'"):
        job(name).write(tmp_path / "3", 12_200, "swapped", SCREEN)


def test_what_is_missing_is_said_with_its_mend(
    desktop: VirtualDesktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = desktop.launch(["false"])
    with pytest.raises(DesktopError, match=r"pip install 'dormouse\[bench\]'"):
        fava.wait_ready(desktop, program)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DesktopError, match="apt-get install chromium"):
        chromium.start(desktop, "http://127.0.0.1/", Box(10, 30, 800, 600))
