"""Chromium as one page without tabs or an address bar, started without a question.

A fresh profile in the desktop's home for each start: a used one shows hints and bubbles.
"""

import os
import shutil
import time

import numpy as np

from actuation.action import Wait
from actuation.desktop import DesktopError, Host, Program
from perception.observation import Box, Window

APPLICATION = "Chromium"
PROGRAMS = ("chromium", "chromium-browser")
QUIET = (
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--password-store=basic",
    "--use-mock-keychain",
    "--disable-gpu",
    "--disable-sync",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-search-engine-choice-screen",
    "--disable-features=Translate,AutofillServerCommunication,MediaRouter,OptimizationHints",
    "--hide-crash-restore-bubble",
    f"--class={APPLICATION}",  # whatever the package calls itself
    "--test-type",  # no bar that warns of --no-sandbox
    "--lang=en-US",
)


def start(desktop: Host, address: str, box: Box) -> Program:
    """Open one page in a window at `box`. DesktopError where Chromium is not installed."""
    program = next((name for name in PROGRAMS if shutil.which(name)), None)
    if program is None:
        raise DesktopError("missing chromium: apt-get install chromium")
    profile = desktop.home / "chromium-profile"
    shutil.rmtree(profile, ignore_errors=True)
    argv = [program, *QUIET, f"--user-data-dir={profile}", f"--app={address}"]
    argv += [f"--window-position={box.x},{box.y}", f"--window-size={box.w},{box.h}"]
    if os.geteuid() == 0:
        argv.append("--no-sandbox")  # its sandbox refuses root
    temporary = desktop.home / "tmp"  # killed, it leaves a socket: that goes with the home
    temporary.mkdir(exist_ok=True)
    return desktop.launch(argv, {"LANGUAGE": "en_US", "TMPDIR": str(temporary)})


def is_chromium(window: Window) -> bool:
    """The page's window; menus and bubbles have no title."""
    return window.application == APPLICATION and window.title != ""


def wait_calm(desktop: Host, box: Box, calm: float = 0.5, patience: float = 20.0) -> None:
    """Until the page at `box` shows something and has not changed for `calm` seconds. DesktopError
    after `patience` seconds, Stopped if a person says so meanwhile."""
    deadline = time.monotonic() + patience
    before, since = None, time.monotonic()
    while (now := time.monotonic()) < deadline:
        image = desktop.glance().image[max(0, box.y) : box.bottom, max(0, box.x) : box.right]
        blank = bool((image == image[-1, -1]).all(axis=2).mean() > 0.99)
        if before is None or blank or not np.array_equal(before, image):
            before, since = image, now
        elif now - since > calm:
            return
        desktop.perform(Wait(0.03))
    raise DesktopError(f"the page did not come to rest within {patience:.0f} s")
