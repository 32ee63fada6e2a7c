"""books/correct_posting: one posting of a register was entered wrong; put it right."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from openpyxl import Workbook

from actuation.action import Action, Press, TypeText
from tasks.books.calc.job import CalcJob
from tasks.books.calc.saved import Wanted
from tasks.books.calc.table import Table, Value, draw_look, shuffled, write_table
from tasks.books.invoice import draw_vendor
from tasks.task import Look

GOALS = (
    "The payment to {payee} is {wrong} in the register, but {right} was paid. Correct it and save.",
    "Correct the posting for {payee}: it should read {right} instead of {wrong}. Save the file.",
    "{payee} was booked with {wrong}. The right amount is {right}: change it, then save.",
)


class CorrectPosting(CalcJob):
    name = "books/correct_posting"
    level = 1

    def fill(self, book: Workbook, rng: random.Random) -> str:
        sheet, look = book.active, draw_look(rng)
        assert sheet is not None
        sheet.title = rng.choice(("Register", "Postings", "Bank", "Journal"))
        sheet.sheet_view.zoomScale = look.zoom
        headers = shuffled(rng, ("Date", "Payee", "Amount", rng.choice(("Text", "Account", "Ref"))))
        payees: list[str] = []
        while len(payees) < rng.randint(6, 14):
            name = draw_vendor(rng, rng.choice(("en", "de")))
            payees += [name] if name not in payees else []
        day, rows = date(2026, rng.randint(1, 9), rng.randint(1, 28)), []
        for payee in payees:
            day += timedelta(days=rng.randint(0, 5))
            amount = Decimal(rng.randint(900, 400_000)) / 100
            entry: dict[str, Value] = {"Date": day, "Payee": payee, "Amount": amount}
            rows.append(tuple(entry.get(h, f"{rng.randint(1000, 9999)}-A") for h in headers))
        self.table = Table(headers, tuple(rows))
        write_table(sheet, self.table, look)
        self.row = rng.randrange(len(rows))
        wrong = rows[self.row][headers.index("Amount")]
        assert isinstance(wrong, Decimal)
        self.right = _other(rng, wrong)
        place = self.table.place(self.row, "Amount")
        self.wanted = {(sheet.title, *place): Wanted(self.right)}
        words = {"payee": payees[self.row], "wrong": f"{wrong:.2f}", "right": f"{self.right:.2f}"}
        return rng.choice(GOALS).format(**words)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from self.tries(lambda: self.cell(observe, self.table, self.row, "Amount"))
        yield TypeText(f"{self.right:.2f}")
        yield Press("Return")


def _other(rng: random.Random, amount: Decimal) -> Decimal:
    """As people mistype: two digits swapped, or the point in the wrong place."""
    digits = f"{amount:.2f}"
    places = [i for i in range(len(digits) - 1) if digits[i] != digits[i + 1]]
    places = [i for i in places if "." not in digits[i : i + 2]]
    swaps = [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in places]
    right = [swap for swap in swaps if not swap.startswith("0")]
    return Decimal(rng.choice(right)) if right else amount * 10
