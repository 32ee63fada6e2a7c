"""The slow level's turn: what the live fast level knows moves into it, if nothing is lost by that.

    live: slow + fast ──distil──▶ slow', fast empty ──exam──▶ promote or reject

Nights go on above the new slow level: the next fast one begins with nothing to carry.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.policies.vlm.distil import distil
from agent.policies.vlm.learner import VlmLearner
from memory.episode import Episode
from memory.levels import Levels
from memory.sleep.lock import asleep
from memory.sleep.protocols import SkillScore

STEPS = 60
ALIKE = 0.02  # nats a reply's token may say otherwise than slow and fast together did
DROP = 0.02  # share of an old skill that may be lost


@dataclass(frozen=True)
class Week:
    """before, after: divergence from what was live, in nats a token; exam: skill → shares."""

    promoted: bool
    reason: str
    before: float = 0.0
    after: float = 0.0
    exam: tuple[tuple[str, float, float], ...] = ()

    def contract(self) -> dict[str, object]:
        return {
            "promoted": self.promoted,
            "reason": self.reason,
            "divergence": {"before": self.before, "after": self.after},
            "exam": {name: {"before": was, "after": now} for name, was, now in self.exam},
        }


def week(
    learner: VlmLearner,
    levels: Levels,
    lived: Sequence[Episode],
    *,
    steps: int = STEPS,
    skills: int = 20,
    seed: int = 0,
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> Week:
    """Distil the live level; it stays live where the exam is not passed. lived: episodes whose
    lessons tell what must still be said."""
    with asleep(levels.folder):
        live = levels.live()
        lessons = [one for each in lived for one in learner.examples(each, [1.0] * len(each.steps))]
        if live is None or not lessons:
            missing = "no night was promoted yet" if live is None else "no good episode was lived"
            return Week(False, f"{missing}: there is nothing to move")
        learner.load(live)
        was = _shares(learner.exam(skills, seed))
        before, after = distil(learner, lessons, steps, seed=seed, progress=progress)
        now = _shares(learner.exam(skills, seed))
        exam = tuple((name, was[name], now[name]) for name in was)
        lost = [name for name, old, new in exam if new < old - DROP]
        if lost or after > ALIKE:
            why = f"{lost[0]} was lost" if lost else f"replies differ by {after:.3f} nats a token"
            learner.load(live)
            return Week(False, f"rejected: {why}", before, after, exam)
        above = levels.live_level()
        assert above is not None, "live() has just found it"
        with TemporaryDirectory() as scratch:
            path = Path(scratch) / "weights"
            learner.save(path)
            level = levels.candidate(
                path, f"{above.night}w", above.data, above.episodes, above.scores, above.flags
            )
        levels.promote(level.id, "moved to the slow level")
        return Week(True, "promoted: the slow level holds it now", before, after, exam)


def _shares(scores: Sequence[SkillScore]) -> dict[str, float]:
    return {one.skill: one.passed / max(1, one.attempts) for one in scores}
