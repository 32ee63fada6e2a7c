"""What the nursery teaches, and what it must never teach."""

import random
from collections import Counter

from agent.policies.core.nursery.draw import episode, lesson
from agent.policies.core.nursery.jobs import draw_column, draw_concepts
from agent.policies.core.nursery.lexicon import concepts
from agent.policies.core.nursery.rows import card_pairs
from agent.policies.core.situation import KEYS, QUOTED, ChoiceKind, Lesson
from agent.policies.core.words import plain
from perception.values import value_kind

SAVE = KEYS.index("ctrl+s")


def drawn(skill: str, count: int) -> list[list[Lesson]]:
    return [episode(skill, seed) for seed in range(10_000, 10_000 + count)]


def test_no_key_saves_unless_the_goal_or_recall_tells_it() -> None:
    saved = 0
    for seed in range(10_000, 11_500):
        each = lesson(seed)
        if each.choice.key == SAVE:
            saved += 1
            assert each.situation.cues or "ctrl+s" in each.situation.goal
    assert saved > 0


def test_no_goal_speaks_of_ledgers_or_of_saving() -> None:
    """But for what it quotes: a button may be called so."""
    for seed in range(10_000, 11_000):
        goal = QUOTED.sub("", lesson(seed).situation.goal)
        assert not set(plain(goal).split()) & {"ledger", "save", "saved", "speichern"}


def test_what_nobody_has_shown_ends_in_a_question() -> None:
    endings = Counter(lessons[-1].choice.kind for lessons in drawn("enter_card", 60))
    assert set(endings) == {ChoiceKind.DONE, ChoiceKind.ASK}
    assert endings[ChoiceKind.ASK] >= 5


def test_amount_alone_never_means_one_amount_of_several() -> None:
    """Which amount goes under "Amount" is a convention; only demonstrations tell it."""
    (amount,) = (c for c in concepts() if c.name == "amount")
    for seed in range(10_000, 10_100):
        rng = random.Random(seed)
        others = [c for c in draw_concepts(rng, 4) if c is not amount]
        columns = [draw_column(rng, c, c) for c in (amount, *others)]
        pairs = card_pairs(rng, columns, missing=columns[0])
        assert not [value for _, value in pairs if value_kind(value) == "amount"]


def test_a_row_is_begun_wherever_the_cursor_stands() -> None:
    columns = Counter(
        lessons[0].situation.scene.focused.column
        for lessons in drawn("fill_row", 60)
        if lessons[0].situation.scene.focused is not None
    )
    assert len(columns) >= 3
