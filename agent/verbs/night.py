"""`dormouse night`: the worker's night: begin it or go on, pause it, follow it."""

import time
from dataclasses import asdict

from agent.config import Settings
from agent.morning import clock
from agent.output import Output
from agent.session import State
from agent.worker import wire
from agent.worker.client import connect, started
from agent.worker.wire import Night

TURN = 2.0  # seconds of a look


def main(pause: bool, progress: bool, wait: bool, seed: int, json: str | None) -> int:
    output, settings = Output(json), Settings()
    if pause or progress:
        with connect(settings) as worker:
            changed = worker.ask(wire.Wake()).changed if pause else False
            now = worker.look()
    else:
        with started(settings, lambda words: output.progress.print(words)) as worker:
            changed = worker.ask(wire.Sleep(seed=seed)).changed
            now = worker.look()
            while wait and now.state is State.SLEEPING:
                told = now.night
                now = worker.look(after=now.version, patience=TURN)
                if now.night and (told is None or now.night.phase != told.phase):
                    output.progress.print(line(now.night), markup=False)
    if pause:
        words = "the night is being paused: `dormouse night` goes on with it"
        output.console.print(words if changed else "no night is under way")
    elif now.state is State.SLEEPING:
        output.console.print("the night begins" if changed else "a night is under way")
        if now.night:
            output.console.print(line(now.night), markup=False)
    else:
        output.console.print(now.nap or "no night is under way", markup=False)
    output.write(
        {
            "changed": changed,
            "state": now.state,
            "night": asdict(now.night) if now.night else None,
            "nap": now.nap,
            "at": time.time(),
        }
    )
    return 0 if changed or progress or now.state is State.SLEEPING else 1


def line(night: Night) -> str:
    """The phase in words."""
    eta = f", {clock(night.eta)} left" if night.eta is not None else ""
    return f"{night.phase}: {night.done:g} of {night.total:g}{eta}  {night.note}".rstrip()
