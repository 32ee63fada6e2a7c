"""Words for the panels of desk and approvals, as rich text: never read as markup."""

import time

from rich.text import Text

from agent.plain import elapsed
from agent.tui.overlay import words
from agent.worker.board import title
from agent.worker.wire import Job, Question, Shown, Status

HELD = 50.0  # milliseconds of a step that no phase has, from which they are told
SURE = 10  # characters of the bar of confidence


def confidence(value: float) -> str:
    full = round(max(0.0, min(1.0, value)) * SURE)
    return f"confidence {'█' * full}{'░' * (SURE - full)} {value:.2f}"


def origin(shown: Shown) -> str:
    """Where the value came from, in words."""
    if shown.source is None:
        return "not copied from anywhere on the screen"
    x, y, w, h = shown.source
    return f"read on the screen at ({x}, {y}), {w} × {h}: dashed in the picture"


def action(shown: Shown | None, idle: str = "Nothing is proposed.") -> Text:
    """What happens next, why, how sure, from where."""
    if shown is None:
        return Text(idle)
    text = Text()
    text.append("DONE: " if shown.fired else "NEXT: ", "bold")
    text.append(words(shown) + "\n", "bold")
    text.append(f"{shown.action}\n", "dim")
    if shown.note:
        text.append(f"why: {shown.note}\n")
    text.append(confidence(shown.confidence))
    if shown.source is not None:
        text.append(f"\nvalue: {origin(shown)}")
    return text


def tape(now: Status, at: float) -> Text:
    """A recording under way: how long, how much, what is kept out, how it ends. at: time now."""
    text, shown = Text(), now.tape
    if shown is None or not shown.since:
        return Text("The programs are opened. What you do is recorded as soon as they are ready.")
    kept = "HIDDEN: nothing is kept" if shown.hidden else "RECORDING YOUR HANDS"
    text.append(f"{kept}\n", "bold")
    text.append(f"{elapsed(at - shown.since)}, {now.step} acts so far\n")
    text.append(f"never kept: {', '.join(shown.excluded) or 'no window is excluded'}\n\n")
    text.append("R ends it, Space hides what follows and shows it again;\n")
    text.append(f"on the desktop {shown.finish} and {shown.hide}.")
    return text


def question(asked: Question, now: float) -> Text:
    """What will happen, from where, why it is risky, how long it waits."""
    shown, text = asked.shown, Text()
    left, age = max(0.0, asked.denied_at - now), max(0.0, now - asked.asked_at)
    if asked.asks:
        text.append("THE AGENT ASKS  ", "bold")
        text.append(f"{asked.asks}\n\n")
        text.append(f"ENDS IN {minutes(left)}", "bold")
        text.append(f" unless you answer; asked {minutes(age)} ago")
        return text
    text.append("WILL HAPPEN  ", "bold")
    text.append(words(shown) + "\n", "bold")
    text.append(f"{shown.action}\n\n", "dim")
    text.append("RISK  ", "bold")
    text.append(f"{asked.risk} (rule: {asked.rule})\n\n")
    text.append("VALUE FROM  ", "bold")
    text.append(origin(shown) + "\n")
    if shown.note:
        text.append(f"why: {shown.note}\n")
    text.append(confidence(shown.confidence) + "\n\n")
    text.append(f"DENIED IN {minutes(left)}", "bold")
    text.append(f" unless you answer; asked {minutes(age)} ago")
    return text


def minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d} min" if whole >= 60 else f"{whole} s"


def queue_rows(now: Status) -> dict[str, tuple[str, ...]]:
    """Running, waiting, ended (newest first), by the job's number."""
    rows: dict[str, tuple[str, ...]] = {}
    if now.job:
        rows[str(now.job.id)] = _row(now.job, "running")
    for job in now.queue:
        rows[str(job.id)] = _row(job, f"at {clock(job.at)}" if job.at else "queued")
    for job in reversed(now.ended):
        rows.setdefault(str(job.id), _row(job, job.outcome))
    return rows


def _row(job: Job, state: str) -> tuple[str, ...]:
    short = title(job).partition("/")[2] or title(job)
    return str(job.id), state, short + (f" – {job.detail}" if job.detail else "")


def clock(moment: float) -> str:
    return time.strftime("%H:%M", time.localtime(moment))


def queue_line(now: Status) -> str:
    """The queue in one line, for small terminals."""
    last = now.ended[-1] if now.ended else None
    how = f"last: task {last.id} {last.outcome}" if last else "nothing has ended yet"
    why = f", {last.detail}" if last and last.detail else ""
    return f"queue: {len(now.queue)} waiting │ {how}{why}"


def times(ms: dict[str, float], wide: bool) -> str:
    """The last step's milliseconds by phase; wide: a bar for each."""
    parts = {name: value for name, value in ms.items() if name != "total"}
    total = ms.get("total", sum(parts.values()))
    if not parts:
        return "No step has been timed yet."
    rest = total - sum(parts.values())
    if rest > HELD:  # it was shown before it fired, or waited for a person
        parts["held"] = rest
    if not wide:
        return " · ".join(f"{name} {value:.0f}" for name, value in parts.items()) + (
            f" · total {total:.0f} ms"
        )
    most = max(*parts.values(), 1.0)
    lines = [
        f"{name:<10.10} {'█' * round(value / most * 14):<14} {value:6.0f} ms"
        for name, value in parts.items()
    ]
    return "\n".join([*lines, f"{'total':<25} {total:6.0f} ms"])
