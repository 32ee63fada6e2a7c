"""Models that lie on this machine: in Hugging Face's cache, or in a folder of the operator's.

Only names, sizes and config.json are read: nothing is loaded, and no code of theirs is run.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.policies.vlm.models import GB, Model, Shape, dialect_of, known

BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}
DEPTH = 3  # folders below the one that is given: organisation/model/revision


def cache() -> Path:
    """Where the hub's downloads are, as huggingface_hub finds it."""
    home = os.environ.get("HF_HOME") or Path(
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "huggingface"
    )
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub")


def cached(hub: Path) -> list[Model]:
    """Vision-language models of the cache, each in its newest revision."""
    found = []
    for folder in sorted(hub.glob("models--*--*")):
        revisions = sorted(folder.glob("snapshots/*/config.json"), key=_age)
        name = "/".join(folder.name.split("--")[1:])
        model = read(revisions[-1].parent, name) if revisions else None
        found += [replace(model, source="cache")] if model else []
    return found


def within(folder: Path) -> list[Model]:
    """Vision-language models of a folder: it may be one, or have some inside."""
    found = [read(place, str(place)) for place in _places(folder, DEPTH)]
    return [replace(model, source="folder") for model in found if model]


def read(folder: Path, name: str) -> Model | None:
    """The model in a folder; None for one without weights, damaged, or of a class that no dialect
    speaks. A hub id of the catalog is told as there."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        size = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    except (OSError, ValueError):
        return None
    if not isinstance(config, dict) or not size:
        return None
    kind = str(config.get("model_type", ""))
    dialect = dialect_of(name, kind)
    if not dialect:
        return None
    listed = known(name)
    if listed is not None:
        return listed
    try:
        shape = _shape(config, size)
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return Model(name, kind, dialect, "", shape, remote_code="auto_map" in config)


def _shape(config: dict[str, Any], size: int) -> Shape:
    """By a config.json; its numbers are of the language model, where it tells two apart."""
    text: dict[str, Any] = config.get("text_config") or config
    hidden, layers = int(text["hidden_size"]), int(text["num_hidden_layers"])
    heads = int(text["num_attention_heads"])
    kinds = text.get("layer_types") or ["full_attention"] * layers
    recurrent = sum("linear" in kind for kind in kinds)
    dtype = str(text.get("dtype") or text.get("torch_dtype") or config.get("dtype") or "bfloat16")
    each = int(text.get("num_experts") or 0) * int(text.get("moe_intermediate_size") or 0)
    return Shape(
        total=size / BYTES.get(dtype, 2) / GB,
        hidden=hidden,
        vocabulary=int(text["vocab_size"]),
        tied=bool(text.get("tie_word_embeddings", config.get("tie_word_embeddings", False))),
        layers=layers - recurrent,
        kv_heads=int(text.get("num_key_value_heads") or heads),
        head_dim=int(text.get("head_dim") or hidden // heads),
        experts=3 * each * hidden * layers / GB,
        recurrent=recurrent,
        value_heads=int(text.get("linear_num_value_heads") or 0) if recurrent else 0,
        stored=size / GB if "quantization_config" in config else 0.0,
    )


def _places(folder: Path, depth: int) -> Iterator[Path]:
    if (folder / "config.json").is_file():
        yield folder
    elif depth > 0:
        for inside in sorted(one for one in folder.iterdir() if one.is_dir()):
            yield from _places(inside, depth - 1)


def _age(config: Path) -> float:
    return config.parent.stat().st_mtime
