"""Dialects by name, and which one a model speaks: told from its folder's config.json.

A dialect's module is imported when it is asked for.
"""

import importlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from agent.policies.vlm.dialects.dialect import Dialect

_HERE = "agent.policies.vlm.dialects"
DIALECTS: Mapping[str, str] = MappingProxyType(
    {
        "qwen25": f"{_HERE}.qwen25:Qwen25",
        "qwen3": f"{_HERE}.qwen3:Qwen3",
        "qwen35": f"{_HERE}.qwen35:Qwen35",
        "guiowl": f"{_HERE}.guiowl:GuiOwl",
        "holo": f"{_HERE}.holo:Holo",
        "fara": f"{_HERE}.fara:Fara",
        "uitars": f"{_HERE}.uitars:UiTars",
        "opencua": f"{_HERE}.opencua:OpenCua",
        "smolvlm": f"{_HERE}.smolvlm:SmolVlm",
        "compact": f"{_HERE}.compact:Compact",
    }
)
# Names of finetuned families first: their model_type is that of what they were made from.
_BY_NAME = (
    ("ui-?tars", "uitars"),
    ("opencua", "opencua"),
    ("gui-?owl-?1[._-]?5", "guiowl"),
    ("holo-?3", "holo"),
    (r"fara", "fara"),
    ("qwen-?3[._-]?[56]", "qwen35"),
    ("qwen-?3[._-]?vl", "qwen3"),
    ("qwen-?2[._-]?5[._-]?vl", "qwen25"),
    ("smolvlm", "smolvlm"),
)
_BY_TYPE = {
    "qwen2_5_vl": "qwen25",
    "qwen3_vl": "qwen3",
    "qwen3_vl_moe": "qwen3",
    "qwen3_5": "qwen35",
    "qwen3_5_moe": "qwen35",
    "opencua": "opencua",
    "smolvlm": "smolvlm",
    "idefics3": "smolvlm",
}


@dataclass(frozen=True)
class ModelFacts:
    """What a model says of itself. names: its hub id, its folder and the like, most telling
    first; kind: `model_type`; architectures: names of classes."""

    kind: str = ""
    architectures: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def dialect(name: str) -> Dialect:
    """The dialect of this name. ValueError for an unknown one."""
    if name not in DIALECTS:
        raise ValueError(f"no dialect {name!r}: known are {', '.join(DIALECTS)}")
    module, _, attribute = DIALECTS[name].partition(":")
    made: Dialect = getattr(importlib.import_module(module), attribute)()
    return made


def facts(folder: Path) -> ModelFacts:
    """What a model's folder says. ValueError where its config.json is missing or no JSON."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"no readable config.json in {folder}: {error}") from error
    if not isinstance(config, dict):
        raise ValueError(f"{folder / 'config.json'} must hold a JSON object")
    classes = config.get("architectures")
    where = folder.resolve()
    cached = [part for part in where.parts if part.startswith("models--")]  # the hub's cache
    named = (config.get("_name_or_path"), config.get("name"), where.name, *cached)
    return ModelFacts(
        str(config.get("model_type") or ""),
        tuple(map(str, classes)) if isinstance(classes, list) else (),
        tuple(str(name) for name in named if name),
    )


def dialect_of(model: ModelFacts, name: str = "") -> Dialect:
    """The dialect that a model speaks; a name settles it. ValueError where it cannot be told."""
    if name:
        return dialect(name)
    for hint in (*model.names, *model.architectures):
        for pattern, known in _BY_NAME:
            if re.search(rf"(?<![a-z]){pattern}", hint, re.I):
                return dialect(known)
    if model.kind in _BY_TYPE:
        return dialect(_BY_TYPE[model.kind])
    told = ", ".join(filter(None, (model.kind, *model.architectures, *model.names))) or "nothing"
    raise ValueError(
        f"cannot tell how this model speaks ({told}): "
        f"name its dialect, as in vlm:PATH?dialect=qwen3 ({', '.join(DIALECTS)})"
    )
