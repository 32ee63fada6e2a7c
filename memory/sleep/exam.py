"""Exam: may the candidate replace what is live? Old skills must be kept, the day's task improve."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from memory.episode import Outcome
from memory.sleep.phases import Phases, Progress
from memory.sleep.plan import Plan
from memory.sleep.protocols import Example, Learner, Rehearsal, Rehearsed, SkillScore

SKILLS = TypeAdapter(tuple[SkillScore, ...])
REHEARSED = TypeAdapter(tuple[Rehearsed, ...])


@dataclass(frozen=True)
class Paper:
    """One exam: the same drawn episodes and the same held-back seeds, before or after."""

    skills: tuple[SkillScore, ...]
    rehearsed: tuple[Rehearsed, ...]

    @property
    def scores(self) -> dict[str, float]:
        """Name → share passed: old skills by name, rehearsals by task (and variant)."""
        shares = {one.skill: one.passed / max(1, one.attempts) for one in self.skills}
        for name, mine in self._by_name().items():
            shares[name] = sum(map(verified, mine)) / len(mine)
        return shares

    @property
    def attempts(self) -> dict[str, int]:
        """Name → how many were tried."""
        return {one.skill: one.attempts for one in self.skills} | {
            name: len(mine) for name, mine in self._by_name().items()
        }

    def with_more(self, rehearsed: tuple[Rehearsed, ...]) -> "Paper":
        """The same exam with further rehearsals."""
        return Paper(self.skills, self.rehearsed + rehearsed)

    def _by_name(self) -> dict[str, list[Rehearsed]]:
        named: dict[str, list[Rehearsed]] = {}
        for one in self.rehearsed:
            named.setdefault(f"{one.task} {one.variant}".strip(), []).append(one)
        return named


def examine(
    when: str,
    weights: Path | None,
    learner: Learner[Example],
    rehearsal: Rehearsal,
    plan: Plan,
    phases: Phases,
    progress: Progress,
) -> Paper:
    """Old skills, then rehearsals, with these weights; each part is kept as soon as it is done.

    when: "before" or "after".
    """

    def skills() -> tuple[SkillScore, ...]:
        progress("exam", 0, len(plan.seeds) + 1, f"{when}: old skills")
        learner.load(weights)
        return tuple(learner.exam(plan.skills, plan.seed))

    scores = phases.run("exam", f"{when}-skills", SKILLS, skills)
    return Paper(scores, rehearse(when, weights, rehearsal, plan, phases, progress))


def tempered(
    full: Path,
    before: Paper,
    learner: Learner[Example],
    plan: Plan,
    phases: Phases,
    progress: Progress,
) -> tuple[Path, float, tuple[SkillScore, ...]]:
    """The level at the largest of plan.shares that keeps the old skills: its file, its share and
    its scores; at the first share where none does.

    Moving a level part of the way back to what it was trained from keeps most of what is new and
    gives back what is old (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
    """
    tried: list[tuple[Path, float, tuple[SkillScore, ...]]] = []
    for share in plan.shares:
        path = full if share == 1 else full.with_name(f"{full.name}-{round(100 * share)}")

        def skills(share: float = share, path: Path = path) -> tuple[SkillScore, ...]:
            progress("exam", 0, len(plan.seeds) + 1, f"after: old skills, {share:.0%} of the night")
            learner.load(full)
            if share != 1:
                learner.shrink(share)
                learner.save(path)
            return tuple(learner.exam(plan.skills, plan.seed))

        scores = phases.run("exam", f"after-skills-{round(100 * share)}", SKILLS, skills)
        tried.append((path, share, scores))
        pairs = zip(before.skills, scores, strict=True)
        if not any(dropped(old, new, plan.allowed_drop) for old, new in pairs):
            return tried[-1]
    return tried[0]


def rehearse(
    when: str,
    weights: Path | None,
    rehearsal: Rehearsal,
    plan: Plan,
    phases: Phases,
    progress: Progress,
) -> tuple[Rehearsed, ...]:
    """Every rehearsal of the plan, variant by variant. when: "before", "after" or another name of
    this round of rehearsals."""
    total = len(plan.seeds) + 1
    rehearsed: list[Rehearsed] = []
    for number, (variant, seeds) in enumerate(plan.rehearsals.items()):
        earlier = len(rehearsed)

        def run(
            variant: str = variant, seeds: tuple[int, ...] = seeds, earlier: int = earlier
        ) -> tuple[Rehearsed, ...]:
            told: list[Rehearsed] = []

            def tell(one: Rehearsed) -> None:
                told.append(one)
                name = f"{one.task} {one.variant}".strip()
                progress("exam", 1 + earlier + len(told), total, f"{when}: {name} {one.outcome}")

            return tuple(rehearsal.rehearse(plan.task, variant, seeds, weights, tell))

        part = phases.run("exam", f"{when}-rehearsal-{number}", REHEARSED, run)
        rehearsed.extend(part)
    return tuple(rehearsed)


@dataclass(frozen=True)
class Judged:
    promote: bool
    reason: str


def judge(
    before: Paper, after: Paper, allowed_drop: int, allowed_harm: int = 0, share: float = 1.0
) -> Judged:
    """Promote or reject. See Plan for the two allowances; share: of the night, that is judged."""
    for old, new in zip(before.skills, after.skills, strict=True):
        if old.skill != new.skill:
            raise ValueError(f"skills differ: {old.skill}, {new.skill}")
        if dropped(old, new, allowed_drop):
            return Judged(
                False,
                f"{old.skill} fell from {old.passed}/{old.attempts} to {new.passed}/{new.attempts},"
                f" more than {allowed_drop} points",
            )
    harm, harmed = _harm(after.rehearsed), _harm(before.rehearsed)
    if harm > harmed + allowed_harm:
        return Judged(False, f"{harm} rehearsals ended wrong or did harm, {harmed} before")
    tried = len(after.rehearsed)
    was, now = (sum(map(verified, paper.rehearsed)) for paper in (before, after))
    if tried and now < was:
        return Judged(False, f"{now} of {tried} rehearsals verified, {was} before")
    if tried and now == was < tried:
        return Judged(False, f"no better: {now} of {tried} rehearsals verified, as before")
    kept = f"{len(after.skills)} old skills kept within {allowed_drop} points"
    kept += f" by {share:.0%} of what was learned" if share < 1 else ""
    if not tried:
        return Judged(True, f"{kept}; nothing rehearsed")
    return Judged(True, f"{now} of {tried} rehearsals verified, {was} before; {kept}")


def dropped(old: SkillScore, new: SkillScore, points: int) -> bool:
    """Whether a skill lost more than so many points of 100: in whole numbers, no rounding."""
    lost = old.passed * new.attempts - new.passed * old.attempts
    return lost * 100 > points * old.attempts * new.attempts


def verified(one: Rehearsed) -> bool:
    return one.outcome is Outcome.VERIFIED and not one.collateral


def _harm(rehearsed: Sequence[Rehearsed]) -> int:
    return sum(one.outcome is Outcome.WRONG or one.collateral for one in rehearsed)
