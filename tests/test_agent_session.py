"""A person's intents become motion: pause, take over, hand back, stop, yes and no."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from Xlib.display import Display

from actuation.action import Action, Done, Press, TypeText, Wait
from actuation.desktop import Desktop, Stopped
from actuation.fake import FakeDesktop
from actuation.guard import Guard
from actuation.local import LocalDesktop
from actuation.person import PersonWatch
from actuation.rfb import Hand
from actuation.rules import Rules
from actuation.virtual import VirtualDesktop
from agent.approval import Answer, Request
from agent.events import Collector, Dropped, HandedBack, Intended, Stepped
from agent.loop import Loop, Run
from agent.policies.noop import Noop
from agent.policy import Decision
from agent.session import Patience, Session, State
from agent.stop import Stop
from agent.touching import Touching
from memory.day import Context
from memory.episode import Episode, Outcome
from memory.store import Store
from perception.observation import Observation

SHIFT = 0xFFE1
QUICK = Patience(lead=0.0, approval=30.0)


class Planned(Noop):
    """Decides given actions in turn; an interrupted one again. interruptions: how often told."""

    def __init__(self, actions: list[Action]) -> None:
        self.left, self.interruptions = actions, 0

    def decide(self, observation: Observation) -> Decision:
        return Decision(self.left[0] if self.left else Done())

    def performed(self, action: Action) -> None:
        self.left.pop(0)

    def interrupted(self) -> None:
        self.interruptions += 1


class Day:
    """One run in a thread of its own, and the session that a person speaks to."""

    def __init__(
        self,
        store: Store,
        actions: list[Action],
        rules: Rules | None = None,
        desktop: Desktop | None = None,
    ) -> None:
        self.session, self.stop = Session(QUICK), Stop()
        self.desktop, self.policy, self.sink = FakeDesktop(), Planned(actions), Collector()
        at = desktop or self.desktop
        self.stop.attach(at)
        self.session.begin(self.stop)
        self.session.attach(at)
        self._run: Run | None = None
        loop = Loop(
            at,
            self.policy,
            Guard(rules or Rules()),
            _Elsewhere(store.path),
            sink=self.sink,
            approve=self.session.approve,
            hold=self.session.hold,
            stop=self.stop,
        )
        self._thread = threading.Thread(target=self._live, args=(loop,))
        self._thread.start()

    def _live(self, loop: Loop) -> None:
        episode = Episode("e1", "enter it", "books/enter_invoice", "", 10_000, "run", "w1", 1.0)
        self._run = loop.run(episode, Context(), None)
        self.session.end()

    def when(self, told: Callable[[], bool]) -> None:
        for _ in range(2000):
            if told():
                return
            time.sleep(0.005)
        raise AssertionError(f"it never came: {self.session.state}, {self.sink.events}")

    def ended(self) -> Run:
        self._thread.join(60)
        assert self._run is not None
        return self._run


class _Elsewhere:
    """A journal that opens the store in the thread that uses it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Callable[..., None]:
        def call(*arguments: object) -> None:
            with Store(self._path) as store:
                getattr(store, name)(*arguments)

        return call


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "memory.sqlite") as store:
        yield store


def test_pause_holds_the_next_action_and_go_on_lets_it_pass(store: Store) -> None:
    day = Day(store, [Wait(0.2), TypeText("x")])
    assert day.session.pause("lunch")
    assert (day.session.state, day.session.why) == (State.PAUSED, "lunch")
    time.sleep(0.5)
    assert not any(isinstance(done, TypeText) for done in day.desktop.performed)
    assert day.session.go_on()
    assert day.ended().outcome is Outcome.UNVERIFIED
    assert TypeText("x") in day.desktop.performed
    assert day.policy.interruptions == 0
    assert day.session.state is State.IDLE


