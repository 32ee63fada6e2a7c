"""books/vat_summary: net amounts with their rates; a small table below wants the sum of each."""

import random
from collections.abc import Iterator
from decimal import Decimal

from openpyxl import Workbook

from actuation.action import Action, Press, TypeText
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, Value, address, draw_look, shuffled, write_table
from tasks.books.invoice import draw_vendor
from tasks.task import Look

GOALS = (
    "Fill the VAT summary: for each rate the sum of the net amounts, as a formula. Save the file.",
    "In the table Summary enter, as formulas, the net total of each VAT rate, and save.",
    "Complete the summary with a formula for each rate that adds its net amounts up; then save.",
)


class VatSummary(CalcJob):
    name = "books/vat_summary"
    level = 2

    def fill(self, book: Workbook, rng: random.Random) -> str:
        sheet, look = book.active, draw_look(rng)
        assert sheet is not None
        sheet.title = rng.choice(("VAT", "Sales", "Quarter", "Umsatz"))
        sheet.sheet_view.zoomScale = look.zoom
        rates = sorted(rng.sample((5, 7, 8, 10, 19, 20, 21), rng.choice((2, 3))), reverse=True)
        headers = shuffled(rng, ("Customer", "Net", "Rate"))
        rows: list[tuple[Value, ...]] = []
        sums = dict.fromkeys(rates, Decimal(0))
        for number in range(rng.randint(6, 11)):
            rate = rates[number] if number < len(rates) else rng.choice(rates)
            net = Decimal(rng.randint(1_000, 500_000)) / 100
            sums[rate] += net
            customer = draw_vendor(rng, rng.choice(("en", "de")))
            entry: dict[str, Value] = {"Customer": customer, "Net": net, "Rate": rate}
            rows.append(tuple(entry[header] for header in headers))
        self.table = Table(headers, tuple(rows))
        self.summary = Table(
            ("Summary", "Net total"),
            tuple((rate, None) for rate in rates),
            1,
            5 + rng.randint(0, 1),
        )
        for table in (self.table, self.summary):
            write_table(sheet, table, look)
        for row, rate in enumerate(rates):
            place = self.summary.place(row, "Net total")
            self.wanted[sheet.title, *place] = Wanted(sums[rate], computed=True)
        return rng.choice(GOALS)

    def act(self, observe: Look) -> Iterator[Action]:
        first, last = 0, len(self.table.rows) - 1
        rates, nets = (
            ":".join(address(*self.table.place(row, header)) for row in (first, last))
            for header in ("Rate", "Net")
        )
        yield from self.goes(*self.summary.place(0, "Net total"))
        for row in range(len(self.summary.rows)):
            rate = address(*self.summary.place(row, "Summary"))
            yield TypeText(f"=SUMIF({rates};{rate};{nets})")
            yield Press("Return")
