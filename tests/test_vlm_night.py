"""A night of a tiny vision-language model, from pixels, through the real path: the day's task up,
the old one kept, promoted, rolled back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from vlm_house import ENTER, RED, Boards, dialect, show, tiny

from agent.attempt import PolicyMaker
from agent.policies.vlm.learner import Reach, VlmLearner
from agent.policies.vlm.loading import load
from agent.policies.vlm.lora import Levelled, layers
from agent.policies.vlm.opening import Opened, opened
from agent.policies.vlm.spec import parse
from agent.policies.vlm.train import Schedule, finish, train
from agent.policies.vlm.week import week
from memory.levels import Levels
from memory.sleep.night import night
from memory.sleep.plan import Plan
from memory.store import Store

Policies = Callable[[Path | None], PolicyMaker]

TASK = ENTER.rstrip(".").lower().replace(" ", "-")
OLD = RED.rstrip(".").lower().replace(" ", "-")


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def schooled(one_thread: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that was trained from nothing to click the red square of eight boards."""
    folder = tmp_path_factory.mktemp("school")
    with Store(folder / "memory.sqlite") as store:
        show(store, RED, range(8))
        shown = [store.episode(one.id) for one in store.episodes()]
    fresh = load(str(tiny(folder / "new")))
    learner = VlmLearner(fresh, dialect(), reach=Reach(whole=True, micro=8))
    lessons = [one for episode in shown for one in learner.examples(episode, [1.0, 1.0])]
    schedule = Schedule(steps=150, batch=8, rate=3e-3, clean=1.0)
    losses = train(learner, lessons, schedule, folder / "checkpoint", lambda step, loss: None)
    assert losses[-1] < 0.1 * losses[0]
    finish(learner, folder / "model")
    return folder


def test_a_night_learns_the_day_and_keeps_the_old(schooled: Path, tmp_path: Path) -> None:
    here = opened(parse(f"vlm:{schooled / 'model'}"))
    with Store(schooled / "memory.sqlite") as store:
        skills = [store.episode(one.id) for one in store.episodes()]
    learner = VlmLearner(here.loaded, here.dialect, skills)
    levels = Levels(tmp_path / "levels")
    tonight = Plan(
        *(tmp_path / "nights", TASK),
        seeds=(100, 101, 102),
        steps=60,
        batch=6,
        rate=5e-3,
        replay=0.5,
        anchor=0.3,
        ema=0.9,
        every=20,
        skills=8,
    )
    with Store(tmp_path / "memory.sqlite") as store:
        show(store, ENTER, range(20, 24))
        boards = Boards(tmp_path, ENTER, acting(here))
        record = night(store, levels, learner, boards, tonight)
    day, old = record.exam[TASK], record.exam[OLD]
    assert (day.before, day.after) == (0.0, 1.0)
    assert old.before >= 0.75 and old.after >= old.before - 0.02
    assert record.promoted and levels.live_level() is not None

    # What is live acts like that also in a model that is loaded anew, and can be taken back.
    fresh = opened(parse(f"vlm:{schooled / 'model'}"))
    anew = Boards(tmp_path, ENTER, acting(fresh))
    ends = anew.rehearse(TASK, "", (200, 201, 202, 203), levels.live())
    assert [one.outcome.value for one in ends] == ["verified"] * 4

    # A week: the slow level takes it over, and a night above it begins with it.
    with Store(tmp_path / "memory.sqlite") as store:
        lived = [store.episode(one.id) for one in store.episodes()] + skills
    moved = week(learner, levels, lived, steps=20, skills=8)
    assert moved.promoted, moved
    above = VlmLearner(here.loaded, here.dialect, slow=levels.live())
    assert all(float(one.factors("fast")[1].abs().max()) == 0 for one in levelled(above))
    ends = anew.rehearse(TASK, "", (300, 301, 302, 303), levels.live())
    assert [one.outcome.value for one in ends] == ["verified"] * 4

    levels.rollback()
    assert levels.rollback() is None
    ends = anew.rehearse(TASK, "", (200, 201), levels.live())
    assert not any(one.outcome.value == "verified" for one in ends)


def levelled(learner: VlmLearner) -> list[Levelled]:
    return list(layers(learner.loaded.model).values())


def acting(here: Opened) -> Policies:
    def policies(level: Path | None) -> PolicyMaker:
        policy = here.policy(level)
        return lambda task: policy

    return policies
