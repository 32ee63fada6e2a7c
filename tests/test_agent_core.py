"""The core policy: situations, choices, caution, variations, levels, and that it learns."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from actuation.action import Ask, Click, Done, Press, TypeText
from agent.errors import BadInput
from agent.policies.core import network as network_module
from agent.policies.core import train as train_module
from agent.policies.core.augment import augment, reminded, retold
from agent.policies.core.caution import balance, why_not_type
from agent.policies.core.collate import batch_of, target
from agent.policies.core.exam import judge
from agent.policies.core.features import features, widths
from agent.policies.core.levels import add_level, save_level, trainable
from agent.policies.core.network import losses
from agent.policies.core.nursery.draw import episode, lesson
from agent.policies.core.nursery.skills import SKILLS
from agent.policies.core.proofread import Entry, agrees, first_mismatch, follow, is_ours
from agent.policies.core.situation import KEYS, ChoiceKind, Cue, Deed, Form, Situation
from agent.policies.core.trail import Trail, choice_of
from agent.policies.core.train import Schedule, train
from agent.policies.core.values import forms_between, written
from agent.policies.core.weights import load_network, new_network, save_network
from agent.policies.core.words import mentioned, plain, similarity, text_ids
from memory.atomic import digest
from perception.observation import Box, Window
from perception.scene import Element, Grid, Kind, Scene

SEEDS = range(10_000, 10_040)


def page(*lines: tuple[str, str], certain: bool = True) -> Scene:
    """A window of labelled values, one a line."""
    elements = [
        Element(Box(200, 20 * i, 80, 16), value, left=label, window=0, certain=certain)
        for i, (label, value) in enumerate(lines)
    ]
    window = Window("invoice", "feh", Box(0, 0, 400, 400))
    return Scene(400, 400, (window,), (), tuple(elements))


def test_equal_seeds_draw_equal_lessons_and_features() -> None:
    for seed in SEEDS:
        one, two = lesson(seed), lesson(seed)
        assert one == two
        a, b = features(one.situation), features(two.situation)
        assert (a.candidates == b.candidates).all()
        assert a.texts == b.texts


@pytest.mark.parametrize("skill", SKILLS)
def test_every_moment_of_a_job_can_be_chosen_right(skill: str) -> None:
    for seed in SEEDS[:10]:
        lessons = episode(skill, seed)
        batch, made = batch_of([each.situation for each in lessons])
        wanted = target(lessons, made, batch)
        assert wanted.weight.tolist() == [1.0] * len(lessons), "a target was cut away"


def test_values_reach_the_network_by_kind_alone() -> None:
    assert text_ids("1.234,56 €") == text_ids("99,10 €")
    assert text_ids("2026-04-03") == text_ids("3. April 2026")
    assert text_ids("Betrag") != text_ids("Datum")


@given(st.dates())
def test_a_date_in_any_notation_is_written_as_iso(day) -> None:  # type: ignore[no-untyped-def]
    for text in (day.strftime("%d.%m.%Y").zfill(10), day.isoformat()):
        if day.year >= 1000:
            assert written(text, Form.DATE) == day.isoformat()
            assert Form.DATE in forms_between(text, day.isoformat())


@given(st.decimals(0, 10**6, places=2))
def test_amounts_are_written_as_numbers_never_invented(value: Decimal) -> None:
    german = f"{value:,.2f}".replace(",", "\0").replace(".", ",").replace("\0", ".")
    typed = written(f"{german} €", Form.NUMBER)
    assert typed is not None
    assert Decimal(typed) == value


def test_ambiguous_dates_have_no_written_form() -> None:
    assert written("03/04/2026", Form.DATE) is None
    scene = page(("Date", "03/04/2026"))
    assert "two ways" in why_not_type(Situation("", scene), 0, Form.DATE)


@given(st.text(max_size=30), st.text(max_size=30))
def test_similarity_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert similarity(a, b) == similarity(b, a)
    assert 0 <= similarity(a, b) <= 1
    assert 0 <= mentioned(a, b) <= 1


TRUE_SUMS = [
    (("Net", "100.00"), ("VAT 19%", "19.00"), ("Total", "119.00")),
    (
        ("Netto", "1.000,00 €"),
        ("MwSt. 7 %", "35,00 €"),
        ("USt. 19 %", "95,00 €"),
        ("Zu zahlen", "1.130,00 €"),
    ),
    (("Zwischensumme", "10,00"), ("zzgl. MwSt.", "1,90"), ("Gesamtbetrag", "11,90")),
]


@pytest.mark.parametrize("lines", TRUE_SUMS)
def test_sums_that_add_up_are_trusted_and_others_asked_about(
    lines: tuple[tuple[str, str], ...],
) -> None:
    scene = page(*lines, certain=False)
    total = len(lines) - 1
    assert balance(Situation("", scene), total) is True
    assert why_not_type(Situation("", scene), total, Form.NUMBER) == ""
    wrong = replace(scene.elements[total], text="7.777,77")
    broken = replace(scene, elements=(*scene.elements[:total], wrong))
    assert "add up" in why_not_type(Situation("", broken), total, Form.NUMBER)


def test_an_uncertain_value_is_asked_about() -> None:
    scene = page(("Vendor", "Weiß GmbH"), certain=False)
    assert "certain" in why_not_type(Situation("", scene), 0, Form.VERBATIM)


def sheet_with(text: str) -> Scene:
    cell = Element(Box(10, 40, 80, 20), text, Kind.CELL, header="Amount", grid=-1)
    return Scene(400, 400, (), (), (cell,))


def test_reading_back_compares_dates_and_amounts_as_such() -> None:
    assert agrees("1234.5", "1234.50")
    assert agrees("03.04.2026", "2026-04-03")
    assert not agrees("1243.50", "1234.50")
    assert not agrees("2026-04-03", "2026-03-04")
    assert agrees("Weiss Burobedarf KG", "Weiß Bürobedarf KG")
    assert not agrees("Total", "Weiß Bürobedarf KG")
    entry = Entry(Box(10, 40, 80, 20), 0, "Amount", "119.00")
    assert first_mismatch(sheet_with("119"), [entry]) is None
    assert first_mismatch(sheet_with("100"), [entry]) == entry


ROW = ("2026-04-03", "Weiß KG", "RE-17", "119.00")


def ledger(*rows: tuple[str, ...]) -> Scene:
    """Rows of 20 pixels, columns of 100."""
    cells = [
        Element(Box(100 * c, 20 * r, 98, 18), text, Kind.CELL, header=str(c), grid=-1)
        for r, texts in enumerate(rows)
        for c, text in enumerate(texts)
    ]
    return Scene(400, 400, (), (), tuple(cells))


def entered(row: int) -> list[Entry]:
    return [Entry(Box(100 * c, 20 * row, 98, 18), 0, str(c), text) for c, text in enumerate(ROW)]


OTHERS = tuple((f"2026-01-0{i}", f"Firm {i}", f"X-{i}", f"{i}.00") for i in range(1, 6))


def test_entries_are_followed_where_a_sheet_scrolls() -> None:
    """As it does by itself once its last row is left: what stands there now is somebody else's."""
    assert follow(ledger(*OTHERS, ROW), entered(5)) == entered(5)
    scrolled = ledger(*OTHERS[2:], ROW, ("",) * 4, ("",) * 4)
    assert follow(scrolled, entered(5)) == entered(3)
    assert first_mismatch(scrolled, entered(3)) is None
    misread = (*ROW[:2], "other", ROW[3])
    scrolled = ledger(*OTHERS[2:], misread, ("",) * 4)
    wrong = first_mismatch(scrolled, follow(scrolled, entered(5)))
    assert wrong == entered(3)[2], "the row is ours, and one of its cells is wrong"
    assert is_ours(scrolled, entered(3))
    assert not is_ours(ledger(*OTHERS), entered(2)), "another row stands there: not to be mended"
    assert follow(ledger(*OTHERS), entered(2)) == entered(2)
    assert is_ours(ledger(*OTHERS, ("",) * 4), entered(5)), "nothing arrived"
    twice = ledger(ROW, *OTHERS, misread)
    assert follow(twice, entered(6)) == entered(6), "an equal row above is not the one"


