"""A worker without a desktop, stopped at a named moment: for tests, pictures and a first look.

world = FakeWorld("waiting")
DeskApp(settings, lambda: world, library, clock=lambda: NOON)
"""

import threading
import time
from dataclasses import replace

import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from agent.session import State
from agent.worker import wire
from agent.worker.live import picture
from perception.observation import Image

NOON = time.mktime((2026, 3, 2, 12, 0, 0, 0, 0, -1))  # every clock of this world stands still
TOTAL, CELL, GONE = (900, 520, 150, 30), (330, 216, 110, 24), (60, 430, 110, 30)

TYPING = wire.Shown(
    'type(text="1.234,56")',
    0.82,
    "the invoice's total goes into the column “Betrag”",
    target=CELL,
    source=TOTAL,
)
DELETING = wire.Shown(
    "click(x=115, y=445)", 0.57, "the row is there twice: the copy goes", target=GONE
)
JOB = wire.Job(4, "books/enter_invoice", 12)
QUEUE = (
    wire.Job(5, "books/enter_invoice", 13, "swapped"),
    wire.Job(6, "books/enter_invoice", 3, policy="scripted"),
    wire.Job(7, "books/enter_invoice", 14, dry=True, at=NOON + 6.5 * 3600),
)
ENDED = (
    wire.Job(1, "books/enter_invoice", 9, outcome="verified", episode="e1"),
    wire.Job(2, "books/enter_invoice", 10, "cut", outcome="asked", detail="which total is right?"),
    wire.Job(3, "books/enter_invoice", 11, outcome="failed", detail="row 7 is empty"),
)
TAIL = (
    "11:58:12  task 4: books/enter_invoice · no. 12",
    "11:58:12  opening the programs",
    "11:58:20  goal: Enter the invoice in the next free row",
    "11:58:24    1  click(x=330, y=216)",
    '11:58:27    2  type(text="Bäcker “Süd” & Söhne [2]")',
    '11:58:29    3  press(keys="Tab")',
    "11:58:31    4  click(x=330, y=240), no effect",
)
NIGHT = wire.Night("consolidate", 130, 400, "loss 0.41", NOON - 900, 1860.0, (0.9, 0.7, 0.55, 0.41))
MS = {"look": 41.0, "read": 212.0, "decide": 96.0, "act": 58.0, "settle": 310.0, "total": 717.0}

IDLE = wire.Status(1, State.IDLE, weights="5f2c91ab77", ended=ENDED, tail=TAIL[:1])
RUNNING = wire.Status(
    1,
    State.RUNNING,
    job=JOB,
    goal="Enter the invoice in the next free row",
    episode="e4",
    step=4,
    budget=60,
    weights="5f2c91ab77",
    shown=TYPING,
    queue=QUEUE,
    ended=ENDED,
    tail=TAIL,
    ms=MS,
)
QUESTION = wire.Question(3, DELETING, "delete", "it deletes something", NOON - 18, NOON + 282)
TAPE = wire.Tape(NOON - 83, False, ("keepass", "bank"), "ctrl+alt+Return", "ctrl+alt+space")
MOMENTS = {
    "idle": IDLE,
    "running": RUNNING,
    "waiting": replace(RUNNING, state=State.WAITING, shown=DELETING, question=QUESTION),
    "paused": replace(RUNNING, state=State.PAUSED, why="you pressed the key"),
    "taken over": replace(RUNNING, state=State.TAKEN_OVER, why="you touched the mouse"),
    "recording": replace(
        RUNNING,
        state=State.RECORDING,
        job=replace(JOB, policy=wire.PERSON),
        weights="",
        shown=None,
        tape=TAPE,
    ),
    "sleeping": replace(IDLE, state=State.SLEEPING, night=NIGHT),
    "stopped": replace(IDLE, state=State.STOPPED, why="double Esc on the desktop", queue=QUEUE),
}
HELD = (State.PAUSED, State.TAKEN_OVER, State.STOPPED)


