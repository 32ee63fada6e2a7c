"""A night learns, examines itself, and can be cut off, refused and taken back."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from actuation.action import Ask, Click, Done, Press, Scroll, TypeText, Wait
from memory.episode import Actor, Episode, Outcome, Step
from memory.fake import day, demonstration, episode, live_through, step
from memory.levels import Levels
from memory.sleep.consolidate import Trained, consolidate
from memory.sleep.exam import Paper, dropped, judge
from memory.sleep.fake import FakeExample, FakeLearner, FakeRehearsal
from memory.sleep.gather import gather
from memory.sleep.lock import AlreadyAsleepError, asleep
from memory.sleep.log import NightRecord, nights
from memory.sleep.night import night
from memory.sleep.plan import Plan
from memory.sleep.protocols import Rehearsed, SkillScore
from memory.sleep.review import review
from memory.store import Store


class Bedroom:
    """A memory with two demonstrations, and all that a night needs."""

    def __init__(self, folder: Path) -> None:
        self.memory = day(folder / "memory.sqlite")
        self.levels = Levels(folder / "levels")
        self.plan = Plan(
            folder=folder / "nights",
            task="books/enter_invoice",
            variants=("", "swapped"),
            seeds=(10_001, 10_002, 10_003),
            steps=60,
            every=20,
            rate=0.02,
            skills=50,
            threads=1,
        )

    def sleep(
        self,
        learner: FakeLearner | None = None,
        rehearsal: FakeRehearsal | None = None,
        plan: Plan | None = None,
    ) -> NightRecord:
        with Store(self.memory) as store:
            return night(
                store,
                self.levels,
                learner or FakeLearner(),
                rehearsal or FakeRehearsal(),
                plan or self.plan,
            )


@pytest.fixture
def bedroom(tmp_path: Path) -> Bedroom:
    return Bedroom(tmp_path)


def test_a_night_learns_and_is_promoted(bedroom: Bedroom) -> None:
    learner = FakeLearner()
    record = bedroom.sleep(learner)
    assert record.promoted, record.reason
    assert record.losses[-1] < record.losses[0]
    live = bedroom.levels.live_level()
    assert live is not None
    assert live.digest == record.after != record.before == ""
    assert live.episodes == ("shown-0", "shown-1")
    assert record.exam["books/enter_invoice"].attempts == 2
    assert record.exam["books/enter_invoice swapped"].after == 1
    assert bedroom.levels.lineage() == [live]
    with Store(bedroom.memory) as store:
        weights = [one.weight for one in store.episode("shown-0").steps]
    assert weights == [1, 1, 1, 1, 1]
    # The learner is left with what is live.
    assert learner.save(bedroom.plan.folder / "now") == live.digest


def test_the_log_keeps_its_contract_and_needs_nothing_from_outside(bedroom: Bedroom) -> None:
    record = bedroom.sleep()
    told = json.loads(json.dumps(record.contract()))
    assert set(told) == {
        *("night", "seconds", "episodes", "steps", "promoted"),
        *("reason", "weights", "exam", "phases"),
    }
    assert told["weights"] == {"before": record.before, "after": record.after}
    assert set(told["exam"]["stay in the middle"]) == {"before", "after"}
    assert set(told["phases"]) == {"gather", "review", "consolidate", "exam", "promote"}
    page = (bedroom.plan.folder / record.night / "night.html").read_text()
    for wanted in ("<polyline", "Promoted", "stay in the middle", "changed the screen", "日本"):
        assert wanted in page
    assert "http" not in page
    assert "<script" not in page
    assert nights(bedroom.plan.folder) == [record]


class Forgetful(FakeLearner):
    """Keeps its old skill only where the night is taken back in part."""

    whole = True

    def load(self, path: Path | None) -> None:
        super().load(path)
        self.whole = path is not None

    def shrink(self, share: float) -> None:
        super().shrink(share)
        self.whole = False

    def exam(self, skills: int, seed: int) -> list[SkillScore]:
        return [SkillScore("stay in the middle", 0 if self.whole else skills, skills)]


class Watched(FakeRehearsal):
    """Fails on a seed that only a longer look meets."""

    def rehearse(
        self,
        task: str,
        variant: str,
        seeds: Sequence[int],
        weights: Path | None,
        tell: Callable[[Rehearsed], None],
    ) -> list[Rehearsed]:
        told = super().rehearse(task, variant, seeds, weights, tell)
        bad = weights is not None
        return [
            replace(one, outcome=Outcome.WRONG) if bad and one.seed == 10_012 else one
            for one in told
        ]


def test_a_night_taken_back_in_part_is_rehearsed_longer(bedroom: Bedroom, tmp_path: Path) -> None:
    plan = replace(bedroom.plan, more=tuple(range(10_011, 10_020)))
    whole = Bedroom(tmp_path / "whole").sleep(rehearsal=Watched(), plan=plan)
    assert whole.promoted and whole.exam["books/enter_invoice"].attempts == 2
    part = bedroom.sleep(Forgetful(), Watched(), plan)
    assert not part.promoted
    assert part.reason == "1 rehearsals ended wrong or did harm, 0 before"
    assert sum(part.exam[name].attempts for name in part.exam if "books" in name) == 12


def test_equal_nights_make_equal_weights(tmp_path: Path) -> None:
    first, second = Bedroom(tmp_path / "a").sleep(), Bedroom(tmp_path / "b").sleep()
    other = Bedroom(tmp_path / "c")
    third = other.sleep(plan=replace(other.plan, seed=1))
    assert first.after == second.after != third.after


def test_nothing_new_means_nothing_is_trained(bedroom: Bedroom) -> None:
    first = bedroom.sleep()
    second = bedroom.sleep()
    assert (first.promoted, second.promoted) == (True, False)
    assert second.reason == "nothing new was lived since the last promotion"
    assert second.after == first.after
    with Store(bedroom.memory) as store:
        live_through(store, demonstration("third"))
        gathered = gather(store, bedroom.levels, 64)
    assert (gathered.fresh, len(gathered.ids)) == (("third",), 3)


def test_gathered_are_good_ones_and_corrections_and_demonstrations_first(tmp_path: Path) -> None:
    own = (replace(step(0, Click(5, 5)), actor=Actor.AGENT),)
    helped = (*own, step(1, Click(50, 50), actor=Actor.OPERATOR))
    levels = Levels(tmp_path / "levels")
    with Store(tmp_path / "memory.sqlite") as store:
        live_through(store, demonstration("shown", started_at=1))
        for number, (name, steps, provenance, outcome) in enumerate(
            [
                ("right", own, "run", Outcome.VERIFIED),
                ("wrong", own, "run", Outcome.WRONG),
                ("helped", helped, "run", Outcome.STOPPED),
                ("rehearsed", own, "rehearsal", Outcome.VERIFIED),
                ("open", helped, "run", None),
            ]
        ):
            live_through(store, episode(name, steps, provenance, outcome, started_at=2 + number))
        assert gather(store, levels, 9).ids == ("shown", "right", "helped")
        assert gather(store, levels, 2).ids == ("shown", "helped")


def test_rollback_returns_to_the_parent(bedroom: Bedroom) -> None:
    first = bedroom.sleep()
    with Store(bedroom.memory) as store:
        live_through(store, demonstration("third"))
    better = FakeRehearsal(shipped=Outcome.FAILED, trained=Outcome.VERIFIED)
    second = bedroom.sleep(rehearsal=better)
    assert [one.digest for one in bedroom.levels.lineage()] == [second.after, first.after]
    back = bedroom.levels.rollback()
    assert back is not None
    assert back.digest == first.after
    assert bedroom.levels.rollback() is None
    assert bedroom.levels.live() is None
    with pytest.raises(LookupError, match="nothing to roll back"):
        bedroom.levels.rollback()


def test_a_worse_candidate_is_rejected_and_nothing_moves(bedroom: Bedroom) -> None:
    record = bedroom.sleep(rehearsal=FakeRehearsal(Outcome.FAILED, Outcome.WRONG))
    assert not record.promoted
    assert "ended wrong" in record.reason
    assert bedroom.levels.live() is None
    assert record.after == ""


def test_a_loss_that_is_no_number_is_refused(bedroom: Bedroom) -> None:
    learner = FakeLearner(poison=25)
    born = FakeLearner().save(bedroom.plan.folder / "born")
    record = bedroom.sleep(learner)
    assert not record.promoted
    assert "the loss was nan at training step 26" in record.reason
    assert bedroom.levels.live() is None
    assert learner.save(bedroom.plan.folder / "now") == born
    assert len(record.losses) == 25


def test_a_second_sleeper_is_refused(bedroom: Bedroom) -> None:
    with (
        asleep(bedroom.levels.folder),
        pytest.raises(AlreadyAsleepError, match=r"Another sleep \(process \d+\) is under way"),
    ):
        bedroom.sleep()
    assert bedroom.sleep().promoted


def test_damaged_weights_are_named_with_both_checksums(bedroom: Bedroom) -> None:
    bedroom.sleep()
    live = bedroom.levels.live()
    assert live is not None
    wanted = bedroom.levels.lineage()[0].digest
    live.write_bytes(live.read_bytes()[:-1] + b"!")
    with pytest.raises(ValueError, match=rf"weights are damaged: sha256 is .{{64}}, .* {wanted}"):
        bedroom.levels.live()
    with pytest.raises(ValueError, match="are damaged"):
        bedroom.sleep()
    assert bedroom.levels.rollback() is None


class Killed(Exception):  # noqa: N818 - stands for a signal
    """The night was cut off here."""


@pytest.mark.parametrize("at", [1, 19, 20, 21, 45, 59])
def test_interrupted_training_ends_with_the_same_weights(tmp_path: Path, at: int) -> None:
    examples = [FakeExample((0.1 * i, 0.5, 0.2), (0.3, 0.1 * i), 1 - i / 10) for i in range(5)]
    plan = Plan(tmp_path, "t", steps=60, every=20, ema=0.9, threads=1, rate=0.01)

    def train(folder: Path, kill: int | None = None) -> Trained:
        folder.mkdir(exist_ok=True)

        def tell(done: int, loss: float) -> None:
            if done == kill:
                raise Killed

        torch.manual_seed(hash(folder.name) % 1000)  # whatever came before must not matter
        return consolidate(FakeLearner(), examples, plan, folder, tell)

    straight = train(tmp_path / "straight")
    with pytest.raises(Killed):
        train(tmp_path / "cut", at)
    resumed = train(tmp_path / "cut")
    assert resumed.digest == straight.digest
    assert resumed.losses == straight.losses


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(b"nothing")
    plan = Plan(tmp_path, "t", steps=2)
    with pytest.raises(ValueError, match=r"Checkpoint .*checkpoint cannot be continued"):
        consolidate(FakeLearner(), [FakeExample((0, 0, 0), (0, 0))], plan, tmp_path)


def test_a_night_goes_on_where_it_was_cut_off(bedroom: Bedroom, tmp_path: Path) -> None:
    whole = Bedroom(tmp_path / "whole").sleep()
    for phase in ("gather", "review", "consolidate", "exam"):

        def cut(now: str, done: int, total: int, note: str, phase: str = phase) -> None:
            if now == phase and done == total:
                raise Killed

        with Store(bedroom.memory) as store, pytest.raises(Killed):
            night(store, bedroom.levels, FakeLearner(), FakeRehearsal(), bedroom.plan, cut)
    record = bedroom.sleep()
    assert (record.night, record.after) == ("0001", whole.after)
    assert record.losses == whole.losses


def test_another_plan_begins_another_night(bedroom: Bedroom) -> None:
    def cut(now: str, done: int, total: int, note: str) -> None:
        raise Killed

    with Store(bedroom.memory) as store, pytest.raises(Killed):
        night(store, bedroom.levels, FakeLearner(), FakeRehearsal(), bedroom.plan, cut)
    assert bedroom.sleep(plan=replace(bedroom.plan, seed=5)).night == "0002"


def test_a_night_without_a_deleted_episode_begins_anew(bedroom: Bedroom) -> None:
    def cut(now: str, done: int, total: int, note: str) -> None:
        if now == "consolidate":
            raise Killed

    with Store(bedroom.memory) as store:
        with pytest.raises(Killed):
            night(store, bedroom.levels, FakeLearner(), FakeRehearsal(), bedroom.plan, cut)
        store.delete("shown-1")
    record = bedroom.sleep()
    assert record.night == "0002"
    assert bedroom.levels.lineage()[0].episodes == ("shown-0",)


# Review


def judged(lived: Episode) -> list[tuple[float, str]]:
    return [(one.weight, one.reason) for one in review(lived)]


def agent(*steps: Step) -> tuple[Step, ...]:
    return tuple(replace(one, actor=Actor.AGENT) for one in steps)


def test_steps_without_effect_do_not_count() -> None:
    lived = episode(
        "e",
        (
            step(0, Click(5, 5), shade=1),
            step(1, Click(90, 90), shade=1),
            step(2, Press("ctrl+s"), shade=2),
            step(3, Wait(1.0), shade=2),
            step(4, Scroll(5, 5, 3), shade=2),
            step(5, Done(), shade=3),
        ),
    )
    assert [weight for weight, _ in judged(lived)] == [0, 1, 1, 0, 1, 1]


def test_a_mistake_does_not_count_and_its_mending_counts_half() -> None:
    lived = episode(
        "e",
        (
            step(0, TypeText("wrong")),
            step(1, Press("ctrl+z")),
            step(2, TypeText("right")),
            step(3, Done()),
        ),
    )
    assert [weight for weight, _ in judged(lived)] == [0, 0.5, 1, 1]


def test_the_same_click_again() -> None:
    still = (step(0, Click(5, 5), 1), step(1, Click(6, 5), 1), step(2, Done(), 2))
    moving = (step(0, Click(5, 5), 1), step(1, Click(6, 5), 2), step(2, Done(), 3))
    assert [weight for weight, _ in judged(episode("e", still))] == [0, 1, 1]
    assert [weight for weight, _ in judged(episode("e", moving))] == [0.5, 1, 1]


def test_the_agents_own_steps_count_only_when_verified() -> None:
    steps = agent(step(0, Click(5, 5)), step(1, TypeText("a"), confidence=0.6), step(2, Done()))
    verified = episode("e", steps, "run", Outcome.VERIFIED)
    assert [weight for weight, _ in judged(verified)] == [1, 0.5, 1]
    for outcome in set(Outcome) - {Outcome.VERIFIED}:
        assert {weight for weight, _ in judged(episode("e", steps, "run", outcome))} == {0}
    harmful = episode("e", steps, "run", Outcome.VERIFIED, collateral=True)
    assert {weight for weight, _ in judged(harmful)} == {0}


def test_a_correction_in_a_failed_run_counts() -> None:
    steps = (*agent(step(0, Click(5, 5))), step(1, Click(50, 50), actor=Actor.OPERATOR))
    steps += agent(step(2, Ask("Which?")))
    lived = episode("e", steps, "run", Outcome.STOPPED)
    assert [weight for weight, _ in judged(lived)] == [0, 1, 0]


def test_secrets_and_unperformed_steps_stay_out() -> None:
    typed = step(0, TypeText("4111 1111 1111 1111"))
    lived = episode("e", (typed, replace(step(1, Click(5, 5)), performed=None)))
    assert [weight for weight, _ in judged(lived)] == [0, 0]


# Exam


def paper(passed: int, *outcomes: Outcome) -> Paper:
    rehearsed = [Rehearsed("t", "", 10_000 + i, one, False, 1.0) for i, one in enumerate(outcomes)]
    return Paper((SkillScore("copy", passed, 200),), tuple(rehearsed))


OK, NO, BAD = Outcome.VERIFIED, Outcome.FAILED, Outcome.WRONG


@pytest.mark.parametrize(
    ("before", "after", "promote"),
    [
        (paper(190, NO, NO), paper(190, OK, NO), True),
        (paper(190, NO, NO), paper(186, OK, OK), True),
        (paper(190, NO, NO), paper(185, OK, OK), False),
        (paper(190, NO, NO), paper(190, NO, NO), False),
        (paper(190, OK, OK), paper(190, OK, OK), True),
        (paper(190, OK, NO), paper(190, NO, NO), False),
        (paper(190, NO, NO), paper(190, OK, BAD), False),
        (paper(190), paper(190), True),
    ],
)
def test_the_gate(before: Paper, after: Paper, promote: bool) -> None:
    verdict = judge(before, after, 2)
    assert verdict.promote is promote
    assert verdict.reason


@given(st.integers(1, 300), st.data())
def test_two_points_are_counted_exactly(attempts: int, data: st.DataObject) -> None:
    old, new = (data.draw(st.integers(0, attempts)) for _ in range(2))
    fell = dropped(SkillScore("s", old, attempts), SkillScore("s", new, attempts), 2)
    assert fell is ((old - new) * 50 > attempts)


def test_what_surprises_is_practised_more(tmp_path: Path) -> None:
    dull, strange = FakeExample((0.1, 0.1, 0.1), (0.5, 0.5)), FakeExample((0.9, 0, 0), (0, 0))
    seen: list[FakeExample] = []

    class Watched(FakeLearner):
        def augment(self, example: FakeExample, seed: int) -> FakeExample:
            seen.append(example)
            return example

        def surprise(self, batch: Sequence[FakeExample]) -> list[float]:
            return [float(one is strange) for one in batch]

    plan = Plan(tmp_path, "t", steps=40, every=20, batch=8, threads=1)
    consolidate(Watched(), [dull] * 9 + [strange], plan, tmp_path)
    drawn = seen.count(strange) / len(seen)
    assert 0.3 < drawn < 0.7  # evenly, it would be 0.1
    assert seen.count(dull) > 0
