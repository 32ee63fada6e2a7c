"""Levels: nothing at birth, exact when merged, one trained while the other stands still."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from vlm_house import tiny

from agent.policies.vlm import lora
from agent.policies.vlm.loading import load

IDS = torch.tensor([[5, 9, 30, 31, 32, 7]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("model"))


@pytest.fixture
def model(folder: Path) -> Any:
    return load(str(folder)).model


@pytest.fixture
def levelled(model: Any) -> Iterator[Any]:
    lora.add_levels(model, 4, seed=1)
    yield model


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model(input_ids=IDS).logits
    return found


def disturb(model: Any, level: str, seed: int) -> None:
    """As if a night had trained it."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for layer in lora.layers(model).values():
            layer.factors(level)[1].normal_(std=0.05)


def test_new_levels_change_nothing_and_stand_on_every_target(folder: Path) -> None:
    plain = load(str(folder)).model
    before = logits(plain)
    lora.add_levels(plain, 4)
    assert torch.equal(logits(plain), before)
    kinds = {name.rpartition(".")[2] for name in lora.layers(plain)}
    assert kinds == {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj"}
    assert all("language_model" in name for name in lora.layers(plain))
    assert len(lora.layers(plain)) == 2 * 6


def test_one_level_is_trained_and_the_rest_stands_still(levelled: Any) -> None:
    for level in lora.LEVELS:
        lora.trained(levelled, level)
        names = {n for n, p in levelled.named_parameters() if p.requires_grad}
        assert names and all(name.rpartition(".")[2].startswith(level) for name in names)


def test_merged_levels_give_the_same_outputs(levelled: Any) -> None:
    born = logits(levelled)
    disturb(levelled, "slow", 1)
    disturb(levelled, "fast", 2)
    both = logits(levelled)
    assert (both - born).abs().max() > 0.01
    lora.merge(levelled)
    assert not lora.layers(levelled)
    assert (logits(levelled) - both).abs().max() < 1e-5


def test_below_a_level_the_model_is_as_it_was(levelled: Any) -> None:
    disturb(levelled, "slow", 1)
    slow = logits(levelled)
    disturb(levelled, "fast", 2)
    changed = logits(levelled)
    with lora.without(levelled, "fast"):
        assert torch.equal(logits(levelled), slow)
    assert torch.equal(logits(levelled), changed)
    assert not torch.equal(changed, slow)


def test_half_a_level_is_half_the_change_of_the_weights(levelled: Any) -> None:
    disturb(levelled, "fast", 2)
    layer = next(iter(lora.layers(levelled).values()))
    down, up = layer.factors("fast")
    whole = (up @ down).clone()
    lora.scale(levelled, "fast", 0.5)
    assert torch.allclose(up @ down, whole / 2)


def test_folding_is_exact_where_the_rank_allows_it(levelled: Any) -> None:
    """Two levels of half the rank fit into one."""
    with torch.no_grad():
        for layer in lora.layers(levelled).values():
            for level in lora.LEVELS:
                down, up = layer.factors(level)
                up.normal_(std=0.05)
                down[2:], up[:, 2:] = 0, 0
    both = logits(levelled)
    lora.fold(levelled)
    assert (logits(levelled) - both).abs().max() < 1e-5
    with lora.without(levelled, "fast"):
        assert (logits(levelled) - both).abs().max() < 1e-5


def test_folding_keeps_the_nearest_where_it_does_not(levelled: Any) -> None:
    """No other level of this rank is nearer (Eckart and Young): dropping either is not."""
    disturb(levelled, "slow", 1)
    disturb(levelled, "fast", 2)
    layer = next(iter(lora.layers(levelled).values()))
    products = [up @ down for down, up in map(layer.factors, lora.LEVELS)]
    total = sum(products[1:], products[0]).clone()
    lora.fold(levelled)
    down, up = layer.factors("slow")
    off = (up @ down - total).norm()
    assert off < min((product - total).norm() for product in products)
    singular = torch.linalg.svdvals(total)[4:]
    assert abs(float(off) - float(singular.norm())) < 1e-4


def test_levels_are_stored_and_read_back(levelled: Any, folder: Path, tmp_path: Path) -> None:
    disturb(levelled, "slow", 1)
    disturb(levelled, "fast", 2)
    path = tmp_path / "level"
    digest = lora.save_levels(levelled, path, "base")
    assert digest == lora.save_levels(levelled, tmp_path / "again", "base")
    fresh = load(str(folder)).model
    lora.ensure(fresh, lora.rank_of(path))
    lora.load_levels(fresh, path, "base")
    assert torch.equal(logits(fresh), logits(levelled))


def test_levels_of_other_weights_are_refused(levelled: Any, tmp_path: Path) -> None:
    path = tmp_path / "level"
    lora.save_levels(levelled, path, "base")
    with pytest.raises(ValueError, match="other weights"):
        lora.load_levels(levelled, path, "another")
    with pytest.raises(ValueError, match="rank 8, the model's others 4"):
        lora.ensure(levelled, 8)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ValueError, match="not a readable"):
        lora.load_levels(levelled, path, "base")
