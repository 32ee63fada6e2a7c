"""The verbs of recordings: what is typed in the terminal, what is refused, and in which words."""

import json
import os
from pathlib import Path

import pytest
from tui_house import fill, recorded

from agent.config import Settings
from agent.errors import BadInput
from agent.orders import Own
from agent.plain import tape_line
from agent.session import State
from agent.tui.bar import line
from agent.verbs import amend, past, record
from agent.worker import wire
from memory.store import Store
from perception.observation import Box

NONE = {"accept": "", "discard": "", "amend": "", "trim": "", "mask": "", "label": ""}
TAPE = wire.Tape(1000.0, False, ("keepass",), "ctrl+alt+Return", "ctrl+alt+space")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DORMOUSE_DATA", str(tmp_path / "data"))
    settings = Settings()
    fill(settings)
    recorded(settings)
    return settings


def change(**words: object) -> int:
    return amend.main(**({"dots": False, "step": None, "json": None} | NONE | words))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({}, "say one of them"),
        ({"task": "books/enter_invoice", "display": ":0"}, "say one of them"),
        ({"display": ":0"}, "say in words"),
        ({"own": Own((Path("fees.ods"),))}, "say in words"),
        ({"own": Own((Path("fees.ods"),)), "display": ":0"}, "say one of them"),
        ({"own": Own((Path("nowhere.ods"),)), "goal": "Enter the fee"}, "nowhere.ods is no file"),
    ],
)
def test_what_is_recorded_must_be_said(words: dict[str, str], says: str) -> None:
    given = {"goal": "", "task": "", "display": ""} | words
    with pytest.raises(BadInput, match=says):
        record.main(seed=0, variant="", watch=False, json=None, **given)


def test_lines_of_the_terminal_are_answers_questions_or_hide() -> None:
    assert record._meant("", hidden=False) == wire.Finish()
    assert record._meant("12.50", hidden=False) == wire.Finish(answer="12.50")
    assert record._meant("? which one", hidden=False) == wire.Finish(question="which one")
    assert record._meant("h", hidden=False) == wire.Intend("pause", "you said so")
    assert record._meant("h", hidden=True) == wire.Intend("go_on", "you said so")


def test_a_closed_input_says_nothing() -> None:
    out, into = os.pipe()
    with os.fdopen(out) as source:
        typed = record.Typed(source)
        assert typed.line(0.0) is None
        os.write(into, "größ".encode())
        assert typed.line(0.0) is None
        os.write(into, b"er\nh\n")
        assert (typed.line(0.0), typed.line(0.0)) == ("größer", "h")
        os.close(into)
        assert (typed.line(0.0), typed.line(0.0)) == (None, None)


def test_a_recording_is_amended_without_a_worker(settings: Settings, tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    words = {"amend": "7b8c", "trim": "1:3", "mask": "30,20,260,160", "label": "The baker's"}
    assert change(**words, dots=True, step=1, json=str(told)) == 0
    assert json.loads(told.read_text())["edits"] == ["label", "mask", "mask", "trim"]
    assert change(accept="7b8c") == 0
    with Store(settings.store) as store:
        kept = store.episode("7b8c9d0e")
    first, *others = kept.steps
    box = Box(30, 20, 260, 160)
    assert (kept.goal, kept.provenance, len(kept.steps)) == ("The baker's", "demonstration", 3)
    assert set(str(first.performed)) >= {"•"}
    assert not first.observation.image[box.y : box.bottom, box.x : box.right].any()
    assert all(one.observation.image[box.y : box.bottom, box.x : box.right].any() for one in others)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"amend": "7b8c"}, "--amend needs"),
        ({"amend": "7b8c", "trim": "all"}, "as 0:12"),
        ({"amend": "7b8c", "mask": "1,2,3"}, "left, top, width and height"),
        ({"amend": "7b8c", "dots": True}, "which step's words"),
        ({"amend": "7b8c", "mask": "900,900,5,5"}, "outside"),
        ({"accept": "8c9d"}, "found it wrong"),
        ({"accept": "1a1b"}, "no recording that waits"),
        ({"accept": "zz"}, "no episode begins"),
    ],
)
def test_what_cannot_be_amended_is_said(
    settings: Settings, words: dict[str, object], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        change(**words)


def test_recordings_stand_first(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert past.demonstrations(plain=True, json=None) == 0
    rows = capsys.readouterr().out.splitlines()
    assert ["waits for you" in row for row in rows] == [True, True, False, False, False]


def test_a_recording_in_words_hidden_or_not() -> None:
    now = wire.Status(1, State.RECORDING, step=4, tape=TAPE)
    assert tape_line(now, 1083.0).startswith("recording 1:23, 4 acts; excluded: keepass")
    hidden = wire.Status(
        1, State.RECORDING, step=1, tape=wire.Tape(1000.0, True, TAPE.excluded, "", "")
    )
    assert "1 act, HIDDEN: nothing is kept" in tape_line(hidden, 1083.0)
    for width in (40, 80, 200):
        assert "RECORDING, HIDDEN" in line(hidden, width, 1083.0)
        assert len(line(hidden, width, 1083.0)) <= width
