"""A person's hand, a recorder of it, and programs that say what really arrived."""

import ctypes
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from Xlib import X
from Xlib.display import Display

from actuation.action import Motion, Wait
from actuation.desktop import Program
from actuation.recorded import Recorded
from actuation.recorder import HandRecorder
from actuation.rfb import Hand
from actuation.virtual import VirtualDesktop

RETURN, TAB, BACKSPACE, ESCAPE = 0xFF0D, 0xFF09, 0xFF08, 0xFF1B
SHIFT, CONTROL, ALT, SUPER = 0xFFE1, 0xFFE3, 0xFFE9, 0xFFEB


class Told:
    """What a recorder has told so far."""

    def __init__(self) -> None:
        self.all: list[Recorded] = []
        self._came = threading.Condition()

    def __call__(self, recorded: Recorded) -> None:
        with self._came:
            self.all.append(recorded)
            self._came.notify_all()

    @property
    def actions(self) -> list[Motion]:
        return [recorded.action for recorded in self.all]

    def wait_for(self, count: int) -> list[Motion]:
        """The actions, once there are so many."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.all) >= count, 15), self.actions
        return self.actions


@dataclass(frozen=True)
class Seat:
    """Somebody at a viewer, who is recorded."""

    desktop: VirtualDesktop
    hand: Hand
    told: Told
    recorder: HandRecorder

    def type(self, text: str) -> None:
        """Type, and wait until the recorder has all of it and may still join more to it."""
        self.hand.type(text)
        joiner = self.recorder._joiner
        until(lambda: getattr(joiner._open, "text", "") == text)

    def write(self, keysyms: Iterable[int]) -> None:
        """At a quick typist's pace: programs read late what a key meant that was just laid."""
        self.hand.tap(SHIFT)  # the server forgets what it lays for a keyboard's first key
        time.sleep(0.1)
        for keysym in keysyms:
            self.hand.tap(keysym)
            time.sleep(0.01)

    def done(self) -> list[Motion]:
        """The hand leaves and the recording ends: all that was done."""
        self.hand.close()  # the server has read all of it then
        self.recorder.close()
        return self.told.actions


@contextmanager
def seat(desktop: VirtualDesktop) -> Iterator[Seat]:
    told = Told()
    with Hand(desktop.vnc_socket, desktop.vnc_password) as hand:
        recorder = HandRecorder(desktop, told)
        try:
            yield Seat(desktop, hand, told, recorder)
        finally:
            recorder.close()


@contextmanager
def field(desktop: VirtualDesktop, *options: str) -> Iterator[Program]:
    """A GTK entry with the keyboard; Return ends it, and its log then has its text."""
    title = f"field {time.monotonic_ns()}"
    program = desktop.launch(["zenity", "--entry", "--title", title, "--text", "Text", *options])
    try:
        desktop.wait_for(lambda window: window.title == title and window.active)
        desktop.perform(Wait(0.1))  # so that the next look asks the program whether it listens
        desktop.observe()
        yield program
    finally:
        program.terminate()


@contextmanager
def pane(desktop: VirtualDesktop) -> Iterator[None]:
    """A window that has the keyboard and takes its keys as quickly as they come."""
    display = Display(desktop.display)
    window = display.screen().root.create_window(0, 0, 40, 40, 0, 0, override_redirect=True)
    window.change_attributes(event_mask=X.KeyPressMask | X.ExposureMask)
    window.map()
    while display.next_event().type != X.Expose:
        pass
    window.set_input_focus(X.RevertToParent, X.CurrentTime)
    display.sync()
    try:
        yield
    finally:
        display.close()


def until(told: Callable[[], bool], patience: float = 10.0) -> None:
    leave = time.monotonic() + patience
    while not told():
        assert time.monotonic() < leave, "it never came"
        time.sleep(0.01)


def entered(program: Program) -> str:
    """What a field held when it was ended."""
    until(lambda: not program.running())
    log = program.log  # type: ignore[attr-defined]  # of a virtual desktop's programs
    return str(log.read_text()).rstrip("\n")


def layout(desktop: VirtualDesktop, *words: str) -> None:
    """Switch the keyboard's layout, as `setxkbmap WORDS` does; spare keys are empty afterwards."""
    environment = os.environ | {"DISPLAY": desktop.display}
    subprocess.run(["setxkbmap", *words], env=environment, check=True, capture_output=True)


def keysyms(text: str) -> list[int]:
    """As a viewer on X sends them: the old keysyms where there are any."""
    library = ctypes.CDLL("libxkbcommon.so.0")
    return [int(library.xkb_utf32_to_keysym(ord(char))) for char in text]


@contextmanager
def copied(desktop: VirtualDesktop, name: str, text: str) -> Iterator[None]:
    """A program that has copied `text` to the selection."""
    program = subprocess.Popen(
        ["xclip", "-quiet", "-selection", name],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"DISPLAY": desktop.display},
    )
    assert program.stdin
    program.stdin.write(text.encode())
    program.stdin.close()
    display = Display(desktop.display)
    try:
        until(lambda: bool(display.get_selection_owner(display.intern_atom(name.upper()))))
        yield
    finally:
        display.close()
        program.terminate()
        program.wait()
