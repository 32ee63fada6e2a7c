"""A person at a VNC viewer is recorded as they meant it; the programs' own words are the truth."""

import random
import string
import time
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from recorder_house import (
    ALT,
    BACKSPACE,
    CONTROL,
    RETURN,
    SHIFT,
    SUPER,
    TAB,
    Seat,
    copied,
    entered,
    field,
    keysyms,
    layout,
    pane,
    seat,
    until,
)

from actuation.action import Button, Click, Drag, Press, Scroll, TypeText
from actuation.joining import Key
from actuation.keyboard import keysym_of
from actuation.virtual import VirtualDesktop
from perception.frames import difference

DEAD_ACUTE, DEAD_CIRCUMFLEX, MULTI_KEY = 0xFE51, 0xFE52, 0xFF20
PLAIN = ("us", "-variant", "altgr-intl")  # what a virtual desktop begins with


@pytest.fixture
def sat(desktop: VirtualDesktop) -> Iterator[Seat]:
    with seat(desktop) as sat:
        yield sat


@pytest.fixture
def plain(desktop: VirtualDesktop) -> Iterator[None]:
    """Whatever layouts a test switches to, the next begins as a desktop does."""
    layout(desktop, *PLAIN)
    time.sleep(0.2)  # the window manager takes its shortcuts anew
    yield
    layout(desktop, *PLAIN)


@pytest.mark.parametrize(
    "text",
    [  # two scripts each, as many characters as there are spare keys
        "Größe naïve Łódź €5 שלום עולם",
        "Καλημέρα κόσμε 日本語テ",
        "Привет, мир 안녕하세요",
        "नमस्ते दुनिया 发票",
        "สวัสดีชา مرحبا",
    ],
)
def test_text_in_any_script_is_what_the_program_got(sat: Seat, plain: None, text: str) -> None:
    with field(sat.desktop) as program:
        sat.write([*map(keysym_of, text), RETURN])
        assert entered(program) == text
    assert sat.done() == [TypeText(text), Press("Return")]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("us",), "The quick brown fox; {}[]|~^`@#%&*"),
        (("de",), "Zwölf Boxkämpfer @ 5 €, y/z"),
        (("fr",), "Le cœur déçu, à l'été: n°5 µ§"),
        (("ru",), "Съешь ещё этих мягких булок №3"),
        (("gr",), "Ξεσκεπάζω την ψυχοφθόρα"),
        (("us,ru",), "Mixed Смесь text"),
    ],
)
def test_text_in_any_layout_is_what_the_program_got(
    sat: Seat, plain: None, words: tuple[str, ...], text: str
) -> None:
    layout(sat.desktop, *words)
    with field(sat.desktop) as program:
        sat.write([*keysyms(text), RETURN])
        assert entered(program) == text
    assert sat.done() == [TypeText(text), Press("Return")]


def test_a_layout_that_is_switched_while_text_is_typed(sat: Seat, plain: None) -> None:
    parts = {("us",): "zy one ", ("de",): "zy zwölf ", ("ru",): "три ", ("fr",): "à quatre "}
    with field(sat.desktop) as program:
        for words, text in parts.items():
            layout(sat.desktop, *words)
            sat.write(keysyms(text))
            time.sleep(0.3)  # nobody switches quicker
        sat.hand.tap(RETURN)
        assert entered(program) == "".join(parts.values())
    assert sat.done() == [TypeText("".join(parts.values())), Press("Return")]


def test_capitals_by_caps_lock(sat: Seat, plain: None) -> None:
    """A VNC server locks capitals itself where a viewer sends one without Shift."""
    with field(sat.desktop) as program:
        sat.hand.type("aSßbTßÄäÑñé\n")
        assert entered(program) == "aSßbTßÄäÑñé"
    assert sat.done() == [TypeText("aSßbTßÄäÑñé"), Press("Return")]


def test_dead_keys_and_the_compose_key(sat: Seat, plain: None) -> None:
    sequences = (
        (DEAD_ACUTE, *keysyms("e")),
        (DEAD_CIRCUMFLEX, *keysyms("o")),
        (MULTI_KEY, *keysyms("ss")),
        (MULTI_KEY, *keysyms("=C")),
    )
    layout(sat.desktop, *PLAIN, "-option", "compose:menu")
    with field(sat.desktop) as program:
        sat.write([*(key for keys in sequences for key in keys), RETURN])
        assert entered(program) == "éôß€"
    layout(sat.desktop, "-option", "")
    assert sat.done() == [TypeText("éôß€"), Press("Return")]


def test_a_corrected_word_is_the_right_word(sat: Seat) -> None:
    with field(sat.desktop) as program:
        sat.hand.type("Bäckre")
        for keysym in (BACKSPACE, BACKSPACE):
            sat.hand.tap(keysym)
        sat.hand.type("er\n")
        assert entered(program) == "Bäcker"
    assert sat.done() == [TypeText("Bäcker"), Press("Return")]


