"""Two levels above frozen weights: low-rank additions that are trained at different frequencies.

    y = W x + s · B_slow A_slow x + s · B_fast A_fast x          (LoRA, Hu et al. 2021)

A night trains the fast level alone; a slow one takes over what many nights have in common
(`distil`). B begins at zero, so a new level changes nothing. Merged into W they give the same
outputs, at no cost a step.
"""

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from memory.atomic import digest, write_bytes

LEVELS = ("slow", "fast")
TARGETS = re.compile(
    r"(?:language_model|text_model)\..*\.(?:q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj)$"
)
RANK, SCALE = 16, 2.0  # scale: alpha / rank


class Levelled(nn.Module):
    """A linear layer with its levels. base: as it was, perhaps quantized."""

    def __init__(self, base: nn.Module, rank: int) -> None:
        super().__init__()
        self.base = base
        self.active = set(LEVELS)
        device = next(base.parameters()).device
        for level in LEVELS:
            down = torch.empty(rank, int(base.in_features), device=device)  # type: ignore[arg-type]
            nn.init.kaiming_uniform_(down, a=math.sqrt(5))
            up = torch.zeros(int(base.out_features), rank, device=device)  # type: ignore[arg-type]
            self.register_parameter(f"{level}_a", nn.Parameter(down, requires_grad=False))
            self.register_parameter(f"{level}_b", nn.Parameter(up, requires_grad=False))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.base(x)
        for level in LEVELS:
            if level in self.active:
                down, up = self.factors(level)
                change = x.to(down.dtype) @ down.T @ up.T
                out = out + (SCALE * change).to(out.dtype)
        return out

    def factors(self, level: str) -> tuple[nn.Parameter, nn.Parameter]:
        """A (rank, in) and B (out, rank)."""
        return self.get_parameter(f"{level}_a"), self.get_parameter(f"{level}_b")


def add_levels(model: nn.Module, rank: int = RANK, seed: int = 0) -> None:
    """Put levels that change nothing yet on every target of the language model.

    Raises ValueError if the model has no such layers.
    """
    names = [name for name, _ in model.named_modules() if TARGETS.search(name)]
    if not names:
        raise ValueError("no attention or gate projections of a language model were found")
    model.requires_grad_(False)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for name in names:
            parent, _, leaf = name.rpartition(".")
            owner = model.get_submodule(parent)
            setattr(owner, leaf, Levelled(getattr(owner, leaf), rank))


def ensure(model: nn.Module, rank: int) -> None:
    """See to it that there are levels. Raises ValueError if there are some of another rank."""
    found = layers(model)
    if not found:
        add_levels(model, rank)
    elif (held := next(iter(found.values())).factors("fast")[0].shape[0]) != rank:
        raise ValueError(f"this level has rank {rank}, the model's others {held}: start anew")


def layers(model: nn.Module) -> dict[str, Levelled]:
    """Name → layer with levels."""
    return {n: m for n, m in model.named_modules() if isinstance(m, Levelled)}


def trained(model: nn.Module, level: str) -> list[nn.Parameter]:
    """The parameters of one level, made trainable; all others are frozen."""
    model.requires_grad_(False)
    found = [one for layer in layers(model).values() for one in layer.factors(level)]
    for parameter in found:
        parameter.requires_grad_(True)
    return found


@contextmanager
def without(model: nn.Module, level: str) -> Iterator[None]:
    """The model as it is below a level."""
    held = [layer for layer in layers(model).values() if level in layer.active]
    for layer in held:
        layer.active.discard(level)
    try:
        yield
    finally:
        for layer in held:
            layer.active.add(level)


@torch.no_grad()
def clear(model: nn.Module, names: Sequence[str] = LEVELS) -> None:
    """Levels that change nothing again."""
    for layer in layers(model).values():
        for level in names:
            layer.factors(level)[1].zero_()


@torch.no_grad()
def scale(model: nn.Module, level: str, share: float) -> None:
    """Leave this share of what a level changes."""
    for layer in layers(model).values():
        layer.factors(level)[1].mul_(share)


