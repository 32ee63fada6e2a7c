"""What a person does, says and refuses in the middle of a run is kept, and the night counts it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from actuation.action import Action, Ask, Click, Done, Motion, Press, TypeText
from actuation.fake import FakeDesktop
from actuation.guard import Guard
from actuation.recorded import Recorded
from actuation.rules import Rules
from agent.approval import Answer, Request, never
from agent.events import Answered, Collector
from agent.loop import Loop, Run
from agent.policies.noop import Noop
from agent.policy import Decision
from agent.stop import Stop
from memory.day import Context, context
from memory.episode import Actor, Episode, Fate, Outcome, Step
from memory.flags import Flag, corrected
from memory.levels import Levels
from memory.sleep.gather import gather
from memory.sleep.review import review
from memory.store import Store
from memory.taught import corrections, refused
from perception.observation import Observation

NET, GROSS = TypeText("100.00"), TypeText("119.00")


class Planned(Noop):
    """Decides given actions in turn. heard, followed: what it was told of a person."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self.left = list(actions)
        self.heard: list[tuple[str, str]] = []
        self.followed: list[Action] = []

    def decide(self, observation: Observation) -> Decision:
        return Decision(self.left[0] if self.left else Done(), 0.9, "as planned")

    def performed(self, action: Action) -> None:
        self.left.pop(0)

    def watched(self, observation: Observation, action: Motion) -> None:
        self.followed.append(action)

    def answered(self, question: str, answer: str) -> None:
        self.heard.append((question, answer))
        self.left.pop(0)


@dataclass
class Person:
    """Takes the desktop at the decision that stands at `at`, does something, hands it back."""

    desktop: FakeDesktop
    acts: Sequence[Motion]
    at: int = 0
    stops: Stop | None = None
    _asked: int = 0
    _done: list[Recorded] = field(default_factory=list)

    def hold(self, lead: bool) -> bool:
        if not lead:
            return False
        self._asked += 1
        if self._asked - 1 != self.at:
            return False
        for number, act in enumerate(self.acts):
            before = self.desktop.glance()
            self.desktop.perform(act)
            self._done.append(Recorded(act, before, self.desktop.glance(), number, number + 0.5))
        if self.stops is not None:
            self.stops.throw()
        return True

    def taught(self) -> Sequence[Recorded]:
        done, self._done = self._done, []
        return done


@pytest.fixture
def store(tmp_path: Path) -> Iterable[Store]:
    with Store(tmp_path / "memory.sqlite") as store:
        yield store


def live(
    store: Store,
    policy: Noop,
    *,
    person: Person | None = None,
    approve: Callable[[Request], Answer | None] = never,
    rules: Rules | None = None,
    name: str = "e1",
    sink: Collector | None = None,
) -> tuple[Run, Episode]:
    desktop = person.desktop if person else FakeDesktop()
    loop = Loop(desktop, policy, Guard(rules or Rules()), store, approve=approve)
    loop.sink = sink or Collector()
    if person is not None:
        loop.hold, loop.taught = person.hold, person.taught
        loop.stop = person.stops or Stop()
    lived = Episode(name, "enter it", "books/enter_invoice", "", 1, "run", "w1", 1000.0)
    run = loop.run(lived, Context(), None)
    return run, store.episode(name)


def kept(episode: Episode) -> list[tuple[Action, Action | None, Actor, Fate]]:
    return [(one.intended, one.performed, one.actor, one.fate) for one in episode.steps]


def weights(episode: Episode) -> list[tuple[float, str]]:
    return [(one.weight, one.reason) for one in review(episode)]


def test_a_takeover_keeps_what_was_wanted_beside_what_was_done(store: Store) -> None:
    policy = Planned([TypeText("2024"), Press("Tab"), NET])
    person = Person(FakeDesktop(), [GROSS, Press("Tab")], at=2)
    run, lived = live(store, policy, person=person)
    assert kept(lived)[2:5] == [
        (NET, None, Actor.AGENT, Fate.TAKEN_OVER),
        (GROSS, GROSS, Actor.OPERATOR, Fate.NONE),
        (Press("Tab"), Press("Tab"), Actor.OPERATOR, Fate.NONE),
    ]
    proposal, correction = lived.steps[2:4]
    assert (proposal.observation.image == correction.observation.image).all()
    assert (proposal.weight, proposal.reason) == (0, "taken over by the operator")
    assert policy.followed == [GROSS, Press("Tab")]
    assert len(run.steps) == len(lived.steps)
    assert corrections(lived)[3] is proposal
    assert weights(lived)[2:4] == [
        (0, "taken over by the operator"),
        (1, "puts step 2 right; changed the screen"),
    ]


