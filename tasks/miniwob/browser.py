"""The Chromium window that shows the pages: started once for each desktop, then kept.

It says nothing of its own: no first-run pages, no translation, no spell-checker, no password or
form bubbles. Its debugging port is on the loopback, chosen by the system, and stands in
`DevToolsActivePort` of its profile, where the next attempt finds it. It ends with its desktop.
"""

import json
import os
import shutil
import time
from pathlib import Path

from actuation.action import Wait
from actuation.desktop import DesktopError, Host
from perception.observation import Box, Window
from tasks.apps.stage import stage
from tasks.miniwob.cdp import Tab, find_page

SCALE = 2  # device pixels for one of the page's
SIZE = (500, 320)  # the page's view in its own pixels; a task fills 160×210 of it
APPLICATION = "Miniwob"  # what its windows call themselves
PROGRAMS = ("chromium", "chromium-browser")
PROFILE = "miniwob"
PREFERENCES = {
    "autofill": {"profile_enabled": False, "credit_card_enabled": False},
    "browser": {"custom_chrome_frame": False, "enable_spellchecking": False},
    "credentials_enable_service": False,
    "profile": {"password_manager_enabled": False},
    "translate": {"enabled": False},
}
OPTIONS = (
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    "--disable-gpu",
    "--test-type",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    f"--class={APPLICATION}",  # told from every other Chromium
    "--disable-features=Translate,MediaRouter,PaintHolding",
    "--allow-pre-commit-input",  # a page's first clicks are not lost
    # Newer than the pages: an element that is raised while the mouse is over it, as a slice of a
    # pie menu, would never be clicked.
    "--disable-blink-features=BoundaryEventDispatchTracksNodeRemoval",
    "--disable-smooth-scrolling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--hide-crash-restore-bubble",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--lang=en-US",
    f"--force-device-scale-factor={SCALE}",
    "--remote-debugging-address=127.0.0.1",
    "--remote-debugging-port=0",
)


def is_browser(window: Window) -> bool:
    return window.application == APPLICATION and not window.dialog


def reach(desktop: Host) -> Tab:
    """The page of this desktop's browser, which is started if it does not run."""
    started = sorted(desktop.home.glob(f"{PROFILE}-*"))
    port = _port(started[-1]) if started else 0
    if not port or not (address := find_page(port)):
        # A profile of its own: the last browser may still be tidying up in the last one.
        port, address = _start(desktop, desktop.home / f"{PROFILE}-{len(started):03}")
    return Tab(port, address)


def show(desktop: Host) -> Box:
    """Bring the window to the front; where on the screen the page lies."""
    with stage(desktop) as windows:
        windows.raise_(is_browser)
        return windows.place(is_browser, _place(desktop))


def focus(desktop: Host, tab: Tab, patience: float = 10.0) -> None:
    """See to it that the page has the keyboard. DesktopError if it has not in `patience` seconds.

    Back from being minimised, a window gets the keyboard some time and does not give it to its
    page.
    """
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        front = desktop.glance().active
        if front is not None and is_browser(front):
            if tab.evaluate("document.hasFocus()"):
                return
            tab.call("Page.bringToFront")
        desktop.perform(Wait(0.02))
    raise DesktopError(f"Chromium did not come to the front within {patience:.0f} s")


def hide(desktop: Host) -> None:
    """Out of the way of whatever comes next on this desktop."""
    with stage(desktop) as windows:
        windows.minimise(is_browser)


def _place(desktop: Host) -> Box:
    """In the middle of the screen, in whole pixels of the page."""
    screen = desktop.glance().screen
    width, height = (SCALE * size for size in SIZE)
    x, y = (screen.width - width) // 2, (screen.height - height) // 2
    return Box(x - x % SCALE, y - y % SCALE, width, height)


def _port(profile: Path) -> int:
    """0 if there is none."""
    try:
        return int((profile / "DevToolsActivePort").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def _start(desktop: Host, profile: Path, patience: float = 30.0) -> tuple[int, str]:
    program_name = next(filter(shutil.which, PROGRAMS), None)
    if program_name is None:
        raise DesktopError("missing chromium: apt-get install chromium")
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(PREFERENCES), encoding="utf-8")
    box = _place(desktop)
    rootly = ("--no-sandbox",) if os.geteuid() == 0 else ()  # its sandbox refuses to run as root
    program = desktop.launch(
        [
            program_name,
            *OPTIONS,
            *rootly,
            f"--user-data-dir={profile}",
            f"--window-position={box.x // SCALE},{box.y // SCALE}",
            f"--window-size={SIZE[0]},{SIZE[1]}",
            "--app=data:text/html,",
        ]
    )
    with stage(desktop) as windows:
        windows.wait_for(is_browser, program, patience)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if (port := _port(profile)) and (address := find_page(port)):
            return port, address
        desktop.perform(Wait(0.02))
    raise DesktopError(f"Chromium's debugging port did not open within {patience:.0f} s")
