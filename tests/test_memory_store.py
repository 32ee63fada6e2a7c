"""The store keeps what it was told, forgets what it was asked to, and says what is wrong."""

import dataclasses
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actuation.action import Ask, Click, Done, Fail, TypeText
from memory import fake
from memory.day import context
from memory.episode import Actor, Episode, Outcome
from memory.fake import day, demonstration, drawn_frame, episode, head, intent, live_through, step
from memory.recall import recall, similarities
from memory.redact import redact
from memory.store import StillOpenError, Store, StoreError


def same(one: Episode, two: Episode) -> None:
    assert len(one.steps) == len(two.steps)
    for a, b in zip(one.steps, two.steps, strict=True):
        assert (a.observation.image == b.observation.image).all()
        plain = [
            dataclasses.asdict(
                dataclasses.replace(
                    s, observation=dataclasses.replace(s.observation, image=np.zeros(0, np.uint8))
                )
            )
            for s in (a, b)
        ]
        plain[0]["observation"].pop("image")
        plain[1]["observation"].pop("image")
        assert plain[0] == plain[1]


def test_an_episode_comes_back_as_it_was_lived(tmp_path: Path) -> None:
    lived = demonstration("one")
    with Store(tmp_path / "memory.sqlite") as store:
        live_through(store, lived)
    with Store(tmp_path / "memory.sqlite") as store:
        again = store.episode("one")
        same(lived, again)
        assert (again.outcome, again.detail, again.ended_at) == (Outcome.VERIFIED, "checked", 1009)
        assert [one.id for one in store.episodes(provenance="demonstration")] == ["one"]
        assert store.episodes(provenance="run") == []
        assert store.episodes(since=1001) == []
        assert store.episodes(task="books/enter_invoice")[0].steps == ()


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    lived = episode("one", (step(0, TypeText(text)),), goal=text)
    with Store(tmp_path_factory.mktemp("text") / "memory.sqlite") as store:
        live_through(store, lived)
        assert store.episode("one").goal == text
        assert store.episode("one").steps[0].performed == TypeText(text)


def test_review_is_written_to_the_step(tmp_path: Path) -> None:
    with Store(day(tmp_path / "memory.sqlite")) as store:
        store.review("shown-0", 1, 0.5, "half sure")
        reviewed = store.episode("shown-0").steps[1]
        assert (reviewed.weight, reviewed.reason) == (0.5, "half sure")


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with Store(tmp_path / "memory.sqlite") as store:
        lived = demonstration("one")
        for call in (
            lambda: store.episode("one"),
            lambda: store.intend("one", lived.steps[0]),
            lambda: store.outcome("one", 0, Done()),
            lambda: store.end("one", Outcome.FAILED),
            lambda: store.review("one", 0, 1, ""),
            lambda: store.delete("one"),
        ):
            with pytest.raises(KeyError, match="no episode one"):
                call()


def test_a_refused_step_leaves_the_store_whole(tmp_path: Path) -> None:
    with Store(tmp_path / "memory.sqlite") as store:
        lived = demonstration("one")
        store.begin(head(lived))
        store.intend("one", intent(lived.steps[0]))
        with pytest.raises(sqlite3.IntegrityError):
            store.intend("one", intent(dataclasses.replace(lived.steps[1], index=0)))
        store.intend("one", intent(lived.steps[1]))
        for one, two in zip(store.episode("one").steps, lived.steps, strict=False):
            assert (one.observation.image == two.observation.image).all()


