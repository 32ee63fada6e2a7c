"""A night that costs old skills is taken back in part, no further than needed."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from memory.sleep.exam import Paper, tempered
from memory.sleep.fake import FakeLearner
from memory.sleep.phases import Phases, silent
from memory.sleep.plan import Plan
from memory.sleep.protocols import SkillScore

SHARES = (1.0, 0.8, 0.6)


@dataclass
class Forgetful(FakeLearner):
    """Loses a point of 100 for every 10 % of a night beyond `bearable`; exams are counted."""

    bearable: float
    left: float = 1.0
    exams: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def load(self, path: Path | None) -> None:
        super().load(path)
        self.left = 1.0

    def shrink(self, share: float) -> None:
        super().shrink(share)
        self.left = share

    def exam(self, skills: int, seed: int) -> list[SkillScore]:
        self.exams.append(self.left)
        lost = max(0, round(10 * (self.left - self.bearable)))
        return [SkillScore("fill_row", 90 - 3 * lost, 100)]


def temper(folder: Path, bearable: float) -> tuple[Path, float, int, list[float]]:
    learner = Forgetful(bearable)
    full = folder / "candidate"
    learner.save(full)
    before = Paper((SkillScore("fill_row", 90, 100),), ())
    plan = Plan(folder, "a task", skills=100, shares=SHARES)
    path, share, scores = tempered(full, before, learner, plan, Phases(folder), silent)
    return path, share, scores[0].passed, learner.exams


def test_a_night_that_keeps_old_skills_stays_whole(tmp_path: Path) -> None:
    path, share, passed, exams = temper(tmp_path, bearable=1.0)
    assert (path.name, share, passed, exams) == ("candidate", 1.0, 90, [1.0])


def test_as_much_is_kept_as_the_old_skills_bear(tmp_path: Path) -> None:
    path, share, passed, exams = temper(tmp_path, bearable=0.8)
    assert (path.name, share, passed, exams) == ("candidate-80", 0.8, 90, [1.0, 0.8])
    assert path.exists()


def test_where_no_share_is_small_enough_the_whole_night_is_judged(tmp_path: Path) -> None:
    _, share, passed, exams = temper(tmp_path, bearable=0.3)
    assert (share, passed, exams) == (1.0, 69, list(SHARES))


def test_what_was_examined_is_not_examined_again(tmp_path: Path) -> None:
    first = temper(tmp_path, bearable=0.8)
    assert temper(tmp_path, bearable=0.8)[:3] == first[:3]
    assert temper(tmp_path, bearable=0.8)[3] == []


def test_a_fake_level_shrinks_towards_its_birth(tmp_path: Path) -> None:
    learner = FakeLearner()
    weight, bias = learner.parameters()
    weight.data.fill_(1.0)
    bias.data.fill_(1.0)
    learner.shrink(0.25)
    assert weight.tolist() == [[0.25] * 3] * 2
    assert bias.tolist() == pytest.approx([0.625] * 2)
