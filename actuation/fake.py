"""A desktop in memory and a person at it: a small spreadsheet, drawn with Pillow, without X.

    ┌ ledger.xlsx - Sheet ───────────────┐
    │ Date       │ Vendor     │ Total    │   click: select · type: replace · Return, Tab: enter
    │ 2024-05-01 │ Bäcker     │ 12.50    │   Escape: cancel · Delete: clear · ctrl+s: save
    │ [        ] │            │          │
    └────────────────────────────────────┘

For tests of everything above the hands: real pixels, real effects, and a "file" to verify.
"""

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from actuation.action import Click, Drag, Motion, Move, Press, Scroll, TypeText, Wait
from actuation.brake import Brake
from actuation.desktop import Desktop, DesktopError
from actuation.geometry import clamp
from actuation.keyboard import check_printable
from actuation.recorded import Recorded
from perception.observation import Box, Observation, Screen, Window

LEFT, TOP, WIDTH, HEIGHT = 40, 60, 130, 26  # the sheet's corner and the size of a cell
ARROWS = {"Up": (-1, 0), "Down": (1, 0), "Left": (0, -1), "Right": (0, 1)}
COMMITS = {"Return": (1, 0), "Tab": (0, 1), "shift+Tab": (0, -1)}


class FakeDesktop:
    """The Desktop protocol over a drawn sheet.

    cells: what the sheet shows, (row, column) → text, row 0 below the headers. saved: what the
    last ctrl+s kept; the original before the first. performed: every action, as really done.
    """

    def __init__(
        self,
        headers: Sequence[str] = ("Date", "Vendor", "Total"),
        rows: Sequence[Sequence[str]] = (),
        notes: str = "",
        title: str = "ledger.xlsx - Sheet",
        application: str = "fake-sheet",
        screen: Screen | None = None,
    ) -> None:
        """notes: text shown below the sheet, to be read from the screen."""
        self.headers, self.notes, self.screen = tuple(headers), notes, screen or Screen(640, 400)
        self.cells = {(r, c): text for r, row in enumerate(rows) for c, text in enumerate(row)}
        self.saved = dict(self.cells)
        self.performed: list[Motion] = []
        self.window = Window(
            title, application, Box(10, 30, self.screen.width - 20, self.screen.height - 40), True
        )
        self.selected = (0, 0)
        self.editing: str | None = None
        self._cursor = (0, 0)
        self._brake = Brake()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def rows(self) -> int:
        return (self.screen.height - 120 - TOP) // HEIGHT

    def cell_box(self, row: int, column: int) -> Box:
        """Where a cell is drawn; row -1 is the header."""
        return Box(LEFT + column * WIDTH, TOP + (row + 1) * HEIGHT, WIDTH, HEIGHT)

    def observe(self) -> Observation:
        return self.glance()

    def glance(self) -> Observation:
        with self._lock:
            if self._closed:
                raise DesktopError("the desktop is closed: make a new one")
            return Observation(
                image=np.asarray(self._draw()),
                screen=self.screen,
                cursor=self._cursor,
                windows=(self.window,),
                taken_at=time.time(),
            )

    def perform(self, action: Motion) -> Motion:
        self._brake.begin()
        action = clamp(action, self.screen)
        match action:
            case Click():
                self._click(action)
            case Move() | Scroll():
                self._cursor = (action.x, action.y)
            case Drag():
                self._cursor = (action.to_x, action.to_y)
            case TypeText():
                check_printable(action.text)
                for char in action.text:
                    self._brake.check()
                    with self._lock:
                        self.editing = (self.editing or "") + char
            case Press():
                with self._lock:
                    self._press(action.keys)
            case Wait():
                self._brake.wait(action.seconds)
        self.performed.append(action)
        return action

    def stop(self) -> None:
        self._brake.pull()

    def resume(self) -> None:
        self._brake.release()

    def close(self) -> None:
        self._closed = True

    def _click(self, action: Click) -> None:
        with self._lock:
            self._cursor = (action.x, action.y)
            for row in range(self.rows):
                for column in range(len(self.headers)):
                    if self.cell_box(row, column).contains(action.x, action.y):
                        self._commit()
                        self.selected = (row, column)

    def _press(self, keys: str) -> None:
        if keys in COMMITS:
            self._commit()
            self._go(*COMMITS[keys])
        elif keys in ARROWS:
            self._commit()
            self._go(*ARROWS[keys])
        elif keys == "Escape":
            self.editing = None
        elif keys == "BackSpace" and self.editing:
            self.editing = self.editing[:-1]
        elif keys == "Delete":
            self.cells.pop(self.selected, None)
        elif keys == "ctrl+s":
            self._commit()
            self.saved = dict(self.cells)

    def _commit(self) -> None:
        if self.editing is not None:
            self.cells[self.selected] = self.editing
            self.editing = None

    def _go(self, down: int, right: int) -> None:
        row, column = self.selected[0] + down, self.selected[1] + right
        self.selected = (
            min(max(row, 0), self.rows - 1),
            min(max(column, 0), len(self.headers) - 1),
        )

    def _draw(self) -> Pictures.Image:
        picture = Pictures.new("RGB", (self.screen.width, self.screen.height), "#5b6b7a")
        draw = ImageDraw.Draw(picture)
        font = _font()
        box = self.window.box
        draw.rectangle((box.x, box.y - 20, box.right - 1, box.y - 1), fill="#2f4f7f")
        star = "" if self.saved == self.cells and self.editing is None else " *"
        draw.text((box.x + 8, box.y - 18), self.window.title + star, fill="white", font=font)
        draw.rectangle((box.x, box.y, box.right - 1, box.bottom - 1), fill="white")
        for row in range(-1, self.rows):
            for column, header in enumerate(self.headers):
                cell = self.cell_box(row, column)
                here = (row, column) == self.selected
                text = header if row < 0 else self.cells.get((row, column), "")
                if here and self.editing is not None:
                    text = self.editing
                edge = (cell.x, cell.y, cell.right, cell.bottom)
                draw.rectangle(edge, fill="#e4e4e4" if row < 0 else "white", outline="#c0c0c0")
                if here:
                    draw.rectangle(edge, outline="#1a5fb4", width=2)
                draw.text((cell.x + 5, cell.y + 5), text, fill="black", font=font)
        if self.notes:
            below = self.cell_box(self.rows, 0).bottom
            draw.multiline_text((LEFT, below), self.notes, fill="black", font=font)
        return picture


class FakeRecorder:
    """The Recorder protocol at any desktop: it tells what a test's person does, and at once."""

    def __init__(self, desktop: Desktop, told: Callable[[Recorded], None]) -> None:
        self._desktop, self._told = desktop, told
        self.hidden = self.closed = False

    def do(self, action: Motion, pasted: bool = False) -> None:
        """Be the person who does it."""
        before, began = self._desktop.observe(), time.time()
        self._desktop.perform(action)
        self.tell(Recorded(action, before, self._desktop.observe(), began, time.time(), pasted))

    def tell(self, recorded: Recorded) -> None:
        if not self.hidden and not self.closed:
            self._told(recorded)

    def hide(self, hidden: bool) -> None:
        self.hidden = hidden

    def close(self) -> None:
        self.closed = True


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """DejaVu where it is installed; Pillow's own has no umlauts."""
    try:
        return ImageFont.truetype("DejaVuSans.ttf", 13)
    except OSError:
        return ImageFont.load_default(14)
