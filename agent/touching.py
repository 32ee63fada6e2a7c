"""What a person's hand on the desktop means: it is theirs at once; Escape twice stops."""

from actuation.person import Touch
from agent.session import Session

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
