"""A person's hands are told from the agent's by their device, in the middle of an action too."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from Xlib import X
from Xlib.display import Display
from Xlib.ext import xtest

from actuation.action import Click, Drag, Motion, Move, Press, Scroll, TypeText
from actuation.desktop import DesktopError, Stopped
from actuation.person import PersonWatch, Touch
from actuation.rfb import Hand
from actuation.virtual import VirtualDesktop

ESCAPE, SHIFT, CAPS_LOCK = 0xFF1B, 0xFFE1, 66  # keysyms; Caps Lock's keycode
LONG = "The quick brown fox; Ä ñ 日本 € “quoted” — \\ ~ " * 40


@pytest.fixture
def hand(desktop: VirtualDesktop) -> Iterator[Hand]:
    with Hand(desktop.vnc_socket, desktop.vnc_password) as hand:
        yield hand


@pytest.fixture
def touches(desktop: VirtualDesktop) -> Iterator[list[Touch]]:
    found: list[Touch] = []
    watch = PersonWatch(desktop.display, found.append)
    yield found
    watch.close()


@pytest.fixture
def server(desktop: VirtualDesktop) -> Iterator[Any]:
    """A connection of a program's own."""
    server = Display(desktop.display)
    yield server
    server.close()


def until(told: Callable[[], bool]) -> None:
    for _ in range(4000):
        if told():
            return
        time.sleep(0.005)
    raise AssertionError("it never came")


def seen(touches: list[Touch], hand: Hand) -> list[str]:
    """The kinds of what came so far. Raw events keep their order: an Escape marks the end."""
    hand.tap(ESCAPE)
    until(lambda: any(touch.escape for touch in touches))
    assert [touch.escape for touch in touches].index(True) == len(touches) - 1
    return [touch.kind for touch in touches[:-1]]


def test_the_agents_own_hands_are_nobodys_touch(
    desktop: VirtualDesktop, hand: Hand, touches: list[Touch]
) -> None:
    acts: list[Motion] = [
        Move(5, 5),
        Click(100, 100, count=2, modifiers=("ctrl",)),
        TypeText(LONG),
        Drag(10, 10, 300, 300),
        Scroll(50, 50, dy=3),
        Press("Escape"),
    ]
    for act in acts:
        desktop.perform(act)
    assert seen(touches, hand) == []


def test_warps_grabs_and_repeats_are_nobodys_touch(
    server: Any, hand: Hand, touches: list[Touch]
) -> None:
    root = server.screen().root
    root.warp_pointer(300, 300)
    root.grab_pointer(True, 0, X.GrabModeAsync, X.GrabModeAsync, 0, 0, X.CurrentTime)
    server.ungrab_pointer(X.CurrentTime)
    repeats = root.create_window(0, 0, 9, 9, 0, X.CopyFromParent, override_redirect=True)
    repeats.change_attributes(event_mask=X.KeyPressMask)
    repeats.map()
    repeats.set_input_focus(X.RevertToParent, X.CurrentTime)
    xtest.fake_input(server, X.KeyPress, 38)
    server.sync()
    pressed = 0
    while pressed < 3:  # the server's own repeats of a key that is held
        pressed += server.next_event().type == X.KeyPress
    xtest.fake_input(server, X.KeyRelease, 38)
    repeats.destroy()
    server.sync()
    assert seen(touches, hand) == []


@pytest.mark.parametrize("kind", ["key", "button", "motion"])
def test_a_hand_is_noticed_by_its_kind(hand: Hand, touches: list[Touch], kind: str) -> None:
    if kind == "button":
        hand.move(30, 40)
        until(lambda: len(touches) == 1)
        touches.clear()
    acts: dict[str, Callable[[], None]] = {
        "key": lambda: hand.tap(SHIFT),
        "button": lambda: hand.click(30, 40),
        "motion": lambda: hand.move(600, 40),
    }
    acts[kind]()
    assert seen(touches, hand) == [kind]


def test_a_hand_is_noticed_while_a_program_grabs_the_input(
    server: Any, hand: Hand, touches: list[Touch]
) -> None:
    root = server.screen().root
    assert root.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) == 0
    assert root.grab_pointer(True, 0, X.GrabModeAsync, X.GrabModeAsync, 0, 0, X.CurrentTime) == 0
    hand.tap(SHIFT)
    hand.click(70, 80)
    assert seen(touches, hand) == ["key", "motion", "button"]


