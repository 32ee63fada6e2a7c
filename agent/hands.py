"""The ears for a person's hands on a display: what they do is told, and their chords are obeyed.

listen = hands(cue, settings)
recorder = listen(desktop, told)        # a Recorder with hotkeys beside it
"""

from collections.abc import Callable

from actuation.action import Press
from actuation.desktop import Desktop, DesktopError
from actuation.hotkeys import Hotkeys
from actuation.recorded import Recorded, Recorder
from actuation.recorder import HandRecorder
from actuation.x11 import X11Desktop
from agent.config import Settings
from agent.cue import Cue
from agent.errors import BadInput
from agent.recording import Listen


class Hands:
    """A Recorder beside the hotkeys that speak to its cue."""

    def __init__(self, recorder: Recorder, hotkeys: Hotkeys) -> None:
        self._recorder, self._hotkeys = recorder, hotkeys

    def hide(self, hidden: bool) -> None:
        self._recorder.hide(hidden)

    def close(self) -> None:
        self._hotkeys.close()
        self._recorder.close()


def hands(cue: Cue, settings: Settings) -> Listen:
    """What begins to record the hands on a desktop, with the chords of the settings."""
    acts: dict[str, Callable[[], object]] = {
        settings.record_finish: cue.finish,
        settings.record_hide: cue.turn,
    }
    chords = {_chord(keys) for keys in acts}

    def listen(desktop: Desktop, told: Callable[[Recorded], None]) -> Recorder:
        if not isinstance(desktop, X11Desktop):
            raise DesktopError("only hands on an X display can be recorded")
        try:
            hotkeys = Hotkeys(desktop.display, acts)
        except (ValueError, DesktopError) as error:
            raise BadInput(f"{error} (settings record_finish and record_hide)") from error

        def heard(act: Recorded) -> None:
            """Hotkeys are no part of what is shown."""
            if not (isinstance(act.action, Press) and _chord(act.action.keys) in chords):
                told(act)

        try:
            return Hands(HandRecorder(desktop, heard), hotkeys)
        except BaseException:
            hotkeys.close()
            raise

    return listen


def _chord(keys: str) -> frozenset[str]:
    """The names of a chord's keys, in whatever order they went down."""
    return frozenset(keys.casefold().split("+"))
