"""Numbers from attempts: counts, Wilson intervals, step times by phase, and the JSON contract."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.attempt import Attempt
from agent.clock import PHASES
from memory.episode import Outcome

Json = dict[str, object]


def wilson(hits: int, attempts: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), 0..1; (0, 1) for no attempts."""
    if attempts == 0:
        return 0.0, 1.0
    share, spread = hits / attempts, z * z / attempts
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / attempts + spread / (4 * attempts))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0.0 of nothing."""
    if not values:
        return 0.0
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


@dataclass(frozen=True)
class Tally:
    """The attempts at one task, counted."""

    attempts: tuple[Attempt, ...]

    def count(self, outcome: Outcome) -> int:
        return sum(attempt.outcome is outcome for attempt in self.attempts)

    @property
    def verified(self) -> int:
        return self.count(Outcome.VERIFIED)

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
    def interval(self) -> tuple[float, float]:
        return wilson(self.verified, len(self.attempts))

    def as_json(self) -> Json:
        number = max(1, len(self.attempts))
        row: Json = {
            "attempts": len(self.attempts),
            "verified": self.verified,
            "claimed": sum(attempt.claimed for attempt in self.attempts),
            "false_success": self.false_success,
            "collateral": self.collateral,
            "steps": sum(len(attempt.ms) for attempt in self.attempts) / number,
            "seconds": sum(attempt.seconds for attempt in self.attempts) / number,
            "verdicts": dict(Counter(str(attempt.outcome) for attempt in self.attempts)),
            "right_asks": self.right_asks,
            "interval": list(self.interval),
        }
        conventions = Counter(a.convention for a in self.attempts if a.convention)
        return row | ({"conventions": dict(conventions)} if conventions else {})


def by_task(attempts: Iterable[Attempt]) -> dict[str, Tally]:
    """Attempts grouped by task name, in the order of first appearance."""
    groups: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault(attempt.task, []).append(attempt)
    return {name: Tally(tuple(group)) for name, group in groups.items()}


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


def contract(suite: str, policy: str, seeds: range, attempts: Sequence[Attempt]) -> Json:
    """What `dormouse bench --json` writes. weights: the digest in use, "" for none."""
    weights = sorted({attempt.weights for attempt in attempts})
    return {
        "suite": suite,
        "policy": policy,
        "weights": ", ".join(weights),
        "seeds": [seeds.start, seeds.stop],
        "tasks": {name: tally.as_json() for name, tally in by_task(attempts).items()},
        "step_ms": step_ms(attempts),
    }
