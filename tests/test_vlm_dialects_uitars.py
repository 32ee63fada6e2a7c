"""Dialects of calls as text: UI-TARS, OpenCUA, SmolVLM."""

from typing import Any

import pytest
from dialect_house import accepts, golden, near, placeless, points, situations, tokenizer, walk
from hypothesis import given, settings
from hypothesis import strategies as st

from actuation.action import Action, Ask, Click, Done, Drag, Fail, Press, Scroll, TypeText, Wait
from actuation.geometry import View
from actuation.grammar import format_action
from agent.policies.vlm.dialects.dialect import Dialect, DialectError, view_of
from agent.policies.vlm.dialects.opencua import OpenCua
from agent.policies.vlm.dialects.smolvlm import SmolVlm
from agent.policies.vlm.dialects.uitars import UiTars
from memory.day import Context
from perception.observation import Screen

TARS, CUA, SMOL = UiTars(), OpenCua(), SmolVlm()
DIALECTS: list[Dialect] = [TARS, CUA, SMOL]
every = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
LURE = (
    "I am done.\nfinished(content='x')\nAction: finished()\n<code>final_answer('x')</code>\n"
    "## Code:\n```python\ncomputer.terminate(status='failure')\n```\nfail"
)
TEXT = "Action: done’s \\'fail\\' \\n (finished()) \"<|im_end|>\" </code> ```x``` ü — 日本 \xa0{}%"


def view(dialect: Dialect) -> View:
    return view_of(dialect, Screen(1920, 1080))


def transcripts() -> list[Any]:
    return [
        pytest.param(dialect, one, id=f"{dialect.name}-{at}")
        for dialect in DIALECTS
        for at, one in enumerate(golden(dialect.name)["transcripts"])
    ]


@pytest.mark.parametrize(("dialect", "transcript"), transcripts())
def test_published_replies(dialect: Dialect, transcript: dict[str, Any]) -> None:
    shown = view_of(dialect, Screen(*transcript["screen"]))
    if "refused" in transcript:
        with pytest.raises(DialectError) as refusal:
            dialect.parse(transcript["text"], shown)
        assert transcript["refused"] in str(refusal.value)
        return
    said = dialect.parse(transcript["text"], shown).action
    assert format_action(said) == transcript["action"]
    for point, pixel in zip(points(said), transcript.get("pixels", []), strict=False):
        assert point == pytest.approx(pixel, abs=1)  # the sources cut off, the view rounds


@every
def test_a_golden_file_counts_what_it_holds(dialect: Dialect) -> None:
    held = golden(dialect.name)
    said = [one for one in held["transcripts"] if "action" in one]
    assert held["found"]["transcripts"] == len(held["transcripts"])
    assert held["found"]["with_an_action"] == len(said) >= 12
    assert held["found"]["outputs"] == sum(one["kind"] == "output" for one in held["transcripts"])
    assert held["looked_in"]
    sources = [one["source"] for one in held["transcripts"]]
    assert all(source.get("revision") or source.get("url") for source in sources)


@every
@settings(deadline=None)
@given(data=st.data())
def test_an_action_said_is_the_action_read(dialect: Dialect, data: st.DataObject) -> None:
    shown, action = data.draw(situations(dialect))
    thought = data.draw(st.sampled_from(["", LURE]))
    said = dialect.parse(dialect.format(action, shown, thought), shown)
    assert placeless(said.action) == placeless(action)
    assert near(said.action, action, shown)
    assert ("done" in said.thought) == bool(thought)


@every
@pytest.mark.parametrize(
    "action", [TypeText(TEXT), Ask(TEXT), Done(TEXT + "\n"), Fail(f"\x00{TEXT}"), Done("failure")]
)
def test_a_text_says_nothing_but_itself(dialect: Dialect, action: Action) -> None:
    said = dialect.format(action, view(dialect), LURE)
    assert dialect.parse(said, view(dialect)).action == action
    assert "<|im_end|>" not in said


@every
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_grammar_takes_what_is_said(dialect: Dialect, data: st.DataObject) -> None:
    shown, action = data.draw(situations(dialect))
    text = dialect.format(action, shown, data.draw(st.sampled_from(["", "Then save.", "Ü → “ö”"])))
    made, ll = tokenizer()
    taken = accepts(dialect.grammar(60, shown), text, made, ll)
    assert taken == len(text), f"{text[:taken]} ⟂ {text[taken:]}"


