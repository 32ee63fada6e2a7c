"""`dormouse doctor`: what works here, what does not, and what mends it."""

from dataclasses import asdict

from rich.table import Table

from agent.config import Settings
from agent.doctor import examine
from agent.errors import MISSING
from agent.output import Output


def main(json: str | None) -> int:
    output = Output(json)
    checks = dict(examine(Settings()))
    table = Table("", "check", "found", "mend")
    for name, check in checks.items():
        table.add_row(
            "[green]ok[/green]" if check.ok else "[red]no[/red]", name, check.detail, check.mend
        )
    output.console.print(table)
    output.write({"checks": {name: asdict(check) for name, check in checks.items()}})
    return 0 if all(check.ok for check in checks.values()) else MISSING
