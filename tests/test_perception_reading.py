"""Values on invoices are read exactly or flagged: counted on pages of many layouts and fonts."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from perception.layout import look
from perception.neighbours import neighbours
from perception.observation import Box, Image, Observation, Screen, Window
from perception.read import Reader
from perception.scene import Element, Scene
from perception.surfaces import surfaces
from perception.text import NoLanguageData, Reading, Recogniser, echoes, language_folder, mended
from perception.values import parse_amount
from tasks.books.page import Placed, draw_invoice, render

SEEDS = range(10_000, 10_040)
AMOUNTS = ("net", "vat", "total")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def seen(image: Image, *windows: Box) -> Observation:
    height, width = image.shape[:2]
    shown = windows or (Box(0, 0, width, height),)
    named = tuple(Window(f"window {i}", "viewer", box, i == 0) for i, box in enumerate(shown))
    return Observation(image, Screen(width, height), windows=named)


def says(element: Element, placed: Placed) -> bool:
    if placed.field in AMOUNTS and parse_amount(placed.text) is not None:
        return parse_amount(element.text) == parse_amount(placed.text)
    return re.sub(r"\s", "", element.text) == re.sub(r"\s", "", placed.text)


def nearest(scene: Scene, placed: Placed) -> Element:
    return max(scene.elements, key=lambda element: element.box.intersect(placed.box).area)


def test_values_of_forty_invoices(reader: Reader) -> None:
    counts: Counter[tuple[str, bool, bool]] = Counter()
    for seed in SEEDS:
        page = render(draw_invoice(seed), seed)
        scene = reader.read(seen(np.asarray(page.image.convert("RGB"))))
        for placed in filter(lambda placed: placed.field, page.placed):
            element = nearest(scene, placed)
            counts[placed.field, says(element, placed), element.certain] += 1
    values = [key for key in counts if key[0] in (*AMOUNTS, "date", "due")]
    total = sum(counts[key] for key in values)
    assert total >= 200
    assert not sum(counts[key] for key in values if not key[1] and key[2]), counts
    assert sum(counts[key] for key in values if key[1:] == (True, False)) <= 0.01 * total, counts
    assert sum(counts[key] for key in values if key[1:] == (True, True)) >= 0.98 * total, counts
    names = sum(counts[key] for key in counts if key[0] in ("vendor", "number"))
    assert counts["vendor", True, True] + counts["number", True, True] >= 0.9 * names, counts
    assert counts["vendor", False, True] + counts["number", False, True] <= 0.03 * names, counts


def test_a_page_cut_by_another_window_is_not_trusted_there(reader: Reader) -> None:
    page = render(draw_invoice(10_001), 10_001)
    image = np.asarray(page.image.convert("RGB")).copy()
    total = page.value("total").box
    lid = Box(total.x + total.w // 2, total.y - 40, 120, 90)
    image[lid.y : lid.bottom, lid.x : lid.right] = 128
    height, width = image.shape[:2]
    scene = reader.read(seen(image, lid, Box(0, 0, width, height)))
    near = [e for e in scene.elements if e.window == 1 and e.box.intersect(total).area]
    assert near
    assert not any(element.certain for element in near)


def test_text_at_the_edge_of_the_screen_is_not_trusted(reader: Reader) -> None:
    page = render(draw_invoice(10_002), 10_002)
    total = page.value("total").box
    image = np.asarray(page.image.convert("RGB"))[:, : total.right - total.w // 3]
    scene = reader.read(seen(image))
    near = [e for e in scene.elements if e.text and e.box.intersect(total).area]
    assert near
    assert not any(element.certain for element in near)


def written(text: str, colour: str, ground: str, size: int = 17) -> Image:
    picture = Pictures.new("RGB", (420, 60), ground)
    font = ImageFont.truetype("DejaVuSans.ttf", size)
    ImageDraw.Draw(picture).text((20, 18), text, font=font, fill=colour)
    return np.asarray(picture)


@pytest.mark.parametrize("text", ["1.234,56 €", "1,234.56 £", "-87.30", "CHF 1'234.56", "1 234,56"])
@pytest.mark.parametrize(("colour", "ground"), [("black", "white"), ("white", "#1f3a5f")])
def test_notations_survive(reader: Reader, text: str, colour: str, ground: str) -> None:
    elements = [e for e in reader.read(seen(written(text, colour, ground))).elements if e.text]
    assert [parse_amount(e.text) for e in elements] == [parse_amount(text)]
    assert elements[0].certain


@pytest.mark.parametrize("label", ["Rechnungsdatum:", "Net:"])
@pytest.mark.parametrize("value", ["17. März 2026", "1 060,93 €", "1'204.10"])
def test_a_label_and_its_value_are_two_elements(reader: Reader, label: str, value: str) -> None:
    scene = reader.read(seen(written(f"{label} {value}", "#222222", "white")))
    assert [(e.text, e.left) for e in scene.elements] == [(label, ""), (value, label)]


def test_a_title_is_no_label() -> None:
    def label_over(value: Box, title: Box) -> str:
        pair = (Element(title, "Invoice"), Element(value, "Call 4711"))
        return neighbours(pair)[1].above

    value = Box(20, 150, 90, 11)
    assert label_over(value, Box(20, 112, 120, 18)) == ""
    assert label_over(value, Box(20, 133, 60, 11)) == "Invoice"
    assert label_over(value, Box(20, 120, 60, 11)) == "Invoice", "far, but no larger"
    assert label_over(value, Box(20, 126, 120, 18)) == "Invoice", "larger, but close"


def test_what_stands_above_is_found(reader: Reader) -> None:
    label = written("Lieferant", "#777777", "white", 16)
    value = written("Bjørnsen Käßner", "black", "white", 16)
    picture = np.concatenate([label, value])
    scene = reader.read(seen(picture))
    assert [(e.text, e.above) for e in scene.elements] == [
        ("Lieferant", ""),
        ("Bjørnsen Käßner", "Lieferant"),
    ]


def test_an_empty_screen_has_nothing() -> None:
    scene = Reader().read(seen(np.full((200, 300, 3), 90, np.uint8)))
    assert (scene.elements, scene.grids, scene.focus) == ((), (), -1)


def test_readers_do_not_mix_screens_up() -> None:
    recogniser, both = Recogniser(), Reader()
    pages = [render(draw_invoice(seed), seed).image.convert("RGB") for seed in (10_003, 10_004)]
    screens = [seen(np.asarray(page)[:240]) for page in pages]
    alone = [Reader(recogniser).read(screen) for screen in screens]
    in_turn = [both.read(screens[i]) for i in (0, 1, 0, 1)]
    assert in_turn == [*alone, *alone]


def test_a_second_look_finds_what_a_first_would() -> None:
    page = np.asarray(render(draw_invoice(10_005), 10_005).image.convert("RGB"))
    first, changed = seen(page), page.copy()
    changed[60:100, 40:200] = changed[160:200, 40:200]
    reader = Reader()
    reader.read(first)
    assert reader.read(seen(changed)) == Reader().read(seen(changed))


def test_unchanged_lines_are_kept() -> None:
    page = np.asarray(render(draw_invoice(10_006), 10_006).image.convert("RGB"))
    surface = surfaces(seen(page))[0]
    changed = page.copy()
    changed[:4, :4] = 255 - changed[:4, :4]
    before = look(surface, page)
    after = look(surface, changed, before)
    assert {id(piece) for piece in before.pieces} & {id(piece) for piece in after.pieces}


def test_missing_language_data_names_the_package(tmp_path: Path) -> None:
    with pytest.raises(NoLanguageData, match="apt install tesseract-ocr-script-latn"):
        language_folder("Latin", [str(tmp_path)])
    (tmp_path / "script").mkdir()
    (tmp_path / "script" / "Latin.traineddata").touch()
    assert language_folder("Latin", [str(tmp_path)]) == (str(tmp_path), "script/Latin")


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("79.55 CHE", "79.55 CHF"),
        ("CHE 20.00", "CHF 20.00"),
        ("Sl-87947", "SI-87947"),
        ("KäßBner", "Käßner"),
        ("Chez Sl", "Chez Sl"),
        ("MÜCHE", "MÜCHE"),
        ("Gartenbau WeiR GmbH", "Gartenbau Weiß GmbH"),
        ("SüR", "Süß"),
        ("KäRner Textil", "Käßner Textil"),
        ("ProBau McRae R", "ProBau McRae R"),
        ("RE/26 R", "RE/26 R"),
    ],
)
def test_misreadings_with_one_meaning_are_mended(read: str, meant: str) -> None:
    assert mended(read) == meant


def test_confidence_and_certainty_are_part_of_an_element(reader: Reader) -> None:
    scene = reader.read(seen(written("1.234,56", "black", "white")))
    element = scene.elements[0]
    assert 0.4 <= element.confidence <= 1
    assert replace(element, certain=False) != element


def test_an_eszett_may_be_missed_by_the_second_reading_but_not_another_letter() -> None:
    assert echoes(Reading("Weif Optik", 0.7), "Weiß Optik")
    assert echoes(Reading("Wei Optik", 0.7), "Weiß Optik")
    assert echoes(Reading("süß Reisen", 0.7), "Süß Reisen")
    assert not echoes(Reading("Süß Reisen", 0.7), "süß Reisen")
    assert not echoes(Reading("Weiß Optik", 0.7), "Weif Optik")
    assert not echoes(Reading("Thorton", 0.7), "Thornton")
    assert echoes(Reading("lbáñez Optik", 0.7), "Ibáñez Optik")
    assert echoes(Reading("Ūbelhör AG", 0.7), "Übelhör AG")
    assert not echoes(Reading("Ūbelhor KG", 0.7), "Übelhör AG")
