"""`dormouse bench`: measure, print, write the numbers and the report."""

from pathlib import Path

from agent.attempt import Attempt
from agent.bench import Plan, bench
from agent.config import Settings
from agent.console import bar
from agent.errors import BadInput
from agent.output import Output
from agent.policies.catalog import NAMES, level
from agent.report import Part, films_of, write
from agent.stop import Interrupted, Stop
from agent.tables import attempts_table, steps_table
from agent.tally import by_task, contract
from tasks.catalog import TASKS, create


def main(
    suite: str,
    policy: str,
    weights: str,
    variant: str,
    seeds: str,
    recall: bool,
    jobs: int,
    json: str | None,
    report: Path | None,
) -> int:
    output, settings = Output(json), Settings()
    if policy not in NAMES:
        raise BadInput(f"no policy {policy!r}: known are {', '.join(NAMES)}")
    if report:
        report.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        tasks=chosen(suite, variant),
        seeds=span(seeds),
        variant=variant,
        policy=policy,
        weights=level(weights, settings) if policy == "core" else None,
        memory=settings.store if recall else None,
        keep=report / "memory.sqlite" if report else None,
        size=(settings.width, settings.height),
        max_steps=settings.max_steps,
        max_seconds=settings.max_seconds,
    )
    journal = journal_of(json, report)
    with Stop() as stop, bar(output.progress) as progress:
        total = len(plan.jobs())
        shown = progress.add_task(f"bench {suite}", total=total, note="")

        def finished(attempt: Attempt) -> None:
            note = f"{attempt.task} {attempt.seed}: {attempt.outcome}"
            progress.update(shown, advance=1, note=note)
            if not output.progress.is_terminal:  # a log has no bar: a line each
                output.progress.print(f"{note}: {attempt.detail}", markup=False)

        try:
            attempts = bench(plan, journal, jobs, finished, stop=stop)
        except Interrupted:
            where = f"; what is done lies in {journal}, start again to go on" if journal else ""
            output.progress.print(f"stopped{where}")
            return 130
        progress.update(shown, completed=total, note="")
    numbers = contract(suite, policy, plan.seeds, attempts)
    output.console.print(attempts_table(by_task(attempts), variant))
    output.console.print(steps_table(attempts))
    if report:
        path = write(
            report / "report.html",
            f"Bench: {suite} {variant}",
            [Part(f"{policy}, {weights} weights" if policy == "core" else policy, tuple(attempts))],
            films_of(report / "memory.sqlite", attempts),
        )
        output.console.print(f"report: {path}")
    output.write(numbers)
    bad = any(tally.false_success or tally.collateral for tally in by_task(attempts).values())
    return 1 if bad else 0


def chosen(suite: str, variant: str) -> tuple[str, ...]:
    """The tasks of SUITE or SUITE/FAMILY that have the variant; BadInput where there is none."""
    inside = [name for name in sorted(TASKS) if name == suite or name.startswith(f"{suite}/")]
    if not inside:
        raise BadInput(f"no task or suite {suite!r}: known are {', '.join(sorted(TASKS))}")
    fitting = [name for name in inside if variant in ("", *create(name).variants)]
    if not fitting:
        known = sorted({name for task in inside for name in create(task).variants if name})
        raise BadInput(f"no variant {variant!r} in {suite}: known are {', '.join(known)}")
    return tuple(fitting)


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
