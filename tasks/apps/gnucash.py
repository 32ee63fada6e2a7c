"""GnuCash: started without a tip, a splash or a question, on a book of its own.

Its settings lie in a keyfile in the desktop's home (GSETTINGS_BACKEND=keyfile), so that nothing of
the machine's own GnuCash is seen or touched.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from actuation.action import Wait
from actuation.desktop import DesktopError, Host, Program
from perception.observation import Box, Window

APPLICATION = "Gnucash"

SETTINGS = {
    "org/gnucash/GnuCash/dialogs/tip-of-the-day": {"show-at-startup": "false"},
    "org/gnucash/GnuCash/dialogs/new-user": {"first-startup": "false"},
    "org/gnucash/GnuCash/general": {
        "show-splash-screen": "false",
        "autosave-interval-minutes": "0.0",
        "autosave-show-explanation": "false",
        "file-compression": "false",
        "retain-type-never": "true",
        "retain-type-days": "false",
        "date-format": "3",  # ISO
        "save-window-geometry": "false",
        "currency-choice-locale": "false",
        "currency-choice-other": "true",
        "currency-other": "'EUR'",
    },
    "org/gnucash/GnuCash/history": {"maxfiles": "0"},
    "org/gnucash/GnuCash/warnings/permanent": {},
}


def write_settings(home: Path) -> None:
    """GSettings of a GnuCash that was used before."""
    folder = home / ".config" / "glib-2.0" / "settings"
    folder.mkdir(parents=True, exist_ok=True)
    sections = (
        f"[{path}]\n" + "".join(f"{key}={value}\n" for key, value in values.items())
        for path, values in SETTINGS.items()
    )
    (folder / "keyfile").write_text("\n".join(sections), encoding="utf-8")


def release(book: Path) -> None:
    """Take away the lock that a killed GnuCash leaves in a book in SQLite: else the next one asks
    at its start whether somebody else has it open."""
    with book.open("rb") as file:
        if file.read(6) != b"SQLite":
            return
    with closing(sqlite3.connect(book)) as database, database:
        if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'gnclock'").fetchone():
            database.execute("DELETE FROM gnclock")


def start(desktop: Host, book: Path) -> Program:
    """Open the book."""
    if book.name:
        release(book)
    write_settings(desktop.home)
    return desktop.launch(
        ["gnucash", "--nofile" if not book.name else str(book)],
        {"GSETTINGS_BACKEND": "keyfile", "GDK_BACKEND": "x11"},
    )


def is_gnucash(window: Window) -> bool:
    """The main window: its title names the program last."""
    return window.application == APPLICATION and window.title.endswith("GnuCash")


def wait_calm(desktop: Host, box: Box, calm: float = 0.5, patience: float = 20.0) -> None:
    """Until the window at `box` has not changed for `calm` seconds. DesktopError after `patience`
    seconds, Stopped if a person says so meanwhile."""
    deadline = time.monotonic() + patience
    before, since = None, time.monotonic()
    while (now := time.monotonic()) < deadline:
        image = desktop.glance().image[max(0, box.y) : box.bottom, max(0, box.x) : box.right]
        if before is None or not np.array_equal(before, image):
            before, since = image, now
        elif now - since > calm:
            return
        desktop.perform(Wait(0.03))
    raise DesktopError(f"GnuCash did not come to rest within {patience:.0f} s")
