"""Excluded windows never reach the store, by picture, title or typed text."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from actuation.action import Action, Ask, Click, Done, Fail, Press, TypeText
from memory import fake
from memory.episode import Outcome
from memory.exclude import NOT_KEPT, Excluding, writes
from memory.store import Store
from perception.observation import Box, Window

BANK = Window("My Bank – Firefox", "firefox", Box(40, 30, 80, 60))
FRONT = Window("ledger.xlsx", "soffice", Box(20, 20, 50, 50))


@pytest.mark.parametrize("pattern", ["bank", "FIREFOX"])
def test_what_is_excluded_is_black_and_the_rest_as_it_was(tmp_path: Path, pattern: str) -> None:
    shown = fake.demonstration("e")
    seen = replace(shown.steps[0].observation, windows=(FRONT, BANK))
    seen = replace(seen, image=np.full_like(seen.image, 200))
    step = replace(fake.intent(shown.steps[0]), observation=seen)
    with Store(tmp_path / "memory.sqlite") as store:
        journal = Excluding(store, [pattern])
        journal.begin(fake.head(shown))
        journal.intend("e", step)
        (kept,) = store.episode("e").steps
    image = kept.observation.image
    assert (image[35:65, 45:65] == 200).all()  # the window in front of it
    assert (image[30:90, 71:120] == 0).all()
    assert (image[71:90, 40:120] == 0).all()
    # Its frame is black too, up to the window in front of it.
    assert (image[70:96, 34:126] == 0).all()
    assert (image[0:20, 34:126] == 0).all()
    assert (image[96:] == 200).all()
    assert (image[:, :20] == 200).all()
    assert (image[:, 126:] == 200).all()
    assert [window.title for window in kept.observation.windows] == ["ledger.xlsx", "excluded"]
    assert (seen.image == 200).all()  # what the agent sees is untouched


def test_text_typed_into_it_is_dots(tmp_path: Path) -> None:
    shown = fake.demonstration("e")
    with Store(tmp_path / "memory.sqlite") as store:
        journal = Excluding(store, ["bank"])
        journal.begin(fake.head(shown))
        for index, active in enumerate((True, False)):
            windows = (replace(BANK, active=active), replace(FRONT, active=not active))
            seen = replace(shown.steps[0].observation, windows=windows)
            step = replace(
                fake.intent(shown.steps[0]),
                index=index,
                observation=seen,
                intended=TypeText("geheim"),
                note="total: geheim",
            )
            journal.intend("e", step)
            journal.outcome("e", index, TypeText("geheim"))
        steps = store.episode("e").steps
    texts = [(one.intended, one.performed) for one in steps]
    assert texts == [(TypeText("••••••"),) * 2, (TypeText("geheim"),) * 2]
    assert [one.note for one in steps] == ["", ""]  # the second may have read it there


ACTIVE = (replace(BANK, active=True),)
BESIDE = (replace(FRONT, active=True), BANK)


@pytest.mark.parametrize(
    ("action", "windows", "kept"),
    [
        (Press("s"), ACTIVE, Press("•")),
        (Press("shift+S"), ACTIVE, Press("•")),
        (Press("at"), ACTIVE, Press("•")),
        (Press("shift++"), ACTIVE, Press("•")),
        (Press("Tab"), ACTIVE, Press("Tab")),
        (Press("ctrl+s"), ACTIVE, Press("ctrl+s")),
        (Press("s"), BESIDE, Press("s")),
        (Click(3, 4), ACTIVE, Click(3, 4)),
        (Ask("is it 4711?"), ACTIVE, Ask("•" * 11)),
        (Fail("pin 4711"), BESIDE, Fail("•" * 8)),
        (Done("4711"), ACTIVE, Done("••••")),
        (Done("4711"), (FRONT,), Done("4711")),
    ],
)
def test_what_may_quote_it_is_dots(
    tmp_path: Path, action: Action, windows: tuple[Window, ...], kept: Action
) -> None:
    shown = fake.demonstration("e")
    seen = replace(shown.steps[0].observation, windows=windows)
    step = replace(fake.intent(shown.steps[0]), observation=seen, intended=action)
    with Store(tmp_path / "memory.sqlite") as store:
        journal = Excluding(store, ["bank"])
        journal.begin(fake.head(shown))
        journal.intend("e", step)
        journal.outcome("e", 0, action)
        (stored,) = store.episode("e").steps
    assert (stored.intended, stored.performed) == (kept, kept)


@pytest.mark.parametrize("stepped", [True, False])
def test_once_it_was_seen_the_end_is_told_without_words(tmp_path: Path, stepped: bool) -> None:
    shown, other = fake.demonstration("e"), fake.demonstration("next")
    seen = replace(shown.steps[0].observation, windows=BESIDE)
    with Store(tmp_path / "memory.sqlite") as store:
        journal = Excluding(store, ["bank"])
        journal.begin(fake.head(shown))
        assert not journal.quiet
        if stepped:
            journal.intend("e", replace(fake.intent(shown.steps[0]), observation=seen))
        else:
            journal.saw(seen)  # a guard refused what would have been done
        assert journal.quiet
        journal.end("e", Outcome.REFUSED, False, "typing 4711 is refused", 5.0)
        journal.begin(fake.head(other))
        assert not journal.quiet
        journal.end("next", Outcome.FAILED, False, "row 7 is empty", 6.0)
        assert store.episode("e").detail == NOT_KEPT
        assert store.episode("next").detail == "row 7 is empty"


def test_keys_that_write() -> None:
    assert all(map(writes, ["a", "+", "shift+a", "altgr+q", "space", "KP_1", "eacute"]))
    assert not any(map(writes, ["Tab", "shift+Tab", "F10", "ctrl+a", "ctrl++", "Page_Down"]))
