"""books/pay_vendor_bill: one of several open bills is paid, and the payment is set against it."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from actuation.action import Action, Press, TypeText
from tasks.books.gnucash.book import Split, Transaction
from tasks.books.gnucash.chart import named
from tasks.books.gnucash.firm import PAYABLES, draw_firm
from tasks.books.gnucash.job import GnuCashJob
from tasks.task import Look

GOALS = (
    "Pay bill {number} of the vendor {vendor} in full from {account} on {day}, and save the book.",
    "{vendor}: bill {number} was paid from {account} on {day}, the whole amount. Process the"
    " payment and save.",
    "Process the payment of {vendor}'s bill {number}: all of it, out of {account}, dated {day}."
    " Then save the book.",
)


class PayVendorBill(GnuCashJob):
    name = "books/pay_vendor_bill"
    level = 3

    def fill(self, rng: random.Random) -> str:
        self.before = draw_firm(rng, "vendor", rng.randint(2, 3))
        self.bill = rng.choice(self.before.documents)
        accounts = (*named(self.before.accounts, "BANK"), *named(self.before.accounts, "CASH"))
        self.account = rng.choice(accounts)
        day = self.before.transactions[-1].day + timedelta(days=rng.randint(1, 20))
        vendor, total = self.bill.owner.name, self.bill.total
        self.entry = Transaction(
            day,
            vendor,
            (
                Split(PAYABLES, total, action="Payment", lot=self.bill.label),
                Split(self.account, -total, action="Payment"),
            ),
            kind="P",
        )
        entries = (*self.before.transactions, self.entry)
        self.wanted = replace(self.before, transactions=entries)
        words = {"number": self.bill.number, "vendor": vendor, "day": day.isoformat()}
        return rng.choice(GOALS).format(**words, account=self.account)

    def act(self, observe: Look) -> Iterator[Action]:
        yield from map(Press, ("alt+b", "Down", "Right", "p"))  # Business, Vendor, Process Payment
        yield from self.waits(observe, "Process Payment")
        yield TypeText(self.bill.owner.name)
        yield from map(Press, ("Tab", "Tab"))  # past the button beside it: the bills are shown
        yield from self.presses(observe, self.bill.number)
        yield Press("Tab")
        yield TypeText(self.entry.day.isoformat())
        yield Press("Tab")
        *parents, name = self.account.split(":")
        for parent in parents:
            yield from self.presses(observe, parent)
            yield Press("shift+Right")
        yield from self.presses(observe, name)
        yield from self.presses(observe, "OK")