def test_actions_and_choices_say_the_same() -> None:
    """What a lesson's choice makes a hand do is read back as that choice."""
    for seed in SEEDS:
        drawn = lesson(seed)
        situation, choice = drawn.situation, drawn.choice
        if choice.kind == ChoiceKind.CLICK:
            x, y = situation.scene.elements[choice.targets[0]].box.center
            read = choice_of(situation, Click(x, y))
            assert read is not None
            assert set(read.targets) & set(choice.targets)
        elif choice.kind == ChoiceKind.TYPE:
            text = written(situation.sources[choice.targets[0]], Form(choice.form))
            assert text is not None
            read = choice_of(situation, TypeText(text))
            assert read is not None
            assert set(read.targets) >= set(choice.targets)
        elif choice.kind == ChoiceKind.PRESS:
            assert choice_of(situation, Press(KEYS[choice.key])) == choice
        elif choice.kind == ChoiceKind.DONE:
            assert choice_of(situation, Done()) == choice
        elif choice.kind == ChoiceKind.ASK:
            assert choice_of(situation, Ask("?")) == choice
    assert choice_of(lesson(10_000).situation, TypeText("not on the screen")) is None


def test_a_value_out_of_sight_is_remembered() -> None:
    trail = Trail("Enter it.")
    assert trail.look(page(("Date", "2026-01-02"))).slots == ()
    later = trail.look(Scene(400, 400, (), (), (Element(Box(0, 0, 9, 9), "Hello"),)))
    assert [slot.value for slot in later.slots] == ["2026-01-02"]
    trail.did(TypeText("2026-01-02"))
    assert trail.entered == {"2026-01-02"}


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6))
def test_a_variation_means_the_same(seed: int) -> None:
    drawn = lesson(10_000 + seed % 200)
    varied = augment(drawn, seed)
    assert augment(drawn, seed) == varied
    if drawn.choice.kind == varied.choice.kind:
        assert varied.choice.key == drawn.choice.key
        assert len(varied.choice.targets) == len(drawn.choice.targets)
        assert not varied.choice.targets or max(varied.choice.targets) < len(
            varied.situation.sources
        )
    else:
        assert (drawn.choice.kind, varied.choice.kind) == (ChoiceKind.TYPE, ChoiceKind.ASK)
        gone = {drawn.situation.sources[t] for t in drawn.choice.targets}
        left = {e.text for e in varied.situation.scene.elements if e.grid < 0}
        assert not gone & left


