"""Tables for people, from the same numbers that machines get."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from agent.attempt import Attempt
from agent.clock import PHASES
from agent.intervals import Interval
from agent.tally import Tally, by_cell, by_level, by_task, means, scores, step_ms
from memory.sleep.log import NightRecord

COUNTS = ("success", "95 %", "wrong", "collateral", "asked")
WORDS = ("task", "trap", "level", "endings", "fell", "mean over tasks", "reward")


def attempts_table(tallies: Mapping[str, Tally], variant: str = "") -> Table:
    """One row a task: success with its interval, false success, collateral, needless questions."""
    table = _table("task", *COUNTS, "steps", "s", "endings")
    for name, tally in tallies.items():
        told = f"{name} ({variant})" if variant else name
        table.add_row(told, *_counts(tally), *_costs(tally), _said(tally.endings))
    return table


def traps_table(attempts: Sequence[Attempt]) -> Table:
    """One row a family and trap. Success is the right result or, where that is right, a question;
    the last column tells what the trap made the runs do."""
    table = _table("task", "trap", *COUNTS, "steps", "s", "endings", "fell")
    for (name, trap), tally in by_cell(attempts).items():
        endings = _said(tally.endings)
        fell = _said(tally.fell)
        table.add_row(name, trap, *_counts(tally), *_costs(tally), endings, fell)
    return table


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
    table = _table(
        "mean over tasks", "success", "95 %", "wrong", "collateral", "asked", "steps", "s"
    )
    for name, part in (("plain", plain), ("under traps", trapped)):
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
    table = Table("step, ms", *PHASES)
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


def _table(*headings: str) -> Table:
    table = Table()
    for heading in headings:
        words = heading in WORDS
        table.add_column(heading, justify="left" if words else "right", no_wrap=heading == "task")
    return table


def _counts(tally: Tally) -> tuple[str, ...]:
    """The columns of COUNTS."""
    low, high = tally.interval
    return (
        f"{tally.succeeded}/{len(tally.attempts)}",
        f"{low:.0%}–{high:.0%}",
        str(tally.false_success),
        str(tally.collateral),
        str(tally.needless_asks),
    )


def _costs(tally: Tally) -> tuple[str, str]:
    return f"{tally.steps:.1f}", f"{tally.seconds:.1f}"


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{word} {count}" for word, count in counts.items())


def _percent(interval: Interval) -> str:
    return f"{interval.low:.0%}–{interval.high:.0%}"


def _span(interval: Interval) -> str:
    return f"{interval.mean:.1f} ({interval.low:.1f}–{interval.high:.1f})"
