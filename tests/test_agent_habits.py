"""What one night must be able to learn from a few lessons: sums, words for keys, habits of places;
and the variations that keep it from learning more than that."""

import random
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.policies.core.augment import augment
from agent.policies.core.caution import ASTRAY, astray, nothing_done
from agent.policies.core.choose import ASK_BELOW, choose, doubtful
from agent.policies.core.collate import batch_of
from agent.policies.core.columns import reordered
from agent.policies.core.exam import right
from agent.policies.core.network import Scores
from agent.policies.core.nursery.draw import episode
from agent.policies.core.places import middle
from agent.policies.core.situation import KEYS, Choice, ChoiceKind, Deed, Lesson, Situation
from agent.policies.core.sums import Role, additions, cents_of, roles
from agent.policies.core.weights import new_network
from perception.observation import Box, Window
from perception.scene import Element, Grid, Kind, Scene


def page(*lines: tuple[str, str]) -> Scene:
    elements = tuple(
        Element(Box(200, 20 * i, 80, 16), value, left=label, window=0)
        for i, (label, value) in enumerate(lines)
    )
    return Scene(400, 400, (Window("page", "feh", Box(0, 0, 400, 400)),), (), elements)


def beside_a_table(scene: Scene, focused: int, headers: tuple[str, ...]) -> Scene:
    """The page and a table with a header row, the focus in the empty row below."""
    cells = [
        Element(
            Box(400 + 90 * c, 20 * (r + 1), 88, 20),
            text,
            Kind.CELL,
            header=header,
            focused=(r, c) == (0, focused),
            grid=0,
            row=r,
            column=c,
            window=0,
        )
        for r, row in enumerate((tuple(f"{h} old" for h in headers), ("",) * len(headers)), -1)
        for c, (header, text) in enumerate(zip(headers, row, strict=True))
    ]
    elements = (*scene.elements, *cells)
    count = len(headers)
    grid = Grid(Box(400, 0, 90 * count, 60), 0, headers, 0, 0, (0.0,) * count, ("",) * count)
    focus = next(i for i, e in enumerate(elements) if e.focused)
    return replace(scene, elements=elements, grids=(grid,), focus=focus)


def chosen(situation: Situation, scores: Scores) -> tuple[Choice, float]:
    batch, made = batch_of([situation])
    return choose(scores, 0, batch, made[0], situation)


@given(st.lists(st.integers(1, 10**7), min_size=2, max_size=3, unique=True))
def test_what_adds_up_is_found_in_any_order(parts: list[int]) -> None:
    total = sum(parts)
    texts = [f"{cents // 100}.{cents % 100:02}" for cents in (*parts, total)]
    random.Random(total).shuffle(texts)
    scene = page(*((f"label {i}", text) for i, text in enumerate(texts)))
    found = {cents_of(texts[i]): role for i, role in roles(scene).items()}
    assert found[total] == Role.SUM
    assert found[max(parts)] == Role.MAIN
    assert sum(additions(scene)[0].parts) == total


def test_numbers_that_do_not_add_up_have_no_role() -> None:
    assert roles(page(("Net", "100.00"), ("Tax", "19.00"), ("Total", "120.00"))) == {}
    assert roles(page(("Qty", "2"), ("Units", "3"), ("All", "5"))) == {}, "counts are no amounts"


INVOICE = page(
    ("Net", "100.00"), ("VAT 19%", "19.00"), ("Total", "119.00"), ("Order", "B77"), ("Paid", "4.00")
)


@pytest.mark.parametrize("seed", range(10_000, 10_030))
def test_variations_still_add_up(seed: int) -> None:
    scene = beside_a_table(INVOICE, 1, ("Date", "Value", "Memo"))
    lesson = Lesson(Situation("Copy it.", scene), Choice(ChoiceKind.TYPE, (2,), form=2))
    made = augment(lesson, seed)
    if made.choice.kind != ChoiceKind.TYPE:
        return
    parts = [e for e in made.situation.scene.elements if e.grid < 0]
    if len(parts) < len(INVOICE.elements):
        return  # one of them was not seen
    target = made.choice.targets[0]
    assert roles(made.situation.scene)[target] == Role.SUM
    assert made.situation.sources[target] != "119.00", "amounts of the day must not stay"


