"""What people see: frames as characters, events as lines, and the operator's yes."""

import io
import json

import numpy as np
from rich.console import Console

from actuation.action import Click, Press
from agent.console import ConsoleSink
from agent.events import Collector, Dropped, Ended, Event, Intended, JsonLines, Looked, Several
from agent.watch import half_blocks, marked
from memory.episode import Outcome
from perception.observation import Observation, Screen

SEEN = Observation(np.zeros((80, 128, 3), np.uint8), Screen(128, 80))
EVENTS: list[Event] = [
    Looked("e1", SEEN),
    Intended("e1", 0, Click(3, 4), 0.5, "the [bold]cell[/bold]"),
    Dropped("e1", 0, Click(3, 4), "its target changed"),
    Intended("e1", 0, Press("ctrl+s"), 0.9, ""),
    Ended("e1", Outcome.WRONG, True, "row 7 [net]", 1, 2.0),
]


def test_events_as_lines_for_people() -> None:
    text = io.StringIO()
    sink = ConsoleSink(Console(file=text, width=100))
    for event in EVENTS:
        sink(event)
    told = text.getvalue()
    assert "click(x=3, y=4)" in told
    assert "dropped: its target changed" in told
    assert "wrong, collateral after 1 steps, 2.0 s: row 7 [net]" in told


def test_events_as_json_lines_leave_pictures_out() -> None:
    text, kept = io.StringIO(), Collector()
    sink = Several(JsonLines(text), kept)
    for event in EVENTS:
        sink(event)
    rows = [json.loads(line) for line in text.getvalue().splitlines()]
    assert [row["event"] for row in rows] == ["looked", "intended", "dropped", "intended", "ended"]
    assert rows[1]["action"] == "click(x=3, y=4)"
    assert "observation" not in rows[0]
    assert rows[-1]["outcome"] == "wrong"
    assert kept.events == EVENTS


def test_a_frame_as_half_blocks_keeps_its_shape_and_colours() -> None:
    image = np.zeros((80, 128, 3), np.uint8)
    image[:40] = (255, 0, 0)
    rows = [[]]
    for segment in half_blocks(image, columns=64, rows=100).segments:
        if segment.text == "\n":
            rows.append([])
        else:
            rows[-1].append(segment)
    drawn = [row for row in rows if row]
    assert (len(drawn), {len(row) for row in drawn}) == (20, {64})
    first, last = drawn[0][0].style, drawn[-1][0].style
    assert first and first.color and first.color.triplet == (255, 0, 0)
    assert last and last.bgcolor and last.bgcolor.triplet == (0, 0, 0)


def test_a_mark_leaves_what_it_marks_to_be_seen() -> None:
    image = np.zeros((80, 128, 3), np.uint8)
    seen = marked(image, 2, 40)
    assert (seen[40, 2] == 0).all()
    assert (seen[40, 12] == (220, 40, 40)).all()
    assert (image == 0).all()