def test_taking_over_cuts_an_action_short_and_it_is_looked_at_again(store: Store) -> None:
    day = Day(store, [Wait(60), TypeText("x")])
    day.when(lambda: day.session.state is State.RUNNING and bool(day.sink.events))
    time.sleep(0.2)
    assert day.session.take_over("a hand on the mouse")
    assert day.session.state is State.TAKEN_OVER
    day.policy.left[0] = Press("Tab")  # what it decides when it looks again
    assert day.session.go_on()
    assert day.ended().outcome is Outcome.UNVERIFIED
    steps = store.episode("e1").steps
    assert [step.performed for step in steps[:2]] == [None, Press("Tab")]
    assert [step.index for step in steps] == [0, 1, 2, 3]
    assert sum(isinstance(event, HandedBack) for event in day.sink.events) == 1
    assert day.policy.interruptions == 1


def test_a_touch_between_two_actions_drops_what_was_decided(store: Store) -> None:
    day = Day(store, [Wait(0.3), TypeText("x")])
    day.session.pause()
    day.session.take_over("you touched the mouse")
    time.sleep(0.5)
    day.session.go_on()
    assert day.ended().outcome is Outcome.UNVERIFIED
    assert day.policy.interruptions == 1


def test_handing_back_leaves_what_was_paused_paused(store: Store) -> None:
    day = Day(store, [Wait(0.2), TypeText("x")])
    day.session.pause("lunch")
    day.session.take_over("you touched the mouse")
    assert day.session.hand_back()
    assert (day.session.state, day.session.why) == (State.PAUSED, "lunch")
    assert not day.session.hand_back()
    time.sleep(0.4)
    assert not any(isinstance(done, TypeText) for done in day.desktop.performed)
    assert day.session.go_on()
    assert day.ended().outcome is Outcome.UNVERIFIED
    assert day.policy.interruptions == 1  # it looked again


@pytest.mark.parametrize("last", ["stop", "take_over"])
def test_handing_back_takes_no_stop_back(last: str) -> None:
    session = Session(QUICK)
    acts = {"stop": "enough", "take_over": "a touch"}
    for act in sorted(acts, key=lambda act: act == last):
        getattr(session, act)(acts[act])
    assert session.hand_back()
    assert (session.state, session.free, session.why) == (State.STOPPED, False, "enough")
    session.go_on()
    assert (session.state, session.why) == (State.IDLE, "")


@pytest.mark.parametrize("first", ["pause", "take_over", "run"])
def test_stop_ends_the_run_whatever_the_state(store: Store, first: str) -> None:
    day = Day(store, [Wait(60)])
    day.when(lambda: bool(day.sink.events))
    if first != "run":
        getattr(day.session, first)()
    assert day.session.stop("enough")
    assert day.ended().outcome is Outcome.STOPPED
    assert (day.session.state, day.session.free) == (State.STOPPED, False)
    assert day.session.go_on()
    assert day.session.state is State.IDLE


LIMIT = Rules(amount_limit=10.0)


def asked(store: Store) -> Day:
    day = Day(store, [TypeText("12.50"), Press("Tab"), TypeText("99.00")], LIMIT)
    day.when(lambda: day.session.pending is not None)
    assert day.session.state is State.WAITING
    assert not day.desktop.performed
    return day


def test_a_yes_counts_once(store: Store) -> None:
    day = asked(store)
    first = day.session.pending
    assert first is not None
    assert day.session.answer(first.id, Answer(True))
    day.when(lambda: (now := day.session.pending) is not None and now.id != first.id)
    assert not day.session.answer(first.id, Answer(True))  # it no longer waits
    second = day.session.pending
    assert second is not None
    assert day.session.answer(second.id, Answer(False))
    run = day.ended()
    assert run.outcome is Outcome.REFUSED
    assert "99.00 is above 10" in run.detail
    assert TypeText("99.00") not in day.desktop.performed


def test_a_yes_may_count_for_the_whole_task(store: Store) -> None:
    day = asked(store)
    assert day.session.pending is not None
    day.session.answer(day.session.pending.id, Answer(True, whole_task=True))
    assert day.ended().outcome is Outcome.UNVERIFIED
    assert TypeText("99.00") in day.desktop.performed