@pytest.mark.parametrize("focused", [0, 1, 2, 3])
@settings(max_examples=40)
@given(seed=st.integers(10_000, 14_999))
def test_other_columns_change_nothing_about_the_focused_one(focused: int, seed: int) -> None:
    scene = beside_a_table(INVOICE, focused, ("Date", "Value", "Memo", "Payee"))
    situation = Situation("Copy it.", scene)
    typed = Lesson(situation, Choice(ChoiceKind.TYPE, (2,), form=2))
    made = reordered(typed, random.Random(seed))
    focus = made.situation.scene.focused
    assert focus is not None
    assert focus.header == ("Date", "Value", "Memo", "Payee")[focused]
    assert made.situation.scene.grids[0].headers[focus.column] == focus.header
    assert made.situation.sources[made.choice.targets[0]] == "119.00"
    pressed = replace(typed, choice=Choice(ChoiceKind.PRESS, key=KEYS.index("Tab")))
    kept = reordered(pressed, random.Random(seed)).situation.scene
    assert kept.focused is not None
    last = len(kept.grids[0].headers) - 1
    assert (kept.focused.column == last) == (focused == 3), "what comes next depends on the edge"
    assert (kept.focused.column == 0) == (focused == 0)


def test_before_copying_a_page_out_of_sight_is_asked_about() -> None:
    scene = beside_a_table(INVOICE, 0, ("Date", "Value"))
    sheet = tuple(replace(e, window=1) if e.grid >= 0 else e for e in scene.elements)
    scene = replace(scene, windows=scene.windows * 2, elements=sheet)
    click = Choice(ChoiceKind.CLICK, (scene.focus,))
    lesson = Lesson(Situation("Copy it.", scene), click, before_copying=True)
    made = [augment(lesson, seed) for seed in range(10_000, 10_100)]
    asked = [each for each in made if each.choice.kind == ChoiceKind.ASK]
    assert 5 <= len(asked) <= 30
    assert all(e.grid >= 0 for each in asked for e in each.situation.scene.elements)
    after = replace(lesson, before_copying=False)
    assert all(augment(after, s).choice.kind == ChoiceKind.CLICK for s in range(10_000, 10_100))


def test_moving_about_changes_nothing() -> None:
    tab = Deed(ChoiceKind.PRESS, key=KEYS.index("Tab"))
    scene = page(("Net", "1.00"))
    assert nothing_done(Situation("", scene, (tab, tab)))
    assert not nothing_done(Situation("", scene, (tab, Deed(ChoiceKind.TYPE, "Net"))))
    assert not nothing_done(
        Situation("", scene, (Deed(ChoiceKind.PRESS, key=KEYS.index("Delete")),))
    )


def test_where_to_click_may_be_in_doubt_too() -> None:
    """A table whose next free row is out of sight: every row there is as good, and belongs to
    somebody."""
    click = Choice(ChoiceKind.CLICK, (0,))
    assert doubtful(click, ASK_BELOW - 0.01)
    assert not doubtful(click, ASK_BELOW)
    assert not doubtful(Choice(ChoiceKind.WAIT), 0.1)
    assert not doubtful(Choice(ChoiceKind.ASK), 0.1)


def test_moving_where_no_place_has_a_name_leads_nowhere() -> None:
    scene = page(("Net", "1.00"))
    nowhere = Deed(ChoiceKind.PRESS, key=KEYS.index("Tab"))
    for moves in range(3 * ASTRAY):
        gone = Situation("", scene, (Deed(ChoiceKind.CLICK, "Net"), *(nowhere,) * moves))
        assert astray(gone) == (moves in (ASTRAY, 2 * ASTRAY))
    somewhere = replace(nowhere, place="Payee")
    assert not astray(Situation("", scene, (somewhere,) * ASTRAY))
    assert not astray(Situation("", scene, (nowhere,) * (ASTRAY - 1) + (somewhere,)))


