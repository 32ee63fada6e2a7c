"""enter_invoice on a real display with real programs: the oracle is right, and less is not."""

from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest

from actuation.action import Action, Ask, Done, Press
from actuation.virtual import VirtualDesktop
from perception.observation import Observation
from tasks import catalog
from tasks.books.enter_invoice import EnterInvoice
from tasks.task import Goal, Verdict


def attempt(
    desktop: VirtualDesktop,
    folder: Path,
    seed: int,
    variant: str = "",
    until: Callable[[Action], bool] = lambda action: False,
) -> tuple[Goal, Verdict, list[Action], EnterInvoice]:
    """Set up, let the oracle act until `until`, verify, tear down."""
    task = catalog.create("books/enter_invoice")
    assert isinstance(task, EnterInvoice)
    done: list[Action] = []
    try:
        goal = task.setup(desktop, folder, seed, variant)
        for action in takewhile(
            lambda action: not until(action), task.demonstrate(desktop.observe)
        ):
            done.append(action)
            if isinstance(action, Ask | Done):
                break
            desktop.perform(action)
            desktop.observe()
        return goal, task.verify(), done, task
    finally:
        task.teardown()
        task.teardown()


@pytest.mark.parametrize(
    ("seed", "variant"),
    [
        (10_000, ""),
        (10_001, ""),
        (10_002, "swapped"),
        (10_003, "resized"),
        (10_004, "net"),
        (10_005, "note"),
    ],
)
def test_oracle_is_verified(
    desktop: VirtualDesktop, tmp_path: Path, seed: int, variant: str
) -> None:
    goal, verdict, done, task = attempt(desktop, tmp_path, seed, variant)
    assert verdict.ok, verdict.reason
    assert verdict.convention == (variant if variant in ("net", "note") else "total")
    assert isinstance(done[-1], Done) and done[-2] == Press("ctrl+s")
    assert goal.files == (tmp_path / "ledger.xlsx",)
    for telling in (task.invoice.vendor, "net", "note", "total", "column"):
        assert telling not in goal.text.lower()


@pytest.mark.parametrize("variant", ["hidden", "cut", "contradictory"])
def test_oracle_asks(desktop: VirtualDesktop, tmp_path: Path, variant: str) -> None:
    _, verdict, done, _ = attempt(desktop, tmp_path, 10_006, variant)
    assert verdict.ok and verdict.expects_ask
    assert len(done) == 1 and isinstance(done[0], Ask)


def test_typed_but_not_saved_fails(desktop: VirtualDesktop, tmp_path: Path) -> None:
    _, verdict, done, _ = attempt(
        desktop, tmp_path, 10_007, until=lambda action: action == Press("ctrl+s")
    )
    assert len(done) > 5
    assert verdict == Verdict(False, "not saved: the file is unchanged")


class Seen:
    """What stands on the screen, and the pixels of the page's total there."""

    def __init__(self, observation: Observation, task: EnterInvoice) -> None:
        self.observation, self.task = observation, task
        page, window = task.page, task.places.invoice
        total = page.value("total").box
        drawn = np.asarray(page.image)[total.y : total.bottom, total.x : total.right]
        x = window.x + (window.w - page.size[0]) // 2 + total.x
        y = window.y + (window.h - page.size[1]) // 2 + total.y
        there = observation.image[max(0, y) : y + total.h, max(0, x) : x + total.w]
        self.whole = np.array_equal(there, drawn)


@pytest.fixture
def arranged(desktop: VirtualDesktop, tmp_path: Path) -> Iterator[Callable[[str], Seen]]:
    """Set a variant up and look at it."""
    tasks: list[EnterInvoice] = []

    def look(variant: str) -> Seen:
        task = EnterInvoice()
        tasks.append(task)
        task.setup(desktop, tmp_path, 10_008, variant)
        return Seen(desktop.observe(), task)

    yield look
    for task in tasks:
        task.teardown()


def test_values_are_seen_or_not_as_promised(arranged: Callable[[str], Seen]) -> None:
    plain = arranged("")
    assert plain.whole
    shown = {window.application: window.box for window in plain.observation.windows}
    assert shown == {"feh": plain.task.places.invoice, "libreoffice-calc": plain.task.places.ledger}
    plain.task.teardown()
    cut = arranged("cut")
    assert not cut.whole
