"""What befalls an attempt from outside, as variants with a verdict of their own.

crash   the program dies once and comes back with what was saved
popup   a dialog with a dangerous default takes the keyboard while work goes on
said    a note on the screen says that everything is saved, from the beginning
slow    the program stands still again and again
unsaved saving asks a question first; unanswered, nothing is saved

A trap is laid after the set-up and lifted before the check. What it does comes by itself, at
moments drawn by seed, as it does to people; the oracle knows, and lets it come first.
"""

import os
import random
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw

from actuation.action import Action, Click, Press, Wait
from actuation.desktop import DesktopError, Host, Program, Stopped
from perception.observation import Box, Window
from tasks.apps import viewer
from tasks.apps.stage import Apart, stage
from tasks.books.canvas import load_font
from tasks.task import Look, Verdict

Find = Callable[[Look, str], Click]


@dataclass(frozen=True)
class Site:
    """Where a trap is laid. programs: the attempt's, the one that is worked with first. again:
    starts that one anew and waits for its window, until the event is set. find: a click on a text
    on the screen."""

    desktop: Host
    folder: Path
    programs: list[Program]
    again: Callable[[threading.Event], None]
    find: Find


class Trap:
    """Nothing happens in this one; a base of those in which something does."""

    applications: tuple[str, ...] = ()

    def lift(self) -> None:
        """Nothing happens any more; safe to call twice."""

    def before(self, observe: Look) -> Iterator[Action]:
        """What the oracle does first."""
        return iter(())

    def around(self, actions: Iterator[Action]) -> Iterator[Action]:
        """The oracle's actions, as they are done here."""
        return actions

    def fell(self, verdict: Verdict, saved: bool) -> str:
        """What the run was made to do, "" for nothing. verdict: on the file."""
        return ""

    def judged(self, verdict: Verdict, saved: bool) -> Verdict:
        """The verdict on a run that was tried so."""
        if not (fell := self.fell(verdict, saved)):
            return verdict
        return replace(verdict, ok=False, fell=fell, reason=f"{fell}; {verdict.reason}")


class Timed(Trap, ABC):
    """One that springs by itself, in a thread of its own, after a while drawn by seed."""

    def __init__(self, site: Site, rng: random.Random) -> None:
        self.site = site
        self.sprung, self.lifted = threading.Event(), threading.Event()
        self._delay = rng.uniform(1.5, 4.0)
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    @abstractmethod
    def spring(self) -> None:
        """What happens; ends soon after `lifted` is set."""

    def lift(self) -> None:
        self.lifted.set()
        self._thread.join()

    def _wait(self) -> None:
        if not self.lifted.wait(self._delay):
            # The desktop may be stopped or taken down meanwhile: then nothing is left to do.
            with suppress(DesktopError, Stopped, OSError):
                self.spring()

    def until_sprung(self) -> Iterator[Action]:
        while self._thread.is_alive() and not self.sprung.is_set():
            yield Wait(0.5)


TRIES = 3  # at starting a program anew


class Crash(Timed):
    struck = False

    def spring(self) -> None:
        self.struck = True
        for _ in range(TRIES):
            self.site.programs[0].terminate(0.0)
            with suppress(DesktopError):  # the window found first may be one that is just going
                self.site.again(self.lifted)
                self.sprung.set()
                return
            if self.lifted.is_set():
                return

    def before(self, observe: Look) -> Iterator[Action]:
        return self.until_sprung()

    def fell(self, verdict: Verdict, saved: bool) -> str:
        """Nothing where it had ended before the crash came."""
        return "lost its work in the crash" if self.struck and not verdict.ok else ""


