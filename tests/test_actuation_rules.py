"""What rules see through: spellings of keys, ways to write a number, text typed in pieces."""

import string
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from actuation.action import Action, Button, Click, Drag, Press, TypeText
from actuation.guard import Guard, amounts
from actuation.rules import Rules, chords
from perception.observation import Observation, Screen

SEEN = Observation(np.zeros((100, 100, 3), np.uint8), Screen(100, 100), settled=True)
LIMIT = 1000
SPELLINGS = {
    "ctrl": ("ctrl", "Ctrl", "control", "CONTROL", "Control_L", "Control_R"),
    "shift": ("shift", "Shift", "Shift_L", "Shift_R"),
    "alt": ("alt", "Alt", "Alt_L", "Alt_R", "Meta_L"),
    "delete": ("Delete", "delete", "del", "DEL", "KP_Delete"),
    "return": ("Return", "return", "enter", "Enter", "KP_Enter"),
    "-": ("minus", "-", "KP_Subtract"),
    "+": ("plus", "KP_Add"),
    "f4": ("F4", "f4"),
    "w": ("w",),
    "7": ("7", "KP_7"),
    "page_up": ("Page_Up", "pageup", "Prior", "KP_Prior"),
}
MODIFIERS = ("ctrl", "shift", "alt")


def held(rules: Rules, *actions: Action, label: str = "", header: str = "") -> tuple[str, ...]:
    """The rules that hold the last action back; those before it were performed."""
    guard = Guard(rules, lambda x, y, seen: label, lambda seen: (header, ()))
    for action in actions[:-1]:
        guard.did(action)
    return guard.check(actions[-1], SEEN, 0, 0).rules


@given(
    some.sets(some.sampled_from(MODIFIERS)),
    some.sampled_from([name for name in SPELLINGS if name not in MODIFIERS]),
    some.data(),
)
def test_a_chord_is_the_same_however_it_is_spelled(
    modifiers: set[str], key: str, data: some.DataObject
) -> None:
    names = [*data.draw(some.permutations(sorted(modifiers))), key]
    spelled = "+".join(data.draw(some.sampled_from(SPELLINGS[name])) for name in names)
    (chord,) = chords(spelled)
    assert (chord.modifiers, chord.key) == (modifiers, key)


def test_odd_chords() -> None:
    assert [str(chord) for chord in chords("ctrl++")] == ["ctrl++"]
    assert [str(chord) for chord in chords("+")] == ["+"]
    assert [str(chord) for chord in chords("ctrl+a+Delete")] == ["ctrl+a", "ctrl+delete"]
    assert [str(chord) for chord in chords("ctrl+W")] == ["ctrl+shift+w"]
    assert chords("Shift_L") == ()


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        ("delete", "Delete KP_Delete Shift_L+Delete ctrl+a+Delete ctrl+KP_Subtract ctrl+BackSpace"),
        ("close", "Alt_L+F4 control+W Control_R+q ctrl+F4 shift+ctrl+w ctrl+shift+q"),
        ("send", "ctrl+Return alt+enter shift+ctrl+return Control_L+KP_Enter"),
        ("", "BackSpace Return F4 minus w ctrl+c ctrl+s shift+Tab"),
    ],
)
def test_chords_belong_to_families(rule: str, keys: str) -> None:
    for spelled in keys.split():
        assert held(Rules(), Press(spelled)) == ((rule,) if rule else ()), spelled


@pytest.mark.parametrize(
    ("rule", "labels"),
    [
        ("close", ["Do not save", "Don't Save", "Don’t Save", "Exit", "Quit", "Beenden"]),
        ("delete", ["Move to Trash", "Papierkorb leeren", "Delete…"]),
        ("", ["OK", "Deleted", "Save", "Exiting"]),
    ],
)
def test_words_on_buttons_belong_to_families(rule: str, labels: Sequence[str]) -> None:
    for label in labels:
        for action in (Click(1, 1), Drag(9, 9, 1, 1)):
            assert held(Rules(), action, label=label) == ((rule,) if rule else ()), label


def test_a_dry_run_ends_at_saving() -> None:
    for keys in ("ctrl+s", "Control_L+S", "shift+ctrl+s"):
        assert held(Rules(dry=True), Press(keys)) == ("dry",)
    for label in ("Save", "Save as…", "Speichern", "Cancel\nSpeichern unter"):
        assert held(Rules(dry=True), Click(1, 1), label=label) == ("dry",)
    assert held(Rules(dry=True), Click(1, 1), label="Cancel") == ()


def test_every_rule_that_holds_is_named_once() -> None:
    rules = Rules(amount_limit=LIMIT, payees=(), approve=("delete", "delete", r"\d{4}"))
    guard = Guard(rules, lambda x, y, seen: "Delete", lambda seen: ("Vendor", ()))
    permit = guard.check(TypeText("9999"), SEEN, 0, 0)
    assert permit.rules == ("amount", "payee", r"approve \d{4}")
    assert permit.reason.count("; ") == 2
    assert guard.check(Click(1, 1), SEEN, 0, 0).rules == ("delete", "approve delete")


