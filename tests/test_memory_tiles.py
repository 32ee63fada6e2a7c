"""Frames come back pixel for pixel, and cost little."""

import sqlite3
import time
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PILImage
from PIL import ImageDraw, ImageFont

from memory import tiles
from memory.fake import demonstration, head, intent
from memory.frames import DamagedFrameError, Frames
from memory.store import Store
from perception.observation import Image

sizes = st.tuples(st.integers(1, 200), st.integers(1, 300))


def database(path: str = ":memory:") -> sqlite3.Connection:
    made = sqlite3.connect(path)
    made.executescript(files("memory").joinpath("schema.sql").read_text())
    return made


def desk(lines: list[str], size: tuple[int, int] = (1280, 800)) -> Image:
    """A drawn sheet: toolbar, grid lines, text."""
    picture = PILImage.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(14)
    draw.rectangle((0, 0, size[0], 90), fill="#e8e8e7")
    for x in range(0, size[0], 71):
        draw.line((x, 90, x, size[1]), fill="#c0c0c0")
    for y in range(90, size[1], 20):
        draw.line((0, y, size[0], y), fill="#c0c0c0")
    for row, line in enumerate(lines):
        draw.text((20, 92 + 20 * row), line, fill="black", font=font)
    return np.asarray(picture).copy()


@settings(max_examples=40, deadline=None)
@given(sizes, st.integers(0, 2**32 - 1))
def test_cut_and_join_are_inverse(size: tuple[int, int], seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
    cut = tiles.cut(image)
    assert (tiles.join(cut.reshape(-1, tiles.HIGH, tiles.WIDE, 3), *size) == image).all()


@settings(max_examples=40, deadline=None)
@given(sizes, st.lists(st.tuples(st.integers(0, 199), st.integers(0, 299)), max_size=5))
def test_changed_names_exactly_the_touched_tiles(
    size: tuple[int, int], points: list[tuple[int, int]]
) -> None:
    before = np.zeros((*size, 3), np.uint8)
    after, wanted = before.copy(), np.zeros(tiles.grid(*size), bool)
    for y, x in points:
        if y < size[0] and x < size[1]:
            after[y, x, 1] = 7
            wanted[y // tiles.HIGH, x // tiles.WIDE] = True
    assert (tiles.changed(before, after) == wanted).all()


def test_whole_tiles_compare_like_odd_sizes() -> None:
    before = desk(["Müller & Söhne"], (640, 400))
    after = before.copy()
    after[399, 639, 2] ^= 1
    assert np.argwhere(tiles.changed(before, after)).tolist() == [[24, 9]]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(sizes, st.integers(0, 3), st.booleans()), min_size=1, max_size=4),
)
def test_frames_come_back_exactly(frames: list[tuple[tuple[int, int], int, bool]]) -> None:
    store, images, written = Frames(database()), [], []
    for size, seed, noisy in frames:
        rng = np.random.default_rng(seed)
        image = rng.integers(0, 256 if noisy else 2, (*size, 3), np.uint8)
        written.append(store.write(image, "e"))
        images.append(image)
    for image, read in zip(images, store.read(written), strict=True):
        assert image.shape == read.shape
        assert (image == read).all()


def test_a_reused_buffer_does_not_change_what_was_stored() -> None:
    store, buffer = Frames(database()), desk(["one"])
    first = store.write(buffer, "e")
    buffer[:] = desk(["two"])
    second = store.write(buffer, "e")
    one, two = store.read([first, second])
    assert (one == desk(["one"])).all()
    assert (two == desk(["two"])).all()


def test_a_demonstration_costs_little(tmp_path: Path) -> None:
    words = ["2026-03-09", "Müller & Söhne", "1.234,56", "RE-1008", "Notiz", "", "gespeichert"]
    path, spent, count = tmp_path / "memory.sqlite", 0.0, 0
    with Store(path) as store:
        for name in ("one", "two", "three"):
            lived, lines = demonstration(name), [f"Date Vendor Total {name}"]
            store.begin(head(lived))
            for index, word in enumerate(words):
                lines.append(word)
                one = replace(lived.steps[0], index=index)
                shown = replace(one.observation, image=desk(lines))
                start = time.perf_counter()
                store.intend(name, intent(replace(one, observation=shown)))
                store.outcome(name, index, one.intended)
                spent += time.perf_counter() - start
                count += 1
    print(f"\n{path.stat().st_size / count:.0f} bytes, {1000 * spent / count:.1f} ms a step")
    assert path.stat().st_size / count <= 8192


def test_an_unchanged_frame_is_not_written_again() -> None:
    store = Frames(database())
    assert store.write(desk(["same"]), "e") == store.write(desk(["same"]), "e")


def test_a_damaged_tile_is_named_with_both_checksums() -> None:
    made = database()
    store = Frames(made)
    frame = store.write(desk(["Total 12.00"]), "e")
    sheet = tiles.unpack(made.execute("SELECT image FROM sheet").fetchone()[0])
    other = [255 - tile for tile in sheet]
    made.execute("UPDATE sheet SET image = ?", (tiles.pack(other),))
    with pytest.raises(
        DamagedFrameError, match=r"tile \d+ of sheet 1 has checksum [0-9a-f]{24}, written as"
    ):
        store.read([frame])
    made.execute("UPDATE sheet SET image = ?", (b"no picture",))
    with pytest.raises(DamagedFrameError, match=r"sheet 1 .* cannot be decoded"):
        store.read([frame])
