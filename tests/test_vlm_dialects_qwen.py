"""Tool-call dialects: Qwen's family, GUI-Owl, Holo and Fara."""

import pytest
from dialect_house import (
    accepts,
    near,
    placeless,
    situations,
    tokenizer,
    walk,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.policies.vlm.dialects.dialect import Dialect, DialectError, view_of
from agent.policies.vlm.dialects.fara import Fara
from agent.policies.vlm.dialects.guiowl import GuiOwl
from agent.policies.vlm.dialects.holo import Holo
from agent.policies.vlm.dialects.qwen3 import Qwen3
from agent.policies.vlm.dialects.qwen25 import Qwen25
from agent.policies.vlm.dialects.qwen35 import Qwen35
from perception.observation import Screen

DIALECTS = [Qwen25(), Qwen3(), Qwen35(), GuiOwl(), Holo(), Fara()]
every = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
TOOL_CALL = ("<tool_call>", "</tool_call>")


@every
@given(data=st.data())
def test_an_action_said_is_the_action_read(dialect: Dialect, data: st.DataObject) -> None:
    view, action = data.draw(situations(dialect))
    said = dialect.parse(dialect.format(action, view, "I am done: <tool_call> fail"), view)
    assert placeless(said.action) == placeless(action)
    assert near(said.action, action, view)
    assert "done" in said.thought


@every
@pytest.mark.parametrize("added", [TOOL_CALL, ()], ids=["added tokens", "mere text"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_grammar_takes_what_is_said(
    dialect: Dialect, added: tuple[str, ...], data: st.DataObject
) -> None:
    view, action = data.draw(situations(dialect))
    text = dialect.format(action, view, data.draw(st.sampled_from(["", "Then save.", "Ü → “ö”"])))
    grammar = dialect.grammar(60, view)
    made, ll = tokenizer(*added)
    taken = accepts(grammar, text, made, ll)
    assert taken == len(text), f"{text[:taken]} ⟂ {text[taken:]}"


@every
@pytest.mark.parametrize("added", [TOOL_CALL, ()], ids=["added tokens", "mere text"])
def test_every_walk_through_the_grammar_ends_and_parses(
    dialect: Dialect, added: tuple[str, ...]
) -> None:
    view = view_of(dialect, Screen(1280, 800))
    _, ll = tokenizer(*added)
    grammar = dialect.grammar(40, view)
    kinds = set()
    for seed in range(150):
        text = walk(grammar, ll, seed)
        try:
            kinds.add(type(dialect.parse(text, view).action).__name__)
        except DialectError as error:
            pytest.fail(f"{error}: {text!r}")
    assert len(kinds) == 10