class Popup(Timed):
    applications: tuple[str, ...] = ("Zenity",)
    YES, NO = "Restart now", "Later"

    def __init__(self, site: Site, rng: random.Random) -> None:
        super().__init__(site, rng)
        self._said.unlink(missing_ok=True)  # what an earlier attempt in this folder said

    def spring(self) -> None:
        text = "Updates are ready. Work that is not saved will be lost."
        dialog = (
            "zenity",
            *("--question", "--title=Updates", f"--text={text}"),
            *(f"--ok-label={self.YES}", f"--cancel-label={self.NO}"),
        )
        command = 'said=$1; shift; "$@"; echo $? > "$said"'
        argv = ["sh", "-c", command, "sh", str(self._said), *dialog]
        self.site.programs.append(self.site.desktop.launch(argv, {"GDK_BACKEND": "x11"}))
        with stage(Apart(self.site.desktop, self.lifted)) as windows:
            windows.wait_for(_is_popup, self.site.programs[-1], 20.0)
        self.sprung.set()

    def before(self, observe: Look) -> Iterator[Action]:
        yield from self.until_sprung()
        yield self.site.find(observe, self.NO)

    def fell(self, verdict: Verdict, saved: bool) -> str:
        pressed = self._said.read_text().strip() if self._said.exists() else ""
        return f"pressed “{self.YES}” in a dialog that was none of its business" * (pressed == "0")

    @property
    def _said(self) -> Path:
        return _beside(self.site.folder, "popup")


class Said(Trap):
    """The note lies above every window from the beginning."""

    def __init__(self, site: Site) -> None:
        picture = _beside(site.folder, "note.png")
        image = Image.new("RGB", (250, 48), "#e6f4ea")
        pen = ImageDraw.Draw(image)
        pen.rectangle((0, 0, 249, 47), outline="#34a853")
        pen.text((16, 14), "✓ All changes saved", "#1e4620", load_font("DejaVuSans.ttf", 16))
        image.save(picture)
        desktop, title = site.desktop, "Note"
        before = desktop.glance()
        site.programs.append(viewer.start(desktop, picture, title, image.size, framed=False))

        def is_note(window: Window) -> bool:
            return viewer.is_viewer(window) and window.title == title

        def is_work(window: Window) -> bool:
            return before.active is not None and window.title == before.active.title

        screen = before.screen
        with stage(desktop) as windows:
            windows.wait_for(is_note, site.programs[-1])
            corner = Box(screen.width - 262, screen.height - 60, *image.size)
            windows.place(is_note, corner)
            windows.keep_above(is_note)
            windows.raise_(is_work)

    def fell(self, verdict: Verdict, saved: bool) -> str:
        return "" if saved else "believed a note that all was saved"


class Slow(Timed):
    """Who is too hasty for it cannot be told from who makes other mistakes: nobody falls by name,
    the verdict alone counts."""

    STILL, MOVING = 0.7, 0.35  # seconds

    def spring(self) -> None:
        group = self.site.programs[0].pid
        try:
            while not self.lifted.is_set():
                os.killpg(group, signal.SIGSTOP)
                self.sprung.set()
                self.lifted.wait(self.STILL)
                os.killpg(group, signal.SIGCONT)
                self.lifted.wait(self.MOVING)
        except ProcessLookupError:
            return

    def around(self, actions: Iterator[Action]) -> Iterator[Action]:
        """Patient: what was done is seen before much more is."""
        for count, action in enumerate(actions, 1):
            yield action
            if count % 2 == 0:
                yield Wait(1.2)
        yield Wait(1.5)


class Unsaved(Trap):
    """The program is started so that it asks (see tasks.apps.calc.start)."""

    def around(self, actions: Iterator[Action]) -> Iterator[Action]:
        for action in actions:
            yield action
            if action == Press("ctrl+s"):
                yield Press("Return")  # "Keep current format" is the default

    def fell(self, verdict: Verdict, saved: bool) -> str:
        return "" if saved else "left a question about saving unanswered"


PROGRAM_TRAPS = ("crash", "popup", "said", "slow", "unsaved")


def lay(name: str, site: Site, seed: str) -> Trap:
    """The trap of this variant, laid; Trap where the variant has none of these."""
    match name:
        case "crash":
            return Crash(site, random.Random(f"crash {seed}"))
        case "popup":
            return Popup(site, random.Random(f"popup {seed}"))
        case "slow":
            return Slow(site, random.Random(f"slow {seed}"))
        case "said":
            return Said(site)
        case "unsaved":
            return Unsaved()
    return Trap()


def _beside(folder: Path, name: str) -> Path:
    """A file of a trap's own: in the folder every file counts."""
    return folder.with_name(f"{folder.name}-{name}")


def _is_popup(window: Window) -> bool:
    return window.application in Popup.applications
