"""The verifier, shown saved files: the right row, and every way to get it wrong."""

from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tasks.books.check import expected_row
from tasks.books.enter_invoice import EnterInvoice
from tasks.task import Verdict

Edit = Callable[[EnterInvoice, Worksheet], None]


def drawn(folder: Path, variant: str = "", seed: int = 10_003) -> EnterInvoice:
    task = EnterInvoice()
    task.draw(folder, seed, variant, (1280, 800))
    return task


def with_columns(folder: Path, *roles: str, variant: str = "") -> EnterInvoice:
    """The first test seed whose ledger has all these columns."""
    for seed in range(10_000, 10_200):
        task = drawn(folder, variant, seed)
        if all(task.ledger.column(role) is not None for role in roles):
            return task
    raise AssertionError(f"no seed draws {roles}")


def save(folder: Path, task: EnterInvoice, *edits: Edit) -> Verdict:
    book = load_workbook(folder / "ledger.xlsx")
    for edit in edits:
        edit(task, book.active)
    book.save(folder / "ledger.xlsx")
    return task.verify()


def put(task: EnterInvoice, sheet: Worksheet, role: str, value: object, below: int = 0) -> None:
    column = task.ledger.column(role)
    assert column is not None
    sheet.cell(task.ledger.free_row + below, column + 1).value = value  # type: ignore[assignment]


def enter(variant: str = "", below: int = 0) -> Edit:
    """Write the row that belongs there, as a spreadsheet stores it."""

    def edit(task: EnterInvoice, sheet: Worksheet) -> None:
        for column, value in enumerate(expected_row(task.ledger, task.invoice, variant), start=1):
            stored = value
            if hasattr(value, "isoformat"):
                stored = datetime.combine(value, time())
            sheet.cell(task.ledger.free_row + below, column).value = (
                float(stored) if hasattr(stored, "quantize") else stored
            )

    return edit


@pytest.mark.parametrize("variant", ["", "net", "note"])
def test_right_row_is_verified(tmp_path: Path, variant: str) -> None:
    task = drawn(tmp_path, variant)
    verdict = save(tmp_path, task, enter(variant))
    assert verdict.ok and not verdict.collateral and not verdict.expects_ask, verdict
    assert verdict.convention == (variant or "total")


def test_doing_nothing_fails(tmp_path: Path) -> None:
    verdict = drawn(tmp_path).verify()
    assert verdict == Verdict(False, "not saved: the file is unchanged")


def test_saving_without_entering_fails(tmp_path: Path) -> None:
    verdict = save(tmp_path, drawn(tmp_path))
    assert not verdict.ok and "is empty" in verdict.reason and not verdict.collateral


@pytest.mark.parametrize("below", [1, -1])
def test_wrong_row_fails_and_is_collateral(tmp_path: Path, below: int) -> None:
    verdict = save(tmp_path, drawn(tmp_path), enter(below=below))
    assert not verdict.ok and verdict.collateral and "is empty" in verdict.reason


@pytest.mark.parametrize(("wanted", "given"), [("", "net"), ("net", "")])
def test_swapped_net_and_total_fail(tmp_path: Path, wanted: str, given: str) -> None:
    task = drawn(tmp_path, wanted)
    verdict = save(tmp_path, task, enter(given))
    right, wrong = task.invoice.total, task.invoice.net
    if wanted == "net":
        right, wrong = wrong, right
    assert not verdict.ok and not verdict.collateral
    assert f"{wrong:.2f} where {right:.2f} belongs" in verdict.reason
    assert verdict.convention == (given or "total")


def test_number_in_the_note_column_is_the_note_convention(tmp_path: Path) -> None:
    verdict = save(tmp_path, drawn(tmp_path, "note"), enter(""))
    assert not verdict.ok and verdict.convention == "total"
    task = with_columns(tmp_path, "note")
    verdict = save(tmp_path, task, enter("note"))
    assert not verdict.ok and verdict.convention == "note"
    assert "where nothing belongs" in verdict.reason


@pytest.mark.parametrize("role", ["date", "due", "vendor", "amount", "number"])
def test_values_must_have_their_type(tmp_path: Path, role: str) -> None:
    task = with_columns(tmp_path, role)
    column = task.ledger.column(role)
    assert column is not None
    right = expected_row(task.ledger, task.invoice, "")[column]
    for wrong in (str(right) + (" " if isinstance(right, str) else ""), None):
        task = with_columns(tmp_path, role)  # writes the initial file again
        verdict = save(
            tmp_path, task, enter(), lambda task, sheet, w=wrong: put(task, sheet, role, w)
        )
        assert not verdict.ok and not verdict.collateral
        assert task.ledger.columns[column].header in verdict.reason


def test_one_cent_off_fails(tmp_path: Path) -> None:
    off = save(
        tmp_path,
        drawn(tmp_path),
        enter(),
        lambda task, sheet: put(task, sheet, "amount", float(task.invoice.total) + 0.01),
    )
    assert not off.ok


def test_any_other_change_is_collateral(tmp_path: Path) -> None:
    def header(task: EnterInvoice, sheet: Worksheet) -> None:
        sheet.cell(1, 1).value = "x"

    def existing(task: EnterInvoice, sheet: Worksheet) -> None:
        sheet.cell(2, 1).value = None

    def aside(task: EnterInvoice, sheet: Worksheet) -> None:
        sheet.cell(task.ledger.free_row, len(task.ledger.columns) + 1).value = "x"

    def another(task: EnterInvoice, sheet: Worksheet) -> None:
        sheet.parent.create_sheet("Other").cell(1, 1).value = "x"

    for damage in (header, aside, another, existing):
        task = with_columns(tmp_path, "number")
        if damage is existing:
            task = next(
                t
                for seed in range(10_000, 10_100)
                if (t := drawn(tmp_path, "", seed)).ledger.rows[0][0] is not None
            )
        verdict = save(tmp_path, task, enter(), damage)
        assert not verdict.ok and verdict.collateral, damage
        assert "was changed" in verdict.reason


@pytest.mark.parametrize("variant", ["hidden", "cut", "contradictory"])
def test_where_a_question_is_right_saving_is_wrong(tmp_path: Path, variant: str) -> None:
    task = drawn(tmp_path, variant)
    assert task.verify() == Verdict(True, "nothing was saved, as is right", expects_ask=True)
    verdict = save(tmp_path, task, enter())
    assert not verdict.ok and verdict.expects_ask and "a question was right" in verdict.reason


def test_a_broken_file_is_said_so(tmp_path: Path) -> None:
    task = drawn(tmp_path)
    (tmp_path / "ledger.xlsx").write_bytes(b"no workbook")
    verdict = task.verify()
    assert not verdict.ok and verdict.collateral and "cannot be read" in verdict.reason


def test_a_deleted_ledger_is_said_so(tmp_path: Path) -> None:
    task = drawn(tmp_path)
    (tmp_path / "ledger.xlsx").unlink()
    verdict = task.verify()
    assert not verdict.ok and verdict.collateral and "is gone" in verdict.reason