def test_an_action_may_be_put_right(store: Store) -> None:
    day = asked(store)
    assert day.session.pending is not None
    edited = Answer(True, action=TypeText("1.25"), whole_task=True)
    day.session.answer(day.session.pending.id, edited)
    day.ended()
    assert day.desktop.performed[0] == TypeText("1.25")
    assert [one.performed for one in store.episode("e1").steps[:2]] == [None, TypeText("1.25")]


def test_without_an_answer_it_is_a_no() -> None:
    session = Session(Patience(approval=0.2))
    session.begin(Stop())
    assert session.approve(Request(TypeText("1"), ("amount",), "too much")) is None
    assert (session.pending, session.state) == (None, State.RUNNING)


def test_taking_over_withdraws_the_question_and_it_is_asked_again(store: Store) -> None:
    day = asked(store)
    first = day.session.pending
    assert first is not None
    day.session.take_over()
    day.when(lambda: day.session.pending is None)
    assert not day.session.answer(first.id, Answer(True))
    time.sleep(0.3)
    assert not day.desktop.performed
    day.session.go_on()
    day.when(lambda: day.session.pending is not None)
    assert day.session.pending is not None
    assert day.session.pending.id != first.id
    day.session.answer(day.session.pending.id, Answer(False))
    assert day.ended().outcome is Outcome.REFUSED
    assert not day.desktop.performed


def test_what_is_put_in_its_place_is_checked_as_well(store: Store) -> None:
    rules = Rules(amount_limit=10.0, approve=("evil",))
    day = Day(store, [TypeText("12.50")], rules)
    day.when(lambda: day.session.pending is not None)
    first = day.session.pending
    assert first is not None
    day.session.answer(first.id, Answer(True, TypeText("Evil GmbH")))
    day.when(lambda: (now := day.session.pending) is not None and now.id != first.id)
    second = day.session.pending
    assert second is not None
    assert second.request.action == TypeText("Evil GmbH")
    day.session.answer(second.id, Answer(False))
    assert day.ended().outcome is Outcome.REFUSED
    assert not day.desktop.performed


def test_a_yes_for_one_rule_leaves_the_others_asking(store: Store) -> None:
    rules = Rules(amount_limit=10.0, approve=("x",))
    day = Day(store, [TypeText("x"), Press("Return"), TypeText("12.50")], rules)
    day.when(lambda: day.session.pending is not None)
    first = day.session.pending
    assert first is not None
    day.session.answer(first.id, Answer(True, whole_task=True))
    day.when(lambda: (now := day.session.pending) is not None and now.id != first.id)
    assert day.session.pending is not None
    assert day.session.pending.request.rules == ("amount",)
    day.session.answer(day.session.pending.id, Answer(False))
    assert day.ended().outcome is Outcome.REFUSED


def test_an_action_that_no_keyboard_has_ends_the_run_openly(store: Store) -> None:
    day = asked(store)
    assert day.session.pending is not None
    day.session.answer(day.session.pending.id, Answer(True, TypeText("a\tb"), whole_task=True))
    run = day.ended()
    assert run.outcome is Outcome.FAILED
    assert "cannot be done" in run.detail


def test_keys_do_not_go_into_another_window_than_was_seen(store: Store) -> None:
    day = asked(store)
    assert day.session.pending is not None
    day.desktop.window = replace(day.desktop.window, title="private – Browser")
    day.session.answer(day.session.pending.id, Answer(True))
    day.when(lambda: any(isinstance(event, Dropped) for event in day.sink.events))
    day.when(lambda: day.session.pending is not None)  # it looked again, and asks anew
    day.session.stop()
    assert day.ended().outcome is Outcome.STOPPED
    assert not day.desktop.performed


