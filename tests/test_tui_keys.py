"""Rebound keys are checked: no action that is not there, and never two on one key."""

import pytest

from agent.tui.app import DeskApp
from agent.tui.keys import checked, defaults
from agent.tui.page import Page
from agent.tui.pages import PAGES

EVERYWHERE = defaults([DeskApp.BINDINGS])
KNOWN = defaults([DeskApp.BINDINGS, Page.BINDINGS, *(page.BINDINGS for page in PAGES.values())])


def test_every_page_and_intent_can_be_rebound() -> None:
    assert {"pause", "take_over", "stop", "help", "quit", "desk", "doctor"} <= set(EVERYWHERE)
    assert {"approve", "reject", "flag", "roll_back"} <= set(KNOWN)


def test_free_keys_are_given() -> None:
    wanted = {"pause": "f2", "approve": "y"}
    assert checked(wanted, EVERYWHERE, KNOWN) == (wanted, [])


def test_a_key_may_be_swapped() -> None:
    wanted = {"pause": "exclamation_mark", "stop": "space"}
    assert checked(wanted, EVERYWHERE, KNOWN) == (wanted, [])


@pytest.mark.parametrize(
    ("wanted", "given", "says"),
    [
        ({"pauze": "f2"}, {}, "no action 'pauze'"),
        ({"pause": "f3", "stop": "f3"}, {"stop": "f3"}, "pause and stop"),
        ({"approve": "exclamation_mark"}, {}, "approve and stop"),
        ({"approve": "f12"}, {}, "approve and stop_now"),
    ],
)
def test_what_cannot_be_given_is_said(
    wanted: dict[str, str], given: dict[str, str], says: str
) -> None:
    found, wrong = checked(wanted, EVERYWHERE, KNOWN)
    assert found == given
    assert len(wrong) == 1
    assert says in wrong[0]
