"""What a person takes out of a recording is gone from the files, and nothing learns unasked."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actuation.action import Ask, Click, Done, Press, TypeText
from memory import amend
from memory.amend import RECORDING, AmendError
from memory.episode import Actor, Outcome
from memory.fake import demonstration, episode, live_through, look, step
from memory.levels import Levels
from memory.recall import recall
from memory.sleep.gather import gather
from memory.store import StillOpenError, Store
from perception.observation import Box, Image

SECRET = "Hündchen-4711"


def noisy(seed: int) -> Image:
    """A frame in which no two tiles are alike."""
    return np.random.default_rng(seed).integers(0, 255, (96, 256, 3), np.uint8)


def recorded(name: str = "r1", count: int = 5, outcome: Outcome | None = Outcome.VERIFIED):
    steps = tuple(
        replace(
            step(index, TypeText(SECRET) if index == 2 else Click(40, 30), actor=Actor.OPERATOR),
            observation=look(noisy(index)),
        )
        for index in range(count)
    )
    return episode(name, steps, RECORDING, outcome)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "memory.sqlite") as store:
        yield store


def files(store: Store) -> bytes:
    return b"".join(path.read_bytes() for path in store.path.parent.glob("memory.sqlite*"))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 4), st.integers(0, 4))
def test_what_is_left_is_pixel_for_pixel_as_it_was(first: int, last: int) -> None:
    first, last = sorted((first, last))
    lived = recorded()
    with TemporaryDirectory() as folder, Store(Path(folder) / "memory.sqlite") as store:
        live_through(store, lived)
        store.flag("r1", last, "too slow")
        amend.trim(store, "r1", first, last)
        left, flags = store.episode("r1"), store.flags("r1")
    assert [one.index for one in left.steps] == list(range(last - first + 1))
    for now, then in zip(left.steps, lived.steps[first:], strict=False):
        assert np.array_equal(now.observation.image, then.observation.image)
        assert now.performed == then.performed
    assert list(flags) == [last - first]


def test_what_is_cut_off_is_in_no_file(store: Store) -> None:
    live_through(store, recorded())
    live_through(store, demonstration("other"))
    assert SECRET.encode() in files(store)
    amend.trim(store, "r1", 3, 4)
    assert SECRET.encode() not in files(store)
    assert len(store.episode("other").steps) == 5


@pytest.mark.parametrize("which", [None, 2])
def test_a_masked_box_is_black_and_its_pixels_are_gone(store: Store, which: int | None) -> None:
    lived = recorded()
    live_through(store, lived)
    box = Box(10, 20, 200, 200)  # more than the frame has
    amend.mask(store, "r1", box, which)
    tiles = store._database.execute("SELECT sum(length(digests)) / 12 FROM sheet").fetchone()[0]
    for now, then in zip(store.episode("r1").steps, lived.steps, strict=True):
        wanted = then.observation.image.copy()
        if which in (None, now.index):
            wanted[20:, 10:210] = 0
        assert np.array_equal(now.observation.image, wanted)
    assert tiles <= 5 * 24  # no tile but those that are shown


def test_dots_stand_where_words_were(store: Store) -> None:
    live_through(store, recorded())
    store.flag("r1", 2, SECRET, TypeText(SECRET))
    amend.dotted(store, "r1", 2)
    kept = store.episode("r1").steps[2]
    assert kept.intended == kept.performed == TypeText("•" * len(SECRET))
    assert SECRET.encode() not in files(store)
    for action, dots in (
        (Ask("whose?"), Ask("••••••")),
        (Done("12"), Done("••")),
        (Press("shift+a"), Press("•")),
        (Press("ctrl+s"), Press("ctrl+s")),
    ):
        assert amend._dots(action) == dots


def test_nothing_learns_from_a_recording_before_it_is_accepted(
    store: Store, tmp_path: Path
) -> None:
    live_through(store, recorded())
    store.flag("r1", 1, "", Click(1, 1))  # a correction, too, waits for the yes
    levels = Levels(tmp_path / "levels")
    assert gather(store, levels, 10).ids == ()
    assert recall(store, recorded().goal) == ()
    amend.label(store, "r1", "  Pay the rent ")
    amend.accept(store, "r1")
    assert gather(store, levels, 10).ids == ("r1",)
    assert recall(store, "Pay the rent")[0].goal == "Pay the rent"
    with pytest.raises(AmendError, match="no recording that waits"):
        amend.trim(store, "r1", 0, 1)


def test_a_recording_that_was_cut_off_can_be_accepted(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    with Store(path) as store:
        lived = recorded(outcome=None)
        *rest, last = lived.steps
        live_through(store, replace(lived, steps=(*rest, replace(last, performed=None))))
        with pytest.raises(StillOpenError):
            amend.accept(store, "r1")
        store._database.execute("UPDATE episode SET process = '1@0'")  # its process is gone
        assert store.recover() == ["r1"]
        assert store.episodes(RECORDING)[0].outcome is Outcome.UNKNOWN
        amend.accept(store, "r1")
        kept = store.episode("r1")
    assert (kept.provenance, kept.outcome) == ("demonstration", Outcome.UNVERIFIED)
    assert kept.steps[-1].performed == kept.steps[-1].intended


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda store: amend.trim(store, "r1", 2, 9), "there are 0 to 4"),
        (lambda store: amend.mask(store, "r1", Box(0, 0, 9, 9), 7), "there is no step 7"),
        (lambda store: amend.mask(store, "r1", Box(900, 0, 9, 9)), "outside"),
        (lambda store: amend.dotted(store, "r1", 7), "there is no step 7"),
        (lambda store: amend.label(store, "r1", " "), "needs a goal"),
        (lambda store: amend.accept(store, "wrong"), "found it wrong"),
        (lambda store: amend.accept(store, "empty"), "no steps"),
        (lambda store: amend.accept(store, "shown"), "no recording that waits"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(store, wrong, says: str) -> None:
    live_through(store, recorded())
    live_through(store, recorded("wrong", 2, Outcome.WRONG))
    live_through(store, recorded("empty", 0))
    live_through(store, demonstration("shown"))
    before = [store.episode(head.id).goal for head in store.episodes()]
    with pytest.raises(AmendError, match=re.escape(says)):
        wrong(store)
    assert [store.episode(head.id).goal for head in store.episodes()] == before
    assert len(store.episode("r1").steps) == 5
