"""A saved book against what belongs in it: whatever their order."""

from collections import Counter
from decimal import Decimal

from tasks.books.gnucash.book import Account, Book, Transaction
from tasks.books.gnucash.business import Document, Party
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
    keys: list[Key] = [("else", other) for other in book.others]
    keys += map(_account, book.accounts)
    keys += map(_posting, book.transactions)
    keys += map(_party, book.parties)
    keys += map(_document, book.documents)
    return Counter(keys)


def _account(account: Account) -> Key:
    what = (account.path, account.kind, account.placeholder, account.description, account.rest)
    return "account", *what


def _posting(entry: Transaction) -> Key:
    told = (entry.day, entry.description, _splits(entry))
    return "posting", *told, entry.number, entry.kind, entry.due, entry.rest


def _splits(entry: Transaction) -> tuple[tuple[str, ...], ...]:
    """A document may be posted line by line or summed up for each account: both are right."""
    sums: dict[tuple[str, ...], Decimal] = {}
    for number, split in enumerate(entry.splits):
        posted = entry.kind == "I" and not split.lot
        memo, apart = ("", "") if posted else (split.memo, str(number))
        on = split.on.isoformat() if split.on else ""
        key = (split.account, memo, split.reconciled, on, split.action, split.lot, apart)
        sums[key] = sums.get(key, Decimal(0)) + split.amount
    return tuple(sorted((str(sums[key].normalize()), *key[:-1]) for key in sums))


def _party(party: Party) -> Key:
    return party.kind, party.number, party.name, party.rest


def _document(document: Document) -> Key:
    """Lines by day, as GnuCash shows them: it saves them in no order."""
    lines = sorted(
        (line.day, line.description, line.account, line.quantity, line.price, line.rest)
        for line in document.lines
    )
    owner, posted = _party(document.owner), (document.posted, document.account)
    what = (document.number, owner, document.opened, document.reference, document.rest)
    return "document", *what, *posted, tuple(lines)


def _told(key: Key) -> str:
    if key[0] != "posting":
        kind = f"the {key[0]} {key[1]}"
        return f"{kind}, {' '.join(map(str, key[6:]))}" if key[0] == "document" else kind
    splits = key[3]
    assert isinstance(splits, tuple)
    parts = ", ".join(" ".join(filter(None, split)) for split in splits)
    return f"{key[1]} {key[2]!r}: {parts}"
