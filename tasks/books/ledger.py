"""The ledger: a small .xlsx workbook with a header row, existing entries and one free row to fill.

   A           B                 C          D
1  Date        Supplier          Value      Remark      wordings, order and extras by seed
2  2026-01-03  Thornton Tools      120.40
3  2026-01-09  Marlow Ltd           99.00
4  ← the next free row
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from tasks.books.canvas import load_font
from tasks.books.invoice import Invoice, draw_number, draw_vendor

HEADERS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "date": ("Date", "Invoice date", "Issued"),
        "vendor": ("Vendor", "Supplier", "Payee"),
        "amount": ("Amount", "Sum", "Value"),
        "number": ("Invoice no.", "Number", "Document"),
        "due": ("Due", "Due date", "Pay by"),
        "note": ("Note", "Remark", "Comment"),
        "spare": ("Paid", "Checked"),
    },
    "de": {
        "date": ("Datum", "Rechnungsdatum", "Belegdatum"),
        "vendor": ("Lieferant", "Firma", "Kreditor"),
        "amount": ("Betrag", "Summe", "Wert"),
        "number": ("Rechnungsnr.", "Beleg", "Nummer"),
        "due": ("Fällig", "Fällig am", "Zahlbar bis"),
        "note": ("Notiz", "Bemerkung", "Kommentar"),
        "spare": ("Bezahlt", "Geprüft"),
    },
}
FACES = {
    "Liberation Sans": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    "DejaVu Sans": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
}
DATE_FORMATS = ("yyyy-mm-dd", "yyyy-mm-dd", "dd.mm.yyyy", "dd/mm/yyyy", "d mmm yyyy")
DIGIT = 8.16  # pixels of a digit of Liberation Sans 11, the unit of column widths
AMOUNT_FORMATS = ("0.00", "#,##0.00", "General")

Value = date | Decimal | str | None


@dataclass(frozen=True)
class Column:
    """role: date, vendor, amount, number, due, note or spare. width: pixels at 100 %."""

    role: str
    header: str
    width: int
    number_format: str


@dataclass(frozen=True)
class Ledger:
    """rows: the existing entries, one value a column. zoom: percent. face, points: its font."""

    sheet: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    zoom: int
    face: str
    points: int
    style: int
    cursor: tuple[int, int]  # row and column, from 1, where the cell cursor stands at first

    @property
    def free_row(self) -> int:
        """The next free row as the spreadsheet numbers it."""
        return len(self.rows) + 2

    def column(self, role: str) -> int | None:
        """The 0-based index of this role's column, if the ledger has one."""
        roles = [column.role for column in self.columns]
        return roles.index(role) if role in roles else None

    @property
    def width(self) -> int:
        """Pixels that the columns take on the screen, at the ledger's zoom."""
        return sum(column.width for column in self.columns) * self.zoom // 100