@torch.no_grad()
def merge(model: nn.Module) -> None:
    """Put the levels into the weights and take the layers away. Raises ValueError if the weights
    are quantized: then the levels stay beside them."""
    for name, layer in layers(model).items():
        weight = getattr(layer.base, "weight", None)
        if weight is None or not weight.is_floating_point():
            raise ValueError("quantized weights cannot take a level in: use it unmerged")
        change = torch.zeros(weight.shape, device=weight.device)
        for level in LEVELS:
            down, up = layer.factors(level)
            change += SCALE * (up.float() @ down.float())
        weight.copy_((weight.float() + change).to(weight.dtype))
        parent, _, leaf = name.rpartition(".")
        setattr(model.get_submodule(parent), leaf, layer.base)


@torch.no_grad()
def fold(model: nn.Module) -> None:
    """Make slow + fast the slow level and clear the fast one, as nearly as the rank allows: the
    truncated SVD of the sum, the best start for `distil` (Eckart and Young 1936)."""
    for layer in layers(model).values():
        (slow_a, slow_b), (fast_a, fast_b) = layer.factors("slow"), layer.factors("fast")
        rank = slow_a.shape[0]
        # The sum has rank ≤ 2r: decompose it through its thin factors, never as a whole.
        up, down = torch.cat([slow_b, fast_b], 1), torch.cat([slow_a, fast_a], 0)
        q_up, r_up = torch.linalg.qr(up)
        q_down, r_down = torch.linalg.qr(down.T)
        u, values, v = torch.linalg.svd(r_up @ r_down.T)
        root = values[:rank].sqrt()
        slow_b.copy_((q_up @ u[:, :rank]) * root)
        slow_a.copy_(root[:, None] * (q_down @ v.T[:, :rank]).T)
        fast_b.zero_()


Snapshot = dict[str, tuple[Tensor, ...]]


def snapshot(model: nn.Module) -> Snapshot:
    """A copy of both levels: layer → slow A, slow B, fast A, fast B."""
    return {
        name: tuple(part.detach().clone() for level in LEVELS for part in layer.factors(level))
        for name, layer in layers(model).items()
    }


@contextmanager
def using(model: nn.Module, kept: Snapshot) -> Iterator[None]:
    """The model with other levels for a while."""
    own = snapshot(model)
    _put(model, kept)
    try:
        yield
    finally:
        _put(model, own)


@torch.no_grad()
def _put(model: nn.Module, kept: Snapshot) -> None:
    for name, layer in layers(model).items():
        held = [part for level in LEVELS for part in layer.factors(level)]
        for part, value in zip(held, kept[name], strict=True):
            part.copy_(value)


def save_levels(model: nn.Module, path: Path, base: str) -> str:
    """Write both levels atomically; returns the file's sha256. base: digest of the weights."""
    tensors = {
        f"{name}.{level}_{part}": factor.detach().float().cpu().contiguous()
        for name, layer in layers(model).items()
        for level in LEVELS
        for part, factor in zip("ab", layer.factors(level), strict=True)
    }
    write_bytes(path, save(tensors, {"base": base}))
    return digest(path)


def rank_of(path: Path) -> int:
    """Raises ValueError if the file is no level of a vision-language model."""
    try:
        with safe_open(path, framework="pt") as stored:
            name = next(one for one in stored.keys() if one.endswith("fast_a"))  # noqa: SIM118
            return int(stored.get_slice(name).get_shape()[0])
    except (SafetensorError, OSError, StopIteration) as error:
        raise ValueError(f"{path} is no level of a vision-language model: restore it") from error


def named(level: Path | None, base: str) -> str:
    """The digest that names the weights in use."""
    return base if level is None else digest(level)


@torch.no_grad()
def load_levels(model: nn.Module, path: Path, base: str) -> None:
    """Raises ValueError if the file is corrupt or belongs to other weights."""
    try:
        with safe_open(path, framework="pt") as stored:
            metadata = dict(stored.metadata() or {})
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{path} is not a readable weights file ({error}): restore it") from error
    if metadata.get("base") != base:
        raise ValueError(f"{path} was learned above other weights; sleep again or roll back")
    own: dict[str, Any] = {
        f"{name}.{level}_{part}": factor
        for name, layer in layers(model).items()
        for level in LEVELS
        for part, factor in zip("ab", layer.factors(level), strict=True)
    }
    if own.keys() != tensors.keys():
        raise ValueError(f"{path} was made for other layers; sleep again")
    for name, tensor in tensors.items():
        if own[name].shape != tensor.shape:
            raise ValueError(f"{path} was made for another rank; sleep again")
        own[name].copy_(tensor)
