"""A person at the worker's desktop, by VNC: their hands are recorded, their answers are heard."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from worker_house import House, until

from actuation.action import Ask, Press, TypeText
from actuation.rfb import Hand
from agent.session import State
from agent.worker import wire
from agent.worker.client import Connection, connect
from memory.episode import Actor, Fate, Outcome
from memory.store import Store

TASK = "books/enter_invoice"
DOWN, UP = 0xFF54, 0xFF52


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path, DORMOUSE_LEAD_SECONDS="0.4") as house:
        yield house


def ended(worker: Connection, number: int) -> wire.Job | None:
    return next((job for job in worker.look(watching=True).ended if job.id == number), None)


def test_what_hands_do_after_a_takeover_is_kept_beside_what_was_proposed(house: House) -> None:
    with connect(house.settings) as worker:
        number = worker.ask(wire.Add(wire.Job(0, TASK, 14_301, policy="scripted"))).id
        until(lambda: worker.look(watching=True).step >= 2)
        socket, secret = worker.look().vnc
        with Hand(Path(socket), Path(secret).read_text()) as hand:
            for key in (DOWN, UP):
                hand.tap(key)
                time.sleep(0.4)
            until(lambda: worker.look().state is State.TAKEN_OVER)
            assert worker.ask(wire.Intend("hand_back")).changed
        until(lambda: ended(worker, number) is not None)
        job = ended(worker, number)
    assert job is not None
    with Store(house.settings.store) as store:
        steps = store.episode(job.episode).steps
    hands = [step for step in steps if step.actor is Actor.OPERATOR]
    assert [step.performed for step in hands] == [Press("Down"), Press("Up")]
    before = steps[hands[0].index - 1]
    assert before.performed is None
    assert before.actor is Actor.ORACLE
    assert before.fate in (Fate.TAKEN_OVER, Fate.NONE)  # shown already, or cut short in the middle


def test_a_question_waits_for_words_and_the_run_goes_on_with_them(house: House) -> None:
    with connect(house.settings) as worker:
        job = wire.Job(0, TASK, 14_302, "hidden", policy="core", weights="shipped")
        number = worker.ask(wire.Add(job)).id
        until(lambda: worker.look().question is not None)
        now = worker.look()
        assert now.question is not None
        assert now.question.asks
        assert now.state is State.WAITING
        assert now.question.asks in house.verb("approve").stdout
        assert house.verb("answer", "  ").returncode == 2
        assert house.verb("answer", "RE-2026-117").returncode == 0
        # It looked again, with the answer: it does something, or has another question.
        until(
            lambda: (
                (later := worker.look()).step > now.step
                or ended(worker, number) is not None
                or (later.question is not None and later.question.id != now.question.id)
            )
        )
        worker.ask(wire.Intend("stop"))
        until(lambda: ended(worker, number) is not None)
        assert house.verb("answer", "too late").returncode == 2
    with Store(house.settings.store) as store:
        (head,) = store.episodes()
        steps = store.episode(head.id).steps
        assert ("RE-2026-117" in str(store.answers(0.0))) is True
    said = next(step for step in steps if step.fate is Fate.ANSWER)
    assert (said.intended, said.actor) == (TypeText("RE-2026-117"), Actor.OPERATOR)
    assert isinstance(steps[said.index - 1].performed, Ask)
    assert head.outcome in (Outcome.STOPPED, Outcome.ASKED)