@some.composite
def written(draw: some.DrawFn) -> str:
    """A number above the limit, in one of the ways in which people write it."""
    digits = str(draw(some.integers(LIMIT + 1, 10**10)))
    mark = draw(some.sampled_from(["", ".", ",", "'", "’", " ", "\u00a0", "\u202f"]))
    first = len(digits) % 3 or 3
    parts = [digits[:first], *(digits[at : at + 3] for at in range(first, len(digits), 3))]
    decimals = {"": [".", ","], ".": [","], ",": ["."]}.get(mark, [".", ","])
    cents = draw(some.sampled_from(["", *(point + "50" for point in decimals), ",-"]))
    before = draw(some.sampled_from(["", "=", "+", "-", "(", "'", "€", "EUR ", "CHF", "-$"]))
    after = draw(some.sampled_from(["", "-", " zł", "Kč", " kr", "USD", "\u200b", "\u00a0€"]))
    text = before + mark.join(parts) + cents + (")" if before == "(" else "") + after
    wide = str.maketrans(string.digits, "０１２３４５６７８９")
    return text.translate(wide) if draw(some.booleans()) else text


@given(written())
def test_any_way_to_write_a_number_is_seen(text: str) -> None:
    assert held(Rules(amount_limit=LIMIT), TypeText(text)) == ("amount",)


@given(written(), some.data())
def test_any_pieces_of_a_number_are_seen(text: str, data: some.DataObject) -> None:
    guard = Guard(Rules(amount_limit=LIMIT))
    cuts = sorted(data.draw(some.sets(some.integers(1, len(text) - 1), max_size=6)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
    refused = False
    for piece in pieces:
        refused |= not guard.check(TypeText(piece), SEEN, 0, 0).allowed
        guard.did(TypeText(piece))
    assert refused


@given(
    some.dates(date(1900, 1, 1)),
    some.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y"]),
)
def test_a_date_is_no_amount(day: date, form: str) -> None:
    assert amounts(day.strftime(form)) == []


@given(some.integers(10, 9999), some.integers(10000, 9999999), some.sampled_from("+0"))
def test_a_telephone_number_is_no_amount(area: int, number: int, start: str) -> None:
    assert amounts(f"{start}{area} {number}") == []


@pytest.mark.parametrize(
    ("text", "largest"),
    [
        ("99999.000", "99999000"),
        ("1.234", "1234"),
        ("12,345.67", "12345.67"),
        ("12,345.678", "12345.678"),
        ("10,00,000", "1000000"),
        ("0.125", "0.125"),
        ("1e6", "1000000"),
        ("1,5E+4", "15000"),
        ("1e999999999999", "1e999"),
        ("٩٩٩٩", "9999"),
        ("1 2 3 4 5", "12345"),
        ("€1.234", "1234"),
        ("(5,-)", "5"),
    ],
)
def test_the_largest_reading_counts(text: str, largest: str) -> None:
    assert amounts(text) == [Decimal(largest)]


@pytest.mark.parametrize(
    "text",
    ["RE-2026-0770", "INV-20240117", "room 12", "+49 (30) 1234567", "0171-2345678", "+49-30-12345",
     "555 123 4567", "555.123.4567", "17. Mai 2024", "12:30", "=", "Mai 2024 – 3 Seiten"],
)  # fmt: skip
def test_what_is_no_amount(text: str) -> None:
    assert amounts(text) == []


@pytest.mark.parametrize("text", ["=9*9", "=SUM(A1:A9)", "=B2", "＝9&9", "+9*9999", "-sum(A1)"])
def test_a_formula_counts_as_above_every_limit(text: str) -> None:
    permit = Guard(Rules(amount_limit=LIMIT)).check(TypeText(text), SEEN, 0, 0)
    assert permit.rules == ("amount",)
    assert permit.reason == "a formula, whose amount cannot be told"


def test_keys_that_type_are_judged_together() -> None:
    rules = Rules(amount_limit=LIMIT)
    assert held(rules, TypeText("99"), Press("KP_9"), Press("9")) == ("amount",)
    assert held(rules, TypeText("99x"), Press("BackSpace"), TypeText("99")) == ("amount",)
    assert held(rules, TypeText("x"), Press("ctrl+a"), TypeText("9999")) == ("amount",)
    assert held(rules, Press("9+9+9+9")) == ("amount",)
    for leaving in (Press("Return"), Press("Tab"), Press("KP_Down"), Press("esc"), Click(1, 1)):
        assert held(rules, TypeText("99"), leaving, TypeText("99")) == ()
    assert held(rules, TypeText("99"), Press("alt+Tab"), TypeText("99")) == ("amount",)


def test_what_was_approved_is_not_asked_again() -> None:
    rules = Rules(amount_limit=LIMIT, approve=("evil",))
    assert held(rules, TypeText("9999"), TypeText(" EUR")) == ()
    assert held(rules, TypeText("9999"), TypeText("9")) == ("amount",)
    assert held(rules, TypeText("ev"), TypeText("il")) == ("approve evil",)
    assert held(rules, TypeText("evil"), TypeText(" GmbH")) == ()


def test_pasting_hides_amounts() -> None:
    pasting = [Press("Control_R+v"), Press("ctrl+shift+v"), Press("shift+KP_Insert")]
    for action in (*pasting, Click(1, 1, Button.MIDDLE)):
        assert held(Rules(amount_limit=LIMIT), action) == ("amount",)
        assert held(Rules(), action) == ()


def test_a_payee_typed_key_by_key_is_judged_too() -> None:
    rules = Rules(payees=("Bäcker Süd",))
    assert held(rules, Press("B"), Press("ä"), header="Vendor") == ()
    assert held(rules, TypeText("Bäcker"), Press("space"), Press("N"), header="Vendor") == (
        "payee",
    )
    assert held(rules, TypeText("Bäcker"), TypeText(" Süd"), header="Vendor") == ()
    assert held(rules, TypeText("Bäcker"), header="Vendor") == ("payee",)
    assert held(rules, Press("N"), header="Notes") == ()
