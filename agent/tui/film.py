"""Frames in characters: a picture with two pixels a character, and a strip of thumbnails."""

import os
from collections.abc import Sequence

import numpy as np
from PIL import Image as Pictures
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from agent.tui.cells import ascii_art, blocks
from agent.tui.frame import FAINT, unicode_known
from perception.observation import Box, Image

WIDE, HIGH = 16, 5  # columns and rows of a thumbnail
RED = (220, 40, 40)


def thumb(image: Image) -> Image:
    """A frame small enough to be kept for each step, and twice as sharp as it is drawn."""
    height, width = image.shape[:2]
    return _sized(image, 2 * WIDE, max(2, round(2 * WIDE * height / width)))


def drawn(image: Image, columns: int, rows: int) -> list[Strip]:
    """A frame as characters, at most `columns` × `rows`, with its shape kept."""
    height, width = image.shape[:2]
    scale = min(columns / width, 2 * rows / height)
    small = _sized(
        image, max(1, round(width * scale)), 2 * min(rows, max(1, round(height * scale / 2)))
    )
    plain = not unicode_known() or os.environ.get("TERM", "dumb").startswith(FAINT)
    return ascii_art(small) if plain else blocks(small)


def _sized(image: Image, width: int, height: int) -> Image:
    picture = Pictures.fromarray(image).resize((width, height), Pictures.Resampling.BOX)
    return np.asarray(picture)


def boxed(image: Image, boxes: Sequence[Box]) -> Image:
    """The frame, pale, with what changed in full colour in red boxes."""
    copy: Image = (image // 3 + 170).astype(np.uint8)
    thick = max(2, image.shape[1] // 160)
    for box in boxes:
        top, left = max(0, box.y - thick), max(0, box.x - thick)
        copy[top : box.bottom + thick, left : box.right + thick] = RED
        copy[box.y : box.bottom, box.x : box.right] = image[box.y : box.bottom, box.x : box.right]
    return copy


class Picture(Widget):
    """A frame, as large as its place allows; a caption stands in its border."""

    DEFAULT_CSS = """
    Picture {
        width: 1fr; height: 1fr; border: round $surface-lighten-2; border-title-color: $text;
    }
    """

    def __init__(self, caption: str, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self.border_title = caption
        self._image: Image | None = None
        self._lines: list[Strip] = []

    def show(self, image: Image | None, words: str = "") -> None:
        """Draw a frame, or nothing; words: below it."""
        self._image, self.border_subtitle = image, words
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        width, height = self.size
        self._lines = []
        if self._image is not None and width > 1 and height > 1:
            self._lines = drawn(self._image, width, height)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if y >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        return self._lines[y].adjust_cell_length(self.size.width, self.rich_style)


class Film(Widget):
    """Thumbnails of an episode's steps around the selected one; a click selects."""

    DEFAULT_CSS = "Film { height: 6; }"

    class Chosen(Message):
        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._drawn: list[list[Strip]] = []
        self._marks = ""
        self._at = 0

    def show(self, thumbs: Sequence[Image], marks: str) -> None:
        """The thumbnails, and a mark for each."""
        self._marks, self._at = marks, 0
        self._drawn = [drawn(image, WIDE, HIGH) for image in thumbs]
        self.refresh()

    def select(self, index: int) -> None:
        self._at = index
        self.refresh()

    def _first(self) -> int:
        """The leftmost thumbnail that is drawn."""
        fit = max(1, self.size.width // (WIDE + 1))
        return max(0, min(self._at - fit // 2, len(self._drawn) - fit))

    def on_click(self, event: events.Click) -> None:
        index = self._first() + event.x // (WIDE + 1)
        if index < len(self._drawn):
            self.post_message(self.Chosen(index))

    def render_line(self, y: int) -> Strip:
        first = self._first()
        fit = max(1, self.size.width // (WIDE + 1))
        shown = range(first, min(len(self._drawn), first + fit))
        parts: list[Strip] = []
        for index in shown:
            lines = self._drawn[index]
            if y < len(lines):
                part = lines[y].adjust_cell_length(WIDE, self.rich_style)
            elif y == len(lines):
                part = Strip([self._label(index)], WIDE)
            else:
                part = Strip.blank(WIDE, self.rich_style)
            parts += [part, Strip.blank(1, self.rich_style)]
        return Strip.join(parts).adjust_cell_length(self.size.width, self.rich_style)

    def _label(self, index: int) -> Segment:
        chosen = index == self._at
        mark = self._marks[index : index + 1].strip()
        words = f"{'▲' if chosen else ' '} {index} {mark}".center(WIDE)
        return Segment(words, self.rich_style + Style(bold=chosen, reverse=chosen))
