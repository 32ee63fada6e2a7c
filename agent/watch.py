"""--watch: the virtual desktop in a VNC window where there is a screen, else in the terminal.

desktop --frames--> half-blocks: two pixels a character, as wide as the terminal
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image as Pictures
from rich.color import Color
from rich.console import Console
from rich.live import Live
from rich.segment import Segment, Segments
from rich.style import Style

from actuation.action import Click, Drag, Scroll
from actuation.virtual import VirtualDesktop
from agent.events import Event, Intended, Looked
from memory.cipher import foreign
from perception.observation import Image

VIEWERS = ("xtigervncviewer", "vncviewer")


class Eyes:
    """A sink that watches nothing."""

    def attached(self, desktop: VirtualDesktop) -> VirtualDesktop:
        """Show this desktop from now on; returns it."""
        return desktop

    def __call__(self, event: Event) -> None:
        pass


class WindowEyes(Eyes):
    """Opens a VNC viewer that can look and not touch."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []

    def attached(self, desktop: VirtualDesktop) -> VirtualDesktop:
        if opened := viewer(desktop.vnc_socket, desktop.vnc_password):
            self._running.append(opened)
        return desktop

    def close(self) -> None:
        for opened in self._running:
            opened.terminate()
            opened.wait()


def program() -> str | None:
    """The VNC viewer that would open a window here; None where there is none, or no screen."""
    if not os.environ.get("DISPLAY"):
        return None
    return next((path for name in VIEWERS if (path := shutil.which(name))), None)


def viewer(socket: Path, password: str, look_only: bool = True) -> "subprocess.Popen[bytes] | None":
    """A window that shows a VNC server, and passes mouse and keys on unless look_only."""
    found = program()
    if found is None:
        return None
    return subprocess.Popen(
        [found, f"-ViewOnly={int(look_only)}", str(socket)],
        env=foreign(VNC_PASSWORD=password),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class TerminalEyes(Eyes):
    """Draws each frame into the terminal, then the place of the next action before it happens."""

    def __init__(self, live: Live, console: Console) -> None:
        self._live = live
        self._console = console
        self._image: Image | None = None

    def __call__(self, event: Event) -> None:
        if isinstance(event, Looked):
            self._image = event.observation.image
            self._draw(self._image)
        elif self._image is not None and isinstance(event, Intended):
            match event.action:
                case Click(x, y) | Drag(x, y) | Scroll(x, y):
                    self._draw(marked(self._image, x, y))
                case _:
                    pass

    def _draw(self, image: Image) -> None:
        columns = min(self._console.width - 1, 160)
        rows = max(4, self._console.height - 4)
        self._live.update(half_blocks(image, columns, rows), refresh=True)


def marked(image: Image, x: int, y: int, radius: int = 14) -> Image:
    """A copy with a red square around a point."""
    copy = image.copy()
    inner = radius // 2
    top, left = max(0, y - radius), max(0, x - radius)
    copy[top : y + radius, left : x + radius] = (220, 40, 40)
    hole = np.s_[max(0, y - inner) : y + inner, max(0, x - inner) : x + inner]
    copy[hole] = image[hole]
    return copy


def half_blocks(image: Image, columns: int, rows: int) -> Segments:
    """A frame as characters, at most `columns` × `rows`, with its shape kept."""
    height, width = image.shape[:2]
    scale = min(columns / width, 2 * rows / height)
    size = (max(1, round(width * scale)), 2 * max(1, round(height * scale / 2)))
    small = np.asarray(Pictures.fromarray(image).resize(size, Pictures.Resampling.BOX))
    segments: list[Segment] = []
    for upper, lower in zip(small[0::2], small[1::2], strict=True):
        for top, bottom in zip(upper, lower, strict=True):
            style = Style(
                color=Color.from_rgb(*(int(v) for v in top)),
                bgcolor=Color.from_rgb(*(int(v) for v in bottom)),
            )
            segments.append(Segment("▀", style))
        segments.append(Segment.line())
    return Segments(segments)


@contextmanager
def watcher(console: Console, wanted: bool) -> Iterator[Eyes]:
    """The eyes that fit: a window, the terminal, or none where none are wanted."""
    if not wanted:
        yield Eyes()
    elif program():
        window = WindowEyes()
        try:
            yield window
        finally:
            window.close()
    else:
        with Live(console=console, auto_refresh=False, transient=True) as live:
            yield TerminalEyes(live, console)