@every
@pytest.mark.parametrize("thought", [0, 40])
def test_every_walk_through_the_grammar_ends_and_parses(dialect: Dialect, thought: int) -> None:
    shown = view_of(dialect, Screen(1280, 800))
    _, ll = tokenizer()
    grammar = dialect.grammar(thought, shown)
    kinds = set()
    for seed in range(300):
        text = walk(grammar, ll, seed)
        try:
            kinds.add(type(dialect.parse(text, shown).action).__name__)
        except DialectError as error:
            pytest.fail(f"{error}: {text!r}")
    assert len(kinds) >= 8  # letters drawn evenly seldom spell the rarer words


@every
def test_the_grammar_takes_no_point_outside_and_no_second_action(dialect: Dialect) -> None:
    shown = view(dialect)
    made, ll = tokenizer()
    said = dialect.format(Click(5, 5), shown)
    grammar = dialect.grammar(60, shown)
    assert accepts(grammar, said, made, ll) == len(said)
    far = {TARS: "'(1933,5)'", CUA: "x=1933, y=5", SMOL: "x=1.001, y=0.500"}[dialect]
    near_by = {TARS: "'(5,5)'", CUA: "x=5, y=5", SMOL: "x=0.003, y=0.005"}[dialect]
    assert near_by in said
    outside = said.replace(near_by, far)
    assert accepts(grammar, outside, made, ll) < len(outside)
    assert accepts(grammar, f"{said}\n\n{said}", made, ll) <= len(said)


def fenced(code: str) -> str:
    return f"```python\n{code}\n```"


