"""books/budget_actual: the difference of every account, by one formula that is filled down."""

import random
from collections.abc import Iterator
from decimal import Decimal

from openpyxl import Workbook

from actuation.action import Action, Press, TypeText
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, Value, address, draw_look, write_table
from tasks.task import Look

ACCOUNTS = (
    *("Rent", "Wages", "Travel", "Postage", "Telephone", "Insurance", "Heating", "Cleaning"),
    *("Software", "Repairs", "Marketing", "Büromaterial", "Fuhrpark", "Bewirtung", "Strom"),
)
GOALS = (
    "Fill the column Difference with actual minus budget, a formula for every account, and save.",
    "Enter for each account how far Actual is above Budget, as a formula. Save the file.",
    "Difference should be Actual less Budget in every row: fill it in by formula, then save.",
)


class BudgetActual(CalcJob):
    name = "books/budget_actual"
    level = 2

    def fill(self, book: Workbook, rng: random.Random) -> str:
        sheet, look = book.active, draw_look(rng)
        assert sheet is not None
        sheet.title = rng.choice(("Budget", "Plan", "2026"))
        sheet.sheet_view.zoomScale = look.zoom
        amounts = rng.sample(("Budget", "Actual"), 2)
        rows: list[tuple[Value, ...]] = []
        differences: list[Decimal] = []
        for account in rng.sample(ACCOUNTS, rng.randint(6, 14)):
            figures = {name: Decimal(rng.randint(5_000, 900_000)) / 100 for name in amounts}
            differences.append(figures["Actual"] - figures["Budget"])
            rows.append((account, *figures.values(), None))
        self.table = Table(("Account", *amounts, "Difference"), tuple(rows), 1, rng.randint(1, 2))
        write_table(sheet, self.table, look)
        for row, difference in enumerate(differences):
            place = self.table.place(row, "Difference")
            self.wanted[sheet.title, *place] = Wanted(difference, computed=True)
        return rng.choice(GOALS)

    def act(self, observe: Look) -> Iterator[Action]:
        first, last = (
            address(*self.table.place(row, "Difference")) for row in (0, len(self.table.rows) - 1)
        )
        actual, budget = (address(*self.table.place(0, header)) for header in ("Actual", "Budget"))
        yield from self.selects(first)
        yield TypeText(f"={actual}-{budget}")
        yield Press("Return")
        yield from self.selects(f"{first}:{last}")
        yield Press("ctrl+d")
