"""What a text says as a date or an amount, in English and German notation.

An ambiguous text has no value: 03/04/2026 may be March or April, 1.234 may be a thousand or one.
"""

import re
from datetime import date
from decimal import Decimal

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar jänner jan jän",
            "february februar feb febr",
            "march märz mar mär mrz",
            "april apr",
            "may mai",
            "june juni jun",
            "july juli jul",
            "august aug",
            "september sep sept",
            "october oktober oct okt",
            "november nov",
            "december dezember dec dez",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|"
_WEEKDAY += r"mittwoch|sonnabend|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[.,]*\s+"
_YEAR = r"(?P<y>\d{4}|\d{2})"
_DAY = r"(?P<d>\d{1,2})"
_MONTH = r"(?P<m>\d{1,2})"
_NAME = r"(?P<name>[^\W\d_]+)\.?"
_DOTTED = re.compile(rf"{_DAY}\.\s?{_MONTH}\.\s?{_YEAR}")
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})")
_SLASHED = re.compile(rf"(?P<a>\d{{1,2}})(?P<sep>[-/])(?P<b>\d{{1,2}})(?P=sep){_YEAR}")
_DAY_NAME = re.compile(rf"{_DAY}(?:st|nd|rd|th|\.)?[\s-]*(?:of\s+)?{_NAME},?[\s-]*{_YEAR}", re.I)
_NAME_DAY = re.compile(rf"{_NAME}\s*{_DAY}(?:st|nd|rd|th)?(?:,\s*|\s+){_YEAR}", re.I)

_CODES = "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|JPY|AUD|CAD|Euro|Fr\\.|SFr\\.|kr\\.?|zł|Kč|Ft"
_CURRENCY = re.compile(rf"(?:[€$£¥]|(?<![^\W\d_])(?:{_CODES})(?![^\W\d_]))", re.I)
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f\u2002\u2003", " "))
_SIGNS = str.maketrans(dict.fromkeys("−–—‐‑", "-"))
_PLAIN = re.compile(r"\d+")
_ONE_MARK = re.compile(r"(\d*)([.,])(\d+)")
_GROUPED = re.compile(
    r"\d{1,3}(?:(?P<sep>[.,' ])\d{3})(?:(?P=sep)\d{3})*(?:(?P<dec>[.,])(\d{1,4}))?"
)


def _clean(text: str) -> str:
    return " ".join(text.translate(_SPACES).split())


def _day(year: str, month: int, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, int(day))
    except ValueError:
        return None


def parse_date(text: str) -> date | None:
    """The date a text says, or None where it says none or could mean two.

    Dotted dates are day.month.year, dates that begin with four digits year-month-day; with
    slashes or dashes, day and month are told apart only where one of them is above 12 or both are
    equal. Two-digit years are 20xx. Month names are English or German, a weekday may stand before.
    """
    text = re.sub(rf"^{_WEEKDAY}", "", _clean(text), flags=re.I)
    if match := _DOTTED.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        return _day(match["y"], int(match["m"]), match["d"])
    if match := _SLASHED.fullmatch(text):
        first, second = int(match["a"]), int(match["b"])
        if first == second or second > 12:
            return _day(match["y"], first, match["b"])
        return _day(match["y"], second, match["a"]) if first > 12 else None
    if match := _DAY_NAME.fullmatch(text) or _NAME_DAY.fullmatch(text):
        month = _MONTHS.get(match["name"].lower())
        return _day(match["y"], month, match["d"]) if month else None
    return None


def _split_amount(text: str) -> tuple[str, bool, bool]:
    """The digits and separators of an amount, whether it is negative, whether it has a currency."""
    text = _clean(text).translate(_SIGNS).replace("’", "'")
    bare = _CURRENCY.sub(" ", text)
    currency = bare != text
    bare = bare.strip()
    negative = bare.startswith("-") or bare.endswith("-") or bool(re.fullmatch(r"\(.*\)", bare))
    if bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1]
    for sign in "-+":
        if bare.startswith(sign):
            bare = bare[1:]
            break
    else:
        bare = bare.removesuffix("-")
    return bare.strip(), negative, currency


def parse_amount(text: str) -> Decimal | None:
    """The number a text says, or None where it says none or could mean two.

    Takes 1.234,56, 1,234.56, 1 234,56, 1'234.56 and 1234.5, with or without a currency before or
    after, with a minus before or after or in brackets. 1.234 and 1,234 are ambiguous.
    """
    digits, negative, _ = _split_amount(text)
    value: Decimal | None = None
    if _PLAIN.fullmatch(digits):
        value = Decimal(digits)
    elif (match := _ONE_MARK.fullmatch(digits)) and match[1]:
        ambiguous = len(match[3]) == 3 and 1 <= len(match[1]) <= 3 and not match[1].startswith("0")
        value = None if ambiguous else Decimal(f"{match[1]}.{match[3]}")
    elif (match := _GROUPED.fullmatch(digits)) and match["sep"] != match["dec"]:
        whole, _, cents = digits.partition(match["dec"]) if match["dec"] else (digits, "", "0")
        value = Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{cents}")
    return -value if value is not None and negative else value


def value_kind(text: str) -> str:
    """ "date", "amount", "number", "text", or "" for nothing.

    An amount has a currency or two decimals; ambiguous dates are dates, ambiguous amounts numbers.
    """
    text = _clean(text)
    if not text:
        return ""
    if parse_date(text) or _SLASHED.fullmatch(text):
        return "date"
    digits, _, currency = _split_amount(text.removesuffix("%"))
    if not (_PLAIN.fullmatch(digits) or _ONE_MARK.fullmatch(digits) or _GROUPED.fullmatch(digits)):
        return "text"
    if currency or (re.search(r"[.,]\d\d$", digits) and not text.endswith("%")):
        return "amount"
    return "number"