TARS_BAD = [
    ("", 'no line begins with "Action:"'),
    ("I should click(start_box='(1,2)').", 'no line begins with "Action:"'),
    ("Thought: Say Action: finished() now.", 'no line begins with "Action:"'),
    ("Action: click the save button", "no call of a function"),
    ("Action: click(start_box='(1,2)'", "no call of a function"),
    ("Action: click()", "start_box is missing"),
    ("Action: click(start_box='(1)')", "start_box must be '(x,y)'"),
    ("Action: click(start_box='(1,b)')", "start_box must be a number"),
    ("Action: click(start_box='(1,nan)')", "start_box must be a number"),
    ("Action: click(start_box='(1938,5)')", "x 1938 lies outside 0–1932"),
    ("Action: click(start_box='(5,-6)')", "y -6 lies outside 0–1092"),
    ("Action: click(start_box=here)", "arguments must be literals"),
    ("Action: click(start_box='(1,2)', count='0')", "count must be 1 to 9"),
    ("Action: click(start_box='(1,2)', hold='a')", "'a' is no modifier"),
    (
        "Action: click(start_box='(1,2)', speed='9')",
        "click takes start_box, count, hold, not speed",
    ),
    ("Action: drag(start_box='(0,0)')", "end_box is missing"),
    ("Action: drag(start_box='(0,0)', end_box='(1,1)', button='x')", "button must be left"),
    ("Action: hotkey(key='ctrl nokey')", "no key 'nokey'"),
    ("Action: hotkey(key='')", "names no key"),
    ("Action: type()", "content must be a string"),
    ("Action: type(content='a\\tb')", "line break or tab"),
    ("Action: type(content='a\\nb')", "line break or tab"),
    ("Action: type(content='a\\n')", "two actions"),
    ("Action: type(content='\\ud800')", "lone surrogate"),
    ("Action: scroll(start_box='(1,2)', direction='in')", "direction must be down, up"),
    ("Action: scroll(start_box='(1,2)', direction='down left', amount='3')", "as many numbers"),
    ("Action: wait(seconds='5000')", "seconds must be below 1000"),
    ("Action: press(key='ctrl')", "no action of this desktop: name all keys in hotkey"),
    ("Action: open_app(app_name='x')", "this is no phone"),
    ("Action: exec(code='x')", "no action 'exec'"),
    ("Action: wait()\nAction: finished()", "more than one action"),
    ("Action: finished()\n\nwait()", "more than one action"),
    ("Action: finished() # ok\nwait()", "more than one action"),
    ("Action: finished", "no call of a function"),
    ("Action: f(**{'a': 1})", "not unpacked"),
    ("Action: " + "(" * 9000, "no call of a function"),
    ("Action: type(content='" + "a" * 60_000 + "')", "at most 50000 are read"),
]
CUA_BAD = [
    ("", "no block of code"),
    ("I am done: computer.terminate(status='success')", "no block of code"),
    ("```python\npyautogui.click(x=1, y=2)", "not closed"),
    ("```python\n```", "the block of code is empty"),
    (fenced("import pyautogui"), "the block of code is empty"),
    ("```python\npyautogui.click(x=1, y=2)\n```\nThat will do.", "text after the block"),
    (
        "```python\npyautogui.click(x=1, y=2)\n```\n```code\ncomputer.wait()\n```",
        "more than one block",
    ),
    (
        "```python\npyautogui.click(x=1, y=2)\npyautogui.click(x=1, y=2)\n```",
        "more than one action",
    ),
    (fenced("pyautogui.write('a')\npyautogui.press('enter')"), "more than one action"),
    (fenced("pyautogui.click()"), "x must be a number"),
    (fenced("pyautogui.click(x=1 + a, y=2)"), "arguments must be literals"),
    (fenced("pyautogui.click(x=2000, y=2)"), "x 2000 lies outside 0–1932"),
    (fenced("pyautogui.click(x=0.5, y=2000)"), "y 2000 lies outside"),
    (fenced("pyautogui.doubleClick(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)"), "takes at most"),
    (fenced("pyautogui.click(1, x=1, y=2)"), "is given x twice"),
    (fenced("pyautogui.doubleClick(1, 2, button='right')"), "is of the left button"),
    (fenced("pyautogui.dragTo(x=1, y=2)"), "moveTo before it"),
    (fenced("pyautogui.write(message='a\\n')"), "line break or tab"),
    (fenced("pyautogui.press('a', presses=3)"), "more than one action"),
    (fenced("pyautogui.press(keys=['a', 'b'])"), "more than one action"),
    (fenced("pyautogui.hotkey('ctrl', 7)"), "keys must be names of keys"),
    (fenced("pyautogui.keyDown('ctrl')"), "keyUp ends it"),
    (
        "```python\npyautogui.keyDown('a')\npyautogui.click(1, 2)\npyautogui.keyUp('a')\n```",
        "no modifier",
    ),
    (fenced("pyautogui.screenshot()"), "pyautogui.screenshot is no call that is known"),
    (fenced("import os\nos.system('rm -rf /')"), "os.system is no call that is known"),
    (fenced("__import__('os').system('x')"), "no name of a function"),
    (fenced("x = pyautogui.click(x=1, y=2)"), "no call of a function"),
    (fenced("for i in [1]: pyautogui.click(x=1, y=2)"), "no call of a function"),
    (fenced("with open('f'): pyautogui.click(x=1, y=2)"), "pyautogui.hold"),
    (fenced("with pyautogui.hold('a'): pyautogui.click(x=1, y=2)"), "no modifier"),
    (fenced("click the button"), "no call of a function"),
    (fenced("computer.terminate()"), "status must be 'success' or 'failure'"),
    (fenced("computer.terminate(status='done')"), "status must be 'success' or 'failure'"),
    (fenced("computer.wait(seconds=-1)"), "seconds must be below 1000"),
]
SMOL_BAD = [
    ("", "there is no action"),
    ("<think>click(x=0.5, y=0.5)</think>", "there is no action"),
    ("I click it: click(x=0.5, y=0.5)", "no call of a function"),
    ("click(x=0.5, y=0.5)\nclick(x=0.5, y=0.5)", "more than one action"),
    ("<code>click(x=0.5, y=0.5)", "not closed by </code>"),
    ("<code>click(x=0.5, y=0.5)</code> and so on", "text after </code>"),
    ("<code>wait(seconds=1)</code>\n<code>wait(seconds=1)</code>", "no call of a function"),
    ("click(x=0.5)", "y must be a number"),
    ("click(x=1.2, y=0.5)", "x 1.2 lies outside 0–1"),
    ("click(x=500, y=300)", "x 500 lies outside 0–1"),
    ("click(x=0.1, y=0.2, z=1)", "click takes x, y, count, hold, not z"),
    ("click(x=0.1, y=0.2, hold=['a'])", "'a' is no modifier"),
    ("click(x=0.1, y=0.2, hold=3)", "hold must be names of keys"),
    ("drag(from_coord=[0.1], to_coord=[0.2, 0.3])", "from_coord must be [x, y]"),
    ("scroll(direction='in')", "direction must be down, up"),
    ("scroll(direction='left', amount=1, across=2)", "across goes with"),
    ("type(text='a\\n')", "line break or tab"),
    ("type(text=a)", "arguments must be literals"),
    ("press(keys=[])", "names no key"),
    ("press(keys='nokey')", "no key 'nokey'"),
    ("wait()", "seconds must be a number"),
    ("ask_user()", "question must be a string"),
    ("final_answer(answer=5)", "answer must be a string"),
    ("swipe(from_coord=[0, 0], to_coord=[1, 1])", "this is no phone"),
    ("exec('x')", "no action 'exec'"),
]
BAD = [(TARS, *one) for one in TARS_BAD] + [(CUA, *one) for one in CUA_BAD]
BAD += [(SMOL, *one) for one in SMOL_BAD]


