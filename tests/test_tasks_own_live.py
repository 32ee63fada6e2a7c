"""An own job on a real desktop: shown by a person's hands, confirmed, run, judged, taken over.

DORMOUSE_OWN=1 also sleeps on it (about 15 minutes in all): club fees in 20 unseen variants, and a
folder of 20 invoices, images and PDFs, two of which contradict themselves.
"""

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from own_house import (
    FEES,
    INVOICE_GOAL,
    Hands,
    Shows,
    draw_fee,
    goal_of,
    typed_fee,
    typed_of,
    write_fees,
    write_invoices,
    write_ledger,
    write_long_fees,
)
from worker_house import House

from actuation.action import TypeText
from actuation.rules import Rules
from actuation.virtual import VirtualDesktop
from agent import orders, own
from agent.attempt import Attempt, Stage
from agent.bedtime import lived, plan, sleep
from agent.config import Settings
from agent.cue import Cue
from agent.hands import hands
from agent.policies.catalog import maker
from agent.privacy import guarded
from agent.stop import Stop
from memory.amend import accept
from memory.day import context
from memory.episode import Actor, Outcome
from memory.levels import Levels
from memory.store import Store
from tasks.own import keeper
from tasks.own.job import load, save

FULL = pytest.mark.skipif(not os.environ.get("DORMOUSE_OWN"), reason="DORMOUSE_OWN is not set")
SIZE = (1280, 800)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "memory.sqlite") as made:
        yield made


def shown(store: Store, job: Path, texts: Sequence[list[str]]) -> list[Attempt]:
    """Each text row typed through VNC while the recorder listens, for the instances from 0 on."""
    settings, done = Settings(data=job.parents[1]), []
    with ExitStack() as last:
        desktop = last.enter_context(VirtualDesktop(*SIZE))
        stage = last.enter_context(Stage(lambda: desktop, nobody, guarded(store, settings)))
        for number, row in enumerate(texts):
            cue = Cue()
            person = Shows(desktop, partial(Hands(row).shown, desktop), cue)
            person.start()
            done.append(stage.record(str(job), number, "", "", cue, hands(cue, settings)))
            person.join()
            own.after(done[-1], "recording")
            accept(store, done[-1].episode)
    return done


def nobody(task: object) -> Hands:
    raise AssertionError("a person shows it, no policy acts")


def done_by(store: Store, job: Path, texts: Sequence[list[str]]) -> list[Attempt]:
    """Each text row typed by a policy, for the instances from 0 on."""
    left, done = list(texts), []
    with Stage(partial(VirtualDesktop, *SIZE), lambda _: Hands(left.pop(0)), store) as stage:
        for number in range(len(texts)):
            done.append(stage.attempt(str(job), number))
            own.after(done[-1], "run", lambda _: True)
    return done


@pytest.mark.parametrize("name", ["fees.ods", "fees.csv"])
def test_shown_once_confirmed_and_verified_ever_after(
    name: str, tmp_path: Path, store: Store
) -> None:
    fees = tmp_path / name
    write_fees(fees, FEES[4:])
    original, jobs = fees.read_bytes(), tmp_path / "jobs"
    for fee in FEES[:3]:
        job = orders.opened(jobs, goal_of(fee), [fees], "")
    (first,) = shown(store, job, [typed_fee(FEES[0])])
    assert first.outcome is Outcome.UNVERIFIED
    assert "is not confirmed" in first.detail
    steps = store.episode(first.episode).steps
    assert {step.actor for step in steps} == {Actor.OPERATOR}
    assert [step.performed for step in steps if isinstance(step.performed, TypeText)] == [
        TypeText(text) for text in typed_fee(FEES[0])
    ]
    assert fees.read_bytes() == original
    (line, *fills, last) = load(job).wanted.lines
    sheet = "Fees" if name == "fees.ods" else "fees"
    assert line == f"one row added to {sheet} of {name}, in the next free row:"
    assert [fill.split(" ← ")[0].strip() for fill in fills] == ["Member", "Paid on", "Amount"]
    assert last == "nothing else changed"
    own.confirmed(job)
    wrong = [*typed_fee(FEES[2])[:2], "1.00"]
    texts = [typed_fee(FEES[0]), typed_fee(FEES[1]), wrong]
    again, right, amiss = done_by(store, job, texts)
    assert [one.outcome for one in (again, right)] == [Outcome.VERIFIED] * 2
    assert amiss.outcome is Outcome.WRONG
    assert "Amount: “1” where" in amiss.detail
    assert load(job).taken == (0, 1)
    assert fees.read_bytes() != original


