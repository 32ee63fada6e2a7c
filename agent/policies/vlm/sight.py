"""How a family's model takes in a picture: which tokens stand for it, which tensors go with them.

    Picture ─▶ Seen(ids, visual, tensors, grid) ─▶ encode ─▶ Features, one row a visual token
                                                     combine ─▶ what `forward` takes

Without AutoProcessor, which needs torchvision: the image processor's PIL backend makes the same
tensors, and a picture's tokens are known by rule. Encoding apart from reading lets a picture that
was encoded once be read again, and lets tokens be left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from agent.policies.vlm.speaker import Picture
from perception.observation import Image

Module = Any  # transformers' classes differ in what they have


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture's part of a prompt.

    ids: all its tokens. visual: which of them stand for pixels. tensors: the image processor's.
    grid: (1, rows, columns) of patches, where the family has one grid. told: (N,) which of the N
    visual tokens the model is told; None for all.
    """

    ids: tuple[int, ...]
    visual: tuple[bool, ...]
    tensors: dict[str, Tensor]
    grid: Tensor | None = None
    told: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Features:
    """rows: (N, D) for N visual tokens. deep: (N, D) for each early layer that adds some."""

    rows: Tensor
    deep: tuple[Tensor, ...] = ()

    def kept(self, mask: Tensor) -> "Features":
        return Features(self.rows[mask], tuple(layer[mask] for layer in self.deep))


class Encoded(SimpleNamespace):
    """Features as transformers' forward takes them."""

    def to_tuple(self) -> tuple[()]:
        """They come back with the output, where nobody wants them."""
        return ()


class Sight(Protocol):
    """placeholder: what the chat template writes for a picture. cell: side of the square of
    pixels behind one visual token, 0 where tokens have no such square of their own."""

    placeholder: str
    cell: int

    def see(self, picture: Picture) -> Seen: ...

    def encode(self, model: Module, seen: Sequence[Seen]) -> list[Features]: ...

    def combine(self, features: Sequence[Features]) -> object: ...


class GridSight:
    """Qwen's kind: one grid of patches, 2 × 2 of them merged into a token."""

    def __init__(self, processor: Module, tokenizer: Module, config: Module) -> None:
        self._processor, self._token = processor, int(config.image_token_id)
        self.placeholder = str(tokenizer.convert_ids_to_tokens(self._token))
        self._merge = int(config.vision_config.spatial_merge_size)
        self.cell = self._merge * int(config.vision_config.patch_size)

    def see(self, picture: Picture) -> Seen:
        made = self._processor(images=[picture.image], return_tensors="pt", do_resize=False)
        grid = made["image_grid_thw"]
        count = int(grid.prod()) // self._merge**2
        ids, visual = (self._token,) * count, (True,) * count
        return Seen(ids, visual, {"pixel_values": made["pixel_values"]}, grid)

    def encode(self, model: Module, seen: Sequence[Seen]) -> list[Features]:
        pixels = torch.cat([one.tensors["pixel_values"] for one in seen]).to(model.device)
        grids = torch.cat([one.grid for one in seen if one.grid is not None]).to(model.device)
        found = model.model.get_image_features(pixels, grids, return_dict=True)
        deep = getattr(found, "deepstack_features", None) or ()
        return [
            Features(rows, tuple(layer[at] for layer in deep))
            for at, rows in enumerate(found.pooler_output)
        ]

    def combine(self, features: Sequence[Features]) -> object:
        deep = zip(*(one.deep for one in features), strict=True)
        return Encoded(
            pooler_output=[one.rows for one in features],
            deepstack_features=[list(layer) for layer in deep],
        )


