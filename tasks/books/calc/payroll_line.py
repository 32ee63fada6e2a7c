"""books/payroll_line: one more employee, gross from the goal, deductions by the rates beside."""

import random
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from openpyxl import Workbook

from actuation.action import Action, Press, TypeText
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, Value, address, draw_look, write_table
from tasks.books.invoice import ACCENTED_FAMILIES, CENT, FAMILIES
from tasks.task import Look

FIRST = (
    *("Anna", "Ben", "Chloé", "Dénes", "Elif", "Frida", "Goran", "Hélène"),
    *("Igor", "Jürgen", "Kaja", "Luís", "Mina", "Noël", "Olga"),
)
HEADERS = ("Employee", "Gross", "Tax", "Social", "Net")
GOALS = (
    "Add {name} to the payroll with a gross pay of {gross}. Tax and Social by the rates beside the"
    " table, rounded to cents, Net what is left, as formulas. Save the file.",
    "Enter the payroll line of {name}: gross {gross}; tax and social security by the rates on the"
    " right (to the cent), net by formula; then save.",
    "{name} earns {gross} gross. Fill in the next line of the payroll, with formulas for tax,"
    " social (both from the rates, two decimals) and net, and save.",
)


class PayrollLine(CalcJob):
    name = "books/payroll_line"
    level = 2

    def fill(self, book: Workbook, rng: random.Random) -> str:
        sheet, look = book.active, draw_look(rng)
        assert sheet is not None
        sheet.title = rng.choice(("Payroll", "Wages", "March"))
        sheet.sheet_view.zoomScale = look.zoom
        rates = {name: Decimal(rng.randint(80, 300)) / 10 for name in ("Tax", "Social")}
        names = [
            f"{first} {family}"
            for first, family in zip(
                rng.sample(FIRST, 7),
                rng.sample([*FAMILIES.split(), *ACCENTED_FAMILIES.split()], 7),
                strict=True,
            )
        ]
        rows = [_line(name, _gross(rng), rates) for name in names[: rng.randint(3, 6)]]
        self.employee, gross = names[-1], _gross(rng)
        self.gross = f"{gross:.2f}"
        self.table = Table(HEADERS, tuple(rows))
        write_table(sheet, self.table, look)
        order = rng.sample(sorted(rates), 2)
        self.rates = Table(("Deduction", "Percent"), tuple((n, rates[n]) for n in order), 1, 7)
        write_table(sheet, self.rates, look)
        line = _line(self.employee, gross, rates)
        for header, value in zip(HEADERS, line, strict=True):
            place = self.table.place(len(rows), header)
            computed = header in ("Tax", "Social", "Net")
            self.wanted[sheet.title, *place] = Wanted(value, computed=computed)
        return rng.choice(GOALS).format(name=self.employee, gross=self.gross)

    def act(self, observe: Look) -> Iterator[Action]:
        row = len(self.table.rows)
        gross, tax, social = (
            address(*self.table.place(row, header)) for header in ("Gross", "Tax", "Social")
        )
        deductions = [str(name) for name, _ in self.rates.rows]
        yield from self.tries(lambda: self.cell(observe, self.table, row, "Employee"))
        yield TypeText(self.employee)
        yield Press("Tab")
        yield TypeText(self.gross)
        for header in ("Tax", "Social"):
            rate = address(*self.rates.place(deductions.index(header), "Percent"))
            yield Press("Tab")
            yield TypeText(f"=ROUND({gross}*{rate}/100;2)")
        yield Press("Tab")
        yield TypeText(f"={gross}-{tax}-{social}")
        yield Press("Return")


def _gross(rng: random.Random) -> Decimal:
    return Decimal(rng.randint(150_000, 700_000)) / 100


def _line(name: str, gross: Decimal, rates: dict[str, Decimal]) -> tuple[Value, ...]:
    tax, social = (
        (gross * rates[each] / 100).quantize(CENT, ROUND_HALF_UP) for each in ("Tax", "Social")
    )
    return name, gross, tax, social, gross - tax - social
