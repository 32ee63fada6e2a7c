"""The live picture: real pixels where the terminal has them, half blocks or ASCII elsewhere.

way = detect()          before the app runs: it asks the terminal
view.put(picture)       a wire.Picture; the proposed action is drawn on top: view.propose(shown)
"""

import base64
import io
import os
import re
import sys
from enum import StrEnum

import numpy as np
from PIL import Image as Pictures
from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from agent.tui.cells import ascii_art, blocks, labelled
from agent.tui.overlay import annotated, target_of, text_of
from agent.worker.wire import Picture, Shown

ASPECT = 1.6  # of a desktop that has not been seen yet
CELL = 8, 16  # pixels of a character cell where the terminal does not tell
FAINT = ("linux", "vt", "dumb", "ansi", "cons", "sun")  # beginnings of TERM: 16 colours or none


class Way(StrEnum):
    PIXELS = "pixels"
    BLOCKS = "blocks"
    ASCII = "ascii"


def unicode_known() -> bool:
    """Whether the terminal's character set is Unicode, as far as the environment tells."""
    # LC_CTYPE is not asked: Python itself sets it to C.UTF-8 where LANG is C.
    named = os.environ.get("LC_ALL") or os.environ.get("LANG") or "C.UTF-8"
    return "utf" in named.lower() and not os.environ.get("TERM", "").startswith("vt")


def detect() -> Way:
    """What the terminal can show. Call it before the app runs: pixels are asked for."""
    # Without colours the marks need signs of their own, which only the ASCII picture has.
    if (
        os.environ.get("NO_COLOR")
        or not unicode_known()
        or os.environ.get("TERM", "dumb").startswith(FAINT)
    ):
        return Way.ASCII
    from textual_image.renderable import Image, SixelImage, TGPImage

    known = Image is SixelImage or (Image is TGPImage and places_by_text(terminal()))
    return Way.PIXELS if known else Way.BLOCKS


def places_by_text(name: str) -> bool:
    """Whether a terminal of kitty's protocol shows pictures in the place of characters, as they are
    put here. kitty does since 0.28; an older one says it has the protocol and shows empty boxes.

    name: what the terminal calls itself, as "kitty(0.26.5)".
    """
    if found := re.match(r"kitty\((\d+)\.(\d+)", name):
        return (int(found[1]), int(found[2])) >= (0, 28)
    return name.lower().startswith("ghostty")


def terminal() -> str:
    """What the terminal calls itself (XTVERSION), "" where it does not answer within 0.2 s."""
    from textual_image._terminal import TerminalError, capture_terminal_response

    if sys.__stdout__ is None:
        return ""
    try:
        with capture_terminal_response("\x1bP>|", "\x1b\\", 0.2) as answer:
            sys.__stdout__.write("\x1b[>0q")
            sys.__stdout__.flush()
    except (TerminalError, TimeoutError):
        return ""
    return str(answer.sequence).removeprefix("\x1bP>|").removesuffix("\x1b\\")


class FrameView(Widget):
    """One picture, in its proportions, as large as its place allows."""

    DEFAULT_CSS = """
    FrameView { width: 1fr; height: 12; }
    FrameView > * { width: 100%; height: 100%; }
    """

    def __init__(self, way: Way, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._way = way
        self._told = Picture()
        self.taken_at = 0.0  # when the desktop last looked as it is shown here
        self._aspect, self._rows = ASPECT, 0
        self._picture: Pictures.Image | None = None
        self._shown: Shown | None = None
        self._strips: list[Strip] = []

    def compose(self) -> ComposeResult:
        if self._way is Way.PIXELS:
            from textual_image.widget import Image

            yield Image()

    @property
    def wanted(self) -> tuple[int, int]:
        """Pixels that are worth asking for."""
        width, height = self.size
        if self._way is not Way.PIXELS:
            return max(2, width), max(2, 2 * height)
        across, down = _cell()
        return max(2, width * across), max(2, height * down)

    @property
    def sharp(self) -> bool:
        """Whether the picture is as large as it may be here."""
        width, height = self.wanted
        return self._told.width == width or self._told.height == height or self._told.scale == 1.0

    @property
    def digest(self) -> str:
        """Of the picture that is shown, "" without one."""
        return self._told.digest if self._picture is not None else ""

    def put(self, told: Picture) -> None:
        """Show a picture; one without bytes tells that the last is still the newest."""
        if told.png:
            self._picture = decoded(told)
            self._told, self.taken_at = told, told.taken_at
            aspect = told.width / told.height
            if abs(aspect / self._aspect - 1) > 0.05:  # less is rounding, which must not jitter
                self._aspect = aspect
                self._fit()
            self._draw()

    def propose(self, shown: Shown | None) -> None:
        """Draw this action on top; None: none."""
        if shown is not None and shown.fired:
            shown = None
        if shown != self._shown:
            self._shown = shown
            self._draw()

    def _fit(self) -> None:
        """Take the height that goes with the width. It is not left to the layout's own passes,
        since those may come out with none."""
        width = self.size.width
        across, down = _cell() if self._way is Way.PIXELS else (1, 2)
        rows = max(1, round(width * across / self._aspect / down))
        if width > 0 and rows != self._rows:
            self._rows = rows
            self.styles.height = rows

    def on_resize(self, event: events.Resize) -> None:
        self._fit()
        self._draw()

    def _draw(self) -> None:
        if self._picture is None or not self.size.area:
            return
        if self._way is Way.PIXELS:
            from textual_image.widget import Image

            picture = self._picture
            if self._shown is not None:
                picture = annotated(picture, self._shown, self._told.scale)
            self.query_one(Image).image = picture
            return
        before, self._strips = self._strips, self._cells(self._picture)
        if len(before) != len(self._strips):
            self.refresh()
            return
        rows = [y for y, strip in enumerate(self._strips) if strip != before[y]]
        self.refresh(*(Region(0, y, self.size.width, 1) for y in rows))

    def _cells(self, picture: Pictures.Image) -> list[Strip]:
        width, height = self.size
        scale = min(width / picture.width, 2 * height / picture.height)
        size = max(1, round(picture.width * scale)), max(2, 2 * round(picture.height * scale / 2))
        small = picture if picture.size == size else picture.resize(size, Pictures.Resampling.BOX)
        scale *= self._told.scale
        if self._shown is not None:
            small = annotated(small, self._shown, scale)
        image = np.asarray(small.convert("RGB"))
        strips = blocks(image) if self._way is Way.BLOCKS else ascii_art(image)
        if self._shown is not None and (box := target_of(self._shown)):
            below = int((box[1] * scale + max(2.0, box[3] * scale)) / 2) + 1
            strips = labelled(strips, text_of(self._shown), int(box[0] * scale), below)
        return strips

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self._strips):
            words = "no picture" if self._picture is None and y == self.size.height // 2 else ""
            return _centred(words, width)
        strip = self._strips[y]
        left = (width - strip.cell_length) // 2
        if left <= 0:
            return strip.adjust_cell_length(width)
        return Strip.join([Strip.blank(left), strip]).adjust_cell_length(width)


def decoded(told: Picture) -> Pictures.Image:
    picture = Pictures.open(io.BytesIO(base64.b64decode(told.png)))
    picture.load()
    return picture


def _centred(words: str, width: int) -> Strip:
    return Strip([Segment(words.center(width)[:width])], width)


def _cell() -> tuple[int, int]:
    from textual_image._terminal import get_cell_size  # public nowhere else

    size = get_cell_size()
    return (size.width or CELL[0]), (size.height or CELL[1])
