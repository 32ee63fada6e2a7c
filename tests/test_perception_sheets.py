"""Spreadsheets from pixels: drawn ones of any size and colour, and Calc itself."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from actuation.action import Done, Press
from actuation.virtual import VirtualDesktop
from perception.boxes import grey
from perception.grids import find_sheet
from perception.layout import Past, look
from perception.observation import Box, Observation, Screen, Window
from perception.read import Reader
from perception.scene import Element, Kind, Scene
from perception.surfaces import surfaces
from perception.tables import column_kind
from perception.text import Recogniser
from perception.values import parse_amount
from tasks.books.enter_invoice import EnterInvoice
from tasks.books.page import draw_invoice, render

BAR, LINE, GRID, ACCENT = "#f6f5f4", "#929595", "#c0c0c0", "#3584e4"
TABLE = (
    ("Datum", "Lieferant", "Betrag", "Notiz"),
    ("03.02.2026", "Größler KG", "1,204.50", ""),
    ("17.02.2026", "Muñoz Ltd", "87.20", "bezahlt"),
)


def draw_sheet(
    widths: Sequence[int],
    heights: Sequence[int],
    table: Sequence[Sequence[str]] = (),
    current: tuple[int, int] | None = None,
    ring: bool = True,
    at: tuple[int, int] = (12, 40),
    first: int = 1,
    frozen: tuple[int, int] = (0, 0),
) -> Pictures.Image:
    """A spreadsheet as Calc draws it: bars, grid lines, texts, the current cell. frozen: so many
    rows and columns, of which the others are scrolled away."""
    left, top, bar_w, bar_h = *at, 32, 20
    xs = [left + bar_w + sum(widths[:i]) for i in range(len(widths) + 1)]
    ys = [top + bar_h + sum(heights[:i]) for i in range(len(heights) + 1)]
    picture = Pictures.new("RGB", (xs[-1] + 30, ys[-1] + 30), BAR)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype("DejaVuSans.ttf", 13)
    draw.rectangle((xs[0] + 1, ys[0] + 1, xs[-1], ys[-1]), fill="white")
    for row, y in enumerate(ys):
        draw.line((left, y, xs[0] - 1, y), fill=LINE)
        if row:
            draw.line((xs[0] + 1, y, xs[-1], y), fill=GRID)
    for column, x in enumerate(xs):
        draw.line((x, top, x, ys[0]), fill=LINE)
        draw.line((x, ys[0], x, ys[-1]), fill=GRID if column else LINE)
    draw.line((xs[0], ys[0], xs[-1], ys[0]), fill=LINE)
    if current:
        r, c = current
        draw.rectangle((left, ys[r] + 1, xs[0] - 1, ys[r + 1] - 1), fill=ACCENT)
        draw.rectangle((xs[c] + 1, top, xs[c + 1] - 1, ys[0] - 1), fill=ACCENT)
        if ring:
            x, y = max(xs[c] - 1, xs[0] + 1), max(ys[r] - 1, ys[0] + 1)
            draw.rectangle((x, y, xs[c + 1] + 1, ys[r + 1] + 1), None, ACCENT, 2)
    if frozen[0]:
        draw.line((left, ys[frozen[0]] - 1, xs[-1], ys[frozen[0]] - 1), fill=GRID)
        draw.line((left, ys[frozen[0]], xs[-1], ys[frozen[0]]), fill="black")
    if frozen[1]:
        draw.line((xs[frozen[1]] - 1, top, xs[frozen[1]] - 1, ys[-1]), fill=GRID)
        draw.line((xs[frozen[1]], top, xs[frozen[1]], ys[-1]), fill="black")
    for r, height in enumerate(heights):
        draw.text((left + 10, ys[r] + (height - 15) // 2), str(r + first), "#2e3436", font)
    for r, texts in enumerate(table):
        for c, text in enumerate(texts):
            draw.text((xs[c] + 3, ys[r] + (heights[r] - 15) // 2), text, "black", font)
    return picture


def seen(picture: Pictures.Image) -> Observation:
    image = np.asarray(picture)
    height, width = image.shape[:2]
    window = Window("Book", "calc", Box(0, 0, width, height), True)
    return Observation(image, Screen(width, height), windows=(window,))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.integers(30, 160), min_size=2, max_size=8),
    st.lists(st.integers(16, 40), min_size=5, max_size=24),
    st.tuples(st.integers(0, 50), st.integers(0, 90)),
    st.data(),
)
def test_lines_and_current_cell_of_any_sheet(
    widths: list[int], heights: list[int], at: tuple[int, int], data: st.DataObject
) -> None:
    row = data.draw(st.integers(0, len(heights) - 1))
    column = data.draw(st.integers(0, len(widths) - 1))
    ring = data.draw(st.booleans())
    picture = np.asarray(draw_sheet(widths, heights, (), (row, column), ring, at))
    sheet = find_sheet(picture, grey(picture))
    assert sheet is not None
    assert [b - a for a, b in zip(sheet.columns, sheet.columns[1:], strict=False)] == widths
    assert [b - a for a, b in zip(sheet.rows, sheet.rows[1:], strict=False)] == heights
    assert (sheet.columns[0], sheet.rows[0]) == (at[0] + 32, at[1] + 20)
    assert sheet.current == (row, column)


@pytest.mark.parametrize("frozen", [(1, 0), (1, 1), (0, 1), (2, 0)])
def test_frozen_rows_and_columns_are_cells_as_others(
    reader: Reader, frozen: tuple[int, int]
) -> None:
    sizes = (110, 130, 100, 90), [24] * 9
    plain, seen_so = (
        reader.read(seen(draw_sheet(*sizes, TABLE, (3, 1), frozen=where)))
        for where in ((0, 0), frozen)
    )
    assert seen_so.grids == plain.grids

    def said(scene: Scene) -> list[tuple[str, str, int, int, bool]]:
        return [(e.text, e.header, e.row, e.column, e.focused) for e in scene.elements]

    assert said(seen_so) == said(plain)
    picture = np.asarray(draw_sheet(*sizes, TABLE, (3, 1), frozen=frozen))
    sheet = find_sheet(picture, grey(picture))
    assert sheet is not None
    for row in range(len(sheet.rows) - 1):
        for column in range(len(sheet.columns) - 1):
            cell = sheet.cell(row, column)
            if (row, column) != (3, 1) and (row, column) not in ((2, 0), (3, 0), (4, 1), (3, 2)):
                inside = picture[cell.y : cell.bottom, cell.x : cell.right]
                assert (inside[[0, -1]] > 40).all(), "no line is inside a cell"


def test_headers_rows_kinds_and_cells(reader: Reader) -> None:
    scene = reader.read(seen(draw_sheet((110, 130, 100, 90), [24] * 9, TABLE, (3, 1))))
    (grid,) = scene.grids
    assert grid.headers == TABLE[0]
    assert (grid.rows, grid.next_free_row) == (2, 2)
    assert grid.filled == (1.0, 1.0, 1.0, 0.5)
    assert grid.kinds == ("date", "text", "amount", "text")
    cells = {(e.row, e.column): e for e in scene.elements if e.kind is Kind.CELL}
    assert tuple(cells[-1, column].text for column in range(4)) == TABLE[0]
    assert tuple(cells[1, column].text for column in range(4)) == TABLE[2]
    assert (0, 3) not in cells
    assert all(cells[row, c].text == "" for row in (2, 3) for c in range(4))
    assert (cells[2, 2].header, cells[2, 2].above, cells[1, 2].left) == (
        "Betrag",
        "87.20",
        "Muñoz Ltd",
    )
    assert scene.focused is not None
    assert (scene.focused.row, scene.focused.column, scene.focused.text) == (2, 1, "")


def test_a_cell_that_is_being_edited(reader: Reader) -> None:
    typed = (*TABLE, ("", "Käßner", "", ""))
    picture = draw_sheet((110, 130, 100, 90), [24] * 9, typed, (3, 1), ring=False)
    with_caret = picture.copy()
    ImageDraw.Draw(with_caret).line((44 + 110 + 62, 137, 44 + 110 + 62, 153), fill="black")
    for screen in (picture, with_caret):
        focused = reader.read(seen(screen)).focused
        assert focused is not None
        assert (focused.text, focused.row, focused.header) == ("Käßner", 2, "Lieferant")


def test_the_focus_outside_the_table_is_an_element_too(reader: Reader) -> None:
    below = reader.read(seen(draw_sheet((110, 130, 100, 90), [24] * 9, TABLE, (7, 2)))).focused
    assert below is not None
    assert (below.row, below.column, below.header, below.text) == (6, 2, "Betrag", "")
    table = [row[:2] for row in TABLE]
    beside = reader.read(seen(draw_sheet((110, 130, 100), [24] * 9, table, (1, 2)))).focused
    assert beside is not None
    assert (beside.row, beside.column, beside.header) == (0, -1, "")


def test_text_that_runs_over_belongs_to_its_own_cell(reader: Reader) -> None:
    table = (("Konto", "Betrag", "Rest"), ("Übelhör Metallbau GmbH", "", "5"))
    picture = draw_sheet((90, 120, 60), [24] * 7, table)
    draw = ImageDraw.Draw(picture)
    x = 44 + 90  # Calc leaves the grid line out there
    pixels = np.asarray(picture)
    for y in range(85, 108):
        if tuple(pixels[y, x]) == (192, 192, 192):
            draw.point((x, y), "white")
    cells = {(e.row, e.column): e for e in reader.read(seen(picture)).elements if e.grid == 0}
    assert cells[0, 0].text == "Übelhör Metallbau GmbH"
    assert cells[0, 1].text == ""


def test_a_sheet_scrolled_down_has_no_headers(reader: Reader) -> None:
    sizes = (110, 130, 100, 90), [24] * 9
    scrolled = reader.read(seen(draw_sheet(*sizes, TABLE, (3, 1), first=4)))
    assert scrolled.grids == ()
    assert {"Datum", "87.20"} <= {e.text for e in scrolled.elements if e.kind is Kind.CELL}
    assert {e.header for e in scrolled.elements} == {""}
    assert scrolled.focused is not None
    assert (scrolled.focused.row, scrolled.focused.grid) == (-1, -1)


@pytest.mark.parametrize("seed", range(10_010, 10_022))
def test_invoices_are_no_sheets(seed: int) -> None:
    picture = np.asarray(render(draw_invoice(seed), seed).image.convert("RGB"))
    assert find_sheet(picture, grey(picture)) is None


@pytest.mark.parametrize("widths", [(80, 2, 90), (1, 80, 90)])
def test_lines_without_room_between_them_are_no_sheet(widths: tuple[int, ...]) -> None:
    picture = np.asarray(draw_sheet(widths, (20,) * 6))
    assert find_sheet(picture, grey(picture)) is None


def test_a_table_without_a_bar_of_row_numbers_is_no_sheet() -> None:
    picture = np.array(draw_sheet((90, 120), (20,) * 6))
    assert find_sheet(picture, grey(picture))
    column = picture[61:, 12:44]
    column[(column == column[10, 5]).all(axis=-1)] = 255  # the first column is as the others
    assert find_sheet(picture, grey(picture)) is None


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(0, 300), st.integers(0, 200))
def test_what_is_called_unchanged_is_unchanged(seed: int, x: int, y: int) -> None:
    rng = np.random.default_rng(seed)
    before = rng.integers(0, 2, (220, 320, 3), np.uint8)
    after = before.copy()
    after[rng.integers(0, 220), rng.integers(0, 320)] ^= 1
    observation = Observation(before, Screen(320, 220))
    past = Past(look(surfaces(observation)[0], before), after)
    box = Box(x, y, 15, 15)
    same = np.array_equal(before[y : y + 15, x : x + 15], after[y : y + 15, x : x + 15])
    assert past.same(box) == same


def test_column_kinds() -> None:
    assert column_kind(["12.50", "7", "1,200.00"]) == "amount"
    assert column_kind(["", "3", "4"]) == "number"
    assert column_kind(["03.04.2026", "04/05/2026", "x"]) == "date"
    assert column_kind(["RE-1", "12"]) in ("text", "number")
    assert column_kind(["", ""]) == ""


def cell(scene: Scene, row: int, column: int) -> Element:
    (found,) = (e for e in scene.elements if e.grid == 0 and (e.row, e.column) == (row, column))
    return found


def test_calc_while_a_row_is_entered(desktop: VirtualDesktop, tmp_path: Path) -> None:
    """A real ledger beside a real invoice: grid, focus and typed texts at every step."""
    task, recogniser = EnterInvoice(), Recogniser()
    reader = Reader(recogniser)
    try:
        task.setup(desktop, tmp_path, 10_031)
        ledger, page = task.ledger, task.page
        free, roles = len(ledger.rows), [column.role for column in ledger.columns]
        scene = reader.read(desktop.observe())
        assert [scene.windows[grid.window].application for grid in scene.grids] == [
            "libreoffice-calc"
        ]
        texts = {element.text for element in scene.elements if element.certain}
        assert {page.value(name).text for name in ("date", "vendor", "total")} <= texts
        entered = 0
        for action in task.demonstrate(desktop.observe):
            if isinstance(action, Done) or action == Press("Return"):
                break
            desktop.perform(action)
            observation = desktop.observe()
            scene = reader.read(observation)
            fresh = Reader(recogniser).read(observation)
            assert (scene.elements, scene.grids) == (fresh.elements, fresh.grids)
            (grid,) = scene.grids
            assert grid.headers == tuple(column.header for column in ledger.columns)
            entered += action == Press("Tab")
            assert scene.focused is not None
            assert (scene.focused.row, scene.focused.column) == (free, entered)
        assert scene.grids[0].rows == free + 1
        vendor, amount = (cell(scene, free, roles.index(role)) for role in ("vendor", "amount"))
        assert (vendor.text, vendor.certain) == (task.invoice.vendor, True)
        assert parse_amount(amount.text) == task.invoice.total
    finally:
        task.teardown()