class SparseSight(GridSight):
    """GridSight that leaves out squares that look like their neighbours, before the eye: a desktop
    is mostly those. What is left keeps its place (ShowUI, arXiv 2411.17465, does so behind it)."""

    def see(self, picture: Picture) -> Seen:
        told = novel(picture.image, self.cell)
        patch = self.cell // self._merge
        height, width = picture.image.shape[:2]
        grid = torch.tensor([[1, height // patch, width // patch]])
        squares = _squares(picture.image, self.cell)[told.numpy()]
        pixels = {"pixel_values": self._patches(squares)}
        return Seen((self._token,) * len(told), (True,) * len(told), pixels, grid, told)

    def _patches(self, squares: Image) -> Tensor:
        """uint8 (N, cell, cell, 3) to (N × merge², values) as the image processor makes them: a
        square's patches one after the other, of each its channels, each twice, as two moments."""
        made, merge = self._processor, self._merge
        patch = self.cell // merge
        scaled = torch.from_numpy(squares) * made.rescale_factor
        values = (scaled - torch.tensor(made.image_mean)) / torch.tensor(made.image_std)
        cut = values.reshape(-1, merge, patch, merge, patch, 3).permute(0, 1, 3, 5, 2, 4)
        twice = cut.reshape(-1, 3, 1, patch, patch).expand(-1, -1, made.temporal_patch_size, -1, -1)
        found: Tensor = twice.reshape(len(twice), -1)
        return found

    def encode(self, model: Module, seen: Sequence[Seen]) -> list[Features]:
        """The stock eye, given the places of the patches that are left, each picture by itself."""
        from transformers.vision_utils import (
            get_vision_interpolation_indices_and_weights,
            get_vision_position_ids,
        )

        eye = model.model.visual
        grids = torch.cat([one.grid for one in seen if one.grid is not None])
        told = [one.told for one in seen if one.told is not None]
        patches = torch.cat(told).repeat_interleave(self._merge**2)
        pixels = torch.cat([one.tensors["pixel_values"] for one in seen])
        taps, weights = get_vision_interpolation_indices_and_weights(
            grids,
            num_grid_per_side=eye.num_grid_per_side,
            mode=eye.interpolation_mode,
            align_corners=eye.interpolation_align_corners,
            spatial_merge_size=self._merge,
        )
        counts = torch.tensor([int(one.sum()) for one in told])
        ends = torch.nn.functional.pad(counts.cumsum(0) * self._merge**2, (1, 0)).int()
        places = get_vision_position_ids(grids, self._merge)
        device = model.device
        found = eye(
            pixels.to(device, eye.dtype),
            grid_thw=grids.to(device),
            interp_indices=taps[patches].to(device),
            interp_weights=weights[patches].to(device),
            position_ids=places[patches].to(device),
            cu_seqlens=ends.to(device),
            return_dict=True,
        )
        layers = [found.pooler_output, *(found.deepstack_features or ())]
        rows, *deep = (layer.split(counts.tolist()) for layer in layers)
        return [
            Features(_spread(rows[at], mask), tuple(_spread(layer[at], mask) for layer in deep))
            for at, mask in enumerate(told)
        ]


def novel(image: Image, cell: int) -> Tensor:
    """(rows × columns,) of squares of `cell` pixels: whether one looks otherwise than the square
    left of it and the square above it. The first always does."""
    rows, columns = image.shape[0] // cell, image.shape[1] // cell
    squares = _squares(image, cell).reshape(rows, columns, -1)
    found = np.ones((rows, columns), bool)
    found[:, 1:] &= (squares[:, 1:] != squares[:, :-1]).any(axis=2)
    found[1:] &= (squares[1:] != squares[:-1]).any(axis=2)
    return torch.from_numpy(found.reshape(-1))


def _squares(image: Image, cell: int) -> Image:
    """(H, W, 3) to (rows × columns, cell, cell, 3)."""
    rows, columns = image.shape[0] // cell, image.shape[1] // cell
    cut = image.reshape(rows, cell, columns, cell, 3).swapaxes(1, 2)
    return cut.reshape(rows * columns, cell, cell, 3)


def _spread(rows: Tensor, mask: Tensor) -> Tensor:
    """Rows of the tokens that are told, at their places among all."""
    whole = rows.new_zeros(len(mask), rows.shape[-1])
    whole[mask.to(rows.device)] = rows
    return whole


class TileSight:
    """Idefics3's and SmolVLM's kind: tiles of one size, each a run of tokens with its place."""

    cell = 0
    placeholder = "<image>"

    def __init__(self, processor: Module, tokenizer: Module, config: Module) -> None:
        self._processor, self._tokenizer = processor, tokenizer
        self._token = int(config.image_token_id)
        side = config.vision_config.image_size // config.vision_config.patch_size
        self._run = int(side**2 / config.scale_factor**2)

    def see(self, picture: Picture) -> Seen:
        made = self._processor(
            images=[[picture.image]], return_tensors="pt", return_row_col_info=True
        )
        rows, columns = made["rows"][0][0], made["cols"][0][0]
        fake, run = "<fake_token_around_image>", self.placeholder * self._run
        text = ""
        for row in range(1, rows + 1):
            text += "".join(
                f"{fake}<row_{row}_col_{column}>{run}" for column in range(1, columns + 1)
            )
            text += "\n"
        text += f"{chr(10) if rows else ''}{fake}<global-img>{run}{fake}"
        ids = tuple(self._tokenizer(text, add_special_tokens=False)["input_ids"])
        tensors = {name: made[name] for name in ("pixel_values", "pixel_attention_mask")}
        return Seen(ids, tuple(one == self._token for one in ids), tensors)

    def encode(self, model: Module, seen: Sequence[Seen]) -> list[Features]:
        return [self._encode(model, one) for one in seen]

    def _encode(self, model: Module, seen: Seen) -> Features:
        tensors = {name: tensor.to(model.device) for name, tensor in seen.tensors.items()}
        found = model.model.get_image_features(**tensors, return_dict=True)
        return Features(found.pooler_output[0])

    def combine(self, features: Sequence[Features]) -> object:
        return Encoded(pooler_output=[one.rows for one in features])


def sight_of(processor: Module, tokenizer: Module, config: Module) -> Sight:
    """Raises ValueError for a class of models that has neither kind."""
    if hasattr(config, "scale_factor"):
        return TileSight(processor, tokenizer, config)
    if getattr(config, "sparse", False):
        return SparseSight(processor, tokenizer, config)
    if hasattr(getattr(config, "vision_config", None), "spatial_merge_size"):
        return GridSight(processor, tokenizer, config)
    raise ValueError(f"no way to show pictures to a {config.model_type} is known here")