def test_scrolling_is_done_where_the_focus_is() -> None:
    scene = beside_a_table(INVOICE, 0, ("Date", "Value"))
    assert middle(scene) == scene.grids[0].box.center
    assert middle(replace(scene, focus=-1)) == (scene.width // 2, scene.height // 2)
    free = replace(scene, focus=0)
    assert middle(free) == scene.windows[0].box.center


def test_a_sum_a_place_and_a_word_can_each_be_taught_alone() -> None:
    """Each path moves the score that it is for, and none before it was taught."""
    network = new_network(0)
    scene = beside_a_table(INVOICE, 1, ("Date", "Value"))
    batch, _ = batch_of([Situation("Copy it and file it.", scene)])
    before: Scores = network(batch)
    with torch.no_grad():
        focus = torch.nn.functional.normalize(network.embed(batch.text_ids), dim=-1)
        meaning = focus[batch.focus_text[0]]
        network.sums.weight[Role.SUM] = meaning
        network.place_kind[ChoiceKind.TYPE] = meaning
    after: Scores = network(batch)
    gained = (after.copy - before.copy)[0]
    assert gained.argmax() == 2, "the sum itself"
    assert gained[:2].abs().max() < 1e-3
    kinds = (after.kind - before.kind)[0]
    assert kinds.argmax() == ChoiceKind.TYPE
    filled = replace(scene.elements[scene.focus], text="119.00")
    elements = tuple(filled if e.focused else e for e in scene.elements)
    full, _ = batch_of([Situation("Copy it and file it.", replace(scene, elements=elements))])
    with torch.no_grad():
        there = network(full).kind.clone()
        network.place_kind.zero_()
        assert torch.equal(there, network(full).kind), "a habit of empty places only"


def test_what_values_of_a_place_look_like_can_be_taught_alone() -> None:
    """A code beside its label, which has a label to its left as well."""
    network = new_network(0)
    lines = (("", "Number"), ("Number", "Due date"), ("Number", "RE-2026-17"), ("", "Due date"))
    scene = beside_a_table(page(*lines), 1, ("Date", "Note"))
    batch, _ = batch_of([Situation("Copy it and file it.", scene)])
    before: Scores = network(batch)
    with torch.no_grad():
        focus = torch.nn.functional.normalize(network.embed(batch.text_ids), dim=-1)
        network.looks.weight[0] = focus[batch.focus_text[0]]  # the share of digits
    gained = (network(batch).copy - before.copy)[0]
    assert gained.argmax() == 2, "what has digits"
    assert gained[1].abs() < 1e-3


def test_sure_evidence_can_be_taught_to_speak_for_copying() -> None:
    """More where one value stands out than where all are alike."""
    network = new_network(0)
    scene = beside_a_table(INVOICE, 1, ("Date", "Value"))
    batch, _ = batch_of([Situation("Copy it and file it.", scene)])
    gains = []
    for sharp in (0.0, 1.0):
        with torch.no_grad():
            focus = torch.nn.functional.normalize(network.embed(batch.text_ids), dim=-1)
            network.sums.weight[Role.SUM] = sharp * focus[batch.focus_text[0]]
            network.proof.weight.zero_()
            before: Scores = network(batch)
            network.proof.weight[ChoiceKind.TYPE, 0] = 0.1
            gains.append(float((network(batch).kind - before.kind)[0, ChoiceKind.TYPE]))
    unsure, sure = gains
    assert 0 < unsure < sure <= 2.0 + 1e-4


def test_a_word_of_the_goal_reaches_its_key() -> None:
    network = new_network(0)
    scene = beside_a_table(INVOICE, 1, ("Date", "Value"))
    told, _ = batch_of([Situation("Copy it, then glimp.", scene)])
    key = KEYS.index("F5")
    with torch.no_grad():
        network.told.weight.zero_()
        network.told.bias.fill_(1.0)
        before = network(told).key[0]
        row = int(told.goal_texts[0][int(told.goal_present[0].sum()) - 1])
        meaning = torch.nn.functional.normalize(network.embed(told.text_ids), dim=-1)[row]
        network.word_key.weight[key] += 0.2 * meaning
        gained = network(told).key[0] - before
    assert gained.argmax() == key
    assert gained[key] > 1


def test_in_doubt_the_agent_asks_and_the_exam_counts_that() -> None:
    lesson = episode("press_key", 10_000)[0]
    batch, _ = batch_of([lesson.situation])
    with torch.no_grad():
        scores: Scores = new_network(0)(batch)
    kinds = torch.full_like(scores.kind, -20.0)
    kinds[0, ChoiceKind.PRESS] = 0.0
    keys = torch.zeros_like(scores.key)
    unsure, unsure_by = chosen(lesson.situation, replace(scores, kind=kinds, key=keys))
    assert unsure_by < ASK_BELOW
    assert doubtful(unsure, unsure_by)
    assert not right(replace(unsure, key=lesson.choice.key), unsure_by, lesson)
    assert right(unsure, unsure_by, replace(lesson, choice=Choice(ChoiceKind.ASK)))
    keys[0, lesson.choice.key] = 20.0
    sure, sure_by = chosen(lesson.situation, replace(scores, kind=kinds, key=keys))
    assert right(sure, sure_by, lesson)
