"""The open-weight models that are known here: how each speaks, and the memory that it needs.

    memory = weights + caches of a context + activations + what the machinery takes

Numbers of parameters are those of the classes in transformers, without the heads for multi-token
prediction, which are not loaded; shapes are of each model's config.json, November 2026.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.policies.vlm.prefix import COPIES

GB = 1e9  # bytes
CONTEXT = 16_384  # tokens: a goal, a day, three screens of 1280×800 to 1920×1080, 20 replies
WORKSPACE = 1.0  # GB: the CUDA context, its kernels' workspaces, what the allocator cannot fill
WIDTHS = (
    12  # hidden widths alive for each token of a prefill: residual, q k v, the MLP's two, norms
)

BYTES: Mapping[str, float] = {
    "fp32": 4.0,
    "bf16": 2.0,
    "int8": 1.0,
    "int4": 0.5 + 4 / 64,  # NF4, and a float for each block of 64
}
"""Bytes of a parameter in a linear layer, by precision."""


@dataclass(frozen=True)
class Shape:
    """total: parameters in 10⁹, the eye's among them; experts: those of fused experts, which
    bitsandbytes leaves in 16 bits (its issue 1849). layers: those with a key-value cache.
    recurrent: layers with a state of value_heads × 128 × 128 instead (Qwen3.5). stored: GB of
    weights that are quantised already, 0 for others."""

    total: float
    hidden: int
    vocabulary: int
    tied: bool
    layers: int
    kv_heads: int
    head_dim: int
    experts: float = 0.0
    recurrent: int = 0
    value_heads: int = 0
    stored: float = 0.0


@dataclass(frozen=True)
class Model:
    """id: of the hub, or a path. dialect: the name under agent/policies/vlm/dialects, "" for one
    that no file speaks. source: "catalog", "cache" or "folder". remote_code: whether transformers
    would have to run Python from its folder, which is never done without the operator's word."""

    id: str
    family: str
    dialect: str
    licence: str
    shape: Shape
    remote_code: bool = False
    source: str = field(default="catalog", compare=False)


def memory(shape: Shape, precision: str, tokens: int = CONTEXT) -> float:
    """GB to decide with a model: `precision` of BYTES, a context of so many tokens. A night needs
    more: gradients and optimizer of the level, and the activations of a batch.

    weights      linear layers at the precision; embeddings, head and experts at 16 bits at least
    caches       2 (key, value) × layers × heads × width × tokens, and the recurrent states; where
                 there are such, COPIES earlier ones too, which are half as long on average
    activations  WIDTHS × hidden × tokens: the worst prefill is of the whole context
    """
    wide = 4.0 if precision == "fp32" else 2.0  # bytes of what is computed
    tables = shape.vocabulary * shape.hidden * (1 if shape.tied else 2) / GB
    whole = min(shape.total, tables + shape.experts)
    weights = shape.stored or (shape.total - whole) * BYTES[precision] + whole * wide
    cache = 2 * shape.layers * shape.kv_heads * shape.head_dim * tokens * wide / GB
    state = 4 * shape.recurrent * shape.value_heads * 128 * 128 / GB
    kept = COPIES if shape.recurrent else 0
    caches = cache * (1 + kept / 2) + state * (1 + kept)
    activations = WIDTHS * shape.hidden * tokens * wide / GB
    return weights + caches + activations + WORKSPACE


def dialect_of(name: str, model_type: str = "") -> str:
    """Who speaks for a model: by its name where that tells (a fine-tune speaks otherwise than the
    class it is made of), else by its config's model_type; "" for nobody."""
    last = name.rpartition("/")[2]
    for pattern, dialect in _NAMES.items():
        if re.search(pattern, last, re.IGNORECASE):
            return dialect
    return _TYPES.get(model_type, "")


def known(name: str) -> Model | None:
    """The catalog's model of this id, case aside."""
    return next((model for model in MODELS if model.id.lower() == name.lower()), None)


_NAMES = {
    r"gui-?owl-?1\.5": "guiowl",
    r"holo-?3": "holo",
    r"fara-": "fara",
    r"ui-?tars-?1\.5": "uitars",
    r"opencua": "opencua",
    r"smolvlm": "smolvlm",
    r"qwen-?2\.5-?vl": "qwen25",
    r"qwen-?3-?vl": "qwen3",
    r"qwen-?3\.[56]": "qwen35",
}
_TYPES = {
    "qwen2_5_vl": "qwen25",
    "qwen3_vl": "qwen3",
    "qwen3_vl_moe": "qwen3",
    "qwen3_5": "qwen35",
    "qwen3_5_moe": "qwen35",
    "smolvlm": "smolvlm",
}