def test_a_person_may_be_quicker_than_the_screen(store: Store) -> None:
    """What follows on an old frame is not learned there; what was typed is."""
    person = Person(FakeDesktop(), [GROSS, Press("Tab"), TypeText("Müller")])
    _, lived = live(store, Planned([NET]), person=person)
    late = replace(lived.steps[2], observation=lived.steps[1].observation)
    lived = replace(lived, steps=(*lived.steps[:2], late, *lived.steps[3:]))
    assert list(corrections(lived)) == [1]
    assert weights(lived)[:4] == [
        (0, "taken over by the operator"),
        (1, "puts step 0 right; the screen followed later"),
        (0, "the screen had not followed yet: its frame is an old one"),
        (1, "changed the screen"),
    ]


def test_hands_that_do_nothing_leave_nothing(store: Store) -> None:
    _, lived = live(store, Planned([NET]), person=Person(FakeDesktop(), []))
    assert [one.fate for one in lived.steps] == [Fate.NONE] * 2


def test_a_takeover_that_ends_in_a_stop_is_kept_without_the_escapes(store: Store) -> None:
    acts = [GROSS, Press("Escape"), Press("Escape")]
    person = Person(FakeDesktop(), acts, stops=Stop())
    run, lived = live(store, Planned([NET]), person=person)
    assert run.outcome is Outcome.STOPPED
    assert [one.intended for one in lived.steps] == [NET, GROSS]
    assert [weight for weight, _ in weights(lived)] == [0, 1]


def test_what_was_typed_already_and_mended_by_hand_does_not_count(store: Store) -> None:
    """The person was late: the wrong amount stood there when they took over."""
    person = Person(FakeDesktop(), [Press("Escape"), GROSS, Press("Return")], at=1)
    _, lived = live(store, Planned([NET, Press("Tab")]), person=person)
    assert corrections(lived) == {2: lived.steps[1], 3: lived.steps[0]}
    assert weights(lived)[0] == (0, "put right by the operator at step 3")
    assert refused(lived) == {2: Press("Tab"), 3: NET}


def test_what_was_written_over_does_not_count_even_where_the_run_came_right(
    store: Store,
) -> None:
    """Two cells further on the person sees it, goes back and writes over it."""
    desktop = FakeDesktop()
    plan = [NET, Press("Tab"), TypeText("Bäcker"), Press("Tab")]
    back = Click(*desktop.cell_box(0, 0).center)
    person = Person(desktop, [back, GROSS, Press("Return")], at=4)
    _, lived = live(store, Planned(plan), person=person)
    verified = replace(lived, outcome=Outcome.VERIFIED)
    assert weights(verified)[0] == (0, "put right by the operator at step 6")
    assert weights(verified)[2][0] == 1, "the other cell stands"


def test_a_rejection_is_a_proposal_and_an_ordinary_yes_leaves_nothing(store: Store) -> None:
    rules = Rules(amount_limit=50.0)
    run, lived = live(store, Planned([NET]), approve=lambda _: Answer(False), rules=rules)
    assert run.outcome is Outcome.REFUSED
    assert kept(lived) == [(NET, None, Actor.AGENT, Fate.REJECTED)]
    assert weights(lived) == [(0, "rejected by the operator")]
    assert refused(lived) == {0: NET}
    _, lived = live(store, Planned([NET]), approve=lambda _: Answer(True), rules=rules, name="e2")
    assert kept(lived)[0] == (NET, NET, Actor.AGENT, Fate.NONE)
    _, lived = live(store, Planned([NET]), rules=rules, name="e3")
    assert lived.steps == (), "nobody answered: that is no judgement"


def test_an_edit_keeps_both_on_the_same_frame(store: Store) -> None:
    def edited(request: Request) -> Answer:
        return Answer(True, action=GROSS)

    _, lived = live(store, Planned([NET]), approve=edited, rules=Rules(amount_limit=50.0))
    assert kept(lived)[:2] == [
        (NET, None, Actor.AGENT, Fate.EDITED),
        (GROSS, GROSS, Actor.OPERATOR, Fate.NONE),
    ]
    assert weights(lived)[:2] == [
        (0, "edited by the operator"),
        (1, "edited by the operator; changed the screen"),
    ]


