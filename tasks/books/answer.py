"""Whether what Done said is the answer: an amount in any usual notation, or a name."""

import re
from decimal import Decimal

DAY = re.compile(r"\b\d{4}-\d\d(-\d\d)?\b")
NUMBER = re.compile(r"[-−]?\d[\d.,'\u00a0\u202f ]*\d|[-−]?\d")


def answers(said: str, right: str) -> bool:
    """right: an amount as 1234.56, a count, or a name. An answer may stand in a sentence that
    tells no other amount: "It is 1,234.56 EUR." answers 1234.56. A day or month is no amount."""
    if re.fullmatch(r"-?\d+(\.\d+)?", right):
        return {
            value
            for text in NUMBER.findall(DAY.sub(" ", said))
            if (value := amount(text)) is not None
        } == {Decimal(right)}
    return right.casefold() in said.casefold()


def amount(text: str) -> Decimal | None:
    """An amount in the notations of several countries; None for what is none.

    The last of point and comma divides off the cents, unless three digits follow it alone.
    """
    plain = re.sub(r"['\u00a0\u202f ]", "", text.replace("−", "-"))
    marks = [mark for mark in plain if mark in ".,"]
    if not marks:
        return Decimal(plain) if re.fullmatch(r"-?\d+", plain) else None
    head, _, tail = plain.rpartition(marks[-1])
    if len(tail) == 3 and len(set(marks)) == 1:
        head, tail = head + tail, "0"
    digits = head.replace(".", "").replace(",", "")
    whole = f"{digits}.{tail}"
    return Decimal(whole) if re.fullmatch(r"-?\d+\.\d+", whole) else None