def test_a_deleted_episode_leaves_no_pixel_behind(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    with Store(path) as store:
        live_through(store, demonstration("kept"))
        secret = demonstration("secret", goal="pay Mallory 666")
        noise = np.random.default_rng(7).integers(0, 256, (120, 160, 3), np.uint8)
        noise[:64, :64] = drawn_frame(0)[:64, :64]  # one tile in common with the other episode
        hidden = dataclasses.replace(secret.steps[0].observation, image=noise)
        first = dataclasses.replace(secret.steps[0], observation=hidden)
        secret = dataclasses.replace(secret, steps=(first, *secret.steps[1:]))
        live_through(store, secret)
        live_through(store, demonstration("after"))
        with sqlite3.connect(path) as database:
            blobs = [row[0] for row in database.execute("SELECT image FROM sheet")]
        store.delete("secret")
        same(store.episode("kept"), demonstration("kept"))
        same(store.episode("after"), demonstration("after"))
        with sqlite3.connect(path) as database:
            left = [row[0] for row in database.execute("SELECT image FROM sheet")]
        assert len(left) < len(blobs)
        gone = max(set(blobs) - set(left), key=len)  # noise does not compress: the largest sheet
        raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert b"Mallory" not in raw
        assert gone[-200:] not in raw
        store.delete("kept")
        same(store.episode("after"), demonstration("after"))
        store.delete("after")
        with sqlite3.connect(path) as database:
            for table in ("step", "frame", "sheet"):
                assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_what_another_process_deleted_is_not_built_upon(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    with Store(path) as mine, Store(path) as other:
        live_through(mine, demonstration("first"))
        unfinished = demonstration("second")
        mine.begin(head(unfinished))
        mine.intend("second", intent(unfinished.steps[0]))
        other.delete("first")
        for one in unfinished.steps[1:]:
            mine.intend("second", intent(one))
        for one, wanted in zip(mine.episode("second").steps, unfinished.steps, strict=True):
            assert (one.observation.image == wanted.observation.image).all()


def test_two_episodes_at_once_do_not_build_on_each_other(tmp_path: Path) -> None:
    with Store(tmp_path / "memory.sqlite") as store:
        one, two = demonstration("one"), demonstration("two")
        store.begin(head(one))
        store.begin(head(two))
        for first, second in zip(one.steps, two.steps, strict=True):
            store.intend("one", intent(first))
            store.intend("two", intent(second))
        store.end("one", Outcome.FAILED)
        store.delete("one")
        for left, wanted in zip(store.episode("two").steps, two.steps, strict=True):
            assert (left.observation.image == wanted.observation.image).all()


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_deleting_some_never_harms_the_others(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    shades = st.lists(st.integers(0, 6), min_size=1, max_size=4)
    lived = [
        episode(str(number), tuple(step(i, Click(1, i), shade) for i, shade in enumerate(drawn)))
        for number, drawn in enumerate(data.draw(st.lists(shades, min_size=2, max_size=5)))
    ]
    doomed = data.draw(st.sets(st.integers(0, len(lived) - 1)))
    with Store(tmp_path_factory.mktemp("delete") / "memory.sqlite") as store:
        for one in lived:
            live_through(store, one)
        for number in doomed:
            store.delete(str(number))
        assert len(store.episodes()) == len(lived) - len(doomed)
        for number, one in enumerate(lived):
            if number not in doomed:
                same(store.episode(str(number)), one)


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        (None, Outcome.UNKNOWN),
        (Click(1, 1), Outcome.UNKNOWN),
        (Ask("Which account?"), Outcome.ASKED),
        (Fail("no window"), Outcome.FAILED),
        (Done(), Outcome.UNVERIFIED),
    ],
)
def test_recovery_says_what_is_known(
    tmp_path: Path, action: Click | Ask | Fail | Done | None, outcome: Outcome
) -> None:
    path = tmp_path / "memory.sqlite"
    with Store(path) as store:
        store.begin(head(demonstration("mine")))
        store.begin(head(demonstration("orphan")))
        store.intend("orphan", intent(step(0, action or Click(1, 1))))
        if action is not None:
            store.outcome("orphan", 0, action)
        with sqlite3.connect(path) as database:
            database.execute("UPDATE episode SET process = '1@gone' WHERE id = 'orphan'")
        assert store.recover() == ["orphan"]
        assert store.episode("orphan").outcome is outcome
        assert store.episode("mine").outcome is None  # its process, this one, still lives
        assert store.recover() == []


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    path.write_bytes(b"this is no database, but it is long enough to look at" * 100)
    with pytest.raises(StoreError, match=r"memory\.sqlite is damaged .*Move it aside"):
        Store(path)
    path.unlink()
    day(path)
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 64] = b"\xff" * 64
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"memory\.sqlite is damaged"):
        Store(path).episode("shown-0")


def test_a_damaged_frame_is_named_with_its_checksum(tmp_path: Path) -> None:
    path = day(tmp_path / "memory.sqlite")
    with sqlite3.connect(path) as database:
        database.execute(
            "UPDATE sheet SET digests ="
            " CAST(x'000102030405060708090a0b' || substr(digests, 13) AS BLOB)"
        )
    with Store(path) as store, pytest.raises(StoreError, match="000102030405060708090a0b"):
        store.episode("shown-0")


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = day(tmp_path / "memory.sqlite")
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer dormouse"):
        Store(path)


