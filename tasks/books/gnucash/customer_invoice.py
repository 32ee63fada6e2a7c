"""books/customer_invoice: an invoice to a customer is made out, line by line, and posted."""

import random
from collections.abc import Iterator
from datetime import timedelta

from actuation.action import Action, Press, TypeText
from tasks.books.gnucash.business import Document
from tasks.books.gnucash.firm import RECEIVABLES, add, draw_firm, draw_lines, post
from tasks.books.gnucash.job import GnuCashJob
from tasks.task import Look

GOALS = (
    "Make out invoice {number} to the customer {customer}, opened on {day}: {lines}. Date every"
    " line {day}. Post it on {day}, due {due}, to {account}. Save the book.",
    "Invoice {customer} (number {number}, date opened {day}) for {lines}; all lines are of {day}."
    " Post the invoice to {account} on {day}, due on {due}, then save.",
    "New invoice {number} for {customer}, {day}, with these lines of that day: {lines}. Post it to"
    " {account} with the same date and due date {due}, and save the book.",
)
LINE = "{line.quantity} × {line.description} at {line.price:.2f} ({line.account})"


class CustomerInvoice(GnuCashJob):
    name = "books/customer_invoice"
    level = 4
    least = (1240, 700)  # an invoice's head and its lines

    def fill(self, rng: random.Random) -> str:
        self.before = draw_firm(rng, "customer", rng.randint(1, 3))
        day = self.before.transactions[-1].day + timedelta(days=rng.randint(1, 9))
        self.due = day + timedelta(days=rng.choice((7, 14, 30)))
        lines = draw_lines(rng, self.before, "customer", day, 2)
        number = f"{rng.randint(100, 999):06}"
        self.draft = Document(number, rng.choice(self.before.parties), day, lines)
        self.wanted = add(self.before, *post(self.draft, day, self.due))
        told = "; ".join(LINE.format(line=line) for line in lines)
        words = {"number": number, "customer": self.draft.owner.name, "lines": told}
        words |= {"day": day.isoformat(), "due": self.due.isoformat(), "account": RECEIVABLES}
        return rng.choice(GOALS).format(**words)

    def act(self, observe: Look) -> Iterator[Action]:
        day = self.draft.opened.isoformat()
        yield from map(Press, ("alt+b", "Right", "i"))  # Business, Customer, New Invoice
        yield from self.waits(observe, "New Invoice")
        yield from map(Press, ("shift+Tab", "shift+Tab"))  # from the customer to the day
        yield TypeText(day)
        yield Press("shift+Tab")
        yield TypeText(self.draft.number)
        yield from self.tabs("", "", "", self.draft.owner.name)
        yield Press("Tab")
        yield from self.presses(observe, "OK")
        yield from self.waits(observe, "Edit Invoice")
        for line in self.draft.lines:
            amounts = (f"{line.quantity}", f"{line.price:.2f}")
            yield from self.types(day, line.description, "", line.account, *amounts)
        yield from map(Press, ("alt+e", "p"))  # Edit, Post Invoice
        yield from self.waits(observe, "Question")
        yield from self.tabs(day, "", self.due.isoformat())
        yield from self.presses(observe, "OK")