def test_thousands_of_keys_a_second_are_rebuilt_exactly(sat: Seat) -> None:
    draw = random.Random(6)
    text = "".join(draw.choices(string.ascii_letters + string.digits + "äöüßé ,.-€", k=6000))
    with pane(sat.desktop):  # a GTK entry takes half a minute for so much
        sat.hand.type(text)
        sat.hand.click(50, 50)
        assert sat.done() == [TypeText(text), Click(50, 50)]
    typing = sat.told.all[0]
    assert len(text) / (typing.ended_at - typing.began_at) > 1000


def test_a_key_that_repeats_is_told_as_often(sat: Seat) -> None:
    with field(sat.desktop) as program:
        for _ in range(3):  # a viewer sends its own keyboard's repeats as more presses
            sat.hand.key(ord("a"), True)
        sat.hand.key(ord("a"), False)
        sat.hand.tap(RETURN)
        assert entered(program) == "aaa"
    assert sat.done() == [TypeText("aaa"), Press("Return")]


def test_keys_and_chords_are_named_as_press_names_them(sat: Seat, plain: None) -> None:
    f2, f10, page_up, delete, left = 0xFFBF, 0xFFC7, 0xFF55, 0xFFFF, 0xFF51
    chords = {
        "ctrl+s": (CONTROL, *keysyms("s")),
        "ctrl+shift+s": (CONTROL, SHIFT, *keysyms("S")),
        "shift+Tab": (SHIFT, TAB),
        "shift+F10": (SHIFT, f10),
        "alt+d": (ALT, *keysyms("d")),
        "super+e": (SUPER, *keysyms("e")),
        "ctrl+alt+Left": (CONTROL, ALT, left),
        "F2": (f2,),
        "Page_Up": (page_up,),
        "Delete": (delete,),
        "Alt_L": (ALT,),  # alone it opens the menu
    }
    for keys in chords.values():
        sat.hand.chord(*keys)
    sat.hand.chord(SHIFT)  # alone it does nothing
    assert sat.done() == [Press(name) for name in chords]


def test_a_shortcut_in_another_script_is_named_in_latin(sat: Seat, plain: None) -> None:
    layout(sat.desktop, "ru,us")
    sat.hand.chord(CONTROL, *keysyms("ы"))
    assert sat.done() == [Press("ctrl+s")]


def test_what_was_recorded_can_be_performed(sat: Seat, plain: None) -> None:
    for keysym in (0xFF55, 0xFF8D, 0xFFE9, *keysyms("+ö")):
        sat.hand.chord(CONTROL, keysym) if keysym != 0xFFE9 else sat.hand.tap(keysym)
    acts = sat.done()
    assert len(acts) >= 4
    assert [sat.desktop.perform(act) for act in acts] == acts


def test_the_mouse_comes_out_as_it_was_meant(sat: Seat) -> None:
    hand = sat.hand
    hand.click(100, 200)
    hand.click(300, 100, count=2)
    hand.click(500, 100, count=3)
    hand.click(400, 300, mask=4)
    hand.click(420, 320, mask=2)
    hand.drag((10, 10), (600, 500))
    hand.drag((600, 500), (20, 30), mask=4)
    hand.wheel(640, 400, dy=4)
    hand.wheel(640, 400, dy=-2)
    hand.wheel(640, 400, dx=3)
    hand.key(CONTROL, True)
    hand.click(50, 60)
    hand.wheel(640, 500, dy=1)
    hand.drag((50, 60), (90, 60))
    hand.key(CONTROL, False)
    assert sat.done() == [
        Click(100, 200),
        Click(300, 100, count=2),
        Click(500, 100, count=3),
        Click(400, 300, Button.RIGHT),
        Click(420, 320, Button.MIDDLE),
        Drag(10, 10, 600, 500),
        Drag(600, 500, 20, 30, Button.RIGHT),
        Scroll(640, 400, dy=4),
        Scroll(640, 400, dy=-2),
        Scroll(640, 400, dx=3),
        Click(50, 60, modifiers=("ctrl",)),
        Scroll(640, 500, dy=1, modifiers=("ctrl",)),
        Drag(50, 60, 90, 60, modifiers=("ctrl",)),
    ]


def test_the_agents_own_hands_are_not_recorded(sat: Seat) -> None:
    with field(sat.desktop) as program:
        sat.type("me")
        for action in (Click(5, 5), TypeText("agent, 日本"), Scroll(9, 9, 2), Drag(5, 5, 90, 90)):
            sat.desktop.perform(action)
        sat.hand.click(700, 700)
        program.terminate()
    assert sat.done() == [TypeText("me"), Click(700, 700)]


