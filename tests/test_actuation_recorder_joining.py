"""Events of a person's hands become the acts that were meant, whatever came between."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actuation.action import Button, Click, Drag, Motion, Move, Press, Scroll, TypeText, Wait
from actuation.joining import (
    BUTTONS,
    DOUBLE_SECONDS,
    DRAG_PIXELS,
    ERASE,
    LONGEST_WAIT,
    PAUSE,
    WHEEL,
    Act,
    Event,
    Focus,
    Joiner,
    Key,
    Moved,
    Painted,
    Pasted,
    Pointer,
)

TEXT = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=12)
PLACES = st.tuples(st.integers(0, 1900), st.integers(0, 1000))
MODIFIERS = st.sampled_from([(), ("ctrl",), ("ctrl", "shift"), ("alt",)])
CHORDS = st.sampled_from(["Return", "Tab", "shift+Tab", "ctrl+s", "F2", "alt+F4", "Down", "Delete"])
NUMBERS = {button: number for number, button in BUTTONS.items()}


def told(events: Sequence[Event]) -> list[Act]:
    joiner = Joiner()
    acts = [act for event in events for act in joiner.feed(event)]
    return [*acts, *joiner.finish()]


def actions(events: Sequence[Event]) -> list[Motion]:
    return [act.action for act in told(events)]


def typed(keys: Sequence[str], at: float = 0.0) -> list[Event]:
    """Keys by their characters, ERASE for BackSpace, a tenth of a second apart."""
    return [
        Key(at + number / 10, "" if key == ERASE else key, key) for number, key in enumerate(keys)
    ]


def clicked(x: int, y: int, at: float = 0.0, number: int = 1) -> list[Event]:
    return [Pointer(at, x, y, number, True), Pointer(at + 0.05, x, y, number, False)]


class Field:
    """A text field: what is typed first replaces the selection, which BackSpace deletes."""

    def __init__(self, text: str, selected: bool) -> None:
        self.text, self.selected = text, selected

    def key(self, key: str) -> None:
        if self.selected:
            self.text, self.selected = ("" if key == ERASE else key), False
        else:
            self.text = self.text[:-1] if key == ERASE else self.text + key

    def act(self, action: Motion) -> None:
        assert isinstance(action, TypeText | Press)
        for key in action.text if isinstance(action, TypeText) else [action.keys]:
            self.key(key)


@given(
    st.lists(st.one_of(st.just(ERASE), TEXT.map(lambda text: text[0])), max_size=40),
    st.booleans(),
)
def test_typing_with_corrections_leaves_what_the_keys_leave(
    keys: list[str], selected: bool
) -> None:
    by_key, by_act = Field("before", selected), Field("before", selected)
    for key in keys:
        by_key.key(key)
    acts = actions(typed(keys))
    for act in acts:
        by_act.act(act)
    assert by_act.text == by_key.text
    assert len(acts) <= len(keys)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6))
def test_a_corrected_text_is_told_once_and_right(words: list[tuple[str, str]]) -> None:
    keys = [
        key
        for right, slip in words
        for key in (*right, *slip, *[ERASE] * len(slip))
    ]  # fmt: skip
    assert actions(typed(keys)) == [TypeText("".join(right for right, _ in words))]


def clicks(place: tuple[int, int], button: Button, count: int, held: tuple[str, ...]) -> Click:
    return Click(*place, button, count, held)


def drags(
    start: tuple[int, int], by: tuple[int, int], button: Button, held: tuple[str, ...]
) -> Drag:
    return Drag(*start, start[0] + by[0], start[1] + by[1], button, held)


def scrolls(place: tuple[int, int], turns: int, across: bool, held: tuple[str, ...]) -> Scroll:
    return Scroll(*place, 0, turns, held) if across else Scroll(*place, turns, 0, held)


FAR = st.integers(-500, 500).filter(lambda far: abs(far) > DRAG_PIXELS)
MEANT: st.SearchStrategy[Motion] = st.one_of(
    st.builds(clicks, PLACES, st.sampled_from(Button), st.integers(1, 3), MODIFIERS),
    st.builds(drags, PLACES, st.tuples(FAR, FAR), st.sampled_from(Button), MODIFIERS),
    st.builds(scrolls, PLACES, st.integers(-9, 9).filter(bool), st.booleans(), MODIFIERS),
    st.builds(TypeText, TEXT),
    st.builds(Press, CHORDS),
)


def done(meant: Motion, at: float) -> Iterator[Event]:
    """The events of hands that do it, the last at most 0.9 s later."""
    match meant:
        case Click(x, y, button, count, held):
            for number in range(count):
                for down in (True, False):
                    yield Pointer(at + number / 10, x, y, NUMBERS[button], down, held)
        case Drag(x, y, to_x, to_y, button, held):
            yield Pointer(at, x, y, NUMBERS[button], True, held)
            yield Moved(at + 0.1, (x + to_x) // 2, (y + to_y) // 2)
            yield Pointer(at + 0.2, to_x, to_y, NUMBERS[button], False, held)
        case Scroll(x, y, dy, dx, held):
            way = ((dy > 0) - (dy < 0), (dx > 0) - (dx < 0))
            number = next(number for number, turn in WHEEL.items() if turn == way)
            for turn in range(abs(dy or dx)):
                yield Pointer(at + turn / 10, x, y, number, True, held)
                yield Pointer(at + turn / 10, x, y, number, False, held)
        case TypeText(text):
            for number, char in enumerate(text):
                yield Key(at + number / 20, char, "any")
        case Press(keys):
            yield Key(at, "", keys)


@given(st.lists(st.tuples(MEANT, PLACES), max_size=12))
def test_what_was_meant_comes_out_in_order_and_once(
    meant: list[tuple[Motion, tuple[int, int]]],
) -> None:
    events: list[Event] = []
    for number, (motion, wiggle) in enumerate(meant):
        at = 4.0 * number
        events += [Moved(at, *wiggle), Painted(at + 0.05, large=False), *done(motion, at + 0.1)]
    acts = told(events)
    assert [act.action for act in acts] == [motion for motion, _ in meant]
    assert all(act.began <= act.ended for act in acts)
    assert all(one.ended <= other.began for one, other in pairwise(acts))


@given(st.lists(MEANT, max_size=12), st.integers(0, 12))
def test_nothing_is_lost_or_told_twice_where_the_recording_ends(
    meant: list[Motion], cut: int
) -> None:
    """Told early by deadlines or late by finish(): the same acts."""
    events = [event for at, motion in enumerate(meant) for event in done(motion, 4.0 * at)]
    early: list[Motion] = []
    joiner = Joiner()
    for event in events:
        if joiner.deadline is not None and joiner.deadline <= event.at:
            early += [act.action for act in joiner.idle(joiner.deadline)]
        early += [act.action for act in joiner.feed(event)]
    early += [act.action for act in joiner.finish()]
    assert early == actions(events)
    assert list(joiner.finish()) == []


@pytest.mark.parametrize(
    "between",
    [Focus(0.5), Key(0.5, "", "Tab"), Painted(0.5), Pasted(0.5, "x", "ctrl+v"), None],
    ids=["focus", "tab", "paint", "paste", "pause"],
)
def test_typing_is_cut_by_other_acts_another_window_and_a_pause(between: Event | None) -> None:
    later = typed("cd", 0.6 if between else PAUSE + 0.2)
    middle: list[Event] = [between] if between else []
    texts = [
        act.text
        for act in actions([*typed("ab"), *middle, *later])
        if isinstance(act, TypeText) and act.text != "x"
    ]
    assert texts == (["abcd"] if isinstance(between, Painted) else ["ab", "cd"])


def test_two_clicks_are_double_only_where_they_are_quick_near_and_alike() -> None:
    at = DOUBLE_SECONDS + 0.1
    single = Click(10, 10)
    assert actions([*clicked(10, 10), *clicked(12, 9, 0.2)]) == [Click(10, 10, count=2)]
    assert actions([*clicked(10, 10), *clicked(10, 10, at)]) == [single, single]
    assert actions([*clicked(10, 10), *clicked(20, 10, 0.2)]) == [single, Click(20, 10)]
    right = Click(10, 10, Button.RIGHT)
    assert actions([*clicked(10, 10), *clicked(10, 10, 0.2, 3)]) == [single, right]
    four = [event for number in range(4) for event in clicked(10, 10, number / 10)]
    assert actions(four) == [Click(10, 10, count=3), single]


def test_a_scroll_that_turns_back_is_a_second_one() -> None:
    turns = [Pointer(number / 10, 5, 5, way, True) for number, way in enumerate([5, 5, 5, 4, 4])]
    assert actions(turns) == [Scroll(5, 5, 3), Scroll(5, 5, -2)]


def test_a_button_that_was_down_before_or_stays_down_is_no_act() -> None:
    assert actions([Pointer(0, 5, 5, 1, False)]) == []
    assert actions([Pointer(0, 5, 5, 1, True)]) == []
    both = [
        Pointer(0.0, 5, 5, 1, True),
        Pointer(0.1, 5, 5, 3, True),
        Pointer(0.2, 5, 5, 3, False),
        Pointer(0.3, 5, 5, 1, False),
    ]
    assert actions(both) == [Click(5, 5)]


@pytest.mark.parametrize(
    ("painted", "kept"),
    [
        (Painted(1.0, popup=True), True),
        (Painted(1.0, large=True), True),
        (Painted(1.0, large=False), False),
        (Painted(0.1, popup=True), False),
    ],
    ids=["menu", "much", "a button lights up", "before it rested"],
)
def test_a_move_is_kept_only_where_it_opened_something(painted: Painted, kept: bool) -> None:
    events: list[Event] = [
        Moved(0.0, 100, 100),
        painted,
        Moved(1.5, 103, 101),
        Moved(1.6, 200, 150),
    ]
    hovered = [Move(100, 100)] if kept else []
    assert actions([*events, *clicked(200, 150, 2.0)]) == [*hovered, Click(200, 150)]


def test_a_menu_that_a_click_opened_was_not_opened_by_hovering() -> None:
    events = [*clicked(100, 100), Moved(0.3, 120, 120), Painted(0.9, large=True)]
    assert actions([*events, Moved(1.5, 200, 200)]) == [Click(100, 100)]


@pytest.mark.parametrize(
    ("painted", "next_at", "waits"),
    [
        ([0.1, 0.5], 8.0, []),  # the person thought
        ([0.1, 3.04], 8.0, [Wait(3.0)]),  # the screen was slow
        ([5.0], 4.0, []),  # it was not waited for
        ([30.0], 40.0, [Wait(LONGEST_WAIT)]),
    ],
)
def test_a_wait_is_kept_where_the_screen_was_waited_for(
    painted: list[float], next_at: float, waits: list[Motion]
) -> None:
    events: list[Event] = [Key(0.0, "", "ctrl+s"), *(Painted(at) for at in painted)]
    events.append(Key(next_at, "", "Tab"))
    events.sort(key=lambda event: event.at)
    assert actions(events) == [Press("ctrl+s"), *waits, Press("Tab")]


def test_a_wait_after_typing_counts_from_its_last_key() -> None:
    events: list[Event] = [Key(0.0, "a", "a"), Painted(1.5), Key(5.0, "", "Tab")]
    assert actions(events) == [TypeText("a"), Wait(1.5), Press("Tab")]


def test_what_is_pasted_is_typed_where_it_is_a_line_of_text() -> None:
    line, block = Pasted(0.0, "Bäcker Süd", "ctrl+v"), Pasted(0.0, "", "ctrl+v")
    assert told([line]) == [Act(TypeText("Bäcker Süd"), 0.0, 0.0, pasted=True)]
    assert told([block]) == [Act(Press("ctrl+v"), 0.0, 0.0, pasted=True)]
    middle = [*clicked(10, 20, 0.0, 2), Pasted(0.1, "Süd")]
    assert actions(middle) == [Click(10, 20), TypeText("Süd")]
    assert actions(clicked(10, 20, 0.0, 2)) == [Click(10, 20, Button.MIDDLE)]
