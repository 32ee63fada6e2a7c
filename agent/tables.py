"""Tables for people, from the same numbers that machines get."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.table import Table

from agent.attempt import Attempt
from agent.clock import PHASES
from agent.tally import Tally, step_ms
from memory.sleep.log import NightRecord


def attempts_table(tallies: Mapping[str, Tally], variant: str = "") -> Table:
    """One row a task: verified with its interval, false success, collateral, verdicts."""
    table = Table()
    for heading in ("task", "verified", "95 %", "wrong", "collateral", "endings", "s"):
        words = heading in ("task", "endings")
        table.add_column(heading, justify="left" if words else "right", no_wrap=heading == "task")
    for name, tally in tallies.items():
        low, high = tally.interval
        endings = Counter(str(attempt.outcome) for attempt in tally.attempts)
        mean = sum(attempt.seconds for attempt in tally.attempts) / len(tally.attempts)
        table.add_row(
            f"{name} ({variant})" if variant else name,
            f"{tally.verified}/{len(tally.attempts)}",
            f"{low:.0%}–{high:.0%}",
            str(tally.false_success),
            str(tally.collateral),
            ", ".join(f"{word} {count}" for word, count in endings.most_common()),
            f"{mean:.1f}",
        )
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
