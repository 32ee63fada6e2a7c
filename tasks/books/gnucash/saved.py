"""A saved book against what belongs in it: every account and posting, whatever their order."""

from collections import Counter

from tasks.books.gnucash.book import Account, Book, Transaction
from tasks.task import Verdict

Key = tuple[object, ...]


def judge(before: Book, after: Book, wanted: Book) -> Verdict:
    """Verified where the book is as wanted. Collateral: something that was there, and should have
    stayed, is not there any more, or something else came."""
    was, now, right = (_counted(book) for book in (before, after, wanted))
    missing, extra = right - now, now - right
    if not missing and not extra:
        return Verdict(True, "saved, and right")
    lost = [key for key in missing if key in was]
    came, asked = (now - was).total(), (right - was).total()
    words = [f"missing: {_told(key)}" for key in missing] + [f"too much: {_told(k)}" for k in extra]
    return Verdict(False, "; ".join(words[:4]), bool(lost) or came > asked)


def _counted(book: Book) -> Counter[Key]:
    return Counter([*map(_account, book.accounts), *map(_posting, book.transactions)])


def _account(account: Account) -> Key:
    return "account", account.path, account.kind


def _posting(entry: Transaction) -> Key:
    splits = sorted(
        (split.account, str(split.amount.normalize()), split.memo, split.reconciled)
        for split in entry.splits
    )
    return "posting", entry.day, entry.description, entry.number, tuple(splits)


def _told(key: Key) -> str:
    if key[0] == "account":
        return f"the account {key[1]}"
    splits = key[4]
    assert isinstance(splits, tuple)
    parts = ", ".join(f"{account} {amount}" for account, amount, *_ in splits)
    return f"{key[1]} {key[2]!r}: {parts}"
