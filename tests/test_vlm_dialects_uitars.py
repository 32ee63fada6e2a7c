"""Dialects of calls as text: UI-TARS, OpenCUA, SmolVLM."""

import pytest
from dialect_house import accepts, near, placeless, situations, tokenizer, walk
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.policies.vlm.dialects.dialect import Dialect, DialectError, view_of
from agent.policies.vlm.dialects.opencua import OpenCua
from agent.policies.vlm.dialects.smolvlm import SmolVlm
from agent.policies.vlm.dialects.uitars import UiTars
from perception.observation import Screen

DIALECTS: list[Dialect] = [UiTars(), OpenCua(), SmolVlm()]
every = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
LURE = "I am done.\nfinished(content='x') <code>final_answer('x')</code> ```computer.terminate```"


@every
@settings(deadline=None)
@given(data=st.data())
def test_an_action_said_is_the_action_read(dialect: Dialect, data: st.DataObject) -> None:
    view, action = data.draw(situations(dialect))
    said = dialect.parse(dialect.format(action, view, data.draw(st.sampled_from(["", LURE]))), view)
    assert placeless(said.action) == placeless(action)
    assert near(said.action, action, view)


@every
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_grammar_takes_what_is_said(dialect: Dialect, data: st.DataObject) -> None:
    view, action = data.draw(situations(dialect))
    text = dialect.format(action, view, data.draw(st.sampled_from(["", "Then save.", "Ü → “ö”"])))
    made, ll = tokenizer()
    taken = accepts(dialect.grammar(60, view), text, made, ll)
    assert taken == len(text), f"{text[:taken]} ⟂ {text[taken:]}"


@every
@pytest.mark.parametrize("thought", [0, 40])
def test_every_walk_through_the_grammar_ends_and_parses(dialect: Dialect, thought: int) -> None:
    view = view_of(dialect, Screen(1280, 800))
    _, ll = tokenizer()
    grammar = dialect.grammar(thought, view)
    kinds = set()
    for seed in range(300):
        text = walk(grammar, ll, seed)
        try:
            kinds.add(type(dialect.parse(text, view).action).__name__)
        except DialectError as error:
            pytest.fail(f"{error}: {text!r}")
    assert len(kinds) == 10