def test_a_stop_before_a_run_begins_is_not_lost() -> None:
    session, run = Session(QUICK), Stop()
    session.stop("enough")
    session.begin(run)
    assert run.thrown
    assert session.state is State.STOPPED


def test_what_a_person_has_taken_stays_theirs_when_the_run_ends() -> None:
    session, desktop = Session(QUICK), FakeDesktop()
    session.begin(Stop())
    session.attach(desktop)
    session.take_over("a touch")
    session.end()
    assert (session.state, session.free) == (State.TAKEN_OVER, False)
    fresh = FakeDesktop()
    session.attach(fresh)
    with pytest.raises(Stopped):
        fresh.perform(TypeText("x"))
    session.go_on()
    assert session.free
    assert fresh.perform(TypeText("x")) == TypeText("x")


def test_handing_back_does_not_free_the_hands_of_a_stopped_run() -> None:
    session, desktop, run = Session(QUICK), FakeDesktop(), Stop()
    run.attach(desktop)
    session.begin(run)
    session.attach(desktop)
    session.take_over("a touch")
    session.stop("enough")
    session.go_on()
    with pytest.raises(Stopped):
        desktop.perform(TypeText("x"))


@pytest.mark.parametrize("intent", ["pause", "take_over", "stop"])
def test_an_intent_between_two_runs_holds_the_next(intent: str) -> None:
    session = Session(QUICK)
    assert session.free
    assert getattr(session, intent)("now")
    assert not session.free
    assert session.go_on()
    assert session.free


def test_a_question_has_a_number_that_no_other_worker_gave() -> None:
    first, second = Session(QUICK), Session(QUICK)
    for session in (first, second):
        session.begin(Stop())
    asking = threading.Thread(
        target=second.approve, args=(Request(TypeText("1"), ("amount",), "much"),)
    )
    asking.start()
    while second.pending is None:
        time.sleep(0.01)
    assert second.pending.id > 1_000_000
    second.stop()
    asking.join()


def test_an_action_is_shown_before_it_is_done_while_somebody_watches() -> None:
    session = Session(Patience(lead=0.3))
    session.begin(Stop())
    since = time.monotonic()
    assert not session.hold(True)
    unwatched = time.monotonic() - since
    session.watched = lambda: True
    since = time.monotonic()
    assert not session.hold(True)
    assert time.monotonic() - since >= 0.3 > unwatched


def test_steps_are_counted_on_after_a_hand_back(store: Store) -> None:
    day = Day(store, [Wait(0.05), Wait(0.05)])
    assert day.ended().outcome is Outcome.UNVERIFIED
    assert [e.index for e in day.sink.events if isinstance(e, Stepped)] == [0, 1, 2]


def test_on_the_operators_own_display_a_touch_takes_over_too(
    store: Store, desktop: VirtualDesktop
) -> None:
    """An X session as a person has it, the agent on it as a program like any other."""
    text = "The quick brown fox jumps over the lazy dog. " * 2000
    own = LocalDesktop(desktop.display)
    with Hand(desktop.vnc_socket, desktop.vnc_password) as hand:
        day = Day(store, [TypeText(text), Press("Tab")], desktop=own)
        watch = PersonWatch(desktop.display, Touching(day.session))
        try:
            day.when(lambda: any(isinstance(one, Intended) for one in day.sink.events))
            time.sleep(0.1)
            hand.key(SHIFT, True)  # the key of a person, in the middle of the long text
            day.when(lambda: day.session.state is State.TAKEN_OVER)
            hand.key(SHIFT, False)
            day.policy.left[0] = Press("Tab")
            assert day.session.hand_back()
            assert day.ended().outcome is Outcome.UNVERIFIED
        finally:
            watch.close()
            own.close()
    steps = store.episode("e1").steps
    assert [step.performed for step in steps[:2]] == [None, Press("Tab")]
    assert day.policy.interruptions == 1
    server = Display(desktop.display)
    assert not any(server.query_keymap())
    server.close()