class FakeWorld:
    """A Worker for any number of threads. asked: what it was asked, oldest first."""

    def __init__(self, moment: str = "idle") -> None:
        self.asked: list[wire.Request] = []
        self.seen: list[tuple[int, int]] = []  # sizes of pictures that were asked for
        self.frame = drawn()
        self._turn = threading.Condition()
        self._status = MOMENTS[moment]

    @property
    def status(self) -> wire.Status:
        return self._status

    def become(self, status: wire.Status) -> None:
        """Something changed."""
        with self._turn:
            self._status = replace(status, version=self._status.version + 1)
            self._turn.notify_all()

    def look(self, after: int = -1, patience: float = 0.0, watching: bool = False) -> wire.Status:
        with self._turn:
            # A desk that leaves need not wait for this one.
            self._turn.wait_for(lambda: self._status.version > after, min(patience, 0.03))
            return self._status

    def see(self, width: int, height: int, after: str = "") -> wire.Picture:
        self.seen.append((width, height))
        return picture(self.frame, width, height, after, NOON)

    def ask(self, request: wire.Request) -> wire.Done:
        self.asked.append(request)
        now = self._status
        match request:
            case wire.Add(job=job):
                number = 1 + max(each.id for each in (*now.queue, *now.ended, JOB))
                self.become(replace(now, queue=(*now.queue, replace(job, id=number))))
                return wire.Done(id=number)
            case wire.Cancel(job=number):
                left = tuple(job for job in now.queue if job.id != number)
                self.become(replace(now, queue=left))
                return wire.Done(changed=left != now.queue)
            case wire.Intend(intent=intent, why=why):
                self.become(replace(now, state=_after(intent, now), why=why))
            case wire.Reply(question=number):
                if now.question is None or now.question.id != number:
                    return wire.Done(changed=False)
                self.become(replace(now, state=State.RUNNING, question=None))
            case _:
                pass
        return wire.Done()


def _after(intent: str, now: wire.Status) -> State:
    begun = State.RUNNING if now.job else State.IDLE
    states = {"pause": State.PAUSED, "take_over": State.TAKEN_OVER, "stop": State.STOPPED}
    return states.get(intent, begun)


def drawn() -> Image:
    """A desktop with a table and an invoice, 1280 × 800."""
    image = Pictures.new("RGB", (1280, 800), (52, 92, 120))
    pen = ImageDraw.Draw(image)
    font, large = ImageFont.load_default(15), ImageFont.load_default(24)
    pen.rectangle((20, 20, 800, 780), fill=(250, 250, 250))
    pen.rectangle((20, 20, 800, 50), fill=(60, 60, 70))
    pen.text((30, 26), "Bücher.xlsx – Calc", fill="white", font=font)
    for row in range(24):
        for column in range(6):
            left, top = 60 + column * 122, 96 + row * 28
            pen.rectangle((left, top, left + 122, top + 28), outline=(200, 200, 200))
            if row < 4:
                text = ("Datum", "Lieferant", "Betrag")[column % 3] if not row else f"{row}.03."
                pen.text((left + 5, top + 5), text, fill=(20, 20, 20), font=font)
    pen.rectangle((GONE[0], GONE[1], GONE[0] + GONE[2], GONE[1] + GONE[3]), fill=(220, 220, 220))
    pen.text((GONE[0] + 8, GONE[1] + 5), "Zeile löschen", fill="black", font=font)
    pen.rectangle((830, 60, 1260, 700), fill="white")
    pen.text((860, 90), "RECHNUNG", fill="black", font=large)
    for line in range(9):
        pen.text((860, 160 + 32 * line), f"Brötchen, {line + 2} Stück", fill="black", font=font)
    pen.line((860, 500, 1230, 500), fill="black", width=2)
    pen.text((860, 526), "Summe   1.234,56", fill="black", font=font)
    return np.asarray(image)
