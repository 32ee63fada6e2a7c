"""What the judge of an own job reads on a document."""

import pytest

from tasks.own.page import only_labels


@pytest.mark.parametrize(
    "text", ["Datum", "Fälligkeit Konto-Nr.", "VAT 19%", "ust. 19% Gesamtbetrag", "TotalDue"]
)
def test_labels_that_were_read_as_one_are_no_value(text: str) -> None:
    assert only_labels(text)


@pytest.mark.parametrize(
    "text", ["Lindner Gartenbau GmbH", "RE-2025-9437", "Datum 3", "2025-12-11", "Von Berg", ""]
)
def test_a_value_is_none_of_them(text: str) -> None:
    assert not only_labels(text)


def test_a_page_that_is_made_to_be_parted_in_many_ways_is_read_at_once() -> None:
    """Net, total and net total are labels: without care 2^200 ways, and the test never ends."""
    assert only_labels("net total " * 200)
    assert not only_labels("net total " * 200 + "x")
