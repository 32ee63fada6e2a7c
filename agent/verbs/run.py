"""`dormouse run`: do a task (or be shown it by its oracle) and remember it."""

import sys
from collections.abc import Sequence
from json import loads

from rich.console import Console
from rich.markup import escape
from rich.prompt import Confirm

from actuation.action import Ask
from actuation.grammar import format_action
from actuation.virtual import VirtualDesktop
from agent.approval import Answer, Approve, Request
from agent.attempt import Attempt, Stage
from agent.config import Settings
from agent.console import ConsoleSink
from agent.errors import BadInput
from agent.events import Several
from agent.facts import Facts
from agent.guarding import rules
from agent.orders import Own, asked
from agent.output import Output
from agent.own import Agree, after
from agent.policies.catalog import acting, known, level, maker
from agent.privacy import guarded
from agent.stop import Interrupted, Stop
from agent.tally import contract
from agent.unlock import opened
from agent.verbs.bench import chosen
from agent.watch import watcher
from agent.worker import wire
from agent.worker.board import title
from agent.worker.client import Connection, connect
from agent.worker.place import held, only_one
from memory.day import context
from memory.episode import Actor, Outcome
from perception.read import Reader


def main(
    task: str,
    seeds: Sequence[int],
    variant: str,
    policy: str | None,
    weights: str,
    recall: bool,
    watch: bool,
    json: str | None,
    own: Own | None = None,
) -> int:
    output, settings = Output(json), Settings()
    name = known(settings.named(policy))
    facts, told = Facts(settings), own or Own()
    facts.check(f"{task if told.files else ''} {told.say or ''}")
    task, seeds = asked(settings.jobs, task, seeds, told, settings.redact)
    if not seeds:
        output.console.print("nothing is left to do: all of it is done")
        return 0
    if chosen((task,), variant) != (task,):
        raise BadInput(f"{task} is a suite: name one task of it")
    shown = name == "scripted"
    provenance, actor = ("demonstration", Actor.ORACLE) if shown else ("run", Actor.AGENT)
    attempts: list[Attempt] = []
    if held(settings):
        jobs = [wire.Job(0, task, seed, variant, name, weights, recall) for seed in seeds]
        return _through(output, settings, jobs)
    acts = acting(weights, settings, name)
    with (
        Stop() as stop,
        only_one(settings),
        opened(settings) as store,
        watcher(output.progress, watch) as eyes,
    ):
        store.recover()
        reader = Reader()
        stage = Stage(
            lambda: eyes.attached(VirtualDesktop(settings.width, settings.height)),
            maker(name, level(weights, settings, name), settings.store, reader),
            guarded(store, settings, reader=reader),
            recall=lambda goal: context(store, goal, recall=recall, level=acts),
            rules=facts.bound(rules(settings)),
            sink=Several(ConsoleSink(output.console), eyes),
            approve=approver(output.progress),
            stop=stop,
            fill=facts.fill,
            veil=facts.veil,
        )
        with stage:
            for seed in seeds:
                try:
                    attempts.append(stage.attempt(task, seed, variant, provenance, actor))
                except Interrupted:
                    break
                agree = agreeing(output.progress)
                if said := after(attempts[-1], provenance, agree, facts.veil()):
                    output.console.print(said, markup=False, highlight=False, soft_wrap=True)
                if stop.thrown:
                    break
    return _told(output, task, name, seeds, attempts, stop)


def _through(output: Output, settings: Settings, jobs: list[wire.Job]) -> int:
    """Let the worker that owns the memory do it, and tell what it does. Ctrl-C stops the run."""
    seeds = [job.seed for job in jobs]
    attempts: list[Attempt] = []
    with Stop() as stop, connect(settings) as worker:
        for job in jobs:
            number = worker.ask(wire.Add(job)).id
            ended = followed(output, worker, number, stop)
            if ended.attempt:
                attempts.append(Attempt.from_row(loads(ended.attempt)))
            else:
                output.console.print(f"{ended.outcome}: {ended.detail}", markup=False)
            if stop.thrown or not ended.attempt:
                break
    return _told(output, jobs[0].task, jobs[0].policy, seeds, attempts, stop)


def followed(output: Output, worker: Connection, number: int, stop: Stop) -> wire.Job:
    """Wait until a job has ended; print the worker's tail while it is done. Ctrl-C takes it out of
    the queue, or stops it; what somebody else has begun goes on."""
    now, cancelled, stopped, waits = worker.look(), False, False, ""
    version, told = now.version - 1, now.said
    while True:
        now = worker.look(after=version, patience=0.5)
        version, mine = now.version, now.job is not None and now.job.id == number
        ended = next((job for job in now.ended if job.id == number), None)
        new = min(now.said - told, len(now.tail)) if mine or ended else 0
        for line in now.tail[len(now.tail) - new :]:
            output.console.print(line, markup=False, highlight=False)
        told = now.said
        if ended is not None:
            return ended
        if now.job is not None and not mine and waits != (behind := title(now.job)):
            waits = behind
            output.progress.print(f"it waits behind: {behind}", markup=False, highlight=False)
        if stop.thrown and not cancelled:
            cancelled = worker.ask(wire.Cancel(number)).changed or mine
        if stop.thrown and mine and not stopped:
            stopped = True
            worker.ask(wire.Intend("stop", "Ctrl-C"))
        if cancelled and not mine:
            return wire.Job(number, "", outcome=Outcome.STOPPED, detail="stopped by a person")


def _told(
    output: Output,
    task: str,
    policy: str,
    seeds: Sequence[int],
    attempts: list[Attempt],
    stop: Stop,
) -> int:
    """Numbers and exit code of what was attempted."""
    span = range(min(seeds), max(seeds) + 1)
    output.write(contract(task, policy, span, attempts) | {"episodes": _episodes(attempts)})
    if stop.thrown:
        return 130
    good = bool(attempts) and all(
        attempt.outcome is Outcome.VERIFIED or attempt.right_ask for attempt in attempts
    )
    return 0 if good and not any(attempt.collateral for attempt in attempts) else 1


def approver(console: Console) -> Approve:
    """Asks at the terminal; where there is none, nothing is approved."""

    def ask(request: Request) -> Answer | None:
        if not sys.stdin.isatty() or isinstance(request.action, Ask):
            return None  # a question ends the run: there is time to answer it at the desk
        console.bell()
        console.print(f"{format_action(request.action)}: {request.risk}", markup=False)
        if request.note:
            console.print(f"  {request.note}", markup=False)
        return Answer(Confirm.ask("Do it?", default=False, console=console))

    return ask


def agreeing(console: Console) -> Agree:
    """Asks at the terminal; where there is none, the operator's files stay as they are."""

    def ask(sentence: str) -> bool:
        if not sys.stdin.isatty():
            return False
        console.bell()
        return Confirm.ask(escape(sentence), default=False, console=console)

    return ask


def _episodes(attempts: list[Attempt]) -> list[dict[str, str]]:
    return [{"id": a.episode, "outcome": str(a.outcome), "detail": a.detail} for a in attempts]