def draw_ledger(seed: int, invoice: Invoice, room: int, variant: str = "") -> Ledger:
    """The ledger of this seed, its columns together no wider than `room` pixels on the screen.

    Existing entries are of other vendors and give no convention away: their amounts are drawn, and
    the note and spare columns are blank. The variant "note" has a note and no number column; in
    "double" the invoice is one of the entries.
    """
    rng = random.Random(f"ledger {seed}")
    language = rng.choice(("en", "de"))
    face, points = rng.choice(sorted(FACES)), rng.choice((10, 10, 11))
    roles = ["date", "vendor", "amount"]
    chances = {"number": 0.5, "due": 0.4, "note": 0.5, "spare": 0.3}
    roles += [role for role, chance in chances.items() if rng.random() < chance]
    if variant == "note":
        roles = [role for role in roles if role not in ("number", "note")] + ["note"]
    rng.shuffle(roles)
    headers = {role: rng.choice(words) for role, words in HEADERS[language].items()}
    formats = {"date": rng.choice(DATE_FORMATS), "amount": rng.choice(AMOUNT_FORMATS)}
    formats["due"] = formats["date"]
    entries = draw_entries(rng, rng.randint(2, 10), avoid=invoice.vendor)
    ours = entry_of(invoice)
    if variant == "double":
        entries[random.Random(f"double {seed}").randrange(len(entries))] = ours
    slack = rng.randint(14, 34)
    columns = []
    for role in roles:
        number_format = formats.get(role, "General")
        shown = [shown_text(entry.get(role), number_format) for entry in entries]
        shown.append(shown_text(ours.get(role), "General"))
        # A note column may have to hold an invoice number one day.
        shown += [invoice.number] if role == "note" else []
        width = max(pixels(text, face, points) for text in shown)
        width = max(width, pixels(headers[role], face, points, bold=True)) + slack
        columns.append(Column(role, headers[role], width, number_format))
    wished = rng.randint(95, 125)
    while (zoom := min(wished, 100 * room // sum(c.width for c in columns))) < 95:
        spare = [c for c in columns if c.role in ("spare", "due", "number")]
        if not spare:
            break
        columns.remove(spare[0])
    return Ledger(
        sheet=rng.choice(("Ledger", "Purchases", "Journal", "Eingang", "2026", "Sheet1")),
        columns=tuple(columns),
        rows=tuple(tuple(entry.get(c.role) for c in columns) for entry in entries),
        zoom=zoom,
        face=face,
        points=points,
        style=rng.randrange(4),
        cursor=(rng.randint(1, len(entries) + 1), rng.randint(1, len(columns))),
    )


def entry_of(invoice: Invoice) -> dict[str, Value]:
    """The invoice's value for each role that takes one."""
    return {
        "date": invoice.issued,
        "vendor": invoice.vendor,
        "amount": invoice.total,
        "number": invoice.number,
        "due": invoice.due,
    }


def draw_entries(rng: random.Random, count: int, avoid: str) -> list[dict[str, Value]]:
    """Earlier entries, oldest first."""
    entries: list[dict[str, Value]] = []
    day = date(2025, 1, 1) + timedelta(days=rng.randrange(600))
    while len(entries) < count:
        language = rng.choice(("en", "de"))
        vendor = draw_vendor(rng, language)
        if vendor == avoid:
            continue
        day += timedelta(days=rng.randint(0, 12))
        entries.append(
            {
                "date": day,
                "vendor": vendor,
                "amount": Decimal(round(10 ** rng.uniform(3, 5.6))) / 100,
                "number": draw_number(rng, language, day.year),
                "due": day + timedelta(days=rng.choice((7, 14, 30, 60))),
            }
        )
    return entries


def shown_text(value: Value, number_format: str) -> str:
    """About what the spreadsheet shows; never narrower."""
    if isinstance(value, date):
        return "28 Nov 2026" if number_format == "d mmm yyyy" else "2026-00-00"
    if isinstance(value, Decimal):
        return f"{value:,.2f}" if "," in number_format else f"{value:.2f}"
    return value or ""


def pixels(text: str, face: str, points: int, bold: bool = False) -> int:
    """Width at 100 % (96 dpi)."""
    return round(load_font(FACES[face][bold], round(points * 96 / 72)).getlength(text))


def write_ledger(ledger: Ledger, path: Path) -> None:
    """Save the workbook as .xlsx."""
    book = Workbook()
    # Column widths count digits of the default font: one that every machine here has.
    book._named_styles["Normal"].font = Font(name="Liberation Sans", size=11)
    sheet = book.active
    sheet.title = ledger.sheet
    sheet.sheet_view.zoomScale = ledger.zoom
    cursor = sheet.cell(*ledger.cursor).coordinate
    sheet.sheet_view.selection[0].activeCell = sheet.sheet_view.selection[0].sqref = cursor
    for index, column in enumerate(ledger.columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width / DIGIT
        style_header(sheet.cell(1, index, column.header), ledger)
        for row, entry in enumerate(ledger.rows, start=2):
            cell = sheet.cell(row, index, entry[index - 1])
            cell.font = Font(name=ledger.face, size=ledger.points)
            if entry[index - 1] is not None:
                cell.number_format = column.number_format
        free = sheet.cell(ledger.free_row, index)
        free.font = Font(name=ledger.face, size=ledger.points)
    book.save(path)


def style_header(cell: Cell, ledger: Ledger) -> None:
    """Four looks: bold, bold and underlined by a border, on grey, white on a colour."""
    fills = (None, None, "D9DDE3", "2F5573")
    fill = fills[ledger.style]
    color = "FFFFFF" if ledger.style == 3 else "000000"
    cell.font = Font(name=ledger.face, size=ledger.points, bold=True, color=color)
    if fill:
        cell.fill = PatternFill("solid", start_color=fill)
    if ledger.style == 1:
        cell.border = Border(bottom=Side("thin"))
        cell.alignment = Alignment(horizontal="center")