ASKED = Ask("Which amount is right?")


def test_an_answer_is_kept_heard_and_part_of_the_day(store: Store) -> None:
    policy, sink = Planned([ASKED, GROSS]), Collector()
    run, lived = live(store, policy, approve=lambda _: Answer(True, words="119.00"), sink=sink)
    assert run.outcome is Outcome.UNVERIFIED
    assert policy.heard == [(ASKED.question, "119.00")]
    assert kept(lived)[:2] == [
        (ASKED, ASKED, Actor.AGENT, Fate.NONE),
        (GROSS, None, Actor.OPERATOR, Fate.ANSWER),
    ]
    assert [one for one in sink.events if isinstance(one, Answered)]
    assert weights(lived)[1] == (1, "answered by the operator")
    day = context(store, "enter it", now=1000.0)
    assert day.answered == ((ASKED.question, "119.00"),)
    store.delete("e1")
    assert context(store, "enter it", now=1000.0).answered == ()
    assert b"119.00" not in store.path.read_bytes()


@pytest.mark.parametrize("answer", [None, Answer(True), Answer(False)])
def test_without_an_answer_a_question_ends_the_run(store: Store, answer: Answer | None) -> None:
    run, lived = live(store, Planned([ASKED]), approve=lambda _: answer)
    assert (run.outcome, run.detail) == (Outcome.ASKED, ASKED.question)
    assert kept(lived) == [(ASKED, ASKED, Actor.AGENT, Fate.NONE)]


def test_a_question_of_a_policy_that_cannot_be_told_ends_the_run(store: Store) -> None:
    class Deaf(Noop):
        def decide(self, observation: Observation) -> Decision:
            return Decision(ASKED)

    run, _ = live(store, Deaf(), approve=lambda _: Answer(True, words="119.00"))
    assert run.outcome is Outcome.ASKED


def test_a_persons_steps_are_not_the_agents_budget(store: Store) -> None:
    person = Person(FakeDesktop(), [TypeText(letter) for letter in "abcde"])
    run, _ = live(store, Planned([NET]), person=person, rules=Rules(max_steps=4))
    assert run.outcome is Outcome.UNVERIFIED


def test_the_night_gathers_what_was_taught_whatever_became_of_it(
    store: Store, tmp_path: Path
) -> None:
    person = Person(FakeDesktop(), [GROSS])
    live(store, Planned([NET]), person=person, name="taken")
    live(store, Planned([NET]), name="alone")
    rules = Rules(amount_limit=50.0)
    live(store, Planned([NET]), approve=lambda _: Answer(False), rules=rules, name="no")
    live(store, Planned([ASKED]), approve=lambda _: Answer(True, words="x"), name="told")
    assert store.taught() == {"taken", "no", "told"}
    assert gather(store, Levels(tmp_path / "levels"), 9).ids == ("no", "taken", "told")
    taken = store.episode("taken")
    assert [weight for weight, _ in weights(taken)] == [0, 1, 0, 0], "only the correction counts"


def test_an_old_memory_learns_of_fates(tmp_path: Path) -> None:
    import sqlite3
    from importlib.resources import files

    path = tmp_path / "memory.sqlite"
    with sqlite3.connect(path) as old:
        for script in ("schema.sql", "schema_2.sql"):
            old.executescript(files("memory").joinpath(script).read_text())
        old.execute("PRAGMA user_version = 2")
    with Store(path) as store:
        _, lived = live(store, Planned([NET]), person=Person(FakeDesktop(), [GROSS]))
    assert lived.steps[0].fate is Fate.TAKEN_OVER


def test_a_cut_short_action_says_so(store: Store) -> None:
    step = Step(0, FakeDesktop().observe(), Click(50, 90), None, Actor.AGENT)
    lived = Episode("e", "g", "t", "", 1, "run", "", 1.0, outcome=Outcome.STOPPED)
    after = replace(step, index=1, intended=GROSS, performed=GROSS, actor=Actor.OPERATOR)
    assert weights(replace(lived, steps=(step, after)))[0] == (
        0,
        "taken over by the operator, in the middle of it",
    )


def test_a_correction_on_the_desk_is_learned_against_what_was_done(store: Store) -> None:
    _, lived = live(store, Planned([NET]))
    corrected_later = corrected(lived, {0: Flag("the total", GROSS, 1.0)})
    assert refused(corrected_later) == {0: NET}
    assert refused(lived) == {}
