"""A person's acts become an episode, one by one; the cue hides, shows and ends it."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actuation.action import Ask, Click, Done, Motion, Press, TypeText
from actuation.desktop import Desktop
from actuation.fake import FakeDesktop, FakeRecorder
from actuation.person import Touch
from actuation.recorded import Recorded
from agent.cue import Cue
from agent.events import Collector, Stepped
from agent.loop import Run
from agent.recording import Recording
from agent.session import Patience, Session, State
from agent.stop import Stop
from agent.touching import Touching
from memory.amend import RECORDING
from memory.episode import Actor, Episode, Outcome
from memory.store import Store
from tasks.task import Verdict

GOAL = Episode("r1", "Enter the row", "", "", 0, RECORDING, "", 1000.0)
ACTS = (Click(60, 90), TypeText("Bäcker"), Press("Tab"), TypeText("12.50"), Press("ctrl+s"))


class Joining(FakeRecorder):
    """It may hold an act back until it is closed, as typing is that is still joined."""

    def __init__(self, desktop: Desktop, told: Callable[[Recorded], None]) -> None:
        super().__init__(desktop, told)
        self._last: list[Recorded] = []
        self.hides: list[bool] = []
        self.closes = 0

    def join(self, action: Motion) -> None:
        """Do it, and tell it last of all."""
        before = self._desktop.glance()
        self._desktop.perform(action)
        self._last.append(Recorded(action, before, self._desktop.glance(), 1.0, 2.0))

    def hide(self, hidden: bool) -> None:
        super().hide(hidden)
        self.hides.append(hidden)

    def close(self) -> None:
        for act in self._last:
            self.tell(act)
        self.closes += 1
        super().close()


class Studio:
    """A recording under way in a thread, with hands to act in it."""

    def __init__(self, path: Path, verdict: Verdict | None) -> None:
        self.desktop = FakeDesktop(rows=[("2024-05-01", "", "")])
        self.cue, self.stop, self.events = Cue(), Stop(), Collector()
        self._path, self._verdict = path, verdict
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._live)
        self.answer: str | None = None

    def _live(self) -> None:
        with Store(self._path) as store:
            recording = Recording(
                self.desktop, self._listen, store, self.cue, self.events, self.stop
            )
            self.run = recording.run(GOAL, self._verify if self._verdict else None)

    def _verify(self, answer: str) -> Verdict:
        self.answer = answer
        assert self._verdict is not None
        return self._verdict

    def _listen(self, desktop: Desktop, told: Callable[[Recorded], None]) -> Joining:
        self.hands = Joining(desktop, told)
        self._begun.set()
        return self.hands

    def __enter__(self) -> "Studio":
        self._thread.start()
        assert self._begun.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self.cue.finish()
        self._thread.join(20)

    def ended(self) -> Run:
        self._thread.join(20)
        return self.run

    def steps(self, count: int) -> None:
        deadline = time.monotonic() + 20
        while sum(isinstance(event, Stepped) for event in self.events.events) < count:
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "memory.sqlite"


def lived(path: Path) -> Episode:
    with Store(path) as store:
        return store.episode("r1")


def test_each_act_is_on_disk_as_soon_as_it_is_told(path: Path) -> None:
    with Studio(path, Verdict(True, "the row is there")) as studio:
        for count, action in enumerate(ACTS[:-1], 1):
            studio.hands.do(action)
            studio.steps(count)
            assert [one.performed for one in lived(path).steps] == list(ACTS[:count])
        studio.hands.join(ACTS[-1])
        studio.cue.finish()
        run = studio.ended()
    kept = lived(path)
    assert (run.outcome, kept.outcome, kept.detail) == (Outcome.VERIFIED,) * 2 + (
        "the row is there",
    )
    assert [one.performed for one in kept.steps] == [*ACTS, Done()]
    assert all(one.intended == one.performed for one in kept.steps)
    assert {one.actor for one in kept.steps} == {Actor.OPERATOR}
    assert kept.provenance == RECORDING
    assert studio.hands.closes == 1
    assert studio.desktop.saved[0, 0] == "Bäcker"


@pytest.mark.parametrize(
    ("verdict", "ending", "outcome"),
    [
        (None, Done("42"), Outcome.UNVERIFIED),
        (Verdict(False, "the total is wrong"), Done("42"), Outcome.WRONG),
        (Verdict(True, "right to ask", expects_ask=True), Ask("which?"), Outcome.ASKED),
        (Verdict(True, "", expects_ask=True), Done("42"), Outcome.WRONG),
    ],
)
def test_the_verifier_has_the_last_word(
    path: Path, verdict: Verdict | None, ending: Done | Ask, outcome: Outcome
) -> None:
    with Studio(path, verdict) as studio:
        studio.hands.do(Click(60, 90))
        assert studio.cue.finish(ending)
        assert not studio.cue.finish()
        assert studio.ended().outcome is outcome
    assert lived(path).steps[-1].performed == ending
    assert studio.answer == (None if verdict is None else "42" if ending == Done("42") else "")


def test_a_stop_ends_it_without_a_verdict_and_keeps_what_was_told(path: Path) -> None:
    with Studio(path, Verdict(True, "")) as studio:
        studio.hands.do(Click(60, 90))
        studio.steps(1)
        studio.stop.throw()
        assert studio.ended().outcome is Outcome.STOPPED
    assert [one.performed for one in lived(path).steps] == [Click(60, 90)]


def test_a_desktop_that_goes_ends_it_openly(path: Path) -> None:
    with Studio(path, None) as studio:
        studio.hands.do(Click(60, 90))
        studio.desktop.close()  # nobody says that it is finished
        assert studio.ended().outcome is Outcome.FAILED
    assert len(lived(path).steps) == 1


def test_pause_hides_and_a_touch_is_no_take_over(path: Path) -> None:
    session = Session(Patience())
    with Studio(path, None) as studio:
        session.begin(studio.stop, recording=True, cue=studio.cue)
        assert not session.take_over("you touched the mouse")
        assert session.state is State.RECORDING
        studio.hands.do(Click(60, 90))
        assert session.pause()
        assert not session.pause()
        studio.hands.do(TypeText("secret"))
        assert session.go_on()
        studio.hands.do(Press("Tab"))
        assert session.finish()
        studio.ended()
        session.end()
    assert studio.hands.hides == [True, False]
    assert [one.performed for one in lived(path).steps] == [Click(60, 90), Press("Tab"), Done()]
    assert session.state is State.IDLE
    assert session.take_over()  # theirs again


def test_what_ends_hidden_shows_no_last_frame(path: Path) -> None:
    with Studio(path, Verdict(True, "")) as studio:
        studio.hands.do(Click(60, 90))
        studio.steps(1)
        studio.cue.hide(True)
        studio.cue.finish(Done("42"))
        assert studio.ended().outcome is Outcome.VERIFIED
    assert [one.performed for one in lived(path).steps] == [Click(60, 90)]
    assert studio.answer == "42"


def test_escape_twice_still_stops(path: Path) -> None:
    session = Session(Patience())
    touching = Touching(session)
    with Studio(path, None) as studio:
        session.begin(studio.stop, recording=True, cue=studio.cue)
        touching(Touch("motion", False, 1.0))
        touching(Touch("key", True, 2.0))
        assert session.state is State.RECORDING
        touching(Touch("key", True, 2.3))
        assert studio.ended().outcome is Outcome.STOPPED
        session.end()
    assert session.state is State.STOPPED


def test_what_is_hidden_before_it_begins_stays_hidden() -> None:
    cue, heard = Cue(), list[bool]()
    assert cue.hide(True)
    cue.begin(heard.append)
    assert heard == [True]
    cue.turn()
    assert heard == [True, False]
    cue.finish()
    assert not cue.hide(True)
