"""`dormouse run`: do a task (or be shown it by its oracle) and remember it."""

import sys
from dataclasses import replace

from rich.console import Console
from rich.prompt import Confirm

from actuation.action import Action
from actuation.grammar import format_action
from actuation.guard import Rules
from actuation.virtual import VirtualDesktop
from agent.attempt import Attempt, Stage
from agent.config import Settings
from agent.console import ConsoleSink
from agent.errors import BadInput
from agent.events import Several
from agent.loop import Approve
from agent.output import Output
from agent.policies.catalog import level, maker
from agent.stop import Interrupted, Stop
from agent.tally import contract
from agent.verbs.bench import chosen
from agent.watch import watcher
from memory.day import context
from memory.episode import Actor, Outcome
from memory.store import Store


def main(
    task: str,
    seeds: range,
    variant: str,
    policy: str,
    weights: str,
    recall: bool,
    watch: bool,
    json: str | None,
) -> int:
    output, settings = Output(json), Settings()
    if chosen(task, variant) != (task,):
        raise BadInput(f"{task} is a suite: name one task of it")
    shown = policy == "scripted"
    provenance, actor = ("demonstration", Actor.ORACLE) if shown else ("run", Actor.AGENT)
    attempts: list[Attempt] = []
    with (
        Stop() as stop,
        Store(settings.store) as store,
        watcher(output.progress, watch) as eyes,
    ):
        store.recover()
        stage = Stage(
            lambda: eyes.attached(VirtualDesktop(settings.width, settings.height)),
            maker(policy, level(weights, settings) if policy == "core" else None),
            store,
            recall=lambda goal: context(store, goal, recall=recall),
            rules=rules(settings),
            sink=Several(ConsoleSink(output.console), eyes),
            approve=approver(output.progress),
            stop=stop,
        )
        with stage:
            for seed in seeds:
                try:
                    attempts.append(stage.attempt(task, seed, variant, provenance, actor))
                except Interrupted:
                    break
                if stop.thrown:
                    break
    output.write(contract(task, policy, seeds, attempts) | {"episodes": _episodes(attempts)})
    if stop.thrown:
        return 130
    good = all(attempt.outcome is Outcome.VERIFIED or attempt.right_ask for attempt in attempts)
    return 0 if good and not any(attempt.collateral for attempt in attempts) else 1


def approver(console: Console) -> Approve:
    """Asks at the terminal; where there is none, nothing is approved."""

    def ask(action: Action, reason: str) -> bool:
        if not sys.stdin.isatty():
            return False
        console.bell()
        console.print(f"{format_action(action)}: {reason}", markup=False)
        return Confirm.ask("Do it?", default=False, console=console)

    return ask


def rules(settings: Settings) -> Rules:
    return replace(
        Rules(),
        max_steps=settings.max_steps,
        max_seconds=settings.max_seconds,
        amount_limit=settings.amount_limit,
        approve=settings.approve,
    )


def _episodes(attempts: list[Attempt]) -> list[dict[str, str]]:
    return [{"id": a.episode, "outcome": str(a.outcome), "detail": a.detail} for a in attempts]
