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

import torch
from torch import Tensor

from agent.policies.vlm.speaker import Picture

Module = Any  # transformers' classes differ in what they have


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture's part of a prompt.

    ids: all its tokens. visual: which of them stand for pixels. tensors: the image processor's.
    grid: (1, rows, columns) of patches, where the family has one grid.
    """

    ids: tuple[int, ...]
    visual: tuple[bool, ...]
    tensors: dict[str, Tensor]
    grid: Tensor | None = None


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
    if hasattr(getattr(config, "vision_config", None), "spatial_merge_size"):
        return GridSight(processor, tokenizer, config)
    raise ValueError(f"no way to show pictures to a {config.model_type} is known here")
