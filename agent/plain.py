"""Screens as lines of words: for --plain, for logs, and for ears. Nothing depends on colour."""

import time
from collections.abc import Sequence

from agent.doctor import Check
from agent.session import WORDS, State
from agent.worker.board import title
from agent.worker.wire import Job, Question, Status
from memory.levels import Level
from memory.sleep.log import NightRecord

TAIL = 12


def status_lines(now: Status, short: bool = False) -> list[str]:
    """The desk. short: without the tail of events."""
    asks = now.question is not None and now.question.asks
    state = "Waiting for your answer" if asks else WORDS[now.state]
    lines = [f"state: {state}" + (f" ({now.why})" if now.why else "")]
    if now.tape:
        lines.append(tape_line(now, time.time()))
    if now.job:
        lines.append(f"task {now.job.id}: {title(now.job)}")
        lines.append(f"goal: {now.goal}")
        if not now.tape:
            lines.append(f"step: {now.step} of at most {now.budget}")
        lines.append(f"weights: {weights(now)}")
    if now.shown:
        word = "did" if now.shown.fired else "next"
        lines.append(f"{word}: {now.shown.action} (confidence {now.shown.confidence:.2f})")
        if now.shown.note:
            lines.append(f"  because: {now.shown.note}")
    if now.question:
        lines += question_lines(now.question)
    if now.night:
        night = now.night
        eta = f", about {night.eta:.0f} s left" if night.eta is not None else ""
        lines.append(f"night: {night.phase} {night.done:g} of {night.total:g}{eta} {night.note}")
    lines += [f"queued {job_line(job)}" for job in now.queue]
    if not short:
        lines += [f"ended {job_line(job)}" for job in now.ended]
        lines += [f"  {line}" for line in now.tail[-TAIL:]]
    return lines


def job_line(job: Job) -> str:
    when = time.strftime(" at %H:%M", time.localtime(job.at)) if job.at else ""
    how = f": {job.outcome}" + (f", {job.detail}" if job.detail else "") if job.outcome else ""
    return f"{job.id}: {title(job)}{when}{how}"


def question_lines(question: Question) -> list[str]:
    """What will happen, where the value came from, why it is risky, and how to answer."""
    left = max(0.0, question.denied_at - time.time())
    if question.asks:
        return [
            f"question {question.id}: {question.asks}",
            f"  the run ends as asked in {left:.0f} s; dormouse answer TEXT",
        ]
    return [
        f"question {question.id}: {question.shown.action}",
        f"  risk: {question.risk} (rule: {question.rule})",
        *([f"  from: {question.shown.note}"] if question.shown.note else []),
        f"  denied in {left:.0f} s; dormouse approve {question.id}"
        f" | dormouse approve {question.id} --no",
    ]


def weights(now: Status) -> str:
    """The weights in use, in words."""
    if now.job and now.job.shown:
        return "none: the oracle shows it"
    if now.job and now.job.by_hand:
        return "none: a person shows it"
    return f"{now.weights[:8]} ({now.job.weights if now.job else 'live'})" if now.weights else "–"


def tape_line(now: Status, at: float) -> str:
    """A recording of a person's hands in one line. at: the time now."""
    tape = now.tape
    if tape is None or not tape.since:
        return "recording: not yet, the programs are opened"
    acts = f"{now.step} act{'' if now.step == 1 else 's'}"
    words = ", HIDDEN: nothing is kept until you go on" if tape.hidden else ""
    excluded = f"; excluded: {', '.join(tape.excluded)}" if tape.excluded else ""
    keys = f"; ends with {tape.finish}" if tape.finish else ""
    return f"recording {elapsed(at - tape.since)}, {acts}{words}{excluded}{keys}"


def elapsed(seconds: float) -> str:
    """As 1:05."""
    return f"{max(0, int(seconds)) // 60}:{max(0, int(seconds)) % 60:02}"


def lamp(state: State) -> str:
    """The recording lamp: a word, so that no colour is needed."""
    return "● REC" if state is State.RECORDING else "○ not recording"


def night_word(record: NightRecord, lineage: Sequence[Level]) -> str:
    """What became of a night: of a promoted one also whether it still counts."""
    if not record.promoted:
        return "rejected"
    mine = [level.id for level in lineage if level.night == record.night]
    if not mine:
        return "promoted, then taken back"
    return f"promoted, live ({mine[0]})" if mine[0] == lineage[0].id else f"promoted ({mine[0]})"


def night_line(record: NightRecord, lineage: Sequence[Level]) -> str:
    """A night in one line."""
    word = night_word(record, lineage)
    return f"night {record.night}: {word}, {record.episodes} episodes: {record.reason}"


def night_lines(record: NightRecord, lineage: Sequence[Level]) -> list[str]:
    """A night with its exams, before and after, and what a person had taught."""
    exams = (
        f"  {name}: {score.before:.0%} before, {score.after:.0%} after, of {score.attempts}"
        for name, score in record.exam.items()
    )
    taught = (
        f"  you taught: {one.action} (weight {one.weight:g}, {one.reason})"
        for one in record.corrections
    )
    return [night_line(record, lineage), *exams, *taught]


def check_line(name: str, check: Check) -> str:
    """One check of the doctor."""
    mend = f"; mend: {check.mend}" if check.mend else ""
    return f"{'ok' if check.ok else 'no'}  {name}: {check.detail}{mend}"
