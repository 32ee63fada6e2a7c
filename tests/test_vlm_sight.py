"""What the eye of a sparse model is shown, and what it makes of it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from vlm_house import tiny

from agent.policies.vlm.loading import Loaded, load
from agent.policies.vlm.sight import GridSight, SparseSight, novel
from agent.policies.vlm.speaker import Picture
from perception.observation import Image

CELL = 32
PICTURES = arrays.arrays(np.uint8, (6, 8), elements=st.sampled_from([0, 255]))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return load(str(tiny(tmp_path_factory.mktemp("model"))))


def grown(small: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Image:
    """Each value as a square of CELL pixels."""
    grey = small.repeat(CELL, 0).repeat(CELL, 1)
    return np.repeat(grey[..., None], 3, axis=2)


def noise() -> Image:
    return np.random.default_rng(1).integers(0, 255, (96, 128, 3), dtype=np.uint8)


@given(PICTURES)
def test_every_square_that_is_left_out_looks_like_a_neighbour(
    small: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
) -> None:
    told = novel(grown(small), CELL).reshape(small.shape).tolist()
    for row, column in np.ndindex(small.shape):
        beside = [small[row, column - 1]] if column else []
        above = [small[row - 1, column]] if row else []
        assert told[row][column] == (small[row, column] not in beside + above)


def test_one_pixel_is_enough_to_be_told() -> None:
    image = grown(np.zeros((3, 4), np.uint8))
    assert novel(image, CELL).sum() == 1
    image[40, 70] = 1
    assert novel(image, CELL).nonzero().flatten().tolist() == [0, 6]


def test_nothing_left_out_it_sees_as_the_stock_eye_does(loaded: Loaded) -> None:
    """The image processor's tensors, and the class's own features, several pictures at once."""
    sight = loaded.sight
    assert isinstance(sight, SparseSight)
    pictures = [Picture(noise()), Picture(noise()[::-1].copy())]
    mine = [sight.see(one) for one in pictures]
    stock = [GridSight.see(sight, one) for one in pictures]
    for one, other in zip(mine, stock, strict=True):
        torch.testing.assert_close(one.tensors["pixel_values"], other.tensors["pixel_values"])
        assert one.ids == other.ids
        assert one.grid is not None and other.grid is not None
        assert (one.grid == other.grid).all()
    with torch.no_grad():
        found = sight.encode(loaded.model, mine)
        wanted = GridSight.encode(sight, loaded.model, stock)
    for here, there in zip(found, wanted, strict=True):
        torch.testing.assert_close(here.rows, there.rows, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(here.deep, there.deep, atol=1e-5, rtol=1e-5)


def test_a_square_left_out_changes_only_what_looks_at_it(loaded: Loaded) -> None:
    """It has no features, and what is told keeps its place: moved, it is seen otherwise."""
    spot = np.zeros((3, 4), np.uint8)
    spot[1, 1] = 255
    moved = np.roll(spot, 1, axis=1)
    sight = loaded.sight
    with torch.no_grad():
        one, other = sight.encode(
            loaded.model, [sight.see(Picture(grown(each))) for each in (spot, moved)]
        )
    assert (one.rows[[1, 2, 3, 11]] == 0).all()
    assert (one.rows[5] != 0).any()
    assert not torch.allclose(one.rows[5], other.rows[6], atol=1e-3)


def test_a_model_made_here_says_that_it_is_sparse(tmp_path: Path) -> None:
    assert isinstance(load(str(tiny(tmp_path / "qwen25", "qwen2_5_vl"))).sight, GridSight)