def test_a_goal_may_be_told_in_the_words_of_another_day() -> None:
    lived = replace(lesson(10_000), task="t")
    words = {"t": ["Enter the card and save it.", "Put it in the list, then save."]}
    goals = {retold(lived, words, seed).situation.goal for seed in range(40)}
    assert lived.situation.goal in goals
    assert any(goal.startswith("Enter") for goal in goals)
    assert any(goal.startswith("Put") for goal in goals)
    told = goals - {lived.situation.goal}
    assert all({"the", "save"} <= set(plain(goal).split()) for goal in told), "what all share stays"
    assert len(told) > 10, "the rest may be left out or be other words"
    assert {retold(lived, {"t": words["t"][:1]}, seed).situation.goal for seed in range(40)} == {
        lived.situation.goal,
        words["t"][0],
    }
    named = {"t": ["Enter invoice 4711.", "Enter invoice 4712."]}
    assert {retold(lived, named, seed) for seed in range(40)} == {lived}
    assert {retold(lived, {}, seed) for seed in range(40)} == {lived}


def test_the_network_learns_what_it_is_shown() -> None:
    lessons = [lesson(seed) for seed in range(10_000, 10_012)]
    network = new_network(0)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3)
    batch, made = batch_of([each.situation for each in lessons])
    wanted = target(lessons, made, batch)
    assert sum(judge(network, lessons)) < 6
    for _ in range(50):
        value = losses(network(batch), wanted).mean()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    assert sum(judge(network, lessons)) >= 10


def test_interrupted_training_ends_with_the_same_weights(tmp_path: Path) -> None:
    schedule = Schedule(steps=8, batch=4, checkpoint_every=4, workers=0)
    whole = train(tmp_path / "whole.safetensors", schedule)

    class Killed(Exception):  # noqa: N818
        pass

    def kill(progress: object) -> None:
        raise Killed

    part = tmp_path / "part.safetensors"
    with pytest.raises(Killed):
        train(part, schedule, progress=kill, report_every=6)
    assert train(part, schedule) == whole


