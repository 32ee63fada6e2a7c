"""Chords on a real display: heard in any program, with any lock, and no program gets them."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from worker_house import until

from actuation.action import Press, TypeText
from actuation.desktop import DesktopError
from actuation.hotkeys import Hotkeys
from actuation.keyboard import keysym_named
from actuation.rfb import Hand
from actuation.virtual import VirtualDesktop

FINISH, HIDE = "ctrl+alt+Return", "ctrl+alt+space"
CHORD = [keysym_named(name) for name in ("ctrl", "alt", "Return")]


@pytest.fixture
def hand(desktop: VirtualDesktop) -> Iterator[Hand]:
    with closing(Hand(desktop.vnc_socket, desktop.vnc_password)) as hand:
        yield hand


def chord(hand: Hand) -> None:
    for keysym in CHORD:
        hand.key(keysym, True)
    for keysym in reversed(CHORD):
        hand.key(keysym, False)


@pytest.mark.parametrize("lock", ["", "Caps_Lock", "Num_Lock"])
def test_a_chord_is_heard_whatever_is_locked(
    desktop: VirtualDesktop, hand: Hand, lock: str
) -> None:
    heard: list[str] = []
    if lock:
        hand.tap(keysym_named(lock))
    acts = {FINISH: lambda: heard.append("finish"), HIDE: lambda: heard.append("hide")}
    with Hotkeys(desktop.display, acts):
        chord(hand)
        until(lambda: heard == ["finish"])
        hand.type("a")
        chord(hand)
        until(lambda: heard == ["finish", "finish"])
    if lock:
        hand.tap(keysym_named(lock))
    chord(hand)
    desktop.observe()
    assert heard == ["finish", "finish"]  # closed, nothing is heard


def test_no_program_gets_a_chord_and_other_keys_reach_it(
    desktop: VirtualDesktop, hand: Hand
) -> None:
    said, pressed = desktop.home / "said.txt", threading.Event()
    program = desktop.launch(["xterm", "-e", f"cat -v > {said}"])
    desktop.wait_for(lambda window: window.application.lower() == "xterm")
    until(said.exists)
    with Hotkeys(desktop.display, {FINISH: pressed.set}):
        desktop.perform(TypeText("one"))
        chord(hand)
        assert pressed.wait(20)
        desktop.perform(TypeText("two"))
        desktop.perform(Press("Return"))
        until(lambda: "two" in said.read_text())
    assert said.read_text() == "onetwo\n"
    program.terminate()


def test_what_is_called_may_close_them(desktop: VirtualDesktop, hand: Hand) -> None:
    done = threading.Event()

    def finish() -> None:
        hotkeys.close()
        done.set()

    hotkeys = Hotkeys(desktop.display, {FINISH: finish})
    chord(hand)
    assert done.wait(20)
    hotkeys.close()


def test_a_chord_that_cannot_be_is_named(desktop: VirtualDesktop) -> None:
    with pytest.raises(ValueError, match="no chord 'hyper\\+x'"):
        Hotkeys(desktop.display, {"hyper+x": print})
    with pytest.raises(ValueError, match="no chord 'ctrl\\+Nonsense'"):
        Hotkeys(desktop.display, {"ctrl+Nonsense": print})
    with (
        Hotkeys(desktop.display, {FINISH: print}),
        pytest.raises(DesktopError, match="another program has the keys"),
    ):
        Hotkeys(desktop.display, {FINISH: print})
    with pytest.raises(DesktopError, match="cannot open"):
        Hotkeys(":9999", {})
