"""The jobs in one workbook: oracles on the real program, and a check that sees everything else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from books_house import live
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from actuation.virtual import VirtualDesktop
from tasks import catalog
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Cell, Wanted, judge

FAMILIES = sorted(name for name in catalog.TASKS if "calc" in catalog.TASKS[name])
SCREEN = (1280, 800)


def job(name: str) -> CalcJob:
    made = catalog.create(name)
    assert isinstance(made, CalcJob)
    return made


@pytest.mark.parametrize("name", FAMILIES)
def test_the_oracle_is_verified(name: str, desktop: VirtualDesktop, tmp_path: Path) -> None:
    task = job(name)
    lived = live(task, desktop, tmp_path, 12_000 + FAMILIES.index(name))
    assert [path.suffix for path in lived.goal.files] == [".xlsx"]
    assert lived.verdict.ok and not lived.verdict.collateral, lived.verdict.reason
    assert lived.steps >= 4 * task.level - 1


def _blot(book: Workbook, task: CalcJob) -> None:
    """Change something that is none of the job's business."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                place = (sheet.title, cell.row, cell.column)
                if cell.value is not None and place not in task.wanted:
                    cell.value = "blot"
                    return
    raise AssertionError("every cell is the job's")


def _crumb(book: Workbook, task: CalcJob) -> None:
    book.worksheets[0].cell(40, 20).value = 7


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("spoil", [_blot, _crumb])
def test_what_else_was_changed_is_seen(
    name: str, spoil: Callable[[Workbook, CalcJob], None], tmp_path: Path
) -> None:
    task = job(name)
    task.write(tmp_path, 12_100, "", SCREEN)
    (path,) = tmp_path.glob("*.xlsx")
    book = load_workbook(path)
    spoil(book, task)
    book.save(path)
    verdict = task.verify()
    assert not verdict.ok and verdict.collateral and "was changed" in verdict.reason


@pytest.mark.parametrize("name", FAMILIES)
def test_a_seed_is_one_job_and_another_seed_another(name: str, tmp_path: Path) -> None:
    texts = []
    for number, seed in enumerate((12_200, 12_200, 12_201)):
        task = job(name)
        text, _ = task.write(tmp_path / str(number), seed, "", SCREEN)
        texts.append((text, task.wanted, task.before))
    assert texts[0] == texts[1] != texts[2]
    with pytest.raises(ValueError, match="no variant 'swapped'"):
        job(name).write(tmp_path, 12_200, "swapped", SCREEN)


def cells(**values: object) -> dict[tuple[str, int, int], Cell]:
    return {
        ("S", int(name[1:]), "ABC".index(name[0]) + 1): value
        if isinstance(value, Cell)
        else Cell(value, value, "General")
        for name, value in values.items()
    }


def test_a_formula_is_wanted_or_not_and_formats_count() -> None:
    place = ("S", 1, 1)
    formula, number = Cell("=B1+1", 2, "General"), Cell(2, 2, "General")
    for found, computed, ok in (
        (formula, True, True),
        (number, True, False),
        (formula, False, False),
        (number, False, True),
        (formula, None, True),
        (number, None, True),
    ):
        wanted = {place: Wanted(2, computed=computed)}
        assert judge({}, {place: found}, wanted).ok is ok, (found, computed)
    before = cells(A1=1234.5)
    formatted = {place: Wanted(formatted=("#,##0.00",))}
    assert judge(before, cells(A1=Cell(1234.5, 1234.5, "#,##0.00")), formatted).ok
    assert not judge(before, before, formatted).ok
    assert not judge(before, cells(A1=Cell(1234.6, 1234.6, "#,##0.00")), formatted).ok


def test_a_format_that_nobody_asked_for_is_collateral() -> None:
    before = cells(A1=1.5, B1="text", C1=Cell(3, 3, "yyyy-mm-dd"))
    wanted = {("S", 9, 9): Wanted("x")}
    right = {("S", 9, 9): Cell("x", "x", "General")}
    quoted = cells(A1=1.5, B1=Cell("text", "text", "@"), C1=Cell(3, 3, "yyyy\\-mm\\-dd"))
    assert judge(before, quoted | right, wanted).ok
    shown = cells(A1=Cell(1.5, 1.5, "0%"), B1="text", C1=Cell(3, 3, "yyyy-mm-dd"))
    verdict = judge(before, shown | right, wanted)
    assert not verdict.ok and verdict.collateral
