"""An own job for tests: club fees in an .ods that no benchmark knows, and who enters them."""

import random
import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from odf.number import DateStyle, Day, Month, Number, NumberStyle, Text, Year
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableColumnProperties, TextProperties
from odf.table import Table, TableCell, TableColumn, TableRow
from odf.text import P
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from person_house import Person

from actuation.action import Action, Click, Done, Motion, Press, TypeText
from actuation.desktop import DesktopError
from actuation.rfb import Hand
from actuation.virtual import VirtualDesktop
from agent.cue import Cue
from agent.policy import Decision
from memory.day import Context
from perception.observation import Box, Observation
from tasks.books.eyes import Eyes
from tasks.books.invoice import contradict, draw_invoice
from tasks.books.ledger import draw_entries
from tasks.books.page import render
from tasks.task import Look

HEADERS = ("Member", "Paid on", "Amount")
FIRST = "Ada Bo Cem Dora Emil Fae Gus Hana Ivo June Kai Lena Max Nora Oki Pia Quin Rosa Sven Tara"
LAST = "Abel Berg Cole Dietz Ekman Falk Greve Holm Iversen Jung Krug Lund Moser Nagel Otto Prinz"


def draw_fee(rng: random.Random) -> tuple[str, date, Decimal]:
    name = f"{rng.choice(FIRST.split())} {rng.choice(LAST.split())}"
    day = date(2026, 1, 1) + timedelta(days=rng.randrange(330))
    return name, day, Decimal(rng.randrange(1000, 20000)) / 100


FEES = [draw_fee(random.Random(f"fee {number}")) for number in range(8)]


def goal_of(fee: tuple[str, date, Decimal]) -> str:
    name, day, amount = fee
    return f"Enter the fee of {name}, paid on {day.isoformat()}: {amount:.2f}, and save the list."


def typed_fee(fee: tuple[str, date, Decimal]) -> list[str]:
    name, day, amount = fee
    return [name, day.isoformat(), f"{amount:.2f}"]


def write_fees(path: Path, fees: list[tuple[str, date, Decimal]]) -> None:
    """A sheet of three columns, its dates and amounts formatted, as a person has it; a list in
    text where the path ends in .csv."""
    if path.suffix == ".csv":
        lines = [HEADERS, *(typed_fee(fee) for fee in fees)]
        path.write_text("".join(";".join(line) + "\n" for line in lines))
        return
    book = OpenDocumentSpreadsheet()
    day = DateStyle(name="day")
    for part in (
        Year(style="long"),
        Text(text="-"),
        Month(style="long"),
        Text(text="-"),
        Day(style="long"),
    ):
        day.addElement(part)
    money = NumberStyle(name="money")
    money.addElement(Number(decimalplaces=2, minintegerdigits=1))
    bold = Style(name="bold", family="table-cell")
    bold.addElement(TextProperties(fontweight="bold"))
    dated = Style(name="dated", family="table-cell", datastylename="day")
    paid = Style(name="paid", family="table-cell", datastylename="money")
    for style in (day, money, bold, dated, paid):
        book.automaticstyles.addElement(style)
    table = Table(name="Fees")
    for at, width in enumerate(("5.2cm", "3.2cm", "3cm")):
        style = Style(name=f"co{at}", family="table-column")
        style.addElement(TableColumnProperties(columnwidth=width))
        book.automaticstyles.addElement(style)
        table.addElement(TableColumn(stylename=style))
    head = TableRow()
    for header in HEADERS:
        head.addElement(_said(TableCell(valuetype="string", stylename=bold), header))
    table.addElement(head)
    for name, on, amount in fees:
        row = TableRow()
        row.addElement(_said(TableCell(valuetype="string"), name))
        cell = TableCell(valuetype="date", datevalue=on.isoformat(), stylename=dated)
        row.addElement(_said(cell, on.isoformat()))
        cell = TableCell(valuetype="float", value=str(amount), stylename=paid)
        row.addElement(_said(cell, f"{amount:.2f}"))
        table.addElement(row)
    book.spreadsheet.addElement(table)
    book.save(str(path))


def write_long_fees(path: Path, count: int) -> None:
    """A workbook with more fees than its window shows: the headers frozen, the last rows in
    sight, as a person leaves it."""
    book, rng = Workbook(), random.Random("long")
    sheet = book.worksheets[0]
    sheet.title = "Fees"
    sheet.append(HEADERS)
    for column, width in zip("ABC", (26, 14, 12), strict=True):
        sheet.column_dimensions[column].width = width
    for row in range(2, count + 2):
        name, day, amount = draw_fee(rng)
        for column, value in enumerate((name, day, float(amount)), start=1):
            sheet.cell(row, column, value).number_format = ("@", "yyyy-mm-dd", "0.00")[column - 1]
    sheet.freeze_panes = "A2"
    sheet.sheet_view.pane.topLeftCell = f"A{count - 15}"
    for selection in sheet.sheet_view.selection:
        selection.activeCell = selection.sqref = f"A{count}"
    book.save(path)