def test_the_frames_stand_around_the_act(sat: Seat) -> None:
    with field(sat.desktop):
        looked = sat.desktop.observe()
        time.sleep(0.3)  # nobody types as soon as a window is there, or leaves as soon as it
        sat.hand.type("twelve words")
        time.sleep(0.3)  # is filled: programs need a moment to show it
        sat.hand.tap(TAB)
        sat.told.wait_for(1)
        now = sat.desktop.observe()
        typed = sat.told.all[0]
        assert typed.action == TypeText("twelve words")
        box = looked.active.box if looked.active else None
        assert box and typed.before.active == looked.active
        # a caret may blink meanwhile
        change = difference(looked.image, typed.before.image)
        assert change is None or change.w < 4
        moved = difference(typed.before.image, typed.after.image)
        assert moved and moved.w > 40 and box.intersect(moved).area == moved.area
        unchanged = difference(typed.after.image, now.image)
        assert unchanged is None or unchanged.area < box.area
        assert typed.before.taken_at <= typed.began_at <= typed.ended_at
        assert not np.shares_memory(typed.before.image, typed.after.image)
    acts = sat.told.all
    assert all(one.ended_at <= other.began_at for one, other in pairwise(acts))


def test_another_window_cuts_the_typing(sat: Seat) -> None:
    with field(sat.desktop) as first:
        sat.type("first")
        with field(sat.desktop) as second:
            sat.hand.type("second\n")
            assert entered(second) == "second"
        first.terminate()
    texts = [act for act in sat.done() if isinstance(act, TypeText)]
    assert texts == [TypeText("first"), TypeText("second")]


@pytest.mark.parametrize("chord", [(CONTROL, ord("v")), (SHIFT, 0xFF63)], ids=["ctrl+v", "insert"])
def test_pasted_text_is_told(sat: Seat, chord: tuple[int, ...]) -> None:
    with copied(sat.desktop, "clipboard", "Bäcker “Süd” 日本"), field(sat.desktop) as program:
        sat.hand.type("by ")
        sat.hand.chord(*chord)
        sat.hand.tap(RETURN)
        assert entered(program) == "by Bäcker “Süd” 日本"
    assert sat.done() == [TypeText("by "), TypeText("Bäcker “Süd” 日本"), Press("Return")]
    assert [act.pasted for act in sat.told.all] == [False, True, False]


def test_text_that_the_middle_button_pastes_is_told(sat: Seat) -> None:
    with copied(sat.desktop, "primary", "from afar"), field(sat.desktop) as program:
        window = sat.desktop.observe().active
        assert window
        x, y = window.box.center
        sat.hand.click(x, y, mask=2)
        until(lambda: len(sat.told.actions) > 0)
        sat.hand.tap(RETURN)
        assert entered(program) == "from afar"
    assert sat.done() == [Click(x, y), TypeText("from afar"), Press("Return")]


def test_a_paste_that_is_no_line_of_text_stays_a_press(sat: Seat) -> None:
    with copied(sat.desktop, "clipboard", "12.50\t7\n13.00\t8\n"), field(sat.desktop):
        sat.hand.chord(CONTROL, ord("v"))
        assert sat.told.wait_for(1) == [Press("ctrl+v")]
        assert sat.told.all[0].pasted


def test_where_nothing_is_pasted_it_is_only_a_key(sat: Seat) -> None:
    with copied(sat.desktop, "clipboard", "secret"):
        sat.hand.chord(CONTROL, ord("v"))
        assert sat.told.wait_for(1) == [Press("ctrl+v")]
        assert not sat.told.all[0].pasted


def test_while_hidden_nothing_is_kept(sat: Seat) -> None:
    with field(sat.desktop) as program:
        sat.type("open ")
        sat.recorder.hide(True)
        assert sat.told.wait_for(1) == [TypeText("open ")]
        seen = sat.desktop.observe().image
        sat.hand.type("secret")
        until(lambda: difference(seen, sat.desktop.observe().image) is not None)
        time.sleep(0.1)  # what a recorder that did not hide would need to take it
        for _ in range(6):
            sat.hand.tap(BACKSPACE)
        until(lambda: difference(seen, sat.desktop.observe().image) is None)
        sat.recorder.hide(False)
        time.sleep(0.01)  # the server's clock tells no less than a millisecond
        sat.hand.type("again\n")
        assert entered(program) == "open again"
    assert sat.done() == [TypeText("open "), TypeText("again"), Press("Return")]


def test_what_was_done_while_hidden_is_not_told_when_it_comes_late(sat: Seat) -> None:
    sat.recorder.hide(True)
    meanwhile = Key(time.monotonic(), "s", "s")
    time.sleep(0.01)
    sat.recorder.hide(False)
    sat.recorder._put(meanwhile)
    time.sleep(0.01)
    sat.recorder._put(Key(time.monotonic(), "a", "a"))
    assert sat.done() == [TypeText("a")]


def test_closing_tells_what_is_being_joined_and_once(sat: Seat) -> None:
    sat.type("half a wor")
    assert sat.done() == [TypeText("half a wor")]
    assert sat.done() == [TypeText("half a wor")]


def test_a_recording_ends_with_its_display() -> None:
    with VirtualDesktop() as short, seat(short) as sat:
        sat.type("last")
        short.close()
        assert sat.done() == [TypeText("last")]