def test_pretraining_does_not_feel_what_nights_need_sharper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same products come out where the network multiplies by less, in steps as much larger."""
    schedule = Schedule(steps=6, batch=4, warmup=1, workers=0)
    train(tmp_path / "sharp.safetensors", schedule)
    for name, factor in (("_LABELLED", 8.0), ("_KEYED", 4.0)):
        monkeypatch.setattr(network_module, name, getattr(network_module, name) / factor)
    monkeypatch.setattr(train_module, "SHARPER", {})
    train(tmp_path / "plain.safetensors", schedule)
    sharp, plain = (
        load_network(tmp_path / f"{name}.safetensors").state_dict() for name in ("sharp", "plain")
    )
    born = new_network(0).state_dict()["bilinear.weight"]
    assert (plain["bilinear.weight"] - born).abs().max() > 1e-3  # it did learn
    for name, value in plain.items():
        factor = {"bilinear.weight": 8.0, "word_key.weight": 4.0}.get(name, 1.0)
        assert torch.allclose(factor * sharp[name], value, atol=2e-3), name


def test_a_checkpoint_of_another_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    out = tmp_path / "core.safetensors"
    network = new_network(0)
    state = {
        "network": network.state_dict(),
        "optimizer": torch.optim.AdamW(network.parameters()).state_dict(),
        "step": 3,
    }
    torch.save(state, tmp_path / "core.safetensors.checkpoint")
    with pytest.raises(BadInput, match="--no-resume"):
        train(out, Schedule(steps=4, batch=2, workers=0))
    train(out, Schedule(steps=4, batch=2, workers=0), resume=False)


def test_a_level_is_added_exactly_and_checked(tmp_path: Path) -> None:
    shipped = tmp_path / "core.safetensors"
    save_network(new_network(0), shipped)
    frozen, network = load_network(shipped), load_network(shipped)
    with torch.no_grad():
        for parameter in trainable(network).values():
            parameter.add_(0.01)
    level = tmp_path / "level.safetensors"
    save_level(network, frozen, level, digest(shipped))
    again = load_network(shipped)
    add_level(again, level, digest(shipped))
    for name, parameter in network.named_parameters():
        assert torch.allclose(parameter, dict(again.named_parameters())[name], atol=1e-6)
    with pytest.raises(ValueError, match="other shipped weights"):
        add_level(again, level, "another digest")
    level.write_bytes(level.read_bytes()[:-40])
    with pytest.raises(ValueError, match="not a readable weights file"):
        add_level(again, level, digest(shipped))


def test_words_stay_as_shipped() -> None:
    names = set(trainable(new_network(0)))
    assert "words.weight" not in names
    assert names
    assert widths()[0] > 0


def test_a_value_unlike_its_column_is_asked_about() -> None:
    codes = ("RE-84326", "INV-61990", "AR/2026/478")
    cells = [
        Element(Box(500, 20 * i, 80, 20), text, Kind.CELL, window=1, grid=0, row=i, column=0)
        for i, text in enumerate(codes)
    ]
    focus = Element(
        Box(500, 60, 80, 20), "", Kind.CELL, window=1, grid=0, row=3, column=0,
        header="Number", focused=True,
    )  # fmt: skip
    free = page(("Phone", "Call +49 674 809817"), ("Invoice no.", "RE-12345"))
    grid = Grid(Box(500, 0, 80, 80), 1, ("Number",), 3, 3, (1.0,), ("text",))
    scene = replace(free, elements=(*free.elements, *cells, focus), grids=(grid,), focus=5)
    situation = Situation("", scene)
    assert "like no other value" in why_not_type(situation, 0, Form.VERBATIM)
    assert why_not_type(situation, 1, Form.VERBATIM) == ""
    small = replace(free.elements[1], text="re-12345")
    odd = replace(scene, elements=(free.elements[0], small, *cells, focus))
    assert "like no other value" in why_not_type(Situation("", odd), 1, Form.VERBATIM)


def test_some_lessons_have_other_episodes_in_mind() -> None:
    """As a day recalls them once the job was done again."""
    known = {
        name: tuple(Cue(Deed(ChoiceKind.TYPE, f"{name} {i}"), None) for i in range(3))
        for name in ("a", "b", "c")
    }
    plain_one = replace(lesson(12_000), episode="a")
    made = [reminded(plain_one, known, seed).situation.cues for seed in range(400)]
    assert 60 < sum(map(bool, made)) < 140
    for cues in filter(None, made):
        places = {cue.deed.place[0] for cue in cues}
        assert places <= {"b", "c"}
        assert len(cues) == 3 * len(places)
        assert len({cue.similarity for cue in cues}) == len(places)
    alone = [reminded(plain_one, {"a": known["a"]}, seed).situation.cues for seed in range(40)]
    assert known["a"][0].deed in {cue.deed for cues in alone for cue in cues}
    assert reminded(plain_one, {}, 0) == plain_one
