"""A school with a planted mistake: weights that learned to enter the net amount, real invoices in
Calc, and a person who takes over whenever the net amount is about to be typed.

    school.shown("misled.sqlite", "net", …), school.night("misled.sqlite", …)  → the mistake
    school.run("day.sqlite", seeds, teacher)  → taken over through VNC at each mistake
    school.night("day.sqlite", …)             → what is live then
"""

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path

from actuation.action import TypeText
from actuation.desktop import Host
from actuation.person import PersonWatch
from actuation.recorded import Recorded
from actuation.recorder import HandRecorder
from actuation.rfb import Hand
from actuation.rules import Rules
from actuation.virtual import VirtualDesktop
from agent.attempt import Attempt, Stage
from agent.bedtime import lived, plan, sleep
from agent.events import Event, Intended, ignore
from agent.policies.catalog import maker
from agent.session import Patience, Session
from agent.stop import Stop
from agent.touching import Acts, Touching
from memory.episode import Actor, Fate
from memory.levels import Levels
from memory.sleep.log import NightRecord
from memory.store import Store
from memory.taught import corrections
from tasks.books.invoice import draw_invoice

TASK = "books/enter_invoice"
TAB = 0xFF09


def amount(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def taxed(seed: int) -> bool:
    """Whether net and total differ: else the mistake is none."""
    invoice = draw_invoice(seed)
    return invoice.net != invoice.total


def seeds(first: int, count: int) -> list[int]:
    """The next invoices that the mistake shows on."""
    found = [seed for seed in range(first, first + 3 * count) if taxed(seed)]
    return found[:count]


class Teacher:
    """A person at the virtual desktop: a hand over VNC, an eye on what is proposed.

    seed: of the invoice that lies before them. taken: how often they took over.
    """

    def __init__(self) -> None:
        self.session = Session(Patience(lead=0.6))
        self.session.watched = lambda: True
        self.seed = self.taken = 0
        self._open = ExitStack()
        self._acts: Acts | None = None

    def sit_down(self, desktop: VirtualDesktop) -> VirtualDesktop:
        """At a fresh desktop."""
        self._hand = self._open.enter_context(Hand(desktop.vnc_socket, desktop.vnc_password))
        watch = PersonWatch(desktop.display, Touching(self.session))
        self._open.callback(watch.close)
        self._acts = Acts(partial(HandRecorder, desktop))
        self._open.callback(self._acts.close)
        self.session.attach(desktop)
        return desktop

    def taught(self) -> list[Recorded]:
        return self._acts() if self._acts else []

    def see(self, event: Event) -> None:
        """The loop's thread tells what is about to be done; the hand moves in its own."""
        typing = event.action if isinstance(event, Intended) else None
        if isinstance(typing, TypeText) and amount(typing.text) == draw_invoice(self.seed).net:
            self.taken += 1
            threading.Thread(target=self._correct).start()

    def _correct(self) -> None:
        for char in f"{draw_invoice(self.seed).total:.2f}":
            self._hand.type(char)
            time.sleep(0.05)  # as quickly as people type
        time.sleep(0.5)
        self._hand.tap(TAB)
        time.sleep(1.0)  # a look at what one has done
        self.session.hand_back()

    def close(self) -> None:
        self._open.close()


class School:
    """Everything in one folder: misled.sqlite, day.sqlite, levels, nights."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.levels = Levels(folder / "levels")
        self._stop = Stop()

    def shown(self, memory: str, variant: str, seeds: Sequence[int]) -> None:
        with (
            Store(self.folder / memory) as store,
            Stage(VirtualDesktop, maker("scripted", None), store) as stage,
        ):
            for seed in seeds:
                lived = stage.attempt(TASK, seed, variant, "demonstration", Actor.ORACLE)
                assert lived.success, lived.detail

    def night(self, memory: str, rehearsals: int, steps: int | None = None) -> NightRecord:
        with Store(self.folder / memory) as store:
            tonight = plan(self.folder / "nights", lived(store.episodes()), 0, rehearsals, steps)
            return sleep(
                store,
                self.levels,
                tonight,
                size=(1280, 800),
                rules=Rules(),
                sink=ignore,
                stop=self._stop,
            )

    def run(
        self, memory: str, seeds: Sequence[int], teacher: Teacher | None = None
    ) -> list[Attempt]:
        """The plain task with what is live now."""
        with ExitStack() as last:
            store = last.enter_context(Store(self.folder / memory))

            def host() -> Host:
                desktop = VirtualDesktop()
                return teacher.sit_down(desktop) if teacher else desktop

            policies = maker("core", self.levels.live())
            if teacher is None:
                stage = Stage(host, policies, store)
            else:
                last.callback(teacher.close)
                stage = Stage(
                    host,
                    policies,
                    store,
                    sink=teacher.see,
                    hold=teacher.session.hold,
                    taught=teacher.taught,
                )
            last.enter_context(stage)
            done = []
            for seed in seeds:
                if teacher is not None:
                    teacher.seed = seed
                    stop = Stop()
                    teacher.session.begin(stop)
                    stage.arm(stop, Rules())
                done.append(stage.attempt(TASK, seed))
                if teacher is not None:
                    teacher.session.end()
            return done

    def mistakes(self, memory: str, attempts: Sequence[Attempt]) -> int:
        """In how many of them the agent typed, or was about to type, the net amount."""
        with Store(self.folder / memory) as store:
            return sum(mistaken(store, one) for one in attempts)


def mistaken(store: Store, attempt: Attempt) -> bool:
    net = draw_invoice(attempt.seed).net
    return any(
        isinstance(step.intended, TypeText) and amount(step.intended.text) == net
        for step in store.episode(attempt.episode).steps
        if step.actor is Actor.AGENT
    )


def corrected(store: Store) -> int:
    """Takeovers in which what was wanted and what was done stand side by side."""
    episodes = (store.episode(head.id) for head in store.episodes())
    return sum(
        wrong.fate is Fate.TAKEN_OVER
        for episode in episodes
        for wrong in corrections(episode).values()
    )
