"""MiniWoB++: pages that start and score by seed, oracles on the real browser."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from actuation.action import Action, Click, Done, Press
from actuation.rules import Rules
from actuation.virtual import VirtualDesktop
from agent.attempt import Stage
from agent.policies.scripted import Scripted
from memory.episode import Outcome
from memory.store import Store
from tasks import catalog
from tasks.miniwob import browser
from tasks.miniwob.oracles import known
from tasks.miniwob.subsets import IDS, LEVELS, SUBSETS
from tasks.miniwob.task import MiniWobTask
from tasks.task import Goal

SAMPLE = (
    *("click-button-sequence", "click-menu", "click-shape", "enter-date", "choose-list"),
    *("read-table", "use-slider", "drag-items", "draw-line", "email-inbox-nl-turk"),
    *("social-media-some", "search-engine", "count-sides", "tic-tac-toe"),
)


@contextmanager
def begun(
    name: str, desktop: VirtualDesktop, folder: Path, seed: int
) -> Iterator[tuple[MiniWobTask, Goal]]:
    task = catalog.create(f"miniwob/{name}")
    assert isinstance(task, MiniWobTask)
    try:
        yield task, task.setup(desktop, folder, seed)
    finally:
        task.teardown()


def act(task: MiniWobTask, desktop: VirtualDesktop, skip: int = 0) -> list[Action]:
    """What the oracle does, its first `skip` actions left out."""
    done = []
    for number, action in enumerate(task.demonstrate(desktop.observe)):
        if isinstance(action, Done):
            break
        if number >= skip:
            desktop.perform(action)
            desktop.observe()
            done.append(action)
    return done


def test_the_package_has_every_page_and_the_subsets_are_as_published() -> None:
    found = importlib.util.find_spec("miniwob")
    assert found is not None and found.origin is not None
    pages = Path(found.origin).parent / "html" / "miniwob"
    assert len(set(IDS)) == 125 and all((pages / f"{page}.html").exists() for page in IDS)
    sizes = {name: len(set(tasks)) for name, tasks in SUBSETS.items()}
    assert sizes == {"miniwob/pix2act": 58, "miniwob/webgum": 56}
    for name in (*SUBSETS["miniwob/pix2act"], *SUBSETS["miniwob/webgum"]):
        assert catalog.create(name).name == name
    assert set(LEVELS) <= set(IDS)


def test_every_page_but_one_is_shown_by_an_oracle() -> None:
    assert set(IDS) - set(known()) == {"draw-circle"}  # the hands drag in straight lines
    assert set(known()) <= set(IDS)


@pytest.mark.parametrize("name", SAMPLE)
def test_the_oracle_is_verified_and_doing_nothing_is_not(
    name: str, desktop: VirtualDesktop, tmp_path: Path
) -> None:
    with begun(name, desktop, tmp_path, 12_000 + SAMPLE.index(name)) as (task, goal):
        assert goal.text and goal.applications == (browser.APPLICATION,)
        nothing = task.verify()
        assert not nothing.ok and "nothing was scored" in nothing.reason
        assert act(task, desktop)
        verdict = task.verify("done")
        assert verdict.ok, verdict.reason


def test_a_part_of_the_reward_is_no_success(desktop: VirtualDesktop, tmp_path: Path) -> None:
    with begun("click-checkboxes-large", desktop, tmp_path, 12_020) as (task, _):
        act(task, desktop, skip=1)
        verdict = task.verify()
    assert verdict.score is not None and 0 < verdict.score < 0.99
    assert not verdict.ok and f"raw reward {verdict.score:g}" in verdict.reason


def test_what_is_wrong_is_scored_below_nothing(desktop: VirtualDesktop, tmp_path: Path) -> None:
    with begun("enter-text", desktop, tmp_path, 12_021) as (task, _):
        act(task, desktop, skip=2)  # straight to Submit
        verdict = task.verify()
    assert not verdict.ok and verdict.score == -1.0


def test_a_seed_is_one_episode_and_another_seed_another(
    desktop: VirtualDesktop, tmp_path: Path
) -> None:
    goals, pictures = [], []
    for seed in (12_030, 12_030, 12_031):
        with begun("click-checkboxes", desktop, tmp_path, seed) as (_, goal):
            goals.append(goal.text)
            pictures.append(desktop.observe().image)
    assert goals[0] == goals[1] != goals[2]
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])


def test_an_episode_that_is_over_stays_so(desktop: VirtualDesktop, tmp_path: Path) -> None:
    with begun("click-test", desktop, tmp_path, 12_040) as (task, _):
        (click,) = act(task, desktop)
        assert isinstance(click, Click)
        desktop.perform(click)  # on the cover, which would begin another
        desktop.observe()
        assert task.verify().ok


def test_a_page_that_was_loaded_again_counts_for_nothing(
    desktop: VirtualDesktop, tmp_path: Path
) -> None:
    with begun("click-test", desktop, tmp_path, 12_041) as (task, _):
        act(task, desktop)
        desktop.perform(Press("F5"))
        desktop.observe()
        verdict = task.verify()
    assert not verdict.ok and "loaded again" in verdict.reason


def test_the_browser_is_kept_out_of_sight_and_replaced_when_it_is_gone(
    desktop: VirtualDesktop, tmp_path: Path
) -> None:
    def started() -> int:
        return len(list(desktop.home.glob(f"{browser.PROFILE}-*")))

    with begun("click-test", desktop, tmp_path, 12_050):
        before = started()
    assert not any(map(browser.is_browser, desktop.windows()))
    with begun("click-link", desktop, tmp_path, 12_051) as (task, _):
        assert started() == before
        browser.reach(desktop).call("Browser.close")
        verdict = task.verify()
        assert not verdict.ok and "the page is gone" in verdict.reason
    with begun("click-link", desktop, tmp_path, 12_051) as (task, _):
        act(task, desktop)
        assert task.verify().ok and started() == before + 1


def test_the_loop_lives_through_it(tmp_path: Path) -> None:
    # Sending and deleting are what these pages are for: in a bench nobody is asked.
    rules = Rules(trusts_goal=True)
    with (
        Store(tmp_path / "memory.sqlite") as store,
        Stage(VirtualDesktop, Scripted, store, rules=rules) as stage,
    ):
        attempts = [
            stage.attempt(f"miniwob/{name}", 12_070)
            for name in ("email-inbox-delete", "click-checkboxes", "use-slider")
        ]
    assert [one.outcome for one in attempts] == [Outcome.VERIFIED] * 3
    assert attempts[0].detail == "raw reward 1"


def test_there_are_no_variants(desktop: VirtualDesktop, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no variants"):
        MiniWobTask("click-test").setup(desktop, tmp_path, 12_060, "swapped")
