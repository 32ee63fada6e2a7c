"""books/read_balance: a balance is asked for, of an account or of the bank after one entry."""

import random
from collections.abc import Iterator
from decimal import Decimal

from actuation.action import Action
from tasks.books.gnucash.chart import draw_book, named
from tasks.books.gnucash.job import GnuCashJob
from tasks.task import Look

GOALS = (
    "What is the balance of {account}? Answer with the amount; change nothing.",
    "How much is booked in {account} in all? Tell the amount; leave the book as it is.",
    "Look up the balance of {account} and answer with it.",
)
AFTER = (
    "What was the balance of {account} after the entry {payee} of {day}? Change nothing.",
    "Tell the balance of {account} right after the posting of {day}, {payee}.",
)


class ReadBalance(GnuCashJob):
    name = "books/read_balance"
    level = 1

    def fill(self, rng: random.Random) -> str:
        self.before = self.wanted = draw_book(rng, rng.randint(5, 9))
        bank = named(self.before.accounts, "BANK")[0]
        entries = self.before.transactions
        self.after = rng.random() < 0.5
        if self.after:
            number = rng.randrange(1, len(entries) - 1)
            self.account, entry = bank, entries[number]
            self.answer = self._sum(number + 1)
            words = {"payee": entry.description, "day": entry.day.isoformat()}
            return rng.choice(AFTER).format(account=bank, **words)
        used = {split.account for entry in entries for split in entry.splits}
        choices = [one for one in named(self.before.accounts, "EXPENSE") if one in used]
        self.account = rng.choice((bank, *choices))
        self.answer = self._sum(len(entries))
        return rng.choice(GOALS).format(account=self.account)

    def _sum(self, count: int) -> str:
        """What the account holds after the first `count` entries."""
        splits = (split for entry in self.before.transactions[:count] for split in entry.splits)
        amounts = (split.amount for split in splits if split.account == self.account)
        return f"{sum(amounts, Decimal(0)):.2f}"

    def act(self, observe: Look) -> Iterator[Action]:
        """Up to where the figure stands on the screen."""
        way = self.opens if self.after else self.selects
        yield from way(observe, self.account)
