"""Numbers from attempts: counts, intervals, step times by phase, and the JSON contract."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agent.attempt import Attempt
from agent.clock import PHASES
from agent.intervals import Interval, clustered, clustered_share, wilson
from memory.episode import Outcome

Json = dict[str, object]
Cell = tuple[str, str]  # task, variant
STRICT = 0.99  # of a raw reward: solved, whatever the time


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0.0 of nothing."""
    if not values:
        return 0.0
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


@dataclass(frozen=True)
class Tally:
    """The attempts at one task (or of one level, or under one trap), counted."""

    attempts: tuple[Attempt, ...]

    def count(self, outcome: Outcome) -> int:
        return sum(attempt.outcome is outcome for attempt in self.attempts)

    @property
    def verified(self) -> int:
        return self.count(Outcome.VERIFIED)

    @property
    def succeeded(self) -> int:
        """Verified, or asked where asking is right."""
        return sum(attempt.success for attempt in self.attempts)

    @property
    def false_success(self) -> int:
        return self.count(Outcome.WRONG)

    @property
    def collateral(self) -> int:
        return sum(attempt.collateral for attempt in self.attempts)

    @property
    def right_asks(self) -> int:
        return sum(attempt.right_ask for attempt in self.attempts)

    @property
    def needless_asks(self) -> int:
        return self.count(Outcome.ASKED) - self.right_asks

    @property
    def fell(self) -> dict[str, int]:
        """What traps made the runs do, and how often."""
        return dict(Counter(one.fell for one in self.attempts if one.fell).most_common())

    @property
    def endings(self) -> dict[str, int]:
        """Verdicts, the most frequent first."""
        return dict(Counter(str(attempt.outcome) for attempt in self.attempts).most_common())

    @property
    def interval(self) -> tuple[float, float]:
        """Of success."""
        return wilson(self.succeeded, len(self.attempts))

    @property
    def steps(self) -> float:
        return sum(len(attempt.ms) for attempt in self.attempts) / max(1, len(self.attempts))

    @property
    def seconds(self) -> float:
        return sum(attempt.seconds for attempt in self.attempts) / max(1, len(self.attempts))

    def as_json(self) -> Json:
        number = max(1, len(self.attempts))
        row: Json = {
            "attempts": len(self.attempts),
            "verified": self.verified,
            "claimed": sum(attempt.claimed for attempt in self.attempts),
            "false_success": self.false_success,
            "collateral": self.collateral,
            "steps": self.steps,
            "seconds": self.seconds,
            "verdicts": self.endings,
            "right_asks": self.right_asks,
            "success": self.succeeded,
            "interval": list(self.interval),
            "ask_rate": self.needless_asks / number,
            "step_ms": step_ms(self.attempts),
        }
        conventions = Counter(a.convention for a in self.attempts if a.convention)
        return (
            row
            | ({"conventions": dict(conventions)} if conventions else {})
            | ({"fell": self.fell} if self.fell else {})
        )


def by_task(attempts: Iterable[Attempt]) -> dict[str, Tally]:
    """Attempts grouped by task name, in the order of first appearance."""
    groups: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault(attempt.task, []).append(attempt)
    return {name: Tally(tuple(group)) for name, group in groups.items()}


