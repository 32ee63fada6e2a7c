"""`dormouse bench --compare A.json B.json`: which differences between two benches are real."""

from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from agent.compare import MEASURES, Compared, Comparison, compare, read, word
from agent.intervals import Interval
from agent.output import Output
from agent.tables import common_prefix, named
from agent.tally import Json

STYLES = {"better": "green", "worse": "bold red", "no real difference": "dim"}  # else plain


def main(first: Path, second: Path, json: str | None) -> int:
    output = Output(json)
    found = compare(read(first), read(second))
    output.console.print(tasks_table(found, first.name, second.name))
    output.console.print(means_table(found))
    if found.left_out:
        names = ", ".join(map(named, found.left_out))
        output.console.print(f"in one of the two only: {names}", markup=False)
    output.write(as_json(found, first, second))
    return 0


def tasks_table(found: Comparison, first: str, second: str) -> Table:
    """One row a task, with the word for its difference."""
    table = Table(
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
        caption=f"A: {first}, B: {second}. p: exact McNemar on the seeds that both have, else from"
        " Newcombe's interval (=); Holm over all rows",
    )
    prefix = common_prefix([one.cell[0] for one in found.tasks])
    table.add_column(prefix or "task", overflow="fold")
    for heading in ("A", "B", "lost, won", "B - A, % points", "p"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", width=10)
    cells = [one.cell for one in found.tasks]
    for one in sorted(found.tasks, key=lambda each: each.cell):
        task, variant = one.cell
        under = variant and (task, "") in cells
        table.add_row(
            f"  {variant}" if under else named(one.cell).removeprefix(prefix),
            f"{one.before[0]}/{one.before[1]}",
            f"{one.after[0]}/{one.after[1]}",
            f"{one.lost}, {one.won}" if one.pairs else "=",
            _points(one.difference),
            f"{one.p:.3f}",
            _styled(one.word),
        )
    return table


def means_table(found: Comparison) -> Table:
    """Differences of the means over tasks."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in ("mean over tasks", "of", "B - A (95 %)", ""):
        table.add_column(heading, justify="right" if "95" in heading else "left")
    for part, measures in found.means.items():
        for name in MEASURES:
            change = measures[name]
            told = f"{_points(change)} % points" if name == "success" else _plain(change)
            table.add_row(part, name, told, _styled(word(name, change)))
    return table


def as_json(found: Comparison, first: Path, second: Path) -> Json:
    return {
        "first": str(first),
        "second": str(second),
        "tasks": [_task(one) for one in found.tasks],
        "mean": {
            part: {name: one.as_json() | {"word": word(name, one)} for name, one in each.items()}
            for part, each in found.means.items()
        },
        "left_out": [list(cell) for cell in found.left_out],
    }


def _task(one: Compared) -> Json:
    task, variant = one.cell
    return {
        "task": task,
        "variant": variant,
        "before": list(one.before),
        "after": list(one.after),
        "pairs": one.pairs,
        "lost": one.lost,
        "won": one.won,
        "difference": one.difference.as_json(),
        "p": one.p,
        "word": one.word,
    }


def _styled(word: str) -> str:
    return f"[{STYLES.get(word, 'default')}]{word}[/]"


def _points(change: Interval) -> str:
    """A difference of shares, in percentage points."""
    mean, low, high = (f"{100 * value:+.0f}" for value in (change.mean, change.low, change.high))
    return f"{mean} ({low} to {high})"


def _plain(change: Interval) -> str:
    return f"{change.mean:+.1f} ({change.low:+.1f} to {change.high:+.1f})"
