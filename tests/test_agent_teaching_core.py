"""The core learns what was right and what was not, and goes on with what it was answered."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from actuation.action import Ask, Done, Press, TypeText
from actuation.fake import FakeDesktop
from agent.policies.core.answered import as_answered
from agent.policies.core.augment import augment
from agent.policies.core.choose import choose
from agent.policies.core.collate import batch_of, target
from agent.policies.core.columns import reordered
from agent.policies.core.learner import CoreLearner
from agent.policies.core.network import Scores, unlikelihood
from agent.policies.core.nursery.draw import episode as drawn
from agent.policies.core.policy import CorePolicy
from agent.policies.core.situation import Choice, ChoiceKind, Lesson, Situation, place_of
from agent.policies.core.trail import Trail, same
from memory.day import Context
from memory.episode import Actor, Episode, Fate, Outcome, Step
from memory.sleep.consolidate import consolidate
from memory.sleep.plan import Plan
from memory.sleep.review import review
from perception.observation import Observation
from perception.read import Reader
from perception.scene import Scene


def copies(skill: str, first: int, count: int) -> Iterator[Lesson]:
    """Drawn moments at which a value is to be copied, with another one that was wanted."""
    for seed in range(first, first + count):
        for lesson in drawn(skill, seed):
            right, situation = lesson.choice, lesson.situation
            elements = situation.scene.elements
            if right.kind != ChoiceKind.TYPE or right.targets[0] >= len(elements):
                continue
            texts = {situation.sources[t] for t in right.targets}
            others = [i for i, e in enumerate(elements) if e.left and e.text not in {*texts, ""}]
            if others:
                yield replace(lesson, wrong=replace(right, targets=(others[0],)))


@pytest.mark.parametrize("vary", [augment, lambda one, seed: reordered(one, random.Random(seed))])
def test_variations_keep_what_was_wrong_where_it_stands(vary) -> None:  # type: ignore[no-untyped-def]
    tried = 0
    for seed, lesson in enumerate(copies("copy_value", 40_000, 30)):
        assert lesson.wrong is not None
        made = vary(lesson, 40_000 + seed)
        if made.wrong is None or not made.wrong.targets or made.choice.kind != ChoiceKind.TYPE:
            continue
        tried += 1
        assert not same(made.situation, made.choice, made.wrong)
        before = lesson.situation.scene.elements[lesson.wrong.targets[0]]
        after = made.situation.scene.elements[made.wrong.targets[0]]
        assert (before.kind, before.window) == (after.kind, after.window)
    assert tried >= 10


def test_what_was_wrong_becomes_less_likely_than_by_the_right_alone() -> None:
    """A few steps on the same lessons, with what was wrong and without: shipped weights that were
    first taught the mistake."""
    lessons = list(copies("copy_value", 41_000, 30))[:8]
    assert len(lessons) == 8
    chances = []
    for against in (False, True):
        learner = CoreLearner(Reader())
        mistakes = [replace(one, choice=one.wrong, wrong=None) for one in lessons if one.wrong]
        taught(learner, mistakes, 20)
        assert wrong(learner, lessons) > 0.5, "the mistake is planted"
        right = lessons if against else [replace(one, wrong=None) for one in lessons]
        taught(learner, right, 2)
        chances.append(wrong(learner, lessons))
    assert chances[1] < 0.85 * chances[0]


def taught(learner: CoreLearner, lessons: list[Lesson], steps: int) -> None:
    optimizer = torch.optim.AdamW(learner.parameters(), lr=1e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        learner.loss(lessons, 0.0).backward()  # type: ignore[no-untyped-call]
        optimizer.step()


@torch.no_grad()
def wrong(learner: CoreLearner, lessons: list[Lesson]) -> float:
    """How likely the wrong choices are, as their mean unlikelihood."""
    batch, made = batch_of([one.situation for one in lessons])
    wanted = target(lessons, made, batch)
    assert wanted.wrong is not None
    scores: Scores = learner.network(batch)
    return float(unlikelihood(scores, wanted.wrong).mean())


class Showing(Reader):
    """Eyes that see one scene, whatever the screen shows."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene

    def read(self, observation: Observation) -> Scene:
        return self.scene

    def confirms(self, observation: Observation, element: object) -> bool:
        return True


def test_an_answer_is_entered_where_it_was_asked_for() -> None:
    """Drawn screens on which a value is missing; the shipped weights."""
    asking = [
        lesson.situation
        for seed in range(60)
        for lesson in drawn("fill_form", 42_000 + seed)
        if lesson.choice.kind == ChoiceKind.ASK and place_of(lesson.situation.scene)
    ][:12]
    assert len(asking) == 12
    seen, policy = FakeDesktop().observe(), CorePolicy(reader=Reader())
    done = Counter[str]()
    for situation in asking:
        policy.reader = Showing(situation.scene)
        policy.begin(situation.goal, Context())
        policy.trail.deeds, policy.trail.entered = list(situation.deeds), set(situation.entered)
        first = policy.decide(seen).action
        if isinstance(first, Ask):
            policy.answered(first.question, "8 841.20")
            second = policy.decide(seen).action
            done["entered" if second == TypeText("8 841.20") else str(second)] += 1
        else:
            done[f"did not ask: {first}"] += 1
    assert done["entered"] >= 10, done


