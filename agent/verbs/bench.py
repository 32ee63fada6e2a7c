"""`dormouse bench`: measure, print, write the numbers and the report."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from agent.attempt import Attempt
from agent.bench import Plan, bench, kept
from agent.config import Settings
from agent.console import bar
from agent.errors import BadInput
from agent.output import Output
from agent.policies.catalog import known, learns, level
from agent.report import Part, gallery
from agent.stop import Interrupted, Stop
from agent.tables import (
    attempts_table,
    endings_table,
    levels_table,
    means_table,
    scores_table,
    steps_table,
)
from agent.tally import by_level, by_task, contract, desktop_mib
from tasks import catalog
from tasks.catalog import create

MINIWOB, MINIWOB_STEPS = "miniwob/", 30  # as Pix2Act's protocol has it


def main(
    suites: Sequence[str],
    policy: str | None,
    weights: str,
    variant: str,
    seeds: str,
    recall: bool,
    jobs: int,
    json: str | None,
    report: Path | None,
    traps: bool = False,
    of_level: int | None = None,
    films: int = 60,
    address: str = "",
) -> int:
    output, settings, suite = Output(json), Settings(), " ".join(suites)
    policy = known(settings.named(policy))
    tasks = chosen(suites, variant, of_level)
    if policy == "replay":
        from agent.policies.replay import missing

        if sentence := missing(settings.store, tasks):
            raise BadInput(sentence)
    if report:
        report.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        tasks=tasks,
        seeds=span(seeds),
        variant=variant,
        traps=trapped(tasks, variant) if traps else (),
        policy=policy,
        weights=level(weights, settings, policy),
        memory=settings.store if recall or policy == "replay" else None,
        keep=report / "memory.sqlite" if report else None,
        size=(settings.width, settings.height),
        max_steps=settings.max_steps,
        max_seconds=settings.max_seconds,
    )
    if any(task.startswith(MINIWOB) for task in tasks):
        plan = replace(plan, max_steps=min(plan.max_steps, MINIWOB_STEPS))
    journal = journal_of(json, report)
    try:
        attempts, pace = measured(plan, suite, journal, jobs, output, address)
    except Interrupted:
        where = f"; what is done lies in {journal}, start again to go on" if journal else ""
        output.progress.print(f"stopped{where}")
        return 130
    laid = set(plan.traps)
    told = [one for one in attempts if (one.task, one.variant) in laid]
    plain = [one for one in attempts if (one.task, one.variant) not in laid]
    numbers = contract(suite, policy, plan.seeds, plain, told) | {"variant": variant}
    numbers |= {"jobs": jobs} | ({"episodes_per_minute": pace} if pace else {})
    show(output, plain, told)
    output.console.print(summary(attempts, pace, jobs))
    if report:
        heading = f"{policy}, {weights} weights" if learns(policy) else policy
        parts = [Part(heading, tuple(plain)), Part(f"{heading}, under traps", tuple(told))]
        title = f"Bench: {suite} {variant}".rstrip()
        remarks = [f"Seeds {seeds}. {summary(attempts, pace, jobs)}"]
        path = gallery(report, title, parts, report / "memory.sqlite", films, remarks)
        output.console.print(f"report: {path}")
    output.write(numbers)
    return 1 if any(one.outcome == "wrong" or one.collateral for one in attempts) else 0


def measured(
    plan: Plan, suite: str, journal: Path | None, jobs: int, output: Output, address: str
) -> tuple[list[Attempt], float]:
    """All attempts, and how many a minute were made now (0 where all lay in the journal)."""
    total, before = len(plan.jobs()), kept(plan, journal)
    with Stop() as stop, bar(output.progress) as progress:
        shown = progress.add_task(f"bench {suite}", total=total, completed=before, note="")
        if before:
            output.progress.print(f"going on: {before} of {total} are done")
        since, new = time.monotonic(), 0

        def finished(attempt: Attempt) -> None:
            nonlocal new
            new += 1
            where = f"{attempt.task} {attempt.variant}".rstrip()
            note = f"{where} {attempt.seed}: {attempt.outcome}"
            progress.update(shown, advance=1, note=note)
            if not output.progress.is_terminal:  # a log has no bar: a line each
                rest = (time.monotonic() - since) / new * (total - before - new)
                left = f" [{before + new} of {total}, {timedelta(seconds=round(rest))} left]"
                line = f"{note}: {attempt.detail}{left}"
                output.progress.print(line, markup=False, soft_wrap=True)

        attempts = bench(plan, journal, jobs, finished, stop=stop, address=address)
        progress.update(shown, completed=total, note="")
        return attempts, 60 * new / (time.monotonic() - since)


def show(output: Output, plain: Sequence[Attempt], told: Sequence[Attempt]) -> None:
    """The tables: tasks and traps, levels, means, rewards, steps."""
    say = output.console.print
    say(attempts_table(plain, told))
    if (endings := endings_table([*plain, *told])) is not None:
        say(endings)
    if len(by_level(plain)) > 1:
        say(levels_table(plain))
    if len(by_task(plain)) > 1 or told:
        say(means_table(plain, told))
    if (rewards := scores_table(plain)) is not None:
        say(rewards)
    say(steps_table([*plain, *told]))


def summary(attempts: Sequence[Attempt], pace: float, jobs: int) -> str:
    """How fast, and what a desktop takes."""
    parts = [f"{pace:.1f} episodes a minute with {jobs} at once"] if pace else []
    if weighed := desktop_mib(attempts):
        memory = f"a desktop takes {weighed['p50']:.0f} MiB, at most {weighed['max']:.0f}"
        parts.append(f"{memory}, programs included")
    return "; ".join([*parts, f"{len(attempts)} attempts in all"]) + "."


def chosen(names: Sequence[str], variant: str, of_level: int | None = None) -> tuple[str, ...]:
    """The tasks of each SUITE, SUITE/FAMILY or FILE.py:CLASS that have the variant and the level;
    BadInput where there is none."""
    name = " ".join(names)
    try:
        inside = catalog.suite(*names)
    except ValueError as error:
        raise BadInput(str(error)) from error
    if of_level is not None:
        levels = {task: create(task).level for task in inside}
        inside = tuple(task for task in inside if levels[task] == of_level)
        if not inside:
            known = ", ".join(str(each) for each in sorted(set(levels.values())))
            raise BadInput(f"no task of level {of_level} in {name}: it has {known}")
    if not variant:
        return inside
    fitting = [task for task in inside if variant in create(task).variants]
    if not fitting:
        known = ", ".join(
            sorted({each for task in inside for each in create(task).variants if each})
        )
        raise BadInput(f"no variant {variant!r} in {name}: known are {known}")
    return tuple(fitting)


def trapped(tasks: Sequence[str], variant: str) -> tuple[tuple[str, str], ...]:
    """Every (task, trap) pair, but for the variant that is measured in any case."""
    pairs = [(task, trap) for task in tasks for trap in create(task).traps]
    return tuple(pair for pair in pairs if pair[1] != variant)


def span(seeds: str) -> range:
    """'A:B' as range(A, B)."""
    first, colon, end = seeds.partition(":")
    if not (colon and first.isdigit() and end.isdigit() and int(first) < int(end)):
        raise BadInput(f"--seeds {seeds!r}: say FIRST:END, as 0:10 for the seeds 0 to 9")
    return range(int(first), int(end))


def journal_of(json: str | None, report: Path | None) -> Path | None:
    """The file of attempts beside the output while it is not done; None for no output."""
    if json not in (None, "-"):
        return Path(f"{json}.partial.jsonl")
    return report / "bench.partial.jsonl" if report else None
