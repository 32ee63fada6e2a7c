"""The operator's own X display behind the Desktop protocol.

desktop = LocalDesktop()            # $DISPLAY, its primary monitor
desktop = LocalDesktop(":0", monitor=1)
"""

import os
import re

from mss.exception import ScreenShotError
from Xlib.display import Display
from Xlib.error import DisplayConnectionError, DisplayNameError

from actuation.desktop import DesktopError
from actuation.x11 import X11Desktop
from perception.frames import Pace
from perception.observation import Box
from perception.screen import Capture

POINTS_PER_INCH = 96  # of a screen that is not scaled


class LocalDesktop(X11Desktop):
    """One monitor of a running X session. DesktopError, naming the mend, where there is none."""

    def __init__(
        self, display: str | None = None, monitor: int = 0, pace: Pace | None = None
    ) -> None:
        name = display or os.environ.get("DISPLAY", "")
        if not name:
            wayland = os.environ.get("WAYLAND_DISPLAY")
            mend = (
                "this is a Wayland session: log in with an Xorg session"
                if wayland
                else "log in to a graphical session, or set DISPLAY"
            )
            raise DesktopError(f"no X display: {mend}; a virtual desktop needs neither")
        super().__init__(name, area=_monitor(name, monitor), scale=_scale(name), pace=pace)


def _monitor(display: str, number: int) -> Box:
    try:
        capture = Capture(display)
    except ScreenShotError as error:
        raise DesktopError(f"cannot see the X display {display!r}: {error}") from error
    try:
        monitors = capture.monitors()
    finally:
        capture.close()
    if not 0 <= number < len(monitors):
        raise DesktopError(f"no monitor {number}: the X display {display!r} has {len(monitors)}")
    return monitors[number]


def _scale(display: str) -> float:
    """The desktop's HiDPI scale from Xft.dpi, 1.0 where it is not set."""
    try:
        connection = Display(display)
    except (DisplayConnectionError, DisplayNameError, OSError) as error:
        raise DesktopError(f"cannot open the X display {display!r}: {error}") from error
    try:
        text = connection.screen().root.get_full_text_property(
            connection.intern_atom("RESOURCE_MANAGER")
        )
    finally:
        connection.close()
    found = re.search(r"^Xft\.dpi:\s*([\d.]+)", text or "", re.MULTILINE)
    return float(found[1]) / POINTS_PER_INCH if found else 1.0
