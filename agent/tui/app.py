"""The desk's frame: seven pages, one state line, keys that work everywhere.

    worker ──Status (long poll, a thread)──▶ app ──▶ the page that is shown
    keys, mouse ──▶ app.ask(request) ──▶ worker (agent.tui.saying): the desk never waits

The desk is a client. Killing it neither stops the agent nor lets it do more than it may.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from agent.config import Settings
from agent.errors import exit_code
from agent.session import State
from agent.tui.attention import desktop_note
from agent.tui.faint import DRESSED, Plainer
from agent.tui.frame import Way, unicode_known
from agent.tui.keys import checked, defaults
from agent.tui.library import Library
from agent.tui.page import Page
from agent.tui.pages import KEYS, PAGES
from agent.tui.palette import commands
from agent.tui.saying import Saying
from agent.worker import wire
from agent.worker.client import NoWorker, Worker

PATIENCE = 1.0  # seconds of a long poll: an idle desk asks once a second


class DeskApp(Saying):
    """connect: opens a connection to the worker; called once for each thread that needs one.

    way: how pictures are shown (frame.detect()). clock: seconds since the epoch. start: starts a
    worker where none runs, and returns when it listens.
    """

    TITLE = "Dormouse"
    CSS_PATH = "desk.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *KEYS,
        Binding("space", "pause", "Pause", id="pause", key_display="Space"),
        Binding("T", "take_over", "Control", id="take_over", key_display="T"),
        Binding("exclamation_mark", "stop", "Stop", id="stop", show=False, key_display="!"),
        # While a text is typed, ! is a letter: this one stops even then.
        Binding("f12", "stop", "Stop, even while typing", id="stop_now", show=False, priority=True),
        Binding("R", "finish", "End recording", id="finish", key_display="R"),
        Binding("question_mark", "help", "Help", id="help", show=False, key_display="?"),
        Binding("W", "start", "Start a worker", id="start_worker", key_display="W"),
        Binding("q", "quit", "Leave", id="quit", show=False),
    ]

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[], Worker],
        library: Library,
        first_time: bool = False,
        way: Way = Way.BLOCKS,
        clock: Callable[[], float] = time.time,
        start: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(connect)
        self.settings, self.library = settings, library
        self.way, self.clock, self._start = way, clock, start
        self.lost = ""  # said in place of the state while no worker answers
        self.keys = {"stop": "!", "help": "?", "start_worker": "W"}  # as words name them
        self._none = self._starting = False  # no worker runs; one is being started
        self.leaving = threading.Event()
        self.pictures: list[Path] = []  # that were opened in a viewer
        self._first_time = first_time
        self._plainer = Plainer(not unicode_known())

    def on_mount(self) -> None:
        if self.settings.theme in self.available_themes:
            self.theme = self.settings.theme
        else:
            self.tell(f"there is no theme {self.settings.theme!r}: ctrl+p lists them")
        everywhere = defaults([type(self).BINDINGS])
        known = defaults([type(self).BINDINGS, *(page.BINDINGS for page in PAGES.values())])
        keys, wrong = checked(self.settings.keys, everywhere, known | defaults([Page.BINDINGS]))
        self.set_keymap(keys)
        self.keys |= keys
        for sentence in wrong:
            self.tell(sentence)
        self.set_class(self.way is Way.ASCII, "-faint")
        for name, page in PAGES.items():
            self.add_mode(name, page)
        self.switch_mode("desk")
        self._follow()
        self.set_interval(1.0, self._blink)
        if self._first_time:
            from agent.tui.wizard import Wizard

            self.push_screen(Wizard())

    def on_unmount(self) -> None:
        self.leaving.set()
        self.clear_pictures()

    def clear_pictures(self) -> None:
        """Remove what was written for a viewer: it may show anything that was on the screen."""
        for path in self.pictures:
            path.unlink(missing_ok=True)

    def get_line_filters(self) -> Sequence[LineFilter]:
        before: list[LineFilter] = [DRESSED] if self.no_color else []
        after: list[LineFilter] = [self._plainer] if self.way is Way.ASCII else []
        return [*before, *super().get_line_filters(), *after]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield from commands(self, screen, PAGES)
        yield from super().get_system_commands(screen)

    @work(thread=True, exclusive=True, group="follow")
    def _follow(self) -> None:
        """Keep `status` as fresh as the worker's."""
        worker, version = None, -1
        while not self.leaving.is_set():
            try:
                worker = worker or self.connect()
                status = worker.look(after=version, patience=PATIENCE, watching=True)
            except Exception as error:
                if exit_code(error) is None:
                    raise
                worker, version = None, -1
                self.call_from_thread(self._missed, str(error), isinstance(error, NoWorker))
                self.leaving.wait(PATIENCE)
                continue
            if status.version != version and not self.leaving.is_set():
                version = status.version
                self.call_from_thread(self.told, status)

    def _missed(self, why: str, none: bool) -> None:
        """No answer, and why: said once, and shown until there is one. none: no worker runs."""
        mend = f"{self.keys['start_worker']} starts one" if self._start else "dormouse worker"
        words = f"NO WORKER: nothing is done, nothing begins. {mend}" if none else f"LOST: {why}"
        if words != self.lost:
            self.tell(why)
            self.lost, self._none = words, none
            self.renew(wire.Status(0, State.IDLE))  # what was asked or done is not known
            self._entitle("Dormouse – no worker" if none else "Dormouse – lost")
            self._show(self.status)
            self.screen.refresh_bindings()

    def action_start(self) -> None:
        if self._start is not None and self._none and not self._starting:
            self._starting = True
            self.notify("Starting a worker…")
            # A thread that nobody waits for: the desk can be left meanwhile.
            threading.Thread(target=self._begin, daemon=True).start()

    def _begin(self) -> None:
        said = ""
        try:
            if self._start is not None:
                self._start()
            self.leaving.wait(2 * PATIENCE)  # until it was heard of
        except Exception as error:
            if exit_code(error) is None:
                raise
            said = str(error)
        finally:
            self._starting = False
        if said and not self.leaving.is_set():
            self.call_later(self.tell, said)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A worker is started only where there is none; a recording ends only while it runs."""
        if action == "finish":
            return self.status.tape is not None
        return bool(self._none and self._start) if action == "start" else True

    def told(self, status: wire.Status) -> None:
        """A newer status: the shown page draws it."""
        before, found = self.status, bool(self.lost)
        self.lost, self._none = "", False
        self.renew(status)
        if status.question and status.question != before.question:
            self._call_for_a_person(status.question)
        if status.state is not before.state or found:
            self._entitle(f"Dormouse – {status.state}")
        self._blink()
        self._show(status)
        if found or (status.tape is None) is not (before.tape is None):
            self.screen.refresh_bindings()

    def _show(self, status: wire.Status) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Page) and screen.is_mounted:
                screen.show(status)

    def _call_for_a_person(self, question: wire.Question) -> None:
        """A question waits: bell, title, and a note of the desktop where there is one."""
        self.bell()
        desktop_note("Dormouse needs your approval", question.risk)
        if self.current_mode != "approvals":
            words = f"{question.shown.action}: {question.risk}\nPress 2 to answer."
            self.notify(words, title="Your approval is needed", severity="warning", markup=False)

    def _blink(self) -> None:
        if self.status.tape is not None:
            self._show(self.status)  # time goes on
        if self.status.question is not None:
            odd = int(self.clock()) % 2
            self._entitle("● WAITING ● Dormouse" if odd else "○ waiting ○ Dormouse")

    def _entitle(self, words: str) -> None:
        """The title of the terminal's window, where there may be one."""
        self.title = words
        if self.way is not Way.ASCII and self._driver is not None and not self.is_headless:
            self._driver.write(f"\x1b]2;{words}\x07")

    def action_page(self, name: str) -> None:
        self.switch_mode(name)

    def action_help(self) -> None:
        from agent.tui.help import HelpScreen

        self.push_screen(HelpScreen(self.focused, self.screen))

    async def action_quit(self) -> None:
        self.leaving.set()
        self.exit(0)