def test_escape_is_known_on_another_key_after_the_layout_changes(
    server: Any, hand: Hand, touches: list[Touch]
) -> None:
    before = server.get_keyboard_mapping(8, 60)
    escape, caps = before[1], before[CAPS_LOCK - 8]
    server.change_keyboard_mapping(9, [[X.NoSymbol] * len(escape)])
    server.change_keyboard_mapping(CAPS_LOCK, [[ESCAPE] * len(caps)])
    server.sync()
    try:
        hand.tap(SHIFT)
        until(lambda: len(touches) == 1)
        until(lambda: _escapes(hand, touches))
        assert not touches[0].escape  # shift is no Escape
    finally:
        server.change_keyboard_mapping(9, [list(escape)])
        server.change_keyboard_mapping(CAPS_LOCK, [list(caps)])
        server.sync()


def _escapes(hand: Hand, touches: list[Touch]) -> bool:
    hand.tap(ESCAPE)
    return any(touch.escape for touch in touches)


@contextmanager
def listener(server: Any) -> Iterator[Callable[[], None]]:
    """A window over all the screen with the focus; yields a wait for its first key or button."""
    window = server.screen().root.create_window(
        0, 0, 1280, 800, 0, X.CopyFromParent, override_redirect=True
    )
    window.change_attributes(event_mask=X.KeyPressMask | X.ButtonPressMask | X.ExposureMask)
    window.map()
    while server.next_event().type != X.Expose:
        pass
    window.set_input_focus(X.RevertToParent, X.CurrentTime)
    server.sync()

    def wait() -> None:
        while server.next_event().type not in (X.KeyPress, X.ButtonPress):
            pass

    yield wait
    window.destroy()
    server.sync()


@pytest.mark.parametrize("action", [TypeText("lorem ipsum " * 4000), Drag(10, 10, 900, 700)])
def test_a_touch_stops_the_hands_and_nothing_is_held(
    desktop: VirtualDesktop, server: Any, hand: Hand, action: Motion
) -> None:
    touched: list[Touch] = []
    stopped = threading.Event()

    def touch(touch: Touch) -> None:
        touched.append(touch)
        desktop.stop()

    def perform() -> None:
        try:
            while True:  # a drag is short: again until it is cut
                desktop.perform(action)
        except Stopped:
            stopped.set()

    watch = PersonWatch(desktop.display, touch)
    hands = threading.Thread(target=perform)
    try:
        with listener(server) as busy:
            hands.start()
            busy()
            assert not touched
            hand.tap(SHIFT)
            assert stopped.wait(30)
    finally:
        desktop.stop()
        hands.join()
        watch.close()
        desktop.resume()
    assert [touch.kind for touch in touched] == ["key"]
    assert not any(server.query_keymap())
    assert not server.screen().root.query_pointer().mask & 0x1F00  # no button


def test_it_ends_with_close(desktop: VirtualDesktop, hand: Hand) -> None:
    before = threading.active_count()
    told: list[Touch] = []
    watch = PersonWatch(desktop.display, told.append)
    assert threading.active_count() == before + 1
    watch.close()
    watch.close()
    assert threading.active_count() == before
    hand.tap(SHIFT)
    desktop.glance()
    assert not told


def test_it_can_be_closed_from_its_own_callback(desktop: VirtualDesktop, hand: Hand) -> None:
    before = threading.active_count()
    told: list[Touch] = []

    def touched(touch: Touch) -> None:
        told.append(touch)
        watch.close()

    watch = PersonWatch(desktop.display, touched)
    for place in range(100, 200):
        hand.move(place, place)
    until(lambda: threading.active_count() == before)
    assert len(told) == 1
    watch.close()


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_it_ends_quietly_with_the_display() -> None:
    before = threading.active_count()
    with VirtualDesktop(320, 240) as desktop:
        watch = PersonWatch(desktop.display, lambda touch: None)
    until(lambda: threading.active_count() == before)
    watch.close()
    assert threading.active_count() == before


def test_a_missing_display_is_said() -> None:
    with pytest.raises(DesktopError, match="cannot open"):
        PersonWatch(":987", lambda touch: None)


def test_a_hand_types_and_lets_go_when_it_leaves(desktop: VirtualDesktop, server: Any) -> None:
    with listener(server):
        hand = Hand(desktop.vnc_socket, desktop.vnc_password)
        hand.type("a\nÄ")
        hand.key(SHIFT, True)
        hand.close()
        hand.close()
        until(lambda: not any(server.query_keymap()))
        with pytest.raises(DesktopError, match="no VNC server"):
            hand.tap(SHIFT)
        presses = []
        while server.pending_events():
            event = server.next_event()
            if event.type == X.KeyPress:
                presses.append(event.detail)
    assert presses[:2] == [38, 36]


def test_a_wrong_password_or_path_is_refused(desktop: VirtualDesktop, tmp_path: Path) -> None:
    with pytest.raises(DesktopError, match="refused the password"):
        Hand(desktop.vnc_socket, "wrong")
    with pytest.raises(DesktopError, match="no VNC server"):
        Hand(tmp_path / "none", "wrong")
