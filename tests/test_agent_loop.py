"""The loop on a drawn desktop: every ending is reached, and journalled before it is believed."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from actuation.action import Action, Ask, Click, Done, Fail, Motion, Press, TypeText
from actuation.desktop import DesktopError
from actuation.fake import FakeDesktop
from actuation.guard import Guard
from actuation.rules import Rules
from agent.approval import Answer
from agent.clock import PHASES
from agent.events import Collector, Dropped, Ended, Stepped
from agent.guarding import guard
from agent.loop import Loop, Run
from agent.policies.noop import Noop
from agent.policy import Decision
from agent.stop import Stop
from memory.day import Context
from memory.episode import Actor, Episode, Outcome
from memory.store import Store
from perception.observation import Box, Observation, Window
from tasks.task import Goal, Verdict

ENTER = (TypeText("Bäcker"), Press("Tab"), TypeText("12.50"), Press("Return"), Press("ctrl+s"))


class Planned:
    """A policy that does as planned, each action until it is performed."""

    name, weights = "planned", "w1"

    def __init__(self, actions: Iterable[Action]) -> None:
        self.plan = list(actions)

    def begin(self, goal: str, context: Context) -> None:
        self.told: list[Action] = []

    def decide(self, observation: Observation) -> Decision:
        return Decision(self.plan[len(self.told)], timings={"scene": 0.0})

    def interrupted(self) -> None:
        pass

    def performed(self, action: Action) -> None:
        self.told.append(action)


class Nervous(FakeDesktop):
    """The target of the first `glances` looks without waiting is covered by something."""

    glances = 0

    def glance(self) -> Observation:
        seen = super().glance()
        if self.glances:
            self.glances -= 1
            return replace(seen, image=255 - seen.image)
        return seen

    def observe(self) -> Observation:
        return super().glance()


class Breaking(FakeDesktop):
    """Dies while it performs."""

    def perform(self, action: Motion) -> Motion:
        raise DesktopError("the display is gone: start it again")


@pytest.fixture
def store(tmp_path: Path) -> Iterable[Store]:
    with Store(tmp_path / "memory.sqlite") as store:
        yield store


def live(
    store: Store,
    actions: Iterable[Action],
    verify: Callable[[FakeDesktop], Verdict] | None = None,
    *,
    desktop: FakeDesktop | None = None,
    rules: Rules | None = None,
    stop: Stop | None = None,
    approve: bool = False,
    sink: Collector | None = None,
) -> Run:
    desktop = desktop or FakeDesktop()
    loop = Loop(
        desktop,
        Planned(actions),
        Guard(rules or Rules()),
        store,
        actor=Actor.AGENT,
        sink=sink or Collector(),
        approve=lambda request: Answer(approve),
        stop=stop or Stop(),
    )
    episode = Episode("e1", "enter it", "books/enter_invoice", "", 10_000, "run", "w1", 1.0)
    return loop.run(episode, Context(), (lambda answer: verify(desktop)) if verify else None)


def entered(desktop: FakeDesktop) -> Verdict:
    ok = desktop.saved == {(0, 0): "Bäcker", (0, 1): "12.50"}
    return Verdict(ok, "saved" if ok else "not saved", collateral=(3, 0) in desktop.saved)


def test_done_and_right_is_verified(store: Store) -> None:
    sink = Collector()
    run = live(store, [*ENTER, Done()], entered, sink=sink)
    assert (run.outcome, run.claimed, run.collateral) == (Outcome.VERIFIED, True, False)
    kept = store.episode("e1")
    assert (kept.outcome, kept.detail) == (Outcome.VERIFIED, "saved")
    assert [step.performed for step in kept.steps] == [*ENTER, Done()]
    assert len(run.steps) == len(kept.steps)
    assert all(set(step) == set(PHASES) and step["total"] > 0 for step in run.steps)
    assert sum(isinstance(event, Stepped) for event in sink.events) == len(kept.steps)
    assert isinstance(sink.events[-1], Ended)


def test_done_and_not_right_is_wrong(store: Store) -> None:
    run = live(store, [*ENTER[:-1], Done()], entered)
    assert (run.outcome, run.detail) == (Outcome.WRONG, "not saved")


def test_done_where_asking_was_right_is_wrong(store: Store) -> None:
    run = live(store, [Done()], lambda _: Verdict(True, "nothing saved", expects_ask=True))
    assert run.outcome is Outcome.WRONG


def test_done_that_cannot_be_checked_is_unverified(store: Store) -> None:
    assert live(store, [Done()]).outcome is Outcome.UNVERIFIED


def test_asking_and_giving_up_are_said_as_such(store: Store) -> None:
    asked = live(store, [Ask("which total?")], entered)
    assert (asked.outcome, asked.detail, asked.claimed) == (Outcome.ASKED, "which total?", False)


def test_giving_up_after_harm_counts_the_harm(store: Store) -> None:
    desktop = FakeDesktop()
    x, y = desktop.cell_box(3, 0).center
    harm = [Click(x, y), TypeText("oops"), Press("ctrl+s"), Fail("lost")]
    run = live(store, harm, entered, desktop=desktop)
    assert (run.outcome, run.collateral) == (Outcome.FAILED, True)
    assert store.episode("e1").collateral


def test_what_the_rules_forbid_is_refused_and_not_done(store: Store) -> None:
    desktop = FakeDesktop()
    run = live(store, ENTER, entered, desktop=desktop, rules=Rules(applications=("other",)))
    assert run.outcome is Outcome.REFUSED
    assert desktop.performed == []
    assert [step.performed for step in store.episode("e1").steps] == [None]


@pytest.mark.parametrize(
    ("approve", "outcome"), [(True, Outcome.VERIFIED), (False, Outcome.REFUSED)]
)
def test_an_amount_above_the_limit_needs_a_yes(
    store: Store, approve: bool, outcome: Outcome
) -> None:
    rules = Rules(amount_limit=10.0)
    assert live(store, [*ENTER, Done()], entered, rules=rules, approve=approve).outcome is outcome


def test_the_budget_of_steps_is_kept(store: Store) -> None:
    desktop = FakeDesktop()
    run = live(store, ENTER, entered, desktop=desktop, rules=Rules(max_steps=2))
    assert run.outcome is Outcome.EXHAUSTED
    assert len(desktop.performed) == 2


def test_three_actions_without_effect_end_it(store: Store) -> None:
    desktop = FakeDesktop()
    run = live(store, [Press("Escape")] * 9, entered, desktop=desktop)
    assert (run.outcome, len(desktop.performed)) == (Outcome.EXHAUSTED, 3)
    assert "three actions" in run.detail


def test_a_target_that_changed_is_decided_again(store: Store) -> None:
    desktop, sink = Nervous(), Collector()
    desktop.glances = 2
    x, y = desktop.cell_box(1, 1).center
    run = live(store, [Click(x, y), Done()], None, desktop=desktop, sink=sink)
    assert run.outcome is Outcome.UNVERIFIED
    assert sum(isinstance(event, Dropped) for event in sink.events) == 2
    assert desktop.performed == [Click(x, y)]


def test_a_target_that_never_rests_ends_it_untouched(store: Store) -> None:
    desktop = Nervous()
    desktop.glances = 99
    x, y = desktop.cell_box(1, 1).center
    run = live(store, [Click(x, y)], None, desktop=desktop)
    assert (run.outcome, desktop.performed) == (Outcome.EXHAUSTED, [])


def test_a_stop_before_a_step_performs_nothing(store: Store) -> None:
    desktop, stop = FakeDesktop(), Stop()
    stop.throw()
    run = live(store, ENTER, entered, desktop=desktop, stop=stop)
    assert (run.outcome, desktop.performed) == (Outcome.STOPPED, [])


def test_a_stop_reaches_the_hands(store: Store) -> None:
    desktop, stop = FakeDesktop(), Stop()
    stop.attach(desktop)
    desktop.stop()
    run = live(store, ENTER, entered, desktop=desktop, stop=stop)
    assert (run.outcome, desktop.performed) == (Outcome.STOPPED, [])


def test_a_desktop_that_dies_in_an_action_leaves_it_unknown(store: Store) -> None:
    run = live(store, ENTER, None, desktop=Breaking())
    assert (run.outcome, run.detail) == (Outcome.UNKNOWN, "the display is gone: start it again")
    (step,) = store.episode("e1").steps
    assert (step.intended, step.performed) == (ENTER[0], None)


def test_a_policy_that_breaks_fails_openly(store: Store) -> None:
    run = live(store, ENTER[:2])  # its plan is too short: it looks past the end
    assert run.outcome is Outcome.FAILED
    assert "IndexError at test_agent_loop.py" in run.detail
    assert store.episode("e1").outcome is Outcome.FAILED


def test_a_click_on_what_the_operator_wants_to_approve_asks_first() -> None:
    desktop = FakeDesktop(headers=("Date", "Vendor", "Delete"))
    rules = Rules(approve=("delete|löschen",))
    watched = guard(rules, Goal("enter it", applications=("fake-sheet",)), Noop())
    seen = desktop.observe()
    box = desktop.cell_box(-1, 2)
    delicate = watched.check(Click(box.x + 20, box.y + 12), seen, 0, 0.0)
    plain = watched.check(Click(*desktop.cell_box(-1, 1).center), seen, 0, 0.0)
    assert (delicate.needs_approval, plain.allowed) == (True, True)


class Asking(FakeDesktop):
    """A dialog has the keys."""

    def glance(self) -> Observation:
        seen = super().glance()
        dialog = Window("Save?", "fake-sheet", Box(300, 200, 200, 90), active=True, dialog=True)
        behind = (replace(window, active=False) for window in seen.windows)
        return replace(seen, windows=(dialog, *behind))

    def observe(self) -> Observation:
        return self.glance()


@pytest.mark.parametrize(
    ("words", "outcome", "detail"),
    [
        ("Don't Save", Outcome.REFUSED, "Don't Save"),
        ("Sort ascending", Outcome.ASKED, "?"),
        ("", Outcome.REFUSED, "nothing can be read"),
    ],
)
def test_the_words_of_a_dialog_are_waited_for_before_a_key_answers_it(
    store: Store, monkeypatch: pytest.MonkeyPatch, words: str, outcome: Outcome, detail: str
) -> None:
    monkeypatch.setattr("agent.loop.WORDS", 0.2)
    looks = iter(["", ""])
    guard = Guard(Rules(), dialog=lambda window, seen: next(looks, words))
    loop = Loop(Asking(), Planned([Press("Return"), Ask("?")]), guard, store)
    run = loop.run(Episode("e1", "sort", "", "", 0, "run", "w1", 1.0), Context(), None)
    assert run.outcome is outcome
    assert detail in run.detail


def test_only_the_files_of_the_task_are_written() -> None:
    desktop = FakeDesktop(title="private.xlsx - Sheet")
    strict = guard(Rules(), Goal("", (Path("ledger.xlsx"),), ("fake-sheet",)), Noop())
    permit = strict.check(TypeText("1"), desktop.observe(), 0, 0.0)
    assert (permit.allowed, permit.rules) == (False, ("outside",))
    assert "private.xlsx" in permit.reason
