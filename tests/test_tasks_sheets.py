"""What a workbook holds beside its values: attacks on the check, and what programs write."""

import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from tasks.books.calc.saved import Cell, Wanted, judge, read
from tasks.books.calc.sheets import sheets
from tasks.books.calc.sort_table import SortTable
from tasks.books.check import expected_row
from tasks.books.enter_invoice import EnterInvoice
from tasks.task import Verdict

SCREEN = (1280, 800)
PLACE = ("S", 1, 1)


def _sheet(book: Workbook) -> None:
    book.create_sheet("More")


def _hidden_sheet(book: Workbook) -> None:
    book.create_sheet("More").sheet_state = "hidden"


def _renamed(book: Workbook) -> None:
    book.worksheets[0].title = "Renamed"


def _merged(book: Workbook) -> None:
    book.worksheets[0].merge_cells("J30:K31")


def _comment(book: Workbook) -> None:
    book.worksheets[0].cell(2, 1).comment = Comment("look here", "me")


def _row(book: Workbook) -> None:
    book.worksheets[0].row_dimensions[3].hidden = True


def _column(book: Workbook) -> None:
    book.worksheets[0].column_dimensions["B"].hidden = True


def _name(book: Workbook) -> None:
    sheet = book.worksheets[0]
    book.defined_names["Sums"] = DefinedName("Sums", attr_text=f"'{sheet.title}'!$A$1")


def _frozen(book: Workbook) -> None:
    book.worksheets[0].freeze_panes = "A2"


def _format(book: Workbook) -> None:
    for cell in (cell for row in book.worksheets[0].iter_rows(max_row=2) for cell in row):
        if isinstance(cell.value, int | float):
            cell.number_format = "0%"


SPOILS = [_sheet, _hidden_sheet, _renamed, _merged, _comment, _row, _column, _name, _frozen]


def sorted_and(spoil: Callable[[Workbook], None], folder: Path) -> Verdict:
    """The verdict on a table that was sorted, and spoilt."""
    task = SortTable()
    task.write(folder, 12_800, "", SCREEN)
    book = load_workbook(task.file)
    for (_, row, column), wanted in task.wanted.items():
        value = wanted.value
        book.worksheets[0].cell(row, column).value = (
            float(value) if isinstance(value, Decimal) else value
        )
    spoil(book)
    book.save(task.file)
    return task.verify()


def entered_and(spoil: Callable[[Workbook], None], folder: Path) -> Verdict:
    """The verdict on an invoice that was entered, and something spoilt."""
    task = EnterInvoice()
    task.draw(folder, 12_801, "", SCREEN)
    path = folder / "ledger.xlsx"
    book = load_workbook(path)
    for column, value in enumerate(expected_row(task.ledger, task.invoice, ""), 1):
        cell = book.worksheets[0].cell(task.ledger.free_row, column)
        cell.value = float(value) if isinstance(value, Decimal) else value
    spoil(book)
    book.save(path)
    return task.verify()


@pytest.mark.parametrize("does", [sorted_and, entered_and])
@pytest.mark.parametrize("spoil", SPOILS)
def test_what_is_no_cell_counts_as_well(
    does: Callable[[Callable[[Workbook], None], Path], Verdict],
    spoil: Callable[[Workbook], None],
    tmp_path: Path,
) -> None:
    right = does(lambda book: None, tmp_path / "right")
    assert right.ok and not right.collateral, right
    verdict = does(spoil, tmp_path / "spoilt")
    assert not verdict.ok and verdict.collateral


def test_a_format_of_the_ledger_counts(tmp_path: Path) -> None:
    verdict = entered_and(_format, tmp_path)
    assert not verdict.ok and verdict.collateral and "the format" in verdict.reason


@pytest.mark.parametrize(
    ("formula", "ok"),
    [
        ("=ROUND(B2*C2/100,2)", True),
        ("=SUM($B$2:$B$9)", True),
        ("=January!B7", True),
        ("=SUMIF(B:B,D2,C:C)", True),
        ('=INDIRECT("B"&7)', True),
        ("=12.5", False),
        ("=ROUND(12.5,2)", False),
        ("=LOG10(12.5)", False),
        ('="B2"', False),
    ],
)
def test_a_formula_is_one_of_other_cells(formula: str, ok: bool) -> None:
    wanted = {PLACE: Wanted(Decimal("12.5"), computed=True)}
    assert judge({}, {PLACE: Cell(formula, 12.5, "General")}, wanted).ok is ok


def test_what_was_not_rounded_is_not_to_the_cent() -> None:
    wanted = {PLACE: Wanted(Decimal("2.38"), computed=True)}
    for value, ok in ((2.38, True), (2.3800000000000003, True), (2.375, False), (2.3812, False)):
        assert judge({}, {PLACE: Cell("=B1", value, "0.00")}, wanted).ok is ok


@pytest.mark.parametrize(
    ("number_format", "ok"),
    [
        ("#,##0.00", True),
        ("#,##0.00_-", True),
        ("#,##0.00;[RED]\\-#,##0.00", True),
        ('#,##0.00_);"("#,##0.00")"', True),
        ("[$-409]#,##0.00;\\-#,##0.00", True),
        ("[$€-407]#,##0.00", False),
        ("#,##0", False),
        ("0.00", False),
        ("#,##0.00%", False),
    ],
)
def test_equal_formats_are_equal(number_format: str, ok: bool) -> None:
    was = Cell(1234.5, 1234.5, "General")
    now = Cell(1234.5, 1234.5, number_format)
    assert judge({PLACE: was}, {PLACE: now}, {PLACE: Wanted(formatted=("#,##0.00",))}).ok is ok


def test_the_format_of_a_formula_counts() -> None:
    was, now = Cell("=SUM(B1:B2)", 3, "0.00"), Cell("=SUM(B1:B2)", 3, "0%")
    verdict = judge({PLACE: was}, {PLACE: now}, {})
    assert not verdict.ok and verdict.collateral


def test_an_array_s_formula_is_every_cell_s(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = ArrayFormula("A1:A3", "=B1:B3-C1:C3")
    sheet["A2"], sheet["A3"] = 2, 3
    book.save(tmp_path / "array.xlsx")
    cells = read(tmp_path / "array.xlsx")
    assert [cells["Sheet", row, 1].raw for row in (1, 2, 3)] == ["=B1:B3-C1:C3"] * 3


def test_a_table_is_never_in_order_at_first(tmp_path: Path) -> None:
    for seed in range(12_810, 12_830):
        task = SortTable()
        task.write(tmp_path / str(seed), seed, "", SCREEN)
        assert not judge(task.before, task.before, task.wanted).ok


def test_a_workbook_with_broken_xml_is_said_so(tmp_path: Path) -> None:
    task = SortTable()
    task.write(tmp_path, 12_802, "", SCREEN)
    with zipfile.ZipFile(task.file) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(task.file, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content[:-9] if "sheet1" in name else content)
    verdict = task.verify()
    assert not verdict.ok and verdict.collateral and "cannot be read" in verdict.reason


def test_where_a_frozen_sheet_is_scrolled_to_changes_nothing(tmp_path: Path) -> None:
    path, facts = tmp_path / "book.xlsx", []
    book = Workbook()
    sheet = book.worksheets[0]
    for frozen, first in (("A2", "A2"), ("A2", "A40"), ("A3", "A3"), ("B2", "B2"), (None, "")):
        sheet.freeze_panes = frozen
        if frozen:
            sheet.sheet_view.pane.topLeftCell = first
        book.save(path)
        facts.append(sheets(path))
    assert facts[0] == facts[1]
    assert len(set(facts)) == 4, "what is frozen does"
