"""What a run may do: budgets, windows, files, amounts; and whether an action changed anything."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from actuation.action import Ask, Click, Done, Drag, Move, Press, TypeText, Wait
from actuation.fake import FakeDesktop
from actuation.filling import FactRule
from actuation.guard import Guard, amounts, effect, target_changed
from actuation.rules import Rules
from agent.guarding import GuardEyes
from perception.observation import Box, Observation, Screen, Window
from perception.scene import Element, Kind, Scene

SHEET = Window("ledger.xlsx - Calc", "libreoffice-calc", Box(400, 0, 400, 600), True)
PAGE = Window("invoice.pdf - Viewer", "Viewer", Box(0, 0, 500, 600))
SEEN = Observation(
    np.zeros((600, 900, 3), np.uint8), Screen(900, 600), windows=(SHEET, PAGE), settled=True
)


def test_budgets_end_a_run_but_never_its_last_word() -> None:
    guard = Guard(Rules(max_steps=3, max_seconds=10))
    assert guard.check(Click(1, 1), SEEN, 2, 9.9).allowed
    spent = guard.check(Click(1, 1), SEEN, 3, 0)
    assert (spent.allowed, spent.exhausted) == (False, True)
    assert guard.check(Click(1, 1), SEEN, 0, 10).exhausted
    assert guard.check(Wait(2), SEEN, 0, 7).allowed
    assert guard.check(Wait(900), SEEN, 0, 7).exhausted
    assert guard.check(Done(), SEEN, 3, 99).allowed
    assert guard.check(Ask("?"), SEEN, 3, 99).allowed


def test_the_mouse_touches_allowed_windows_only() -> None:
    guard = Guard(Rules(applications=("LibreOffice-Calc",)))
    assert guard.check(Click(450, 10), SEEN, 0, 0).allowed  # the sheet lies in front
    refused = guard.check(Click(50, 10), SEEN, 0, 0)
    assert not refused.allowed
    assert (refused.needs_approval, refused.rules) == (True, ("outside",))
    assert "Viewer" in refused.reason
    assert "bare desktop" in guard.check(Click(850, 10), SEEN, 0, 0).reason
    assert not guard.check(Drag(450, 10, 50, 10), SEEN, 0, 0).allowed
    assert guard.check(Move(50, 10), SEEN, 0, 0).allowed


def test_a_fact_is_typed_unasked_where_it_belongs_alone() -> None:
    facts = (FactRule("iban"), FactRule("password", "^my bank"), FactRule("pin", "keepass"))
    guard = Guard(Rules(facts=facts))
    named = Guard(Rules(facts=facts, named=("iban", "password", "pin")))
    bank = replace(SEEN, windows=(replace(SHEET, title="My Bank - Chromium"),))
    vault = replace(SEEN, windows=(replace(SHEET, title="x", application="KeePassXC"),))
    refused = guard.check(TypeText("{{iban}}"), SEEN, 0, 0)
    assert (refused.needs_approval, refused.rules) == (True, ("fact",))
    assert "{{iban}} is not named by the goal" in refused.reason
    assert named.check(TypeText("to {{ iban }}"), SEEN, 0, 0).allowed
    astray = named.check(TypeText("{{password}}"), SEEN, 0, 0)
    assert "kept for windows like '^my bank', and this is “ledger.xlsx" in astray.reason
    assert named.check(TypeText("{{password}}"), bank, 0, 0).allowed
    # A title is what a page chooses.
    assert (
        "any page that calls itself so" in guard.check(TypeText("{{password}}"), bank, 0, 0).reason
    )
    assert guard.check(TypeText("{{pin}}"), vault, 0, 0).allowed
    assert not guard.check(TypeText("{{pin}}"), bank, 0, 0).allowed
    assert not named.check(TypeText("{{password}}"), replace(SEEN, windows=()), 0, 0).allowed
    late = named.check(TypeText("{{late}}"), SEEN, 0, 0)  # it may be a fact by the time it is typed
    assert "was no fact when this run began" in late.reason


def test_keys_go_to_the_active_window() -> None:
    guard = Guard(Rules(applications=("libreoffice-calc",)))
    assert guard.check(TypeText("x"), SEEN, 0, 0).allowed
    other = (replace(SHEET, active=False), replace(PAGE, active=True))
    assert not guard.check(TypeText("x"), replace(SEEN, windows=other), 0, 0).allowed
    assert not guard.check(Press("Tab"), replace(SEEN, windows=()), 0, 0).allowed


def test_other_documents_are_read_only() -> None:
    guard = Guard(Rules(files=("/home/me/ledger.xlsx",)))
    assert guard.check(Press("ctrl+s"), SEEN, 0, 0).allowed
    other = (replace(SHEET, title="private.xlsx - Calc"), PAGE)
    seen = replace(SEEN, windows=other)
    assert "private.xlsx" in guard.check(TypeText("x"), seen, 0, 0).reason
    assert not guard.check(Press("ctrl+s"), seen, 0, 0).allowed
    assert guard.check(Press("Page_Down"), seen, 0, 0).allowed
    assert guard.check(Click(450, 10), seen, 0, 0).allowed
    dialog = (replace(SHEET, title="Keep Current Format?"), PAGE)
    assert guard.check(Press("Return"), replace(SEEN, windows=dialog), 0, 0).allowed


def test_large_amounts_and_marked_words_need_approval() -> None:
    rules = Rules(amount_limit=1000, approve=("delete|löschen", "Evil GmbH"))
    guard = Guard(rules, label=lambda x, y, seen: "Delete all" if x > 600 else "OK")
    for action in (
        TypeText("1.234,50"),
        TypeText("EUR 9,000"),
        TypeText("to EVIL gmbh"),
        Press("Delete"),
        Click(650, 10),
    ):
        permit = guard.check(action, SEEN, 0, 0)
        assert (permit.allowed, permit.needs_approval) == (False, True), action
        assert permit.reason
    for action in (TypeText("999.99"), TypeText("2024-05-17"), Click(450, 10), Press("Return")):
        assert guard.check(action, SEEN, 0, 0).allowed, action


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.234,50", ["1234.50"]),
        ("1,234.5", ["1234.5"]),
        ("1'234", ["1234"]),
        ("€ 12", ["12"]),
        ("pay 12.50 now", ["12.50"]),
        ("17.05.2024", []),
        ("2024-05-17", []),
        ("INV-20240117", []),
        ("room 12", []),
        ("", []),
    ],
)
def test_amounts_in_typed_text(text: str, found: list[str]) -> None:
    assert amounts(text) == [Decimal(amount) for amount in found]


def test_an_effect_is_a_change_that_is_no_caret() -> None:
    after = SEEN.image.copy()
    assert not effect(SEEN, replace(SEEN, image=after))
    after[100:118, 50] = 255
    assert not effect(SEEN, replace(SEEN, image=after))
    after[100:118, 50:60] = 255
    assert effect(SEEN, replace(SEEN, image=after))
    assert effect(SEEN, replace(SEEN, windows=(SHEET,)))


def test_a_target_that_changed_is_noticed() -> None:
    desktop = FakeDesktop()
    box = desktop.cell_box(1, 1)
    seen = desktop.observe()
    click = Click(*box.center)
    assert not target_changed(click, seen, desktop.glance())
    desktop.perform(Click(*desktop.cell_box(3, 0).center))
    assert not target_changed(click, seen, desktop.glance())
    covered = replace(seen, windows=(replace(seen.windows[0], application="popup"),))
    assert target_changed(click, seen, covered)
    picture = seen.image.copy()
    picture[box.y : box.bottom, box.x : box.right] = 90
    assert target_changed(click, seen, replace(seen, image=picture))
    assert not target_changed(TypeText("x"), seen, replace(seen, image=picture))


class Reading:
    """A reader that finds what it is given."""

    def __init__(self, *elements: Element) -> None:
        self.scene = Scene(800, 600, (), (), elements)

    def read(self, observation: Observation) -> Scene:
        return self.scene


def test_a_click_on_the_padding_of_a_button_is_a_click_on_it() -> None:
    windows = (
        Window("Save?", "soffice", Box(0, 0, 400, 200), True),
        Window("ledger", "soffice", Box(0, 0, 800, 600)),
    )
    seen = Observation(SEEN.image, Screen(800, 600), windows=windows)
    eyes = GuardEyes(
        Reading(  # type: ignore[arg-type]
            Element(Box(40, 90, 70, 10), "Don't Save", window=0),
            Element(Box(38, 88, 76, 14), "", Kind.ICON, window=0),
            Element(Box(200, 90, 40, 10), "Cancel", window=0),
            Element(Box(190, 60, 200, 10), "Delete all that you have ever done?", window=0),
            Element(Box(190, 190, 60, 10), "Remove", window=1),
            Element(Box(500, 300, 60, 20), "Delete", Kind.CELL, window=1),
            Element(Box(500, 320, 60, 20), "Paper", Kind.CELL, window=1),
            Element(Box(500, 340, 60, 20), "", Kind.CELL, window=1),
        )
    )
    for x, y in ((70, 95), (18, 78), (132, 112)):
        assert eyes.label(x, y, seen) == "Don't Save"
    assert eyes.label(150, 95, seen) == ""
    assert eyes.label(220, 78, seen) == "Cancel"
    assert eyes.label(200, 65, seen) == "Delete all that you have ever done?"
    assert eyes.label(200, 195, seen) == ""  # the button of a window behind
    assert eyes.label(510, 322, seen) == "Paper"
    assert eyes.label(510, 342, seen) == ""


ASKED = replace(
    SEEN,
    windows=(
        Window("Save Document?", "libreoffice-calc", Box(450, 100, 200, 90), True, True),
        replace(SHEET, active=False),
        PAGE,
    ),
)
QUESTION = "Save changes before closing?\nDon't Save\nCancel\nSave"


def test_a_key_that_answers_a_dialog_is_judged_by_what_stands_in_it() -> None:
    guard = Guard(Rules(), dialog=lambda window, seen: QUESTION if window == 0 else "Delete")
    for action in (Press("Return"), Press("space"), Press("alt+n"), Press("n")):
        permit = guard.check(action, ASKED, 0, 0)
        assert (permit.needs_approval, permit.rules) == (True, ("close",)), action
        assert "Don't Save" in permit.reason and "dialog or menu" in permit.reason
    for action in (Press("Tab"), Press("Escape"), Press("shift+Tab"), TypeText("note")):
        assert guard.check(action, ASKED, 0, 0).allowed, action
    # In the document the same keys mean nothing of the kind.
    assert guard.check(Press("Return"), SEEN, 0, 0).allowed
    assert Guard(Rules(ask=())).check(Press("Return"), ASKED, 0, 0).allowed


def test_a_dialog_without_words_is_not_answered() -> None:
    guard = Guard(Rules(), dialog=lambda window, seen: "")
    for action in (Press("Return"), Press("space"), Press("alt+n"), Press("n")):
        permit = guard.check(action, ASKED, 0, 0)
        assert (permit.needs_approval, permit.rules) == (True, ("unread",)), action
    for action in (Press("Tab"), Press("Escape"), TypeText("note")):
        assert guard.check(action, ASKED, 0, 0).allowed, action
    assert guard.check(Press("Return"), SEEN, 0, 0).allowed
    assert Guard(Rules(ask=()), dialog=lambda *_: "").check(Press("n"), ASKED, 0, 0).allowed
    dry = Guard(Rules(ask=(), dry=True), dialog=lambda *_: "").check(Press("n"), ASKED, 0, 0)
    assert (dry.needs_approval, dry.rules) == (False, ("dry", "unread"))


def test_letters_choose_from_a_menu() -> None:
    menu = Window("LibreOffice", "Soffice", Box(420, 30, 150, 200), dialog=True)
    seen = replace(SEEN, windows=(menu, SHEET, PAGE))
    guard = Guard(Rules(), dialog=lambda window, seen: "Undo\nCut\nDelete Rows")
    for action in (Press("d"), TypeText("d"), Press("Return")):
        assert guard.check(action, seen, 0, 0).rules == ("delete",), action
    assert guard.check(Press("Down"), seen, 0, 0).allowed


def test_words_that_the_operator_marked_count_in_dialogs_too() -> None:
    guard = Guard(Rules(ask=(), approve=("overwrite",)), dialog=lambda window, seen: "Overwrite?")
    assert guard.check(Press("Return"), ASKED, 0, 0).needs_approval
    assert guard.check(Press("Return"), SEEN, 0, 0).allowed


def test_a_dialog_behind_the_window_that_has_the_keys_is_not_answered() -> None:
    behind = Window("Delete?", "notes", Box(410, 10, 50, 50), dialog=True)
    guard = Guard(Rules(), dialog=lambda window, seen: "Delete")
    assert guard.check(Press("Return"), replace(SEEN, windows=(SHEET, behind)), 0, 0).allowed
