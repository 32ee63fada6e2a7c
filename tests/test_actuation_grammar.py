"""parse ∘ format is the identity, and whatever is no action is refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actuation.action import (
    Action,
    Ask,
    Button,
    Click,
    Done,
    Drag,
    Fail,
    Move,
    Press,
    Scroll,
    TypeText,
    Wait,
)
from actuation.grammar import GrammarError, format_action, parse_action

NUMBERS = st.integers(-(10**6), 10**6)
BUTTONS = st.sampled_from(list(Button))
TEXTS = st.text()
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Click, NUMBERS, NUMBERS, BUTTONS, NUMBERS, st.lists(TEXTS).map(tuple)),
    st.builds(Move, NUMBERS, NUMBERS),
    st.builds(Drag, NUMBERS, NUMBERS, NUMBERS, NUMBERS, BUTTONS),
    st.builds(Scroll, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    st.builds(TypeText, TEXTS),
    st.builds(Press, TEXTS),
    st.builds(Wait, st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(Ask, TEXTS),
    st.builds(Done, TEXTS),
    st.builds(Fail, TEXTS),
)


@given(ACTIONS)
def test_parse_undoes_format(action: Action) -> None:
    text = format_action(action)
    assert "\n" not in text
    assert parse_action(text) == action


@given(st.one_of(st.text(), ACTIONS.map(format_action).map(lambda text: text[:-1])))
def test_anything_else_is_refused_not_crashed_on(text: str) -> None:
    try:
        parse_action(text)
    except GrammarError as error:
        assert str(error)
    else:
        assert text.strip().endswith(")")  # a text that happens to be an action


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "expected one of"),
        ("explode(x=1)", "expected one of"),
        ("click(x=1)", "needs y"),
        ("click(x=1, y=2, x=3)", "once"),
        ("click(x=1, y=2, z=3)", "takes each of"),
        ('click(x="1", y=2)', "must be int"),
        ("click(x=true, y=2)", "must be int"),
        ("click(x=1.5, y=2)", "must be int"),
        ('click(x=1, y=2, button="side")', "must be Button"),
        ("click(x=1, y=2, modifiers=[1])", "modifiers must be"),
        ("click(x=1, y=2,)", "takes each of"),
        ("click(x=1, y=2", "expected"),
        ("click(x=1, y=2) click(x=1, y=2)", "expected"),
        ("type(text='single')", "no JSON"),
        ("type(text=__import__)", "no JSON"),
        ("wait(seconds=NaN)", "must be float"),
        ("wait(seconds=1e999)", "must be float"),
        ("done(", "no closing"),
    ],
)
def test_malformed_text_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(GrammarError, match=reason):
        parse_action(text)


def test_the_written_form() -> None:
    assert format_action(Click(1, 2)) == "click(x=1, y=2)"
    assert format_action(TypeText('Bäcker "Süd"\n')) == r'type(text="Bäcker \"Süd\"\n")'
    assert parse_action(" done() ") == Done()