def test_a_full_disk_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = day(tmp_path / "memory.sqlite")
    with Store(path) as store:
        # A page limit makes SQLite fail just as a full disk does.
        pages = store._database.execute("PRAGMA page_count").fetchone()[0]
        store._database.execute(f"PRAGMA max_page_count = {pages}")
        store.begin(head(demonstration("full")))
        noise = np.random.default_rng(3).integers(0, 256, (800, 800, 3), np.uint8)
        big = step(0, Click(1, 1))
        big = dataclasses.replace(
            big, observation=dataclasses.replace(big.observation, image=noise)
        )
        with pytest.raises(StoreError, match="disk is full"):
            store.intend("full", big)
        assert store.episode("full").steps == ()
        same(store.episode("shown-0"), demonstration("shown-0"))


def test_recall_prefers_alike_then_recent_and_only_good(tmp_path: Path) -> None:
    with Store(tmp_path / "memory.sqlite") as store:
        live_through(store, demonstration("old", "Enter the invoice in the ledger", 1))
        live_through(store, demonstration("new", "Enter the invoice in the ledger", 2))
        live_through(store, demonstration("else", "Reconcile the bank statement", 3))
        bad = episode("bad", (step(0, Click(1, 1)),), "run", Outcome.WRONG, started_at=4)
        live_through(store, bad)
        recalled = recall(store, "Enter this invoice in the ledger", 2)
        assert [one.step.index for one in recalled] == [0, 1, 2, 3, 4] * 2
        assert {one.goal for one in recalled} == {"Enter the invoice in the ledger"}
        assert all(0.5 < one.similarity <= 1 for one in recalled)
        assert recall(store, "xyzzy", 5) == ()


def test_similarity_is_a_share() -> None:
    same_goal, other, none = similarities("pay the rent", ["Pay the rent", "pay the tax", "x"])
    assert none == 0 < other < same_goal
    assert same_goal == pytest.approx(1)


def test_the_day_tells_its_runs_and_hides_secrets(tmp_path: Path) -> None:
    card = "4111 1111 1111 1111"
    with Store(tmp_path / "memory.sqlite") as store:
        lived = episode(
            "run", (step(0, Done(), actor=Actor.AGENT),), "run", Outcome.FAILED, f"pay {card}", 5e8
        )
        live_through(store, lived)
        live_through(store, demonstration("shown", started_at=5e8))
        told = context(store, "Enter the invoice", recall=False, now=5e8 + 60)
        assert len(told.done) == 1
        assert told.done[0].endswith("pay [card]: failed")
        assert told.recalled == ()
        assert context(store, "Enter the invoice", now=5e8 + 60).recalled
        assert context(store, "Enter the invoice", now=5e8 + 5 * 86400).done == ()


def test_redaction_needs_a_right_checksum() -> None:
    assert redact("IBAN DE89 3704 0044 0532 0130 00.") == "IBAN [iban]."
    assert redact("card 4111111111111111, 4111111111111112") == "card [card], 4111111111111112"
    assert redact("RE-2026-000123 over 1.234,56") == "RE-2026-000123 over 1.234,56"


def test_an_episode_that_is_being_lived_is_neither_deleted_nor_judged(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    lived = demonstration("now")
    with Store(path) as mine, Store(path) as other:
        mine.begin(head(lived))
        mine.intend("now", intent(lived.steps[0]))
        with pytest.raises(StillOpenError, match="episode now is still being lived"):
            other.delete("now")
        with pytest.raises(StillOpenError, match="episode now is still being lived"):
            other.flag("now", 0, "wrong")
        mine.outcome("now", 0, lived.steps[0].intended)
        mine.end("now", Outcome.FAILED)
        other.flag("now", 0, "wrong")
        other.delete("now")
        assert mine.episodes() == []


def test_an_open_episode_of_a_process_that_is_gone_can_be_deleted(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    with Store(path) as store:
        store.begin(head(demonstration("cut")))
        with sqlite3.connect(path) as database:
            database.execute("UPDATE episode SET process = '999999999@gone'")
        store.delete("cut")
        assert store.episodes() == []


def test_an_episode_that_is_deleted_meanwhile_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    path = fake.day(tmp_path / "memory.sqlite", 12)
    reads: list[int] = []

    def read() -> None:
        with Store(path) as store:
            for number in range(12):
                with suppress(KeyError):
                    reads.append(len(store.episode(f"shown-{number}").steps))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    with Store(path) as store:
        for number in range(12):
            store.delete(f"shown-{number}")
    for reader in readers:
        reader.join()
    assert set(reads) <= {len(fake.ACTIONS)}
