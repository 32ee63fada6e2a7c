"""A folder or hub id → a model in memory, ready to act or to be trained.

Weights only: no code of a model's folder is ever run. Only local files unless told otherwise.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from agent.errors import BadInput, Needed
from agent.policies.vlm.sight import Sight, sight_of

EXTRA = "pip install 'dormouse[vlm]'"
SAMPLES = 256  # of each weights file, 4 KiB each
PRECISIONS = ("auto", "fp32", "bf16", "int8", "int4")


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model and what belongs to it. weights: the digest that names them. source: where from.
    most: pixels of the largest picture that it takes, 0 where it does not say."""

    model: Any
    tokenizer: Any
    sight: Sight
    weights: str
    source: str
    most: int = 0


def load(source: str, precision: str = "auto", download: bool = False, device: str = "") -> Loaded:
    """precision: of PRECISIONS; auto is bf16 on a GPU and fp32 without. device: "" for the GPU
    where there is one. Raises Needed or BadInput with one sentence that names the mend."""
    try:
        from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer
    except ImportError as error:
        raise Needed(f"vision-language models need more packages: {EXTRA}") from error
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    # Said outright: asked nothing, transformers would ask on the terminal whether to run it.
    local = {"local_files_only": not download, "trust_remote_code": False}
    try:
        model = AutoModelForImageTextToText.from_pretrained(
            source, device_map=device, **_weights(precision, device), **local
        )
        tokenizer = AutoTokenizer.from_pretrained(source, **local)
        processor = AutoImageProcessor.from_pretrained(source, backend="pil", **local)
        tokenizer.chat_template = tokenizer.chat_template or _template(source)
        sight = sight_of(processor, tokenizer, model.config)
    except ImportError as error:
        what = "pip install 'dormouse[quant]'" if precision in ("int8", "int4") else EXTRA
        raise Needed(f"{source} needs more packages: {what}") from error
    except torch.OutOfMemoryError as error:
        raise Needed(
            f"{source} does not fit this GPU: try a smaller one (dormouse models) or int4"
        ) from error
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        known = "" if download or Path(source).is_dir() else " (add ?download to fetch it)"
        first = str(error).strip().split("\n")[0]
        raise Needed(f"no vision-language model at {source}{known}: {first}") from error
    model.eval()
    most = dict(getattr(processor, "size", None) or {}).get("longest_edge", 0)
    largest = int(most) if sight.cell else 0  # of tiles it is a length
    return Loaded(model, tokenizer, sight, digest(source), source, largest)


def digest(source: str) -> str:
    """Names the weights without reading gigabytes: by the configuration and by each file's size,
    header and samples all over it, since a fine-tuned model has its origin's sizes and headers."""
    folder, found = _folder(source), sha256()
    for path in sorted((*folder.glob("config.json"), *folder.glob("*.safetensors"))):
        size = path.stat().st_size
        with path.open("rb") as file:
            found.update(f"{path.name} {size}".encode() + file.read(1 << 16))
            for at in range(SAMPLES if path.suffix == ".safetensors" else 0):
                file.seek(size * (at + 1) // (SAMPLES + 1))
                found.update(file.read(1 << 12))
    return found.hexdigest()


def _template(source: str) -> str:
    """The chat template of a folder in the older form, which is the processor's alone."""
    path = _folder(source) / "chat_template.json"
    if not path.is_file():
        raise ValueError("it has no chat template, so it was not made for conversations")
    return str(json.loads(path.read_text(encoding="utf-8"))["chat_template"])


def _folder(source: str) -> Path:
    if Path(source).is_dir():
        return Path(source)
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(source, local_files_only=True))


def _weights(precision: str, device: str) -> dict[str, Any]:
    if precision not in PRECISIONS:
        raise BadInput(f"no precision {precision!r}: known are {', '.join(PRECISIONS)}")
    if precision in ("int8", "int4"):
        if device == "cpu":
            raise BadInput(f"{precision} needs a GPU: say fp32 or bf16")
        from transformers import BitsAndBytesConfig

        if precision == "int8":
            few = BitsAndBytesConfig(load_in_8bit=True)
        else:
            few = BitsAndBytesConfig(
                load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16
            )
        return {"quantization_config": few, "dtype": torch.bfloat16}
    half = precision == "bf16" or (precision == "auto" and device != "cpu")
    return {"dtype": torch.bfloat16 if half else torch.float32}