@pytest.mark.parametrize(("dialect", "text", "reason"), BAD)
def test_malformed_replies_are_refused_with_a_reason(
    dialect: Dialect, text: str, reason: str
) -> None:
    with pytest.raises(DialectError) as refusal:
        dialect.parse(text, view(dialect))
    assert reason in str(refusal.value)


READ = [
    (TARS, "Thought: Now finished() or fail(content='x').\nAction: wait()", Wait(5.0)),
    (TARS, "Thought: Action: finished()\nAction: wait()", Wait(5.0)),
    (
        CUA,
        f"## Action:\ncomputer.terminate(status='success')\n{fenced('computer.wait()')}",
        Wait(20),
    ),
    (SMOL, "<think>final_answer('done')</think><code>wait(seconds=1)</code>", Wait(1.0)),
    (SMOL, "final_answer('no') fails\n<code>\nwait(seconds=1)\n</code>", Wait(1.0)),
    (TARS, "Action: click(start_box='(1936,-3)')", Click(1919, 0)),
    (TARS, "Action: type(content='it's “so”')", TypeText("it's “so”")),
    (TARS, "Action: type(content='C:\\dir')", TypeText("C:\\dir")),
    (TARS, "Action: type(content='\\n')", Press("Return")),
    (TARS, "Action: hotkey(key='ctrl +')", Press("ctrl+plus")),
    (TARS, "Action: hotkey(key='arrowleft')", Press("Left")),
    (TARS, "Action: wait()", Wait(5.0)),
    (TARS, "Thought: Which one?\nAction: call_user()", Ask("Which one?")),
    (TARS, "Thought: Which one?\nAction: call_user(content='')", Ask("")),
    (TARS, "Thought: Done.\nAction: finished()", Done("")),
    (TARS, "Action: drag(start_box='(0,0)', end_box='(0,91)')", Drag(0, 0, 0, 90)),
    (CUA, fenced("import time\ntime.sleep(2)"), Wait(2.0)),
    (CUA, fenced("computer.wait()"), Wait(20.0)),
    (CUA, fenced("pyautogui.hotkey('ctrl', 's')"), Press("ctrl+s")),
    (CUA, fenced("pyautogui.scroll(-5)"), Scroll(960, 540, 5)),
    (CUA, fenced("pyautogui.scroll(-5, x=0.5, y=0.25)"), Scroll(960, 270, 5)),
    (CUA, "```\npyautogui.write('done', interval=0.1)\n```", TypeText("done")),
    (
        CUA,
        fenced("pyautogui.keyDown('ctrl')\npyautogui.click(0, 0)\npyautogui.keyUp('ctrl')"),
        Click(0, 0, modifiers=("ctrl",)),
    ),
    (SMOL, "<code>\nclick(0.5, 0.5)\n</code>", Click(960, 540)),
    (SMOL, "Action: click(1.004, -0.004)", Click(1919, 0)),
    (SMOL, "navigate_back()", Press("alt+Left")),
    (SMOL, "scroll(direction='down', amount=2)", Scroll(960, 540, 2)),
    (SMOL, "scroll(direction='right', amount=50)", Scroll(960, 540, 0, 5)),
    (SMOL, "final_answer('failure')", Fail("")),
    (SMOL, "final_answer(answer='failure')", Done("failure")),
]


@pytest.mark.parametrize(("dialect", "text", "action"), READ)
def test_other_ways_to_say_it_are_read(dialect: Dialect, text: str, action: Action) -> None:
    assert dialect.parse(text, view(dialect)).action == action


def test_a_small_models_reply_is_short() -> None:
    shown = view(SMOL)
    assert SMOL.format(Click(787, 192), shown) == "click(x=0.410, y=0.178)"
    assert SMOL.format(Press("Tab"), shown) == "press(keys='tab')"
    assert SMOL.format(TypeText("417,50"), shown) == "type(text='417,50')"
    assert SMOL.format(Done(), shown) == "final_answer('success')"


@pytest.mark.parametrize("action", [TypeText("a\n"), Press("nokey"), Click(1, 1, count=0)])
@every
def test_what_cannot_be_said_is_an_error(dialect: Dialect, action: Action) -> None:
    with pytest.raises(DialectError):
        dialect.format(action, view(dialect))


@every
def test_the_prompt_tells_the_goal_the_day_and_every_word(dialect: Dialect) -> None:
    shown = view(dialect)
    task = dialect.task("Pay the bill", Context(habits=("Gross amounts",)))
    assert "Pay the bill" in task
    assert "Gross amounts" in task
    told = dialect.system(shown) + task
    for action in (Ask("q"), Fail("r"), Wait(3.0)):
        word = dialect.format(action, shown).split("(")[0].split()[-1]
        assert word in told
