"""Invoices, pages, ledgers and places: what every seed must hold to, without a display."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from perception.observation import Box
from perception.values import parse_amount, parse_date
from tasks import catalog
from tasks.books.enter_invoice import EnterInvoice
from tasks.books.invoice import contradict, draw_invoice
from tasks.books.layouts import LAYOUTS
from tasks.books.ledger import HEADERS, draw_ledger, write_ledger
from tasks.books.page import render

SEEDS = range(10_000, 10_500)
SCREEN = (1280, 800)
seeds = st.integers(10_000, 14_999)


def test_invoices_add_up_and_vary() -> None:
    invoices = [draw_invoice(seed) for seed in SEEDS]
    for invoice in invoices:
        assert invoice.net == sum(line.quantity * line.price for line in invoice.lines)
        assert invoice.net + sum(vat.amount for vat in invoice.vat) == invoice.total
        assert invoice.net < invoice.total == invoice.total.quantize(Decimal("0.01"))
        assert invoice.issued < invoice.due
        assert any(letter.isalpha() for letter in invoice.number)
        assert invoice.vendor == invoice.vendor.strip() and "  " not in invoice.vendor
    beyond = sum(not invoice.vendor.isascii() for invoice in invoices) / len(invoices)
    assert 0.3 < beyond < 0.5
    assert {invoice.language for invoice in invoices} == {"en", "de"}
    assert {invoice.currency for invoice in invoices} == {"EUR", "USD", "GBP", "CHF"}
    assert {len(invoice.vat) for invoice in invoices} == {1, 2}
    assert len({invoice.vendor for invoice in invoices}) > 300


@given(seeds)
def test_same_seed_same_invoice(seed: int) -> None:
    assert draw_invoice(seed) == draw_invoice(seed) != draw_invoice(seed + 1)


@given(seeds)
def test_contradictions_are_plain_to_see(seed: int) -> None:
    invoice = draw_invoice(seed)
    printed = contradict(invoice, seed)
    assert not printed.balanced and printed.total > 0
    assert abs(printed.total - invoice.total) >= 1


@settings(max_examples=80, deadline=None)
@given(seeds)
def test_page_prints_every_value_once_inside_and_apart(seed: int) -> None:
    invoice = draw_invoice(seed)
    page = render(invoice, seed)
    paper = Box(0, 0, *page.size)
    for index, item in enumerate(page.placed):
        assert item.box.intersect(paper) == item.box, item
        for other in page.placed[index + 1 :]:
            assert item.box.intersect(other.box).area == 0, (item, other)
    fields = [item.field for item in page.placed if item.field and item.field != "vat"]
    assert sorted(fields) == ["date", "due", "net", "number", "total", "vendor"]
    assert sum(item.field == "vat" for item in page.placed) == len(invoice.vat)
    assert page.value("vendor").text == invoice.vendor
    assert page.value("number").text == invoice.number
    # What is printed means what was drawn, to a reader that refuses ambiguous dates and amounts.
    assert parse_date(page.value("date").text) == invoice.issued
    assert parse_date(page.value("due").text) == invoice.due
    assert parse_amount(page.value("net").text) == invoice.net
    assert parse_amount(page.value("total").text) == invoice.total
    assert page.size[0] <= 560 and page.size[1] <= 740


def test_page_leaves_ink_where_it_says() -> None:
    page = render(draw_invoice(10_000), 10_000)
    for item in page.placed:
        box = item.box
        part = np.asarray(page.image)[box.y : box.bottom, box.x : box.right]
        assert len(np.unique(part.reshape(-1, 3), axis=0)) > 3, item


def test_every_layout_is_drawn() -> None:
    pages = [render(draw_invoice(seed), seed) for seed in SEEDS[:60]]
    assert {page.layout for page in pages} == set(LAYOUTS) and len(LAYOUTS) >= 5


@given(seeds, st.sampled_from(["", "net", "note"]))
@settings(deadline=None)
def test_ledger_gives_no_convention_away(seed: int, variant: str) -> None:
    invoice = draw_invoice(seed)
    ledger = draw_ledger(seed, invoice, 650, variant)
    roles = [column.role for column in ledger.columns]
    assert {"date", "vendor", "amount"} <= set(roles) and len(set(roles)) == len(roles)
    assert 2 <= len(ledger.rows) <= 10
    assert ledger.width <= 650 and 95 <= ledger.zoom <= 125
    ambiguous = HEADERS["en"]["amount"] + HEADERS["de"]["amount"]
    assert ledger.columns[roles.index("amount")].header in ambiguous
    for row in ledger.rows:
        entry = dict(zip(roles, row, strict=True))
        assert entry["vendor"] != invoice.vendor
        assert entry.get("note") is None and entry.get("spare") is None
        assert all(entry[role] is not None for role in set(roles) - {"note", "spare"})
    if variant == "note":
        assert "note" in roles and "number" not in roles
    elif variant == "net":
        assert ledger == draw_ledger(seed, invoice, 650)


def test_plain_ledgers_look_like_those_of_the_conventions() -> None:
    ledgers = [draw_ledger(seed, draw_invoice(seed), 650) for seed in SEEDS]
    roles = [{column.role for column in ledger.columns} for ledger in ledgers]
    share = sum("note" in held and "number" not in held for held in roles) / len(roles)
    assert share > 0.15
    assert {ledger.columns[0].role for ledger in ledgers} == set(HEADERS["en"])


def test_written_ledger_reads_back(tmp_path: Path) -> None:
    ledger = draw_ledger(10_001, draw_invoice(10_001), 650)
    write_ledger(ledger, tmp_path / "ledger.xlsx")
    sheet = load_workbook(tmp_path / "ledger.xlsx").active
    assert [cell.value for cell in sheet[1]] == [column.header for column in ledger.columns]
    assert sheet.sheet_view.zoomScale == ledger.zoom
    assert all(cell.value is None for cell in sheet[ledger.free_row])
    assert all(cell.value is not None for cell in sheet[2] if cell.number_format != "General")


def inside(box: Box, screen: tuple[int, int] = SCREEN) -> bool:
    return box.intersect(Box(0, 20, screen[0], screen[1] - 20)) == box


@settings(max_examples=60, deadline=None)
@given(seed=seeds, variant=st.sampled_from(EnterInvoice.variants))
def test_places_show_what_the_variant_promises(
    tmp_path_factory: pytest.TempPathFactory, seed: int, variant: str
) -> None:
    task = EnterInvoice()
    task.draw(tmp_path_factory.mktemp("job"), seed, variant, SCREEN)
    places, page = task.places, task.page
    assert inside(places.ledger)
    assert places.ledger.w >= task.ledger.width
    if variant == "hidden":
        covered = places.invoice.intersect(places.ledger) == places.invoice
        assert places.minimised or covered
        return
    # The picture stands in the middle of its window.
    corner_x = places.invoice.x + (places.invoice.w - page.size[0]) // 2
    corner_y = places.invoice.y + (places.invoice.h - page.size[1]) // 2
    shown = places.invoice.intersect(Box(0, 0, *SCREEN))
    if (cover := shown.intersect(places.ledger)).area:
        shown = Box(shown.x, shown.y, cover.x - shown.x, shown.h)
    total = page.value("total").box.moved(corner_x, corner_y)
    seen = shown.intersect(total)
    if variant == "cut":
        assert 0 < seen.area < total.area
        return
    for item in page.placed:
        assert shown.intersect(item.box.moved(corner_x, corner_y)).area == item.box.area, item
    assert (places.ledger.x < places.invoice.x) == (variant == "swapped")


def test_catalog_names_what_there_is() -> None:
    assert catalog.create("books/enter_invoice").name == "books/enter_invoice"
    with pytest.raises(ValueError, match=r"no task 'books/none'; there are: .*enter_invoice"):
        catalog.create("books/none")


def test_unknown_variant_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no variant 'upside-down'; there are: .*swapped"):
        EnterInvoice().draw(tmp_path, 10_000, "upside-down", SCREEN)
