"""A night in words: what was learned, rejected and kept; for the desk's page and for the verbs."""

from collections.abc import Sequence

from agent.intervals import wilson
from agent.past import when
from agent.worker.wire import Night
from memory.sleep.log import NightRecord, Score

PHASES = ("gather", "review", "consolidate", "exam", "promote", "log")
EXAM = ("", "before %", "after %", "of", "exam")
REVIEW = ("weight", "why", "action", "#", "who", "episode")
BLOCKS = " ▁▂▃▄▅▆▇█"


def verdict(record: NightRecord) -> str:
    """One line: promoted or rejected, and why."""
    word = "promoted" if record.promoted else "rejected"
    return f"night {record.night}, {when(record.started_at)}: {word}: {record.reason}"


def exam_row(name: str, score: Score) -> tuple[str, ...]:
    """The columns of EXAM, each share with its 95 % interval."""
    change = score.after - score.before
    word = "better" if change > 0 else "worse" if change < 0 else "kept"
    before, after = share(score.before, score.attempts), share(score.after, score.attempts)
    return word, before, after, str(score.attempts), name


def share(passed: float, attempts: int) -> str:
    """Per cent, with the 95 % interval (Wilson)."""
    low, high = wilson(round(passed * attempts), attempts)
    return f"{100 * passed:.0f} ({100 * low:.0f}–{100 * high:.0f})"


def exam_rows(record: NightRecord) -> list[tuple[str, ...]]:
    return [exam_row(name, score) for name, score in record.exam.items()]


def review_rows(record: NightRecord) -> dict[str, tuple[str, ...]]:
    """The columns of REVIEW by episode and step; what a person taught comes first."""
    return {
        f"{one.episode} {one.index}": (
            f"{one.weight:g}",
            one.reason,
            one.action,
            str(one.index),
            one.actor,
            one.goal,
        )
        for one in sorted(record.reviews, key=lambda one: not one.by_person)
    }


def facts(record: NightRecord) -> list[str]:
    """What was reviewed, where the time went, whose child the level is."""
    spent = " · ".join(f"{name} {seconds:.0f} s" for name, seconds in record.phases.items())
    lines = [f"{record.episodes} episodes, {record.steps} steps reviewed, {record.seconds:.0f} s"]
    if record.corrections:
        right = sum(one.weight > 0 for one in record.corrections)
        wrong = len(record.corrections) - right
        lines.append(f"you taught: {right} steps to do, {wrong} not to do")
    if record.secrets:
        lines.append(f"secrets masked in {record.secrets} episodes")
    lines += [f"time: {spent}"] if spent else []
    lines.append(f"weights: {short(record.before)} → {short(record.after)}")
    chain = [*(f"{one.id} ({len(one.episodes)} episodes)" for one in record.lineage), "shipped"]
    lines.append(f"lineage: {' ← '.join(chain)}")
    return lines


def short(digest: str) -> str:
    return digest[:8] or "shipped"


def phase_lines(night: Night | None, width: int = 16) -> list[str]:
    """A line for each phase of the night under way, with a bar for the one it is in."""
    if night is None:
        return ["No night is under way. s: sleep on the day."]
    at = PHASES.index(night.phase) if night.phase in PHASES else 0
    lines = []
    for number, name in enumerate(PHASES):
        part = min(1.0, night.done / night.total) if night.total else 0.0
        if number < at:
            lines.append(f"✓ {name:12}{bar(1, width)}")
        elif number > at:
            lines.append(f"  {name:12}{bar(0, width)}")
        else:
            eta = f", {clock(night.eta)} left" if night.eta is not None else ""
            lines.append(f"▶ {name:12}{bar(part, width)} {night.done:g}/{night.total:g}{eta}")
    return [*lines, f"  {night.note}"] if night.note else lines


def bar(part: float, width: int) -> str:
    full = round(part * width)
    return "█" * full + "░" * (width - full)


def clock(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def curve(values: Sequence[float], columns: int, rows: int) -> list[str]:
    """A curve in characters, its largest value on top, zero at the bottom."""
    finite = [value for value in values if value == value and abs(value) != float("inf")]
    if not finite or columns < 12 or rows < 1:
        return []
    width, top = columns - 8, max(finite) or 1.0
    count = min(width, len(finite))
    means = []
    for i in range(count):
        part = finite[i * len(finite) // count : (i + 1) * len(finite) // count]
        means.append(sum(part) / len(part))
    # few values are drawn wide
    means = [means[i * count // width] for i in range(width)] if count < width else means
    lines = []
    for row in range(rows, 0, -1):
        levels = [8 * rows * mean / top - 8 * (row - 1) for mean in means]
        drawn = "".join(BLOCKS[max(0, min(8, round(level)))] for level in levels)
        label = f"{top:.3f}" if row == rows else "0" if row == 1 else ""
        lines.append(f"{label:>6} │{drawn}".rstrip())
    return lines


def curve_words(losses: Sequence[float]) -> str:
    if not losses:
        return "Nothing was trained."
    return f"loss {losses[0]:.3f} → {losses[-1]:.3f} over {len(losses)} steps"