# total, hidden, vocabulary, tied; layers, heads and width of the cache; experts; recurrent layers
_QWEN25 = {
    "3B": Shape(3.755, 2048, 151_936, True, 36, 2, 128),
    "7B": Shape(8.292, 3584, 152_064, False, 28, 4, 128),
    "32B": Shape(33.453, 5120, 152_064, False, 64, 8, 128),
    "72B": Shape(73.411, 8192, 152_064, False, 80, 8, 128),
}
_QWEN3 = {
    "2B": Shape(2.128, 2048, 151_936, True, 28, 8, 128),
    "4B": Shape(4.438, 2560, 151_936, True, 36, 8, 128),
    "8B": Shape(8.767, 4096, 151_936, False, 36, 8, 128),
    "32B": Shape(33.357, 5120, 151_936, False, 64, 8, 128),
    "30B-A3B": Shape(31.071, 2048, 151_936, False, 48, 4, 128, 28.991),
    "235B-A22B": Shape(235.67, 4096, 151_936, False, 94, 4, 128, 227.096),
}
_QWEN35 = {
    "0.8B": Shape(0.853, 1024, 248_320, True, 6, 2, 256, 0.0, 18, 16),
    "2B": Shape(2.213, 2048, 248_320, True, 6, 2, 256, 0.0, 18, 16),
    "4B": Shape(4.539, 2560, 248_320, True, 8, 4, 256, 0.0, 24, 32),
    "9B": Shape(9.410, 4096, 248_320, False, 8, 4, 256, 0.0, 24, 32),
    "27B": Shape(27.357, 5120, 248_320, False, 16, 4, 256, 0.0, 48, 48),
    "35B-A3B": Shape(35.107, 2048, 248_320, False, 10, 2, 256, 32.212, 30, 32),
    "122B-A10B": Shape(122.563, 3072, 248_320, False, 12, 2, 256, 115.964, 36, 64),
    "397B-A17B": Shape(396.802, 4096, 248_320, False, 15, 2, 256, 386.547, 45, 64),
}
_SMOL_256M = Shape(0.256, 576, 49_280, False, 30, 3, 64)
_SMOL_500M = Shape(0.507, 960, 49_280, False, 32, 5, 64)
_SMOL_2B = Shape(2.246, 2048, 49_280, False, 24, 32, 64)
_APACHE, _MIT = "apache-2.0", "mit"
_OWN = {"3B": "qwen-research", "72B": "qwen"}  # licences of Qwen2.5-VL's other sizes

MODELS: tuple[Model, ...] = (
    Model("HuggingFaceTB/SmolVLM2-256M-Video-Instruct", "SmolVLM2", "smolvlm", _APACHE, _SMOL_256M),
    Model("HuggingFaceTB/SmolVLM2-500M-Video-Instruct", "SmolVLM2", "smolvlm", _APACHE, _SMOL_500M),
    Model("HuggingFaceTB/SmolVLM2-2.2B-Instruct", "SmolVLM2", "smolvlm", _APACHE, _SMOL_2B),
    *(
        Model(
            f"Qwen/Qwen2.5-VL-{size}-Instruct",
            "Qwen2.5-VL",
            "qwen25",
            _OWN.get(size, _APACHE),
            shape,
        )
        for size, shape in _QWEN25.items()
    ),
    *(
        Model(f"Qwen/Qwen3-VL-{size}-Instruct", "Qwen3-VL", "qwen3", _APACHE, shape)
        for size, shape in _QWEN3.items()
    ),
    *(
        Model(f"Qwen/Qwen3.5-{size}", "Qwen3.5", "qwen35", _APACHE, shape)
        for size, shape in _QWEN35.items()
    ),
    *(
        Model(f"Qwen/Qwen3.6-{size}", "Qwen3.6", "qwen35", _APACHE, _QWEN35[size])
        for size in ("27B", "35B-A3B")
    ),
    *(
        Model(f"mPLUG/GUI-Owl-1.5-{size}-Instruct", "GUI-Owl-1.5", "guiowl", _MIT, _QWEN3[size])
        for size in ("2B", "4B", "8B", "32B")
    ),
    *(
        Model(f"Hcompany/Holo-3.1-{size}", "Holo-3.1", "holo", _APACHE, _QWEN35[size])
        for size in ("0.8B", "4B", "9B", "35B-A3B")
    ),
    Model("ByteDance-Seed/UI-TARS-1.5-7B", "UI-TARS-1.5", "uitars", _APACHE, _QWEN25["7B"]),
    Model("xlangai/OpenCUA-7B", "OpenCUA", "opencua", _MIT, _QWEN25["7B"], True),
    Model("xlangai/OpenCUA-32B", "OpenCUA", "opencua", _MIT, _QWEN25["32B"], True),
    Model("xlangai/OpenCUA-72B", "OpenCUA", "opencua", "see its card", _QWEN25["72B"], True),
    Model("microsoft/Fara-7B", "Fara", "fara", _MIT, _QWEN25["7B"]),
)
