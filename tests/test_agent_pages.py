"""Pages that are laid out in another way, or tell their sum in other parts: a person would copy the
same from them. And what stands where a label does, but is none."""

import random
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agent.policies.core.caution import either, names_another
from agent.policies.core.choose import RIVAL, rival
from agent.policies.core.collate import batch_of
from agent.policies.core.features import features
from agent.policies.core.looks import as_label
from agent.policies.core.network import Scores
from agent.policies.core.pages import relaid, repartitioned, select
from agent.policies.core.situation import Choice, ChoiceKind, Form, Lesson, Situation, Slot
from agent.policies.core.sums import additions
from agent.policies.core.weights import new_network
from perception.observation import Box, Window
from perception.scene import Element, Kind, Scene

FIELDS = (
    ("Vendor", "Lindner Plumbing"),
    ("Invoice number", "BILL/2026/725"),
    ("Issued", "20.02.2026"),
    ("Payment due", "21.04.2026"),
)
SUM = (("Net total", "100.00"), ("Sales tax 19%", "19.00"), ("Total", "119.00"))
TWO_TAXES = (("Net", "100.00"), ("VAT 19%", "19.00"), ("VAT 7%", "7.00"), ("Total", "126.00"))


def document(*fields: tuple[str, str]) -> Scene:
    """Labels left, values right; the focus in another window."""
    elements = []
    for row, (label, value) in enumerate(fields):
        above = fields[row - 1] if row else ("", "")
        elements += [
            Element(Box(20, 30 * row, 80, 12), label, above=above[0], window=0),
            Element(Box(200, 30 * row, 80, 12), value, left=label, above=above[1], window=0),
        ]
    cell = Element(Box(500, 20, 80, 20), "", Kind.CELL, header="Date", focused=True, window=1)
    windows = tuple(Window(name, "", Box(x, 0, 400, 600)) for name, x in (("page", 0), ("t", 450)))
    return Scene(1000, 600, windows, (), (*elements, cell), len(elements))


def lesson(scene: Scene, target: str) -> Lesson:
    at = next(i for i, e in enumerate(scene.elements) if e.text == target)
    situation = Situation("Copy it.", scene, slots=(Slot("kept", "Memo", "", 1.0, True),))
    return Lesson(situation, Choice(ChoiceKind.TYPE, (at,)))


def copied(each: Lesson) -> set[str]:
    return {each.situation.sources[t] for t in each.choice.targets}


@given(st.integers(10_000, 14_999), st.sampled_from([value for _, value in (*FIELDS, *SUM)]))
def test_fields_laid_out_anew_keep_their_labels(seed: int, target: str) -> None:
    before = lesson(document(*FIELDS, *SUM), target)
    after = relaid(before, random.Random(seed))
    assert copied(after) == {target}
    assert after.situation.scene.focused == before.situation.scene.focused
    assert after.situation.sources[-1] == "kept"
    elements = after.situation.scene.elements
    for label, value in (*FIELDS, *SUM):
        (one,) = [e for e in elements if e.text == value]
        (name,) = [e for e in elements if e.text == label]
        assert label in (one.left, one.above)
        assert one.box.y == name.box.y if one.left == label else one.box.y > name.box.y
    amounts = [e for e in elements if e.text in dict(SUM).values()]
    amounts.sort(key=lambda e: (e.box.y, e.box.x))
    assert [e.text for e in amounts] == list(dict(SUM).values()), "a sum in its order"


def test_all_layouts_come() -> None:
    before = lesson(document(*FIELDS), "20.02.2026")
    made = [relaid(before, random.Random(seed)) for seed in range(10_000, 10_060)]
    issued = [next(e for e in m.situation.scene.elements if e.text == "20.02.2026") for m in made]
    beside = sum(e.left == "Issued" for e in issued)
    in_rows = sum(e.above == "Issued" and bool(e.left) for e in issued)
    below = sum(e.above == "Issued" and not e.left for e in issued)
    assert min(beside, in_rows, below) >= 5
    assert len({e.box.y for e in issued}) >= 4, "in any order"


@pytest.mark.parametrize("fields", [SUM, TWO_TAXES])
@pytest.mark.parametrize("seed", range(10_000, 10_010))
def test_the_same_total_in_other_parts(fields: tuple[tuple[str, str], ...], seed: int) -> None:
    total = fields[-1][1]
    before = lesson(document(*FIELDS, *fields), total)
    after = repartitioned(before, random.Random(seed))
    (old,), (new,) = (additions(each.situation.scene) for each in (before, after))
    assert copied(after) == {total}
    assert (new.total, len(new.parts)) == (old.total, 5 - len(old.parts))
    assert after.situation.sources[-1] == "kept"
    assert after.situation.scene.focused == before.situation.scene.focused
    labels = [e for e in after.situation.scene.elements if "%" in e.text]
    assert len(labels) == len(new.parts) - 1


def test_what_is_copied_is_never_split() -> None:
    before = lesson(document(*FIELDS, *SUM), "19.00")
    assert repartitioned(before, random.Random(10_000)) == before
    nothing = lesson(document(*FIELDS), "20.02.2026")
    assert repartitioned(nothing, random.Random(10_000)) == nothing


def test_some_elements_alone() -> None:
    before = lesson(document(*FIELDS), "20.02.2026")
    after = select(before, lambda i, e: e.text != "Vendor")
    assert copied(after) == {"20.02.2026"}
    assert len(after.situation.scene.elements) == len(before.situation.scene.elements) - 1


def test_a_code_names_nothing() -> None:
    for code in ("BILL/2026/725", "SI736341", "INV-23768", "K79897"):
        assert as_label(code) == ""
    for label in ("Invoice no.", "Sales tax 19%", "Konto 4400", "Zeile 12", "119.00", "3", ""):
        assert as_label(label) == label
    scene = document(*FIELDS)
    beside = tuple(
        replace(e, left="BILL/2026/725") if e.text == "21.04.2026" else e for e in scene.elements
    )
    bare = tuple(replace(e, left="") if e.text == "21.04.2026" else e for e in scene.elements)
    one, other = (
        features(Situation("Copy it.", replace(scene, elements=elements)))
        for elements in (beside, bare)
    )
    assert (one.candidates == other.candidates).all()
    assert (one.candidate_texts == other.candidate_texts).all()


def test_what_may_as_well_be_copied_is_asked_about() -> None:
    situation = Situation("Copy it.", document(*FIELDS))
    batch, made = batch_of([situation])
    with torch.no_grad():
        scores: Scores = new_network(0)(batch)
    texts = [situation.sources[index] for index in made[0].kept]
    issued, due = texts.index("20.02.2026"), texts.index("21.04.2026")

    def other(chance: float) -> str:
        copy = torch.full_like(scores.copy, -1e4)
        copy[0, issued], copy[0, due] = 0.0, torch.tensor(chance).log().item()
        return rival(replace(scores, copy=copy), 0, batch, made[0], situation)

    assert other(RIVAL + 0.01) == "21.04.2026"
    assert other(RIVAL - 0.01) == ""
    at = made[0].kept[issued]
    asked = either(situation, at, Form.DATE, "21.04.2026")
    assert asked.startswith("Date: is it “20.02.2026” or “21.04.2026”?")
    assert either(situation, at, Form.DATE, "2026-02-20") == "", "the same day"
    assert either(situation, at, Form.DATE, "") == ""


def test_a_label_is_told_from_a_value() -> None:
    situation = Situation("Copy it.", document(*FIELDS))
    said = {text: names_another(situation, i) for i, text in enumerate(situation.sources)}
    assert {text for text, names in said.items() if names} == {label for label, _ in FIELDS}
