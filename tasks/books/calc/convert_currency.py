"""books/convert_currency: foreign amounts, a table of rates beside; what they are in euro."""

import random
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from openpyxl import Workbook

from actuation.action import Action, Press, TypeText
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, Value, address, draw_look, write_table
from tasks.books.invoice import CENT, draw_vendor
from tasks.task import Look

RATES = {"USD": 0.92, "GBP": 1.17, "CHF": 1.05, "SEK": 0.088, "PLN": 0.23}
GOALS = (
    "Fill the column EUR by formula: amount times the rate of its currency, rounded to cents. Save"
    " the file.",
    "Convert every amount to euro by a formula with the rates beside the table, rounded to two"
    " decimals, and save.",
    "Enter each amount in EUR, by formula from the rate table, rounded to the cent; then save.",
)


class ConvertCurrency(CalcJob):
    name = "books/convert_currency"
    level = 2

    def fill(self, book: Workbook, rng: random.Random) -> str:
        sheet, look = book.active, draw_look(rng)
        assert sheet is not None
        sheet.title = rng.choice(("Foreign", "Travel", "Imports"))
        sheet.sheet_view.zoomScale = look.zoom
        names = rng.sample(sorted(RATES), 3)
        rates = {
            name: Decimal(str(round(RATES[name] * rng.uniform(0.9, 1.1), 4))) for name in names
        }
        rows: list[tuple[Value, ...]] = []
        for number in range(rng.randint(4, 6)):
            name = names[number] if number < 3 else rng.choice(names)
            amount = Decimal(rng.randint(1_000, 300_000)) / 100
            rows.append((draw_vendor(rng, rng.choice(("en", "de"))), name, amount, None))
        self.table = Table(("Payee", "Currency", "Amount", "EUR"), tuple(rows))
        self.rates = Table(
            ("Code", "Rate"), tuple((name, rates[name]) for name in sorted(names)), 1, 6
        )
        for table in (self.table, self.rates):
            write_table(sheet, table, look)
        for row in range(len(names)):
            sheet.cell(*self.rates.place(row, "Rate")).number_format = "0.0000"
        for row, (_, code, foreign, _) in enumerate(rows):
            assert isinstance(code, str) and isinstance(foreign, Decimal)
            euro = (foreign * rates[code]).quantize(CENT, ROUND_HALF_UP)
            place = self.table.place(row, "EUR")
            self.wanted[sheet.title, *place] = Wanted(euro, computed=True)
        return rng.choice(GOALS)

    def act(self, observe: Look) -> Iterator[Action]:
        (top, left), last = self.rates.place(0, "Code"), len(self.rates.rows) - 1
        bottom, right = self.rates.place(last, "Rate")
        area = f"${address(top, left)[0]}${top}:${address(bottom, right)[0]}${bottom}"
        yield from self.goes(*self.table.place(0, "EUR"))
        for row in range(len(self.table.rows)):
            code, amount = (address(*self.table.place(row, h)) for h in ("Currency", "Amount"))
            yield TypeText(f"=ROUND({amount}*VLOOKUP({code};{area};2;0);2)")
            yield Press("Return")
