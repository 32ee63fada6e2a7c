"""Stopping in the middle of things, keys that stay down, and names of keys."""

import threading
import time
from collections.abc import Iterator

import pytest
from Xlib.display import Display

from actuation.action import Click, Drag, Motion, Move, Press, TypeText, Wait
from actuation.desktop import Stopped
from actuation.virtual import VirtualDesktop

BUTTONS = 0x1F00  # pointer buttons in an X state mask


@pytest.fixture
def hands(desktop: VirtualDesktop) -> Iterator[VirtualDesktop]:
    yield desktop
    desktop.resume()


def held(desktop: VirtualDesktop) -> tuple[list[int], int]:
    """Keycodes and buttons that are down, as the server says."""
    display = Display(desktop.display)
    try:
        keys = display.query_keymap()
        buttons = display.screen().root.query_pointer().mask & BUTTONS
        return [8 * at + bit for at, byte in enumerate(keys) for bit in range(8)
                if byte >> bit & 1], buttons  # fmt: skip
    finally:
        display.close()


@pytest.mark.parametrize(
    "action",
    [TypeText("€uro 日本 text " * 20_000), Drag(10, 10, 600, 600), Wait(60)],
    ids=["typing", "dragging", "waiting"],
)
def test_stop_interrupts_and_releases(hands: VirtualDesktop, action: Motion) -> None:
    ended: list[BaseException] = []

    def act() -> None:
        try:
            while True:
                hands.perform(action)
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=act)
    thread.start()
    time.sleep(0.1)
    hands.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert isinstance(ended[0], Stopped)
    assert held(hands) == ([], 0)
    with pytest.raises(Stopped):
        hands.perform(Move(1, 1))
    hands.resume()
    assert hands.perform(Move(2, 2)) == Move(2, 2)


def test_nothing_stays_held_after_an_error(hands: VirtualDesktop) -> None:
    with pytest.raises(ValueError, match="nokey"):
        hands.perform(Press("ctrl+shift+nokey"))
    with pytest.raises(ValueError, match="hyperspace"):
        hands.perform(Click(5, 5, modifiers=("ctrl", "hyperspace")))
    assert held(hands) == ([], 0)


@pytest.mark.parametrize("text", ["line\nbreak", "tab\t", "bell\a", "lone \ud800", "\u2028"])
def test_what_no_key_can_type_is_refused_before_the_first_key(
    hands: VirtualDesktop, text: str
) -> None:
    with pytest.raises(ValueError, match="cannot type U"):
        hands.perform(TypeText("fine " + text))


@pytest.mark.parametrize(
    "keys", ["ctrl+s", "Tab", "shift+F10", "ctrl++", "+", "Page_Down", "alt+Left", "é", "Enter"]
)
def test_names_of_keys(hands: VirtualDesktop, keys: str) -> None:
    assert hands.perform(Press(keys)) == Press(keys)
    assert held(hands) == ([], 0)


def test_clicks_nearby_are_not_joined(hands: VirtualDesktop) -> None:
    """Two single clicks must not become a double one: the second waits."""
    display = Display(hands.display)
    try:
        window = display.screen().root.create_window(
            0, 0, 200, 200, 0, display.screen().root_depth, event_mask=1 << 2, override_redirect=1
        )
        window.map()
        display.sync()
        for _ in range(2):
            hands.perform(Click(50, 50))
        hands.perform(Click(150, 150, count=2))
        times = [display.next_event().time for _ in range(4)]
    finally:
        display.close()
    assert times[1] - times[0] >= 400  # milliseconds: the toolkits' double-click time
    assert times[3] - times[2] < 400
