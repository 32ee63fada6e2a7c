"""I or 1, O or 0: told by the digits that are certain, in the same type, or not told at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from perception.boxes import normalise
from perception.glyphs import Line, Specimens, edges, glyphs, hides, unlike
from perception.observation import Box, Observation, Screen, Window
from perception.read import Reader

FACES = ("DejaVuSans", "DejaVuSerif", "LiberationSans-Regular", "LiberationSerif-Bold")
DATE, AMOUNT = "14.03.2025", "1 062.87"


def line(text: str, face: str = FACES[0], size: int = 16, shade: int = 20) -> Line:
    font = ImageFont.truetype(f"{face}.ttf", size)
    picture = Pictures.new("RGB", (420, 40), "white")
    ImageDraw.Draw(picture).text((10, 8), text, font=font, fill=(shade,) * 3)
    found = normalise(np.asarray(picture))
    assert found is not None
    return found[0]


def page(face: str = FACES[0], size: int = 16) -> Specimens:
    return Specimens.of((line(text, face, size), text) for text in (DATE, AMOUNT))


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("printed", ["SI463203", "S1463203", "AO125806", "A0125806"])
def test_twins_are_told_by_the_pages_own_digits(face: str, printed: str) -> None:
    misread = printed.translate(str.maketrans("I1O0", "1I0O"))
    specimens = page(face)
    for readings in ([printed], [misread, printed]):
        # Touching letters cannot be cut: then there is no verdict, which is no wrong one.
        assert specimens.settle(line(printed, face), readings) in (printed, None)
    assert any(
        page(each).settle(line(printed, each), [printed[:2] + misread[2:], printed]) == printed
        for each in FACES
    )


@pytest.mark.parametrize("printed", ["SI463203", "S1463203"])
def test_most_faces_can_be_told(printed: str) -> None:
    told = [page(face).settle(line(printed, face), ["S1463203"]) for face in FACES]
    assert told.count(printed) >= len(FACES) - 1, told


def test_a_slash_is_no_letter() -> None:
    specimens = page()
    assert specimens.settle(line("AR/2026/205"), ["ARI2026/205", "AR/2026/205"]) is None
    assert specimens.settle(line("ARI2026/205"), ["ARI2026/205"]) == "ARI2026/205"


def test_another_type_proves_nothing() -> None:
    other, serif = page(FACES[0], 22), line("SI463203", FACES[1])
    assert other.settle(serif, ["S1463203"]) is None
    assert Specimens(()).settle(serif, ["S1463203"]) is None


def test_a_bar_is_no_digit() -> None:
    """Where no 1 is seen to compare with: a 1 has a flag."""
    assert Specimens(()).settle(line("SI463203"), ["S1463203"]) == "SI463203"
    assert Specimens(()).settle(line("S1463203"), ["SI463203"]) is None


@pytest.mark.parametrize("printed", ["SI463213", "S1463213"])
def test_a_codes_own_digits_are_specimens(printed: str) -> None:
    told = {Specimens(()).settle(line(printed, face), ["S1463213"]) for face in FACES}
    assert told == {printed}


@pytest.mark.parametrize("size", [13, 15, 17, 19])
def test_how_many_letters_there_are_may_be_in_doubt(size: int) -> None:
    """Two that touch are cut as one: what is then alone of its length is not proven by it."""
    for face in FACES:
        told = Specimens(()).settle(line("SI633491", face, size), ["1633491", "S1633491"])
        assert told in ("SI633491", None)


def test_glyphs_that_lean_over_each_other_are_cut() -> None:
    told = glyphs(line("5/2", FACES[1], 22), 3)
    assert told is not None
    assert [len(glyph) > 8 for glyph in told] == [True] * 3


def test_a_letter_read_as_a_digit_is_no_code_of_digits() -> None:
    readings = ["51780263", "S1780263", "S1780263"]
    told = {page(face).settle(line("SI780263", face), readings) for face in FACES}
    assert told <= {"SI780263", None}
    assert "SI780263" in told


@given(st.text("SREGAB", min_size=1, max_size=3), st.integers(100, 999_999))
@settings(max_examples=60, deadline=None)
def test_no_verdict_is_ever_wrong(letters: str, number: int) -> None:
    code = f"{letters}{number}"
    assert page().settle(line(code), [code]) in (code, None)


def test_where_twins_may_stand() -> None:
    assert [edges(code) for code in ("SI463", "RE-1001", "INV-2025", "B10-1")] == [
        [1],
        [],
        [],
        [1, 2],
    ]
    assert hides("S1463")
    assert hides("SI463")
    assert not hides("SI-463")
    assert not hides("RE-2026-1234")


def test_a_glyph_is_like_itself_moved_and_unlike_others() -> None:
    one, two = glyphs(line("1 2"), 2) or ()
    assert unlike(one, one) == 0
    assert unlike(one, two) > 0.2
    assert unlike(one, np.ones((40, 40), np.float32)) == 1
    assert glyphs(line("12"), 7) is None


def test_a_page_reads_a_code_by_its_own_digits_and_never_by_itself() -> None:
    """A code read as digits alone must not stand as a specimen of what its letters look like."""
    picture = Pictures.new("RGB", (400, 160), "white")
    font = ImageFont.truetype("DejaVuSans.ttf", 16)
    for row, text in enumerate(("14.03.2025", "SI463203", "1,062.87", "05.12.2025")):
        ImageDraw.Draw(picture).text((20, 10 + 36 * row), text, font=font, fill="black")
    image = np.asarray(picture)
    window = Window("page", "viewer", Box(0, 0, 400, 160), True)
    scene = Reader().read(Observation(image, Screen(400, 160), windows=(window,)))
    code = next(e for e in scene.elements if "463203" in e.text)
    assert code.text == "SI463203" or not code.certain


def test_bold_white_on_the_noise_of_a_scan_is_text() -> None:
    """No two pixels of such a ground are equal, and the white of the letters all are."""
    picture = Pictures.new("RGB", (200, 30), (30, 58, 95))
    font = ImageFont.truetype("DejaVuSans-Bold.ttf", 15)
    ImageDraw.Draw(picture).text((10, 6), "1'096.46", font=font, fill="white")
    noise = np.random.default_rng(0).integers(-4, 5, (30, 200, 3))
    scanned = np.clip(np.asarray(picture).astype(np.int16) + noise, 0, 255).astype(np.uint8)
    scanned[np.asarray(picture)[..., 0] > 250] = 255
    found = normalise(scanned[8:20, 11:84])
    assert found is not None
    assert np.median(found[0]) > 128, "dark on white"
