"""Answers: the right amount in any notation, and nothing but it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.books.answer import amount, answers

CENTS = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100)


@given(value=CENTS, other=CENTS, marks=st.sampled_from((",.", ".,", "'.", " ,", "\u202f,")))
def test_an_amount_counts_in_every_notation_and_another_never(
    value: Decimal, other: Decimal, marks: str
) -> None:
    text = f"{value:,.2f}".translate({ord(","): marks[0], ord("."): marks[1]})
    assert amount(text) == value
    for said in (text, f"It is {text} EUR.", f"€{text}", f"{value:.2f}"):
        assert answers(said, f"{value:.2f}")
        assert answers(said, f"{other:.2f}") == (value == other)


def test_two_amounts_are_no_answer() -> None:
    assert not answers("12.00 or 13.00", "12.00")
    assert not answers("", "12.00") and not answers("nothing", "0")
    assert answers("12.00, that is 12", "12.00")


@pytest.mark.parametrize(
    ("said", "right", "ok"),
    [
        ("7", "7", True),
        ("There are 7.", "7", True),
        ("17", "7", False),
        ("1,234", "1234", True),
        ("1.234.567", "1234567", True),
        ("Müller & Söhne", "müller & söhne", True),
        ("It was Kühn AG, on Monday", "Kühn AG", True),
        ("Kühn", "Kühn AG", False),
        ("On 2026-02-03 it was 1,234.56 EUR.", "1234.56", True),
        ("12.50 in 2026-02", "12.50", True),
        ("12.50 in 2026-02, 13.50 in 2026-03", "12.50", False),
        ("-12.50", "12.50", False),
    ],
)
def test_answers(said: str, right: str, ok: bool) -> None:
    assert answers(said, right) is ok
