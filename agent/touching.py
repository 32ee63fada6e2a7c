"""What a person's hand on the desktop means: it is theirs at once; Escape twice stops."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from actuation.person import Touch
from actuation.recorded import Recorded, Recorder
from agent.session import Session

MOST = 100  # acts of one take-over, 3 MB each at 1280 × 800
DOUBLE = 0.6  # seconds within which two presses of Escape mean stop


class Touching:
    """Call it with every touch, from the watch's thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._escaped_at = -DOUBLE

    def __call__(self, touch: Touch) -> None:
        device = "keyboard" if touch.kind == "key" else "mouse"
        self._session.take_over(f"you touched the {device}")
        if touch.escape:
            if touch.at - self._escaped_at < DOUBLE:
                self._session.stop("double Esc on the desktop")
            self._escaped_at = touch.at


class Acts:
    """What a person's hands did since it was last called (agent.diary.Taught): the first MOST acts,
    each with the frame before it alone, since frames are large."""

    def __init__(
        self,
        record: Callable[[Callable[[Recorded], None]], Recorder],
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """record: begins a recording that tells each act; its errors pass through. wanted: whether
        an act is to be kept."""
        self._record, self._wanted = record, wanted
        self._begin()

    def _begin(self) -> None:
        self._done: list[Recorded] = []
        self._recorder = self._record(partial(self._keep, self._done))

    def __call__(self) -> list[Recorded]:
        self._recorder.close()  # what is still being joined is told first
        done = self._done
        self._begin()
        return done

    def close(self) -> None:
        self._recorder.close()

    def _keep(self, done: list[Recorded], act: Recorded) -> None:
        if len(done) < MOST and self._wanted():
            done.append(replace(act, after=act.before))
