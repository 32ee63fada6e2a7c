from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perception.values import parse_amount, parse_date, value_kind

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
CURRENCIES = ("", "€ ", "$", "£", "CHF ", " €", " EUR", " CHF")
MARKS = ((".", ","), (",", "."), (" ", ","), ("'", "."), ("\u202f", ","), ("", "."), ("", ","))


@given(DAYS)
def test_every_unambiguous_notation_says_the_same_day(day: date) -> None:
    month = GERMAN.split()[day.month - 1]
    for text in (
        f"{day:%d.%m.%Y}",
        f"{day.day}.{day.month}.{day:%y}",
        f"{day:%Y-%m-%d}",
        f"{day:%Y/%m/%d}",
        f"{day:%d %B %Y}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day:%d-%b-%Y}",
        f"{day:%a, %d %b %Y}",
        f"{day.day}. {month} {day.year}",
        f"{day.day}. {month[:3]}. {day.year}",
    ):
        assert parse_date(text) == day, text
        assert value_kind(text) == "date", text


@given(DAYS)
def test_slashed_dates_are_read_only_when_they_can_mean_one_day(day: date) -> None:
    sure = day.day > 12 or day.day == day.month
    for text in (f"{day:%d/%m/%Y}", f"{day:%m/%d/%Y}", f"{day:%d-%m-%Y}"):
        assert parse_date(text) == (day if sure else None)
        assert value_kind(text) == "date"


@given(st.integers(0, 99_999_999), st.sampled_from(MARKS), st.sampled_from(CURRENCIES))
def test_every_notation_says_the_same_amount(
    cents: int, marks: tuple[str, str], currency: str
) -> None:
    thousands, decimal = marks
    value = Decimal(cents) / 100
    number = f"{value:,.2f}".replace(",", "t").replace(".", decimal).replace("t", thousands)
    text = number + currency if currency.startswith(" ") else currency + number
    assert parse_amount(text) == value, text
    assert value_kind(text) == "amount", text
    for negative in (f"-{text}", f"\u2212{text}", f"{text}-", f"({text})"):
        assert parse_amount(negative) == -value, negative


@given(st.text(max_size=24))
def test_any_text_has_a_kind(text: str) -> None:
    parse_date(text)
    parse_amount(text)
    assert value_kind(text) in ("date", "amount", "number", "text", "")


@pytest.mark.parametrize(
    ("text", "kind", "amount"),
    [
        ("1.234", "number", None),
        ("1,234", "number", None),
        ("1'234", "number", Decimal(1234)),
        ("0.125", "number", Decimal("0.125")),
        ("1234.5", "number", Decimal("1234.5")),
        ("1.234.567", "number", Decimal(1234567)),
        ("1,234,56", "amount", None),
        ("1.23.456", "text", None),
        ("42", "number", Decimal(42)),
        ("19 %", "number", None),
        ("RE-2026-0042", "text", None),
        ("Müller & Söhne", "text", None),
        ("", "", None),
        ("31.02.2026", "text", None),
        ("€", "text", None),
    ],
)
def test_edges(text: str, kind: str, amount: Decimal | None) -> None:
    assert (value_kind(text), parse_amount(text)) == (kind, amount)
