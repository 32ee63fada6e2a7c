"""Excluded windows never reach the store, by picture, title or typed text."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from actuation.action import TypeText
from memory import fake
from memory.exclude import Excluding
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
    assert (image[91:] == 200).all()
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
    assert [one.note for one in steps] == ["", "total: geheim"]