def test_a_table_longer_than_its_window_has_frozen_headers(tmp_path: Path, store: Store) -> None:
    fees, jobs = tmp_path / "fees.xlsx", tmp_path / "jobs"
    write_long_fees(fees, 40)
    for fee in FEES[:3]:
        job = orders.opened(jobs, goal_of(fee), [fees], "")
    shown(store, job, [typed_fee(FEES[0])])
    assert load(job).wanted.lines[0] == "one row added to Fees of fees.xlsx, in the next free row:"
    own.confirmed(job)
    done = done_by(store, job, [typed_fee(fee) for fee in FEES[:3]])
    assert [one.outcome for one in done] == [Outcome.VERIFIED] * 3, done[-1].detail


def test_the_worker_keeps_how_an_instance_ended(tmp_path: Path) -> None:
    fees = tmp_path / "fees.ods"
    write_fees(fees, FEES[4:])
    original = fees.read_bytes()
    with House(tmp_path / "data") as house:
        begun = house.verb("run", goal_of(FEES[0]), "--open", str(fees), "--policy", "noop")
        (job,) = own.known(tmp_path / "data" / "jobs")
    assert begun.returncode == 1, begun.stderr
    assert load(job).instances[0].outcome == Outcome.UNVERIFIED
    assert load(job).waiting == ()
    assert fees.read_bytes() == original


def night(store: Store, data: Path) -> Path | None:
    """Sleep on it; the level that is live then."""
    levels = Levels(data / "levels")
    tonight = plan(data / "nights", lived(store.episodes()), 0, 3)
    record = sleep(
        store, levels, tonight, size=SIZE, rules=Rules(), sink=lambda _: None, stop=Stop()
    )
    print(record.promoted, record.reason, f"{record.seconds:.0f} s", record.exam)
    assert record.promoted, record.reason
    return levels.live()


def work(
    store: Store, level: Path | None, job: Path, numbers: Sequence[int], agree: own.Agree
) -> list[Attempt]:
    done = []
    live = Levels(job.parents[1] / "levels").live_level()
    with Stage(
        partial(VirtualDesktop, *SIZE),
        maker("core", level),
        store,
        recall=lambda goal: context(store, goal, level=live),
    ) as stage:
        for number in numbers:
            done.append(stage.attempt(str(job), number))
            own.after(done[-1], "run", agree)
            print(number, done[-1].outcome, done[-1].detail)
    return done


@FULL
@pytest.mark.timeout(3600)
def test_after_a_night_unseen_fees_are_verified(tmp_path: Path, store: Store) -> None:
    rng = random.Random("unseen fees")
    fees = tmp_path / "fees.ods"
    write_fees(fees, FEES[5:])
    for fee in FEES[:5]:
        job = orders.opened(tmp_path / "jobs", goal_of(fee), [fees], "")
    shown(store, job, [typed_fee(fee) for fee in FEES[:5]])
    own.confirmed(job)
    level = night(store, tmp_path)
    unseen = [keeper.instance(job, goal_of(draw_fee(rng))) for _ in range(20)]
    save(job, load(job).adding(unseen))
    done = work(store, level, job, range(5, 25), lambda _: True)
    assert sum(one.outcome is Outcome.VERIFIED for one in done) >= 18
    assert not any(one.outcome is Outcome.WRONG for one in done)


@FULL
@pytest.mark.timeout(3600)
def test_a_folder_of_invoices_is_one_job(tmp_path: Path, store: Store) -> None:
    ledger, jobs = tmp_path / "ledger.xlsx", tmp_path / "jobs"
    write_ledger(ledger)
    original = ledger.read_bytes()
    write_invoices(tmp_path / "shown", range(60, 65))
    first = orders.Own((ledger,), inputs=tmp_path / "shown")
    name, numbers = orders.asked(jobs, INVOICE_GOAL, (), first)
    job, asked = Path(name), list[str]()
    seeds = [int(Path(load(job).instances[number].source).stem) for number in numbers]
    shown(store, job, [typed_of(seed) for seed in seeds])
    own.confirmed(job)
    level = night(store, tmp_path)
    write_invoices(tmp_path / "in", range(15_740, 15_760), contradictory=(15_743, 15_752))
    name, numbers = orders.asked(jobs, job.stem, (), orders.Own(inputs=tmp_path / "in"))

    def agree(sentence: str) -> bool:
        asked.append(sentence)
        return True

    done = work(store, level, job, numbers, agree)
    instances = load(job).instances
    contradictory = {n for n in numbers if Path(instances[n].source).stem in ("15743", "15752")}
    assert {one.seed for one in done if one.right_ask} >= contradictory
    verified = [one for one in done if one.outcome is Outcome.VERIFIED]
    assert len(verified) >= 16
    assert not any(one.outcome is Outcome.WRONG or one.collateral for one in done)
    assert len(asked) == 2
    assert len(load(job).taken) == len(verified)
    keeper.restore(job, keeper.chain(load(job))[0])
    assert ledger.read_bytes() == original
    assert load(job).taken == ()
