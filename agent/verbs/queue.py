"""The verbs that talk to a running worker: add, status, cancel, pause, resume, takeover,
handback, stop, approve."""

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from platformdirs import user_data_path

from agent.config import Settings
from agent.errors import BadInput, Needed
from agent.output import Output
from agent.plain import question_lines, status_lines
from agent.worker import wire
from agent.worker.client import connect, started
from agent.worker.place import held, owner_of
from tasks.outside import settled


def reachable() -> Settings:
    """Settings for those who only speak to a worker: a mistake in them must not keep anybody from
    stopping it. Then the memory is where the environment, or the default, says."""
    try:
        return Settings()
    except BadInput as error:
        print(f"dormouse: {error}", file=sys.stderr)
        data = os.environ.get("DORMOUSE_DATA")
        return Settings.model_construct(data=Path(data) if data else user_data_path("dormouse"))


def add(
    *,
    task: str,
    seed: int,
    variant: str,
    policy: str,
    weights: str,
    recall: bool,
    dry: bool,
    at: str,
    json: str | None,
) -> int:
    output, settings = Output(json), Settings()
    task = settled(task)  # the worker may have been started in another folder
    job = wire.Job(0, task, seed, variant, policy, weights, recall, dry, moment(at) if at else 0.0)
    with started(settings, lambda words: output.progress.print(words)) as worker:
        number = worker.ask(wire.Add(job)).id
    output.console.print(f"task {number} is in the queue")
    output.write({"job": number})
    return 0


def status(plain: bool, json: str | None) -> int:
    output = Output(json)
    with connect(Settings()) as worker:
        now = worker.look()
    for line in status_lines(now, short=not plain):
        output.console.print(line, markup=False, highlight=False, soft_wrap=True)
    output.write(asdict(now))
    return 0


def intend(intent: wire.Intent, json: str | None) -> int:
    output = Output(json)
    with connect(reachable()) as worker:
        changed = worker.ask(wire.Intend(intent, "you said so")).changed
        now = worker.look()
    output.console.print(str(now.state), markup=False)
    output.write({"changed": changed, "state": now.state})
    return 0 if changed else 1


def cancel(number: int, json: str | None) -> int:
    output = Output(json)
    with connect(reachable()) as worker:
        changed = worker.ask(wire.Cancel(number)).changed
    if not changed:
        raise BadInput(f"no task {number} waits: `dormouse status --plain` shows the queue")
    output.console.print(f"task {number} is taken off the queue")
    output.write({"job": number})
    return 0


def stop(worker: bool, json: str | None) -> int:
    output, settings = Output(json), reachable()
    if not _listens(settings) and (owner := owner_of(settings)):
        # A run without a worker, beside the socket of one that was killed perhaps: it stops as by
        # Ctrl-C. It may have ended by itself by now.
        with suppress(ProcessLookupError):
            os.kill(owner, signal.SIGTERM)
        output.console.print(f"process {owner} was told to stop")
        output.write({"changed": True, "state": "stopped"})
        return 0
    if not worker:
        return intend("stop", json)
    with connect(settings) as line:
        line.ask(wire.End())
    deadline = time.monotonic() + 30
    while held(settings):
        if time.monotonic() > deadline:
            raise Needed("the worker has not ended in 30 s: look at its log with `dormouse doctor`")
        time.sleep(0.05)
    output.console.print("the worker has ended")
    output.write({"changed": True, "state": "ended"})
    return 0


def _listens(settings: Settings) -> bool:
    try:
        connect(settings).close()
    except Needed:
        return False
    return True


def approve(
    *,
    question: int | None,
    no: bool,
    instead: str,
    whole_task: bool,
    plain: bool,
    json: str | None,
) -> int:
    output = Output(json)
    with connect(reachable()) as worker:
        pending = worker.look().question
        if question is None:
            lines = question_lines(pending) if pending else ["nothing waits for your approval"]
            for line in lines:
                output.console.print(line, markup=False, highlight=False, soft_wrap=True)
            output.write({"question": asdict(pending) if pending else None})
            return 0
        if pending is None or pending.id != question:
            raise BadInput(f"question {question} does not wait any more")
        reply = wire.Reply(question, not no, instead, whole_task)
        changed = worker.ask(reply).changed
    output.console.print("rejected" if no else "approved")
    output.write({"changed": changed})
    return 0 if changed else 1


def answer(words: str, json: str | None) -> int:
    output, said = Output(json), words.strip()
    with connect(reachable()) as worker:
        pending = worker.look().question
        if pending is None or not pending.asks:
            raise BadInput("the agent asks nothing now: `dormouse approve` shows what waits")
        if not said:
            raise BadInput(f"say something in answer to: {pending.asks}")
        changed = worker.ask(wire.Reply(pending.id, True, words=said)).changed
    output.console.print("answered" if changed else "too late: it no longer waits")
    output.write({"changed": changed})
    return 0 if changed else 1


def moment(text: str) -> float:
    """ "HH:MM" → the next such moment, in seconds since the epoch."""
    try:
        clock = time.strptime(text, "%H:%M")
    except ValueError as error:
        raise BadInput(f"--at {text}: say a time of day, as 18:30") from error
    now = time.localtime()
    day = (*now[:3], clock.tm_hour, clock.tm_min, 0, 0, 0, -1)
    at = time.mktime(day)
    return at if at > time.time() else time.mktime((*now[:2], now[2] + 1, *day[3:]))