def by_cell(attempts: Iterable[Attempt]) -> dict[Cell, Tally]:
    """Attempts grouped by task and variant, in the order of first appearance."""
    groups: dict[Cell, list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault((attempt.task, attempt.variant), []).append(attempt)
    return {cell: Tally(tuple(group)) for cell, group in groups.items()}


def by_level(attempts: Iterable[Attempt]) -> dict[int, Tally]:
    """Attempts grouped by the level of their task, lowest first."""
    groups: dict[int, list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault(attempt.level, []).append(attempt)
    return {level: Tally(tuple(groups[level])) for level in sorted(groups)}


def means(attempts: Sequence[Attempt]) -> dict[str, Interval]:
    """Success, steps and seconds: means over tasks (each counts the same) with their intervals."""
    cells = [tally.attempts for tally in by_cell(attempts).values()]
    return {
        "success": clustered_share([[float(one.success) for one in cell] for cell in cells]),
        "steps": clustered([[float(len(one.ms)) for one in cell] for cell in cells]),
        "seconds": clustered([[one.seconds for one in cell] for cell in cells]),
    }


def scores(attempts: Sequence[Attempt]) -> dict[str, Interval]:
    """What others report of a benchmark with rewards: strict success (a whole reward), raw reward
    above 0 (BrowserGym), and reward / 2 + 0.5 (Pix2Act); {} where no task has a reward.

    An attempt that ended without a reward has the lowest, as Pix2Act's protocol has it.
    """
    cells = [tally.attempts for tally in by_cell(attempts).values()]
    scored = [cell for cell in cells if any(one.score is not None for one in cell)]
    if not scored:
        return {}
    raw = [[-1.0 if one.score is None else one.score for one in cell] for cell in scored]
    return {
        "strict": clustered_share([[float(value >= STRICT) for value in cell] for cell in raw]),
        "positive": clustered_share([[float(value > 0) for value in cell] for cell in raw]),
        "pix2act": clustered([[value / 2 + 0.5 for value in cell] for cell in raw]),
    }


def step_ms(attempts: Iterable[Attempt]) -> dict[str, dict[str, float]]:
    """p50 and p95 milliseconds by phase over the steps that moved the hands.

    A step that only ends the run performs nothing and waits for nothing; it is left out.
    """
    steps = [step for attempt in attempts for step in attempt.ms if step["perform"] > 0]
    return {
        phase: {
            "p50": percentile([step[phase] for step in steps], 0.50),
            "p95": percentile([step[phase] for step in steps], 0.95),
        }
        for phase in PHASES
    }


def desktop_mib(attempts: Iterable[Attempt]) -> dict[str, float]:
    """Median and largest memory of a desktop with its programs, MiB; {} where it is not known."""
    known = [attempt.mib for attempt in attempts if attempt.mib]
    return {"p50": percentile(known, 0.5), "max": max(known)} if known else {}


def contract(
    suite: str,
    policy: str,
    seeds: range,
    attempts: Sequence[Attempt],
    trapped: Sequence[Attempt] = (),
) -> Json:
    """What `dormouse bench --json` writes. weights: the digest in use, "" for none. trapped:
    attempts under traps, told apart from the plain ones."""
    every = [*attempts, *trapped]
    traps: dict[str, dict[str, Json]] = {}
    for (task, trap), tally in by_cell(trapped).items():
        traps.setdefault(task, {})[trap] = tally.as_json()
    numbers: Json = {
        "suite": suite,
        "policy": policy,
        "weights": ", ".join(sorted({attempt.weights for attempt in every})),
        "seeds": [seeds.start, seeds.stop],
        "tasks": {name: tally.as_json() for name, tally in by_task(attempts).items()},
        "levels": {str(level): _level(tally) for level, tally in by_level(attempts).items()},
        "mean": _told(means(attempts)),
        "step_ms": step_ms(every),
        "attempts": [row(attempt) for attempt in every],
    }
    if traps:
        numbers |= {"traps": traps, "trap_mean": _told(means(trapped))}
    if found := scores(attempts):
        numbers["scores"] = _told(found)
    if weighed := desktop_mib(every):
        numbers["desktop_mib"] = weighed
    return numbers


def row(attempt: Attempt) -> Json:
    """An attempt in short: what a comparison needs."""
    short: Json = {
        "task": attempt.task,
        "variant": attempt.variant,
        "seed": attempt.seed,
        "outcome": str(attempt.outcome),
        "success": attempt.success,
        "steps": len(attempt.ms),
        "seconds": round(attempt.seconds, 3),
    }
    return short | ({} if attempt.score is None else {"score": attempt.score})


def _level(tally: Tally) -> Json:
    whole = {"tasks": len(by_task(tally.attempts))}
    return whole | tally.as_json() | {"mean": _told(means(tally.attempts))}


def _told(numbers: Mapping[str, Interval]) -> Json:
    return {name: interval.as_json() for name, interval in numbers.items()}
