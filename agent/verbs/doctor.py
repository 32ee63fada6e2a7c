"""`dormouse doctor`: what works here, what does not, and what mends it; --latency measures."""

from dataclasses import asdict

from rich.table import Table

from agent.config import Settings
from agent.console import bar
from agent.doctor import examine
from agent.errors import MISSING
from agent.output import Output
from agent.plain import check_line
from agent.stop import Stop

HANDS = ("stop", "sigterm", "yield", "escape")
LIMITS = {
    **dict.fromkeys(HANDS, 50),
    **{f"{name}_asleep": 100 for name in HANDS},
    "frame_age": 1000,
    "record": 5,
}
"""Milliseconds that the ways to stop (p99), the frame's age and a recorded key (p95) must keep."""


def main(latency: bool, tries: int, asleep: bool, plain: bool, json: str | None) -> int:
    output = Output(json)
    checks = dict(examine(Settings()))
    if plain:
        for name, check in checks.items():
            output.console.print(check_line(name, check), markup=False, soft_wrap=True)
    else:
        table = Table("", "check", "found", "mend")
        for name, check in checks.items():
            word = "[green]ok[/green]" if check.ok else "[red]no[/red]"
            table.add_row(word, name, check.detail, check.mend)
        output.console.print(table)
    numbers: dict[str, object] = {"checks": {name: asdict(check) for name, check in checks.items()}}
    fine = all(check.ok for check in checks.values())
    if latency and fine:
        told, within = _latency(output, tries, asleep)
        output.write(numbers | told)
        return 0 if within else 1
    output.write(numbers)
    return 0 if fine else MISSING


def _latency(output: Output, tries: int, asleep: bool) -> tuple[dict[str, object], bool]:
    """The numbers, and whether they keep the limits."""
    from agent.latency import measure

    with Stop() as stop, bar(output.progress) as bars:
        shown = {}

        def progress(name: str, done: int, total: int) -> None:
            stop.check()
            if name not in shown:
                shown[name] = bars.add_task(name, note="")
            bars.update(shown[name], completed=done, total=total)

        found, share = measure(tries, asleep, progress)
    rows = {name: latency.row() for name, latency in found.items()}
    table = Table("milliseconds", "p50", "p95", "p99", "tries")
    for name, row in rows.items():
        table.add_row(name, *(f"{row[key]:g}" for key in ("p50", "p95", "p99", "tries")))
    output.console.print(table)
    output.console.print(f"the desk took {share:.1%} of one core while the agent ran")
    within = all(
        rows[name]["p99" if name.removesuffix("_asleep") in HANDS else "p95"] <= limit
        for name, limit in LIMITS.items()
        if name in rows
    )
    return {"latency_ms": rows, "desk_cpu": round(share, 4)}, within
