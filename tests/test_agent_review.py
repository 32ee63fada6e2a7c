"""What an operator says of a step is kept, and honoured by the night."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from actuation.action import Click, Done, TypeText
from agent.config import Settings
from agent.worker import wire
from agent.worker.worker import Worker
from memory.episode import Actor, Outcome
from memory.fake import day, demonstration, episode, live_through, step
from memory.flags import corrected
from memory.levels import Levels
from memory.sleep.fake import FakeLearner, FakeRehearsal
from memory.sleep.gather import gather
from memory.sleep.log import NightRecord
from memory.sleep.night import night
from memory.sleep.plan import Plan
from memory.sleep.review import review
from memory.store import Store

STEPS = (step(0, Click(40, 30), actor=Actor.AGENT), step(1, Done(), actor=Actor.AGENT))
WRONG = episode("wrong", STEPS, "run", Outcome.WRONG)


def test_a_flag_is_kept_replaced_and_taken_back(tmp_path: Path) -> None:
    with Store(day(tmp_path / "memory.sqlite")) as store:
        store.flag("shown-0", 1, "the wrong cell")
        store.flag("shown-0", 1, "the wrong field", Click(1, 2))
    with Store(tmp_path / "memory.sqlite") as store:
        (flag,) = store.flags("shown-0").values()
        assert (flag.reason, flag.correction) == ("the wrong field", Click(1, 2))
        assert store.flagged() == {"shown-0": {1: flag}}
        with pytest.raises(KeyError, match="step 9"):
            store.flag("shown-0", 9, "no such step")
        store.flag("shown-0", 1, "")
        assert store.flags("shown-0") == {}


def test_flags_go_with_their_episode(tmp_path: Path) -> None:
    with Store(day(tmp_path / "memory.sqlite")) as store:
        store.flag("shown-0", 1, "the wrong cell")
        store.delete("shown-0")
        assert store.flagged() == {}


def test_a_memory_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = day(tmp_path / "memory.sqlite")
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE flag")
        database.execute("ALTER TABLE step DROP COLUMN fate")
        database.execute("PRAGMA user_version = 1")
    with Store(path) as store:
        assert [one.id for one in store.episodes()] == ["shown-0", "shown-1"]
        store.flag("shown-1", 0, "too early")
        assert store.flags("shown-1")[0].reason == "too early"


def test_an_upgrade_that_fails_leaves_the_old_version(tmp_path: Path) -> None:
    path = day(tmp_path / "memory.sqlite")
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 1")  # the table is there: creating it fails
    with pytest.raises(Exception, match="flag"):
        Store(path)
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)


def test_the_operators_word_stands_above_the_review(tmp_path: Path) -> None:
    with Store(tmp_path / "memory.sqlite") as store:
        live_through(store, demonstration("shown"))
        store.flag("shown", 0, "the wrong cell")
        store.flag("shown", 1, "", TypeText("12,00"))
        store.flag("shown", 2, "", TypeText("DE89 3704 0044 0532 0130 00"))
        judged = review(store.episode("shown"), store.flags("shown"))
    assert (judged[0].weight, judged[0].reason) == (0, "flagged by the operator: the wrong cell")
    assert (judged[1].weight, judged[1].reason) == (1, "corrected by the operator")
    assert judged[2].weight == 0
    assert "secret" in judged[2].reason
    assert judged[3].weight == 1


def test_of_a_wrong_run_only_the_corrections_count(tmp_path: Path) -> None:
    with Store(tmp_path / "memory.sqlite") as store:
        live_through(store, WRONG)
        live_through(store, replace(demonstration("spilt"), collateral=True))
        assert gather(store, Levels(tmp_path / "levels"), 9).ids == ()
        store.flag("wrong", 0, "", Click(90, 90))
        store.flag("spilt", 0, "", Click(90, 90))
        assert gather(store, Levels(tmp_path / "levels"), 9).ids == ("spilt", "wrong")
        for name in ("spilt", "wrong"):
            weights = [one.weight for one in review(store.episode(name), store.flags(name))]
            assert weights[0] == 1
            assert not any(weights[1:])
        mended = corrected(store.episode("wrong"), store.flags("wrong"))
    assert [one.performed for one in mended.steps] == [Click(90, 90), Done()]


class Bedroom:
    """A memory with two demonstrations, and all that its nights need."""

    def __init__(self, folder: Path) -> None:
        self.levels = Levels(folder / "levels")
        self.memory = day(folder / "memory.sqlite")
        self.plan = Plan(
            folder=folder / "nights",
            task="books/enter_invoice",
            variants=("",),
            seeds=(10_001,),
            steps=40,
            every=20,
            rate=0.02,
            skills=50,
            threads=1,
        )

    def sleep(self, seed: int = 0) -> NightRecord:
        with Store(self.memory) as store:
            plan = replace(self.plan, seed=seed)
            return night(store, self.levels, FakeLearner(), FakeRehearsal(), plan)

    def flag(self, name: str, index: int, reason: str, correction: Click | None = None) -> None:
        with Store(self.memory) as store:
            store.flag(name, index, reason, correction)


def test_the_night_learns_the_correction_and_says_so(tmp_path: Path) -> None:
    bedroom = Bedroom(tmp_path)
    bedroom.flag("shown-0", 0, "the wrong cell", Click(90, 90))
    bedroom.flag("shown-1", 0, "too early")
    told = {(one.episode, one.index): one for one in bedroom.sleep().reviews}
    assert told["shown-0", 0].action == "click(x=90, y=90)"
    assert told["shown-0", 0].reason == "corrected by the operator"
    assert told["shown-1", 0].reason == "flagged by the operator: too early"


def test_a_word_said_after_the_night_is_a_reason_for_another(tmp_path: Path) -> None:
    bedroom = Bedroom(tmp_path)
    assert bedroom.sleep().promoted
    assert "nothing new" in bedroom.sleep(1).reason
    bedroom.flag("shown-0", 0, "the wrong cell")
    assert "nothing new" not in bedroom.sleep(2).reason


def test_a_word_said_while_the_night_ran_is_for_the_next(tmp_path: Path) -> None:
    bedroom = Bedroom(tmp_path)

    def sleep(said_in: str, seed: int) -> NightRecord:
        with Store(bedroom.memory) as store:

            def progress(phase: str, done: int, total: int, note: str) -> None:
                if phase == said_in and not store.flags("shown-0"):
                    store.flag("shown-0", 0, "the wrong cell", Click(90, 90))

            plan = replace(bedroom.plan, seed=seed)
            return night(store, bedroom.levels, FakeLearner(), FakeRehearsal(), plan, progress)

    first = sleep("review", 0)
    told = {(one.episode, one.index): one for one in first.reviews}
    assert first.promoted
    assert told["shown-0", 0].action != "click(x=90, y=90)", "a correction without its weight"
    assert "corrected" not in told["shown-0", 0].reason
    second = bedroom.sleep(1)
    assert "nothing new" not in second.reason
    assert {one.action for one in second.reviews if (one.episode, one.index) == ("shown-0", 0)} == {
        "click(x=90, y=90)"
    }


def test_what_was_taken_back_is_news_and_what_was_said_again_is_not(tmp_path: Path) -> None:
    bedroom = Bedroom(tmp_path)

    def fresh() -> tuple[str, ...]:
        with Store(bedroom.memory) as store:
            return gather(store, bedroom.levels, 9).fresh

    with Store(bedroom.memory) as store:
        live_through(store, WRONG)
        store.flag("wrong", 0, "", Click(90, 90))
        store.flag("shown-0", 1, "the wrong cell")
    learn(bedroom)
    assert fresh() == ()
    bedroom.flag("shown-0", 1, "the wrong cell")
    assert fresh() == (), "the same words"
    bedroom.flag("shown-0", 1, "")
    assert fresh() == ("shown-0",)
    bedroom.flag("wrong", 0, "")
    assert fresh() == ("shown-0", "wrong"), "nothing of the wrong run is to be learned any more"
    with Store(bedroom.memory) as store:
        store.delete("wrong")
    assert fresh() == ("shown-0",)


def learn(bedroom: Bedroom, old: bool = False) -> None:
    """A level of all that is there now; old: as it was written before flags were kept in it."""
    with Store(bedroom.memory) as store:
        found = gather(store, bedroom.levels, 9)
    weights = bedroom.memory.with_name("weights")
    weights.write_bytes(b"weights")
    level = bedroom.levels.candidate(weights, "0001", "", found.ids, {}, found.digests)
    if old:
        path = bedroom.levels.folder / level.id / "record.json"
        record = json.loads(path.read_text())
        del record["flags"]
        path.write_text(json.dumps(record))
    bedroom.levels.promote(level.id)


def test_a_level_without_flags_knows_when_it_was_made(tmp_path: Path) -> None:
    bedroom = Bedroom(tmp_path)
    bedroom.flag("shown-0", 1, "the wrong cell")
    learn(bedroom, old=True)
    with Store(bedroom.memory) as store:
        assert gather(store, bedroom.levels, 9).fresh == ()
        store.flag("shown-1", 0, "too early")
        assert gather(store, bedroom.levels, 9).fresh == ("shown-1",)


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    day(tmp_path / "memory.sqlite")
    return Worker(Settings(data=tmp_path))


def test_the_worker_keeps_flags(worker: Worker) -> None:
    request = wire.Flag("shown-0", 0, "the wrong cell", "click(x=9, y=9)")
    assert worker.answer(request) == wire.Done()
    with Store(worker.settings.store) as store:
        assert store.flags("shown-0")[0].correction == Click(9, 9)
    assert "shown-0" in worker.board.tail[-1]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (wire.Flag("nobody", 0, "x"), "nobody"),
        (wire.Flag("shown-0", 9, "x"), "step 9"),
        (wire.Flag("shown-0", 0, "x", "clack()"), "expected one of"),
    ],
)
def test_the_worker_names_what_it_cannot_flag(
    worker: Worker, request_: wire.Flag, words: str
) -> None:
    reply = worker.answer(request_)
    assert isinstance(reply, wire.Refused)
    assert reply.code == 2
    assert words in reply.sentence