QUESTION = Ask("Total: I cannot read “1l9” for certain. What does it say?")


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ("119.00", TypeText("119.00")),
        ("yes", Press("ctrl+s")),
        ("Ja!", Press("ctrl+s")),
        ('press(keys="Tab")', Press("Tab")),
        ("done()", Done()),
    ],
)
def test_what_an_answer_settles(said: str, done: object) -> None:
    focused = next(
        lesson.situation
        for seed in range(50)
        for lesson in drawn("fill_form", seed)
        if lesson.situation.scene.focused
    )
    assert as_answered(QUESTION, said, Press("ctrl+s"), focused) == done
    nowhere = Situation("", Scene(9, 9, (), (), ()))
    assert as_answered(Ask("Shall I save?"), "perhaps", None, nowhere) == Ask("Shall I save?")
    assert "said no" in str(as_answered(Ask("Shall I save?"), "no", None, nowhere))


def test_the_learner_reads_proposals_corrections_and_answers() -> None:
    """On a drawn sheet with a note beside it, read by the real eyes."""
    desktop = FakeDesktop(notes="Net: 100.00\nTotal: 119.00")
    seen = desktop.observe()
    net, gross = TypeText("100.00"), TypeText("119.00")
    asked, said = Ask("What?"), TypeText("119.00")
    steps = (
        Step(0, seen, net, None, Actor.AGENT, fate=Fate.TAKEN_OVER),
        Step(1, seen, gross, gross, Actor.OPERATOR),
        Step(2, seen, asked, asked, Actor.AGENT),
        Step(3, seen, said, None, Actor.OPERATOR, fate=Fate.ANSWER),
        Step(4, seen, net, None, Actor.AGENT, fate=Fate.REJECTED),
    )
    lived = Episode("e", "g", "t", "", 1, "run", "", 1.0, outcome=Outcome.STOPPED, steps=steps)
    learner = CoreLearner()
    lessons = learner.examples(lived, [0, 1, 1, 1, 0])
    assert [one.weight for one in lessons] == [1, 1, 0]
    texts = [_text(one.situation, one.choice) for one in lessons]
    assert texts == ["119.00", "119.00", "100.00"], "the question fell away: the answer was there"
    wrongs = [one.wrong and _text(one.situation, one.wrong) for one in lessons]
    assert wrongs == ["100.00", None, "100.00"]
    assert learner.loss(lessons, 0.0).item() > 0
    assert np.isfinite(learner.surprise(lessons)).all()


def _text(situation: Situation, choice: Choice) -> str:
    assert choice.kind == ChoiceKind.TYPE
    return situation.sources[choice.targets[0]]


def sheet(seed: int) -> tuple[FakeDesktop, TypeText, TypeText]:
    """A ledger whose amount is to be entered, beside a note with the net and the total."""
    rng = random.Random(seed)
    net = rng.randrange(1_000, 90_000)
    total = net + net * 19 // 100
    rows = [(f"2024-05-{day:02}", f"{rng.randrange(900, 99_999) / 100:.2f}") for day in (3, 8)]
    note = (f"Net: {net / 100:.2f}", f"VAT: {(total - net) / 100:.2f}", f"Total: {total / 100:.2f}")
    desktop = FakeDesktop(("Date", "Amount"), rows, "\n".join(note))
    desktop.selected = (2, 1)
    return desktop, TypeText(f"{net / 100:.2f}"), TypeText(f"{total / 100:.2f}")


def taken_over(seed: int) -> Episode:
    desktop, net, gross = sheet(seed)
    seen = desktop.observe()
    desktop.perform(gross)
    steps = (
        Step(0, seen, net, None, Actor.AGENT, fate=Fate.TAKEN_OVER),
        Step(1, seen, gross, gross, Actor.OPERATOR),
        Step(2, desktop.observe(), Done(), Done(), Actor.AGENT),
    )
    name = f"e{seed}"
    return Episode(
        name, "Enter it", "t", "", 1, "run", "", 1.0, outcome=Outcome.FAILED, steps=steps
    )


def test_a_small_night_after_takeovers(tmp_path: Path) -> None:
    """Weights that enter the net; then a night over six takeovers; then sheets never seen."""
    learner = CoreLearner()
    unseen = [sheet(seed) for seed in range(200, 210)]
    lived = [taken_over(seed) for seed in range(100, 106)]
    mistakes = [
        replace(one, choice=one.wrong, wrong=None)
        for episode in lived
        for one in learner.examples(episode, [0, 1, 0])
        if one.wrong
    ]
    taught(learner, mistakes, 20)
    assert entered(learner, unseen)["net"] >= 9
    lessons = [
        lesson
        for episode in lived
        for lesson in learner.examples(episode, [one.weight for one in review(episode)])
    ]
    plan = Plan(tmp_path, "t", steps=30, every=30, batch=6, replay=0, ema=0)
    assert consolidate(learner, lessons, plan, tmp_path).weights is not None
    assert entered(learner, unseen) == {"total": 10}


def entered(
    learner: CoreLearner, sheets: list[tuple[FakeDesktop, TypeText, TypeText]]
) -> Counter[str]:
    """What would be typed into the focused cell."""
    found = Counter[str]()
    for desktop, net, gross in sheets:
        situation = Trail("Enter it").look(learner.reader.read(desktop.observe()))
        batch, made = batch_of([situation])
        with torch.no_grad():
            choice, _ = choose(learner.network(batch), 0, batch, made[0], situation)
        text = situation.sources[choice.targets[0]] if choice.kind == ChoiceKind.TYPE else ""
        found[{net.text: "net", gross.text: "total"}.get(text, "other")] += 1
    return found
