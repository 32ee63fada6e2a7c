"""What `doctor --latency` measures is the product itself; how quick it is, a test does not say."""

import threading
import time
from pathlib import Path

import pytest

from actuation.person import Touch
from agent import latency
from agent.session import Session, State
from agent.touching import DOUBLE, Touching


def test_everything_is_measured_with_as_many_tries_as_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(latency, "WATCHED", 1.5)
    told: set[str] = set()
    found, share = latency.measure(3, False, lambda name, done, total: told.add(name))
    ways = {"stop", "sigterm", "yield", "escape"}
    assert set(found) == {*ways, "frame_age", "keypress", "record", "journal"}
    for name, numbers in found.items():
        assert all(one > 0 for one in numbers.tries), name
        assert len(numbers.tries) == 3 or name == "frame_age"
    assert len(found["frame_age"].tries) > 3
    assert share > 0 and told >= set(found)
    leave = time.monotonic() + 10
    while any(one.name == "person" for one in threading.enumerate()):
        assert time.monotonic() < leave, "a watch is left behind"
        time.sleep(0.05)


def test_hands_that_do_not_stop_are_said_so(tmp_path: Path) -> None:
    class Deaf:
        def perform(self, action: object) -> None:
            pass

    with pytest.raises(latency.Needed, match="did not stop"):
        latency._cut_short(Deaf(), latency.LONG[0], [lambda: None], None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("times", "state"),
    [((0.0, DOUBLE / 2), State.STOPPED), ((0.0, DOUBLE * 2), State.TAKEN_OVER)],
)
def test_escape_twice_stops_if_it_is_quick(times: tuple[float, ...], state: State) -> None:
    session = Session()
    touching = Touching(session)
    for at in times:
        touching(Touch("key", True, at))
    assert session.state is state


def test_any_touch_takes_over_and_says_with_what() -> None:
    session = Session()
    Touching(session)(Touch("motion", False, 5.0))
    assert session.state is State.TAKEN_OVER and "mouse" in session.why
