"""`dormouse record`: a person shows how a job is done; each act is kept as soon as it is done.

The worker records. Where none runs, one is started for as long as this takes.
"""

import os
import select
import subprocess
import sys
import time
from difflib import get_close_matches
from json import loads
from pathlib import Path
from typing import TextIO

from agent.attempt import Attempt
from agent.config import Settings
from agent.errors import BadInput
from agent.facts import Facts
from agent.orders import Own, asked
from agent.output import Output
from agent.own import CLAIMED
from agent.plain import tape_line
from agent.stop import Stop
from agent.verbs.jobs import lines
from agent.watch import viewer
from agent.worker import wire
from agent.worker.client import Connection, started
from agent.worker.place import held
from memory.amend import CUT_OFF
from memory.episode import Outcome
from tasks.catalog import exists, names
from tasks.outside import is_own, settled
from tasks.own.job import load

LOOK = 0.25  # seconds between two looks at what was typed here
HOW = (
    "Show it with your own mouse and keyboard. Enter here ends it (an answer, if the job wants one,"
    " or ? and a question, before it); h and Enter hides what follows, and shows it again."
)


def main(
    goal: str,
    task: str,
    seed: int,
    variant: str,
    display: str,
    watch: bool,
    json: str | None,
    own: Own | None = None,
) -> int:
    output, settings = Output(json), Settings()
    mine = own if own is not None and own.files else None
    if sum((bool(task), bool(display), mine is not None)) != 1:
        raise BadInput(
            "say one of them: what is set up, with --task TASK, what it is shown on, with --open"
            " FILE, or what is recorded, with --display :0"
        )
    if not task and not goal.strip():
        raise BadInput(
            "say in words what will be shown: dormouse record 'Pay the rent' --display :0"
        )
    Facts(settings).check(goal)
    name = settled(task) if task else ""
    if mine is not None:
        name, (seed,) = asked(settings.jobs, goal, (), mine, settings.redact)
    elif is_own(task) or (settings.jobs / f"{task}.job").is_file():
        one_more = Own(say=goal) if goal.strip() else Own()
        seeds = () if goal.strip() else (seed,)
        name, (seed, *_) = asked(settings.jobs, task, seeds, one_more, settings.redact)
    elif name and not exists(name):
        jobs = (path.stem for path in settings.jobs.glob("*.job"))
        near = get_close_matches(task, [*names(), *jobs], 3)
        hint = f"; near it: {', '.join(near)}" if near else "; `dormouse tasks` and `dormouse job`"
        raise BadInput(f"there is no task {task!r}{hint}")
    job = wire.Job(0, name, seed, variant, wire.PERSON, goal=goal, display=display)
    alone = not held(settings)
    with Stop() as stop, started(settings, output.progress.print) as worker:
        try:
            number = worker.ask(wire.Add(job)).id
            ended = _followed(output, worker, number, stop, watch)
        finally:
            if alone:
                worker.ask(wire.End())
    if is_own(name) and ended.outcome in CLAIMED:
        for words in lines(Path(name), load(Path(name))):
            output.console.print(words, markup=False, highlight=False, soft_wrap=True)
    return 130 if stop.thrown else _told(output, ended)


def _followed(output: Output, worker: Connection, number: int, stop: Stop, watch: bool) -> wire.Job:
    """Until the recording has ended: tell how many acts there are, and hear what is typed here."""
    typed, eyes, told = Typed(sys.stdin), None, ""
    with output.progress.status("the programs are opened") as line:
        try:
            while True:
                now = worker.look()
                for job in now.ended:
                    if job.id == number:
                        return job
                mine = now.job is not None and now.job.id == number
                begun = mine and now.tape is not None and now.tape.since > 0
                if begun and not told:
                    output.progress.print(HOW, markup=False)
                    eyes = _opened(output, now) if watch and now.vnc[0] else None
                if not mine:
                    line.update(f"it waits in the queue: {now.state}")
                if begun:
                    line.update(words := tape_line(now, time.time()))
                    if not output.progress.is_terminal and words != told:
                        output.progress.print(words, markup=False)
                    told = words
                if stop.thrown:
                    if not mine:
                        worker.ask(wire.Cancel(number))
                        return wire.Job(
                            number, "", outcome=Outcome.STOPPED, detail="it had not begun"
                        )
                    worker.ask(wire.Intend("stop", "Ctrl-C"))
                if (said := typed.line(LOOK)) is not None and begun:
                    worker.ask(_meant(said, hidden=now.tape is not None and now.tape.hidden))
        finally:
            if eyes is not None:
                eyes.terminate()
                eyes.wait()


def _meant(said: str, hidden: bool) -> wire.Intend | wire.Finish:
    """What a line that is typed in the terminal asks for."""
    if said in ("h", "hide"):
        return wire.Intend("go_on" if hidden else "pause", "you said so")
    if said.startswith("?"):
        return wire.Finish(question=said[1:].strip() or "?")
    return wire.Finish(answer=said)


def _opened(output: Output, now: wire.Status) -> "subprocess.Popen[bytes] | None":
    """A viewer that can touch, or words that say how to get one."""
    socket, secret = now.vnc
    found = viewer(Path(socket), Path(secret).read_text(), look_only=False)
    if found is None:
        output.progress.print(
            "no viewer opens here: `dormouse watch --browser` in another terminal shows the desktop"
        )
    return found


def _told(output: Output, ended: wire.Job) -> int:
    """What was recorded, as words and numbers; the exit code."""
    attempt = Attempt.from_row(loads(ended.attempt)) if ended.attempt else None
    steps = len(attempt.ms) if attempt else 0
    detail = f": {ended.detail}" if ended.detail else ""
    output.console.print(f"{ended.outcome}, {steps} steps{detail}", markup=False)
    if ended.episode:
        output.console.print(
            f"recording {ended.episode} waits for your yes:"
            f" dormouse demonstrations --accept {ended.episode[:8]}"
        )
    output.write(
        {
            "episode": ended.episode,
            "task": ended.task,
            "seed": ended.seed,
            "outcome": ended.outcome,
            "detail": ended.detail,
            "steps": steps,
            "seconds": attempt.seconds if attempt else 0.0,
        }
    )
    fell = attempt is None or attempt.outcome in (Outcome.WRONG, *CUT_OFF) or attempt.collateral
    return 1 if fell else 0


class Typed:
    """Lines of a terminal or a pipe, without waiting for them longer than is said."""

    def __init__(self, source: TextIO) -> None:
        self._file: int | None = source.fileno() if not source.closed else None
        self._text = b""

    def line(self, patience: float) -> str | None:
        """The next whole line; None where none came in so many seconds. The end of the input is
        no line: whoever closed it says nothing."""
        if self._file is None:
            time.sleep(patience)
            return None
        ready, _, _ = select.select([self._file], [], [], patience)
        if ready:
            part = os.read(self._file, 4096)
            if not part:
                self._file = None
            self._text += part
        line, newline, rest = self._text.partition(b"\n")
        if not newline:
            return None
        self._text = rest
        return line.decode(errors="replace").strip()