def _said(cell: TableCell, text: str) -> TableCell:
    cell.addElement(P(text=text))
    return cell


class Hands(Eyes):
    """How this operator does it, as a policy: their demonstrations take the agent's path."""

    name = "person"
    weights = ""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self._texts = texts
        self._actions: Iterator[Action] = iter(())
        self._pending: Action | None = None
        self._seen: Observation | None = None

    def begin(self, goal: str, context: Context) -> None:
        self._actions = self._work(self._look)

    def decide(self, observation: Observation) -> Decision:
        self._seen = observation
        if self._pending is None:
            self._pending = next(self._actions, Done())
        return Decision(self._pending)

    def performed(self, action: Action) -> None:
        self._pending = None

    def interrupted(self) -> None:
        pass

    def _look(self) -> Observation:
        assert self._seen is not None
        return self._seen

    def _work(self, observe: Look) -> Iterator[Action]:
        yield from self.tries(lambda: Click(*self._free(observe).center))
        yield from self.entered()
        yield Done()

    def entered(self) -> Iterator[Motion]:
        """What is typed once the first cell is chosen."""
        for at, text in enumerate(self._texts):
            if text:
                yield TypeText(text)
            yield Press("Tab" if at < len(self._texts) - 1 else "Return")
        yield Press("ctrl+s")

    def shown(self, desktop: VirtualDesktop) -> Iterator[Motion]:
        """The same, for somebody who sees a desktop."""
        deadline = time.monotonic() + 20
        while True:
            try:
                yield Click(*self._free(desktop.observe).center)
                break
            except DesktopError:
                assert time.monotonic() < deadline
        yield from self.entered()

    def _free(self, observe: Look) -> Box:
        scene = self.scene(observe)
        for element in scene.elements:
            grid = scene.grids[element.grid] if element.grid >= 0 else None
            if grid and element.column == 0 and element.row == grid.next_free_row:
                return element.box
        raise DesktopError("the next free row is not seen")


class Shows(threading.Thread):
    """A person at a VNC viewer, who does the work once their hands are recorded, and says so."""

    def __init__(
        self, desktop: VirtualDesktop, way: Callable[[], Iterator[Motion]], cue: Cue
    ) -> None:
        super().__init__(daemon=True)
        self._desktop, self._way, self._cue = desktop, way, cue

    def run(self) -> None:
        try:
            while not self._cue.begun_at:
                time.sleep(0.05)
            with Hand(self._desktop.vnc_socket, self._desktop.vnc_password) as hand:
                person = Person(self._desktop, hand)
                for action in self._way():
                    person.do(action)
        finally:
            self._cue.finish()


INVOICE_GOAL = "Enter the invoice in the next free row of the ledger and save it."


def write_invoices(folder: Path, seeds: range, contradictory: Collection[int] = ()) -> list[Path]:
    """A page for each seed, every other one as a PDF; some whose sums cannot be right."""
    folder.mkdir(parents=True)
    made = []
    for seed in seeds:
        invoice = draw_invoice(seed)
        printed = contradict(invoice, seed) if seed in contradictory else invoice
        image = render(printed, seed).image.convert("RGB")
        kind = "pdf" if seed % 2 else "png"
        made.append(folder / f"{seed}.{kind}")
        image.save(made[-1], **({"resolution": 96, "quality": 95} if kind == "pdf" else {}))
    return made


def write_ledger(path: Path) -> None:
    """Four earlier entries, in columns wide enough for any."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Purchases"
    for column, (header, width) in enumerate(
        zip(("Date", "Supplier", "Number", "Amount"), (12, 28, 16, 12), strict=True), start=1
    ):
        sheet.cell(1, column, header).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, entry in enumerate(draw_entries(random.Random("own"), 4, ""), start=2):
        for column, role in enumerate(("date", "vendor", "number", "amount"), start=1):
            value = entry[role]
            cell = sheet.cell(row, column, float(value) if isinstance(value, Decimal) else value)
            if role in ("date", "amount"):
                cell.number_format = "yyyy-mm-dd" if role == "date" else "0.00"
    book.save(path)


def typed_of(seed: int) -> list[str]:
    """What is typed for an invoice, column by column."""
    invoice = draw_invoice(seed)
    return [invoice.issued.isoformat(), invoice.vendor, invoice.number, f"{invoice.total:.2f}"]
