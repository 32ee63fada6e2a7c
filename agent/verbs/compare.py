"""`dormouse bench --compare A.json B.json`: which differences between two benches are real."""

from pathlib import Path

from rich.table import Table

from agent.compare import MEASURES, Compared, Comparison, compare, named, read, word
from agent.intervals import Interval
from agent.output import Output
from agent.tally import Json

STYLES = {"better": "green", "worse": "bold red", "no real difference": "dim"}


def main(first: Path, second: Path, json: str | None) -> int:
    output = Output(json)
    found = compare(read(first), read(second))
    output.console.print(tasks_table(found, first.name, second.name))
    output.console.print(means_table(found))
    if found.left_out:
        output.console.print(f"in one of the two only: {', '.join(found.left_out)}", markup=False)
    output.write(as_json(found, first, second))
    return 0


def tasks_table(found: Comparison, first: str, second: str) -> Table:
    """One row a task, with the word for its difference."""
    caption = "p: exact McNemar on shared seeds, else from Newcombe's interval; Holm over tasks"
    table = Table("task", caption=caption)
    for heading in (first, second, "pairs", "lost", "won", "difference", "p"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for one in found.tasks:
        paired = (str(one.pairs), str(one.lost), str(one.won)) if one.pairs else ("–", "", "")
        table.add_row(
            named(one.cell),
            f"{one.before[0]}/{one.before[1]}",
            f"{one.after[0]}/{one.after[1]}",
            *paired,
            _points(one.difference),
            f"{one.p:.3f}",
            _styled(one.word),
        )
    return table


def means_table(found: Comparison) -> Table:
    """Differences of the means over tasks."""
    table = Table("mean over tasks", "of", "difference (95 %)", "")
    for part, measures in found.means.items():
        for name in MEASURES:
            change = measures[name]
            told = _points(change) if name == "success" else _plain(change)
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
        "left_out": list(found.left_out),
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
    return f"[{STYLES[word]}]{word}[/]"


def _points(change: Interval) -> str:
    """A difference of shares, in percentage points."""
    return f"{100 * change.mean:+.0f} ({100 * change.low:+.0f} to {100 * change.high:+.0f}) %"


def _plain(change: Interval) -> str:
    return f"{change.mean:+.1f} ({change.low:+.1f} to {change.high:+.1f})"
