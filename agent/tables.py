"""Tables for people, from the same numbers that machines get."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from agent.attempt import Attempt
from agent.clock import PHASES
from agent.intervals import Interval
from agent.tally import Cell, Tally, by_cell, by_level, by_task, means, scores, step_ms
from memory.sleep.log import NightRecord

COUNTS = ("success", "95 %", "wrong", "colla-\nteral", "asked")
COUNTED = ("verified", "wrong", "asked")  # endings that have a column


def attempts_table(plain: Sequence[Attempt], trapped: Sequence[Attempt] = ()) -> Table:
    """A row a task, and one for each of its traps: success with its interval, false success,
    collateral, needless questions, other endings, how often a trap was fallen for."""
    fell = ("fell",) if trapped else ()
    tasks = list(dict.fromkeys(one.task for one in (*plain, *trapped)))
    prefix = common_prefix(tasks)
    table = _table(prefix or "task", *COUNTS, "other", *fell, "steps", "s")
    rows = [(cell, tally, False) for cell, tally in by_cell(plain).items()]
    rows += [(cell, tally, True) for cell, tally in by_cell(trapped).items()]
    for cell, tally, trap in sorted(rows, key=lambda row: tasks.index(row[0][0])):
        name = f" {cell[1]}" if trap else named(cell).removeprefix(prefix)
        caught = (str(sum(tally.fell.values())) if trap else "",) if fell else ()
        other = str(sum(other_endings(tally).values()))
        table.add_row(name, *_counts(tally), other, *caught, *_costs(tally))
    return table


def endings_table(attempts: Sequence[Attempt]) -> Table | None:
    """In words what the columns only count; None where there is nothing to tell."""
    prefix = common_prefix([one.task for one in attempts])
    table = Table(box=SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    for heading in (prefix or "task", "other endings", "fell"):
        table.add_column(heading, overflow="fold")
    for cell, tally in by_cell(attempts).items():
        parts = (other_endings(tally), tally.fell)
        told = [", ".join(f"{word} {count}" for word, count in part.items()) for part in parts]
        if any(told):
            table.add_row(named(cell).removeprefix(prefix), *told)
    return table if table.row_count else None


def other_endings(tally: Tally) -> dict[str, int]:
    """Endings without a column of their own."""
    return {word: count for word, count in tally.endings.items() if word not in COUNTED}


def common_prefix(tasks: Sequence[str]) -> str:
    """The suite with its slash where all are of one suite, "" where they are not."""
    suites = {task.rpartition("/")[0] for task in tasks}
    return f"{suites.pop()}/" if len(suites) == 1 and "" not in suites else ""


def named(cell: Cell) -> str:
    task, variant = cell
    return f"{task} ({variant})" if variant else task


def levels_table(attempts: Sequence[Attempt]) -> Table:
    """One row a level: how many tasks it has, and their means."""
    table = _table("level", "tasks", *COUNTS, "steps", "s")
    for level, tally in by_level(attempts).items():
        number = str(len(by_task(tally.attempts)))
        counts = (
            _counts(tally)[0],
            _percent(means(tally.attempts)["success"]),
            *_counts(tally)[2:],
        )
        table.add_row(str(level), number, *counts, *_costs(tally))
    return table


def means_table(plain: Sequence[Attempt], trapped: Sequence[Attempt] = ()) -> Table:
    """Means over tasks, each counting the same, with task-clustered intervals."""
    table = _table("mean", *COUNTS, "steps", "s")
    for name, part in (("plain", plain), ("traps", trapped)):
        if not part:
            continue
        found, tally = means(part), Tally(tuple(part))
        table.add_row(
            name,
            f"{found['success'].mean:.1%}",
            _percent(found["success"]),
            *_counts(tally)[2:],
            _span(found["steps"]),
            _span(found["seconds"]),
        )
    return table


def scores_table(attempts: Sequence[Attempt]) -> Table | None:
    """The measures that others report where tasks have a reward; None where none has."""
    words = {
        "strict": "strict success (0.99 or more)",
        "positive": "raw reward above 0",
        "pix2act": "reward / 2 + 0.5",
    }
    found = scores(attempts)
    if not found:
        return None
    table = _table("reward", "mean", "95 %")
    for name, interval in found.items():
        table.add_row(words[name], f"{interval.mean:.1%}", _percent(interval))
    return table


def steps_table(attempts: Sequence[Attempt]) -> Table:
    """Milliseconds of a step by phase."""
    numbers = step_ms(attempts)
    table = _table("step, ms", *PHASES)
    for name in ("p50", "p95"):
        table.add_row(name, *(f"{numbers[phase][name]:.0f}" for phase in PHASES))
    return table


def night_table(record: NightRecord) -> Table:
    """What a night did: before and after for each exam, and whether it was promoted."""
    word = "promoted" if record.promoted else "rejected"
    table = Table(
        "exam",
        "before",
        "after",
        "of",
        title=f"night {record.night}: {word}",
        caption=record.reason,
    )
    for name, score in record.exam.items():
        table.add_row(name, f"{score.before:.0%}", f"{score.after:.0%}", str(score.attempts))
    return table


def _table(first: str, *headings: str) -> Table:
    """Narrow, so that 80 columns do: only names fold."""
    table = Table(box=SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    table.add_column(first, overflow="fold", min_width=5)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _counts(tally: Tally) -> tuple[str, ...]:
    """The columns of COUNTS."""
    low, high = tally.interval
    return (
        f"{tally.succeeded}/{len(tally.attempts)}",
        f"{100 * low:.0f}–{100 * high:.0f}",
        str(tally.false_success),
        str(tally.collateral),
        str(tally.needless_asks),
    )


def _costs(tally: Tally) -> tuple[str, str]:
    return f"{tally.steps:.1f}", f"{tally.seconds:.1f}"


def _percent(interval: Interval) -> str:
    return f"{100 * interval.low:.0f}–{100 * interval.high:.0f}"


def _span(interval: Interval) -> str:
    return f"{interval.mean:.1f}, {interval.low:.1f}–{interval.high:.1f}"
