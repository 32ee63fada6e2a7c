"""What every task of ours must hold to, whatever its suite: nothing done is never right."""

from collections import Counter
from pathlib import Path

import pytest

from actuation.action import Ask
from tasks import catalog
from tasks.books.enter_invoice import GOALS, EnterInvoice
from tasks.books.job import BookJob
from tasks.task import Task, Verdict

SCREEN = (1280, 800)
BOOKS = sorted(name for name in catalog.TASKS if name.startswith("books/"))
SEEDS = range(12_700, 12_706)


def written(name: str, folder: Path, seed: int, variant: str = "") -> tuple[Task, str]:
    """A task whose files lie there, with no program running, and its goal."""
    task = catalog.create(name)
    if isinstance(task, EnterInvoice):
        task.draw(folder, seed, variant, SCREEN)
        return task, f"{GOALS[seed % len(GOALS)]} {task.invoice}"  # the invoice is on the screen
    assert isinstance(task, BookJob)
    return task, task.write(folder, seed, variant, SCREEN)[0]


@pytest.mark.parametrize("name", BOOKS)
def test_nothing_done_is_right_only_where_a_question_is(name: str, tmp_path: Path) -> None:
    for variant in catalog.create(name).variants:
        task, _ = written(name, tmp_path / (variant or "plain"), SEEDS[0], variant)
        for answer in ("", "Done", "0"):
            verdict = task.verify(answer)
            assert verdict.ok == verdict.expects_ask, (variant, verdict)
            assert not verdict.collateral and not verdict.fell, (variant, verdict)
        if verdict.expects_ask:
            steps = list(task.demonstrate(lambda: pytest.fail("it looked")))
            assert [type(step) for step in steps] == [Ask]
        task.teardown()


@pytest.mark.parametrize("name", BOOKS)
def test_seeds_are_different_jobs(name: str, tmp_path: Path) -> None:
    goals = [written(name, tmp_path / str(seed), seed)[1] for seed in SEEDS]
    assert len(set(goals)) > 1, goals


def test_a_file_left_beside_is_collateral(tmp_path: Path) -> None:
    for name in ("books/enter_invoice", "books/sort_table", "books/read_balance"):
        folder = tmp_path / name
        task, _ = written(name, folder, SEEDS[0])
        (folder / "copy.xlsx").write_bytes(b"a copy")
        verdict = task.verify(getattr(task, "answer", None) or "")
        assert not verdict.ok and verdict.collateral and "copy.xlsx" in verdict.reason


def test_the_books_are_many_and_of_every_length() -> None:
    levels, suites = Counter[int](), Counter[str]()
    for name in BOOKS:
        task = catalog.create(name)
        assert task.name == name and task.level in (1, 2, 3, 4)
        assert set(task.traps) <= set(task.variants) and "" in task.variants
        assert len(set(task.variants)) == len(task.variants)
        levels[task.level] += 1
        suite = catalog.TASKS[name].split(".")[2].partition(":")[0]
        suites["calc" if suite == "enter_invoice" else suite] += 1
    assert min(levels[level] for level in (1, 2, 3, 4)) >= 5, levels
    assert suites["calc"] >= 12 and suites["gnucash"] >= 10, suites
    assert suites["fava"] >= 6 and suites["across"] >= 4, suites


def test_a_broken_file_is_a_verdict_too(tmp_path: Path) -> None:
    for name in ("books/enter_invoice", "books/sort_table", "books/transfer", "books/fava_note"):
        folder = tmp_path / name
        task, _ = written(name, folder, SEEDS[0])
        path = next(path for path in folder.iterdir() if path.suffix not in (".png", ""))
        for content in (b"", b"PK\x03\x04", b"<", b"\xff\xfe", _garbled(path)):
            path.write_bytes(content)
            verdict = task.verify()
            assert isinstance(verdict, Verdict) and not verdict.ok and verdict.collateral


def _garbled(path: Path) -> bytes:
    """Something amid the file is other bytes."""
    content = path.read_bytes()
    middle = len(content) // 2
    return content[:middle] + b"\x00<garbled" + content[middle + 9 :]
