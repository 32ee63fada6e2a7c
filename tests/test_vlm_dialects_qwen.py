"""Tool-call dialects: Qwen's family, GUI-Owl, Holo and Fara."""

import json
from pathlib import Path
from typing import Any

import pytest
from dialect_house import (
    accepts,
    golden,
    near,
    placeless,
    points,
    situations,
    tokenizer,
    walk,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from actuation.action import Action, Click, Done, Press, Scroll, TypeText, Wait
from actuation.grammar import format_action
from actuation.rules import chords
from agent.policies.vlm.dialects import computer, holotools
from agent.policies.vlm.dialects.catalog import ModelFacts, dialect_of, facts
from agent.policies.vlm.dialects.catalog import dialect as named
from agent.policies.vlm.dialects.dialect import Dialect, DialectError, Said, view_of
from agent.policies.vlm.dialects.fara import Fara
from agent.policies.vlm.dialects.fields import LONGEST, SLACK
from agent.policies.vlm.dialects.guiowl import GuiOwl
from agent.policies.vlm.dialects.holo import Holo
from agent.policies.vlm.dialects.qwen3 import Qwen3
from agent.policies.vlm.dialects.qwen25 import Qwen25
from agent.policies.vlm.dialects.qwen35 import Qwen35
from memory.day import Context
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


def transcripts() -> list[Any]:
    """Published replies: (dialect, transcript), each with its place as its name."""
    return [
        pytest.param(dialect, one, id=f"{dialect.name}-{at}")
        for dialect in DIALECTS
        for at, one in enumerate(golden(dialect.name)["transcripts"])
    ]


@pytest.mark.parametrize(("dialect", "transcript"), transcripts())
def test_published_replies(dialect: Dialect, transcript: dict[str, Any]) -> None:
    view = view_of(dialect, Screen(*transcript["screen"]))
    if "refused" in transcript:
        with pytest.raises(DialectError, match=transcript["refused"]):
            dialect.parse(transcript["text"], view)
        return
    said = dialect.parse(transcript["text"], view).action
    assert format_action(said) == transcript["action"]
    if "pixel" in transcript:
        assert points(said)[0] == pytest.approx(transcript["pixel"], abs=1)


@every
def test_a_golden_file_counts_what_it_holds(dialect: Dialect) -> None:
    held = golden(dialect.name)
    said = [one for one in held["transcripts"] if "action" in one]
    outputs = [one for one in held["transcripts"] if one["kind"] == "output"]
    assert held["found"]["transcripts"] == len(held["transcripts"])
    assert held["found"]["with_an_action"] == len(said)
    assert held["found"]["outputs"] == len(outputs)
    assert held["looked_in"]
    assert all(
        one["source"].get("revision") or one["source"].get("url") for one in held["transcripts"]
    )


def json_call(args: str) -> str:
    return f'<tool_call>\n{{"name": "computer_use", "arguments": {args}}}\n</tool_call>'


def xml_call(**args: str) -> str:
    said = "".join(f"<parameter={name}>\n{value}\n</parameter>\n" for name, value in args.items())
    return f"<tool_call>\n<function=computer_use>\n{said}</function>\n</tool_call>"


def step(call: str) -> str:
    return f'{{"note": null, "thought": "", "tool_call": {call}}}'


CLICK = '{"action": "left_click", "coordinate": [5, 5]}'
JSON_MALFORMED = {
    "": "no <tool_call>",
    "I am done. terminate success": "no <tool_call>",
    '{"action": "terminate", "status": "success"}': "no <tool_call>",
    "<tool_call>": "no JSON",
    json_call(CLICK)[:-14]: "not closed|no JSON",
    json_call(CLICK).removesuffix("</tool_call>"): "not closed",
    json_call(CLICK) + json_call(CLICK): "more than one tool call",
    json_call(CLICK) + " terminate": "text after the tool call",
    json_call(CLICK).replace("}}", "}} {}"): "more than the call",
    json_call("[1]"): "arguments must be an object",
    json_call('"left_click"'): "arguments must be an object",
    json_call("{}"): "action must be a string",
    json_call('{"action": "fly"}'): "no action 'fly'",
    json_call('{"action": "left_click"}'): "needs coordinate",
    json_call('{"action": "left_click", "coordinate": [5]}'): r"must be \[x, y\]",
    json_call('{"action": "left_click", "coordinate": [1, 2, 3, 4]}'): r"must be \[x, y\]",
    json_call('{"action": "left_click", "coordinate": ["a", 2]}'): "x must be a number",
    json_call('{"action": "left_click", "coordinate": [true, 2]}'): "x must be a number",
    json_call('{"action": "left_click", "coordinate": [NaN, 2]}'): "no JSON",
    json_call('{"action": "left_click", "coordinate": [1e99, 2]}'): "x must be a number",
    json_call('{"action": "left_click", "coordinate": [9000, 2]}'): "outside",
    json_call('{"action": "left_click", "coordinate": [5, -50]}'): "outside",
    json_call('{"action": "left_click", "coordinate": [5, 5], "count": 0}'): "count must be",
    json_call('{"action": "left_click", "coordinate": [5, 5], "text": "s"}'): "no modifier",
    json_call('{"action": "terminate", "action": "left_click"}'): "a name twice",
    json_call('{"action": "terminate"}'): "status must be",
    json_call('{"action": "terminate", "status": "done"}'): "status must be",
    json_call('{"action": "left_click_drag", "coordinate": [5, 5]}'): "needs start_coordinate",
    json_call('{"action": "key"}'): "keys must be",
    json_call('{"action": "key", "keys": []}'): "names no key",
    json_call('{"action": "key", "keys": ["nokey"]}'): "no key 'nokey'",
    json_call('{"action": "key", "keys": ["a", "b", "c", "d", "e", "f"]}'): "at most 5",
    json_call('{"action": "type"}'): "text must be a string",
    json_call('{"action": "type", "text": "a\\nb"}'): "line break",
    json_call('{"action": "type", "text": "a\\u0007"}'): "cannot type",
    json_call('{"action": "type", "text": "\\ud83d"}'): "half a character",
    json_call('{"action": "answer", "text": 3}'): "text must be a string",
    json_call('{"action": "wait", "time": -1}'): "below 1000 seconds",
    json_call('{"action": "wait", "time": 1000000}'): "below 1000 seconds",
    json_call('{"action": "scroll", "coordinate": [5, 5]}'): "pixels must be",
    json_call('{"action": "visit_url", "url": "x"}'): "no action of this desktop",
    "<tool_call>\n" + "[" * 100_000: "no JSON",
}
XML_MALFORMED = {
    "": "no <tool_call>",
    "terminate success": "no <tool_call>",
    "<tool_call>": "no <function",
    json_call(CLICK): "no <function",
    xml_call(action="left_click", coordinate="[5, 5]") * 2: "more than one tool call",
    xml_call(action="left_click", coordinate="[5, 5]") + " done": "text after",
    xml_call(action="left_click", coordinate="[5, 5]").removesuffix("</tool_call>"): "not closed",
    xml_call(action="left_click", coordinate="five"): "coordinate is no JSON",
    xml_call(action="left_click"): "needs coordinate",
    xml_call(action="left_click", coordinate="[5000, 5]"): "outside",
    xml_call(action="type", text="</tool_call>"): "a tag inside",
    xml_call(action="type", text="a</parameter>b"): "expected <parameter",
    xml_call(action="type", text="a", json_text='"b"'): "one of them",
    xml_call(action="type", json_text='"b'): "json_text is no JSON",
    xml_call(action="type", text="a\nb"): "line break",
    xml_call(action="wait", time="soon"): "time is no JSON",
    xml_call(action="terminate", status="maybe"): "status must be",
    xml_call(action="key", keys="['ctrl', 7]"): "keys must be",
    xml_call(action="a").replace("computer_use", "bash"): "must name",
    xml_call(action="a").replace("</function>", "<parameter=action>\nb\n</parameter></function>"): (
        "action twice"
    ),
}
CLICK_AT = '{"tool_name": "click_desktop", "element": "", "x": 5, "y": 5}'
HOLO_MALFORMED = {
    "": "no JSON object",
    "done": "no JSON object",
    "[]": "must be an object",
    step(CLICK_AT) + step(CLICK_AT): "more after the JSON",
    '{"thought": "answer"}': "no tool_call",
    '{"note": null, "thought": 3, "tool_call": {}}': "thought must be",
    step("[]"): "no tool_call",
    step("{}"): "tool_name must be",
    step('{"tool_name": "fly"}'): "no tool 'fly'",
    step('{"tool_name": "click_desktop", "x": 5}'): "needs y",
    step('{"tool_name": "click_desktop", "x": 5, "y": 1100}'): "outside",
    step('{"tool_name": "click_desktop", "x": 5, "y": 5, "button": "first"}'): "button must be",
    step('{"tool_name": "drag_to_desktop", "x": 5, "y": 5}'): "say where it begins",
    step('{"tool_name": "scroll_desktop", "x": 5, "y": 5, "direction": "in"}'): "direction must be",
    step('{"tool_name": "scroll_desktop", "x": 5, "y": 5, "direction": "up", "scroll_size": -2}'): (
        "must not be negative"
    ),
    step('{"tool_name": "write_desktop", "content": "a\\tb"}'): "line break or tab",
    step('{"tool_name": "write_desktop", "content": "a", "press_enter": true}'): "more than one",
    step('{"tool_name": "hotkey_desktop", "keys": "ctrl"}'): "list of keys",
    step('{"tool_name": "hotkey_desktop", "keys": ["ctrl"], "repeat_count": 3}'): "repeat_count",
    step('{"tool_name": "key_down_desktop", "key": "ctrl"}'): "hold keys with",
    step('{"tool_name": "answer"}'): "content must be",
    step(CLICK_AT).replace("tool_call", "tool_calls"): "as a list",
    step(f"[{CLICK_AT}, {CLICK_AT}]").replace("tool_call", "tool_calls"): "2 tool calls",
}


def malformed() -> list[Any]:
    """(dialect, text, why it is refused)"""
    cases = {"qwen35": XML_MALFORMED, "holo": HOLO_MALFORMED}
    return [
        pytest.param(dialect, text, why, id=f"{dialect.name}-{at}")
        for dialect in DIALECTS
        for at, (text, why) in enumerate(cases.get(dialect.name, JSON_MALFORMED).items())
    ]


@pytest.mark.parametrize(("dialect", "text", "why"), malformed())
def test_malformed_replies_are_refused_with_the_reason(
    dialect: Dialect, text: str, why: str
) -> None:
    with pytest.raises(DialectError, match=why):
        dialect.parse(text, view_of(dialect, Screen(1280, 800)))


@every
@given(data=st.data(), text=st.text(max_size=200))
def test_any_text_is_read_or_refused(dialect: Dialect, data: st.DataObject, text: str) -> None:
    """Whatever stands where: nothing but a DialectError comes out of reading it."""
    view, action = data.draw(situations(dialect))
    said = dialect.format(action, view)
    at = data.draw(st.integers(0, len(said)))
    for broken in (text, said[:at], said[at:], said[:at] + text + said[at:]):
        try:
            read = dialect.parse(broken, view)
        except DialectError as error:
            assert str(error)  # the reason
        else:
            assert isinstance(read, Said)


@every
@given(data=st.data())
def test_only_the_action_ends_a_run(dialect: Dialect, data: st.DataObject) -> None:
    words = data.draw(st.sampled_from(ENDINGS))
    view = view_of(dialect, Screen(1280, 800))
    typed = TypeText(words.replace("\n", " "))
    assert dialect.parse(dialect.format(typed, view, words), view).action == typed


ENDINGS = (
    "terminate",
    "done",
    "fail",
    "[TASK=INFEASIBLE]",
    json_call('{"action": "terminate", "status": "success"}'),
    xml_call(action="terminate", status="failure"),
    step('{"tool_name": "answer", "content": "done"}'),
)


@every
def test_points_a_few_units_outside_are_clamped(dialect: Dialect) -> None:
    view = view_of(dialect, Screen(1280, 800))
    for action, axis in ((Click(1279, 10), 0), (Click(10, 799), 1)):
        said = dialect.format(action, view)
        place = str(view.to_model((action.x, action.y))[axis])
        assert said.count(place) == 1
        beyond = said.replace(place, str(view.units[axis] + SLACK))
        assert dialect.parse(beyond, view).action == action


@every
@pytest.mark.parametrize(
    "action",
    [
        TypeText("a\nb"),
        TypeText("\u200b"),
        TypeText("a" * (LONGEST + 1)),
        Done("\ud83d"),
        Press("ctrl+nokey"),
        Press("a+b+c+d+e+f"),
        Wait(1e6),
        Wait(float("nan")),
        Click(5, 5, count=0),
        Click(5, 5, modifiers=("s",)),
        Scroll(5, 5, dy=10_000),
    ],
    ids=str,
)
def test_what_cannot_be_said_is_refused(dialect: Dialect, action: Action) -> None:
    with pytest.raises(DialectError):
        dialect.format(action, view_of(dialect, Screen(1280, 800)))


@every
@pytest.mark.parametrize(
    "keys",
    ["Control_L+s", "esc", "enter", "ctrl++", "+", "at", "Prior", "control+minus", "Alt_L+F4"],
)
def test_other_spellings_of_keys_do_the_same(dialect: Dialect, keys: str) -> None:
    view = view_of(dialect, Screen(1280, 800))
    said = dialect.parse(dialect.format(Press(keys), view), view).action
    assert isinstance(said, Press)
    assert chords(said.keys) == chords(keys)


@every
def test_the_prompt_tells_all_that_may_be_said(dialect: Dialect) -> None:
    view = view_of(dialect, Screen(1280, 800))
    told = dialect.system(view)
    forms = holotools.FORMS if dialect.name == "holo" else computer.FORMS
    for form in forms:
        assert form.name in told
        for field in form.fields:
            assert f'"{field.name}"' in told
    assert "<tool_call>" in told or dialect.name == "holo"
    context = Context(habits=("Save often.",), done=("09:00 Enter the invoice: verified",))
    task = dialect.task("Pay the bill", context)
    assert all(part in task for part in ("Pay the bill", "Save often.", "Enter the invoice"))


FOLDERS = {
    "Qwen2.5-VL-7B-Instruct": ("qwen2_5_vl", "qwen25"),
    "Qwen3-VL-8B-Instruct": ("qwen3_vl", "qwen3"),
    "Qwen3.5-9B": ("qwen3_5", "qwen35"),
    "Qwen3.6-27B": ("qwen3_5", "qwen35"),
    "GUI-Owl-1.5-8B-Instruct": ("qwen3_vl", "guiowl"),
    "Holo-3.1-4B": ("qwen3_5", "holo"),
    "Holo3-35B-A3B": ("qwen3_5_moe", "holo"),
    "Fara-7B": ("qwen2_5_vl", "fara"),
    "weights": ("qwen3_vl_moe", "qwen3"),
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_models_folder_tells_its_dialect(folder: str, tmp_path: Path) -> None:
    kind, known = FOLDERS[folder]
    place = tmp_path / folder
    place.mkdir()
    (place / "config.json").write_text(json.dumps({"model_type": kind}))
    assert dialect_of(facts(place)).name == known
    assert dialect_of(facts(place), "qwen3").name == "qwen3"


def test_a_folder_of_the_hubs_cache_tells_its_dialect(tmp_path: Path) -> None:
    place = tmp_path / "models--microsoft--Fara-7B" / "snapshots" / "0123abcd"
    place.mkdir(parents=True)
    (place / "config.json").write_text('{"model_type": "qwen2_5_vl"}')
    assert dialect_of(facts(place)).name == "fara"


@pytest.mark.parametrize(
    "model", [ModelFacts(), ModelFacts("llama", ("LlamaForCausalLM",), ("weights",))]
)
def test_an_unknown_model_needs_a_name(model: ModelFacts) -> None:
    with pytest.raises(ValueError, match=r"cannot tell how this model speaks .*\?dialect=qwen3"):
        dialect_of(model)


def test_a_folder_without_a_config_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no readable config\.json"):
        facts(tmp_path)
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(ValueError, match="must hold a JSON object"):
        facts(tmp_path)


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(ValueError, match="no dialect 'klingon': known are qwen25"):
        named("klingon")


@every
def test_the_catalog_knows_it(dialect: Dialect) -> None:
    assert type(named(dialect.name)) is type(dialect)
