"""A model of a real class with random weights and a tokenizer of its own: for tests, and to be
trained from nothing by `dormouse train`.

    newborn(folder, "qwen3_vl", texts, Size(...))   a folder that `loading.load` takes
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

DIALECT = "compact"
CLASSES = ("qwen3_vl", "qwen2_5_vl", "qwen3_5", "smolvlm")
CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
VISION = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
TOOLS = ("<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>")
PLACE = 0.5  # spread of what the eye is told of a patch's place
HEAD = 32  # width of a head of the eye
LONGEST = 100.0  # of the waves that tell places, over 2π, in places
GRID, TILE = 16, 512  # patch of the grid families; side of SmolVLM's tile, in pixels

CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.content is string %}{{ message.content }}{% else %}"
    "{% for part in message.content %}{% if part.type == 'image' %}IMAGE"
    "{% else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True)
class Size:
    """Widths and depths of the language model and of the eye. most: pixels of a picture. patch:
    side of what the grid families' eye takes in at once, in pixels."""

    width: int = 96
    depth: int = 3
    heads: int = 4
    eye_width: int = 96
    eye_depth: int = 2
    vocabulary: int = 512
    most: int = 320 * 208
    patch: int = 8


def newborn(folder: Path, kind: str, texts: Iterable[str], size: Size, seed: int = 0) -> int:
    """Write the model; returns the number of its parameters. texts: what its tokenizer learns."""
    from transformers import AutoModelForImageTextToText

    if kind not in CLASSES:
        raise ValueError(f"no class {kind!r}: known are {', '.join(CLASSES)}")
    folder.mkdir(parents=True, exist_ok=True)
    tiled = kind == "smolvlm"
    tokenizer = _tokenizer(texts, size.vocabulary, tiled)
    tokenizer.save_pretrained(folder)
    config = _config(kind, size, tokenizer)
    config.dialect = DIALECT
    config.sparse = kind == "qwen3_vl"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AutoModelForImageTextToText.from_config(config)
        _begin(model)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    _processor(kind, size).save_pretrained(folder)
    return sum(parameter.numel() for parameter in model.parameters())


@torch.no_grad()
def _begin(model: torch.nn.Module) -> None:
    """Weights such that every layer's outputs are as large as its inputs, whatever its width.

    The library draws all from one distribution, made for widths of thousands: of a patch's 1,536
    values the eye then hears 40 times more than of the place where it lies, and learns no places.
    """
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear | torch.nn.Conv2d | torch.nn.Conv3d):
            torch.nn.init.normal_(module.weight, std=module.weight[0].numel() ** -0.5)
        elif name.endswith(("pos_embed", "position_embedding")):
            module.weight.copy_(_places(*module.weight.shape))


def _places(count: int, width: int) -> torch.Tensor:
    """(count, width) what the eye is told of each place of a square grid: sines and cosines of its
    row and of its column (as MAE has them, arXiv 2111.06377), so that what is learned of a column
    holds in every row. Drawn at random, each place would have to be learned by itself."""
    side, pairs = round(count**0.5), width // 4
    waves = torch.arange(side)[:, None] * LONGEST ** -(torch.arange(pairs) / max(1, pairs - 1))
    axis = torch.cat([waves.sin(), waves.cos()], dim=1) * PLACE * 2**0.5
    rows, columns = axis.repeat_interleave(side, 0), axis.repeat(side, 1)
    found = torch.zeros(count, width)
    found[:, : 4 * pairs] = torch.cat([rows, columns], dim=1)
    return found


def _tokenizer(texts: Iterable[str], vocabulary: int, tiled: bool) -> Any:
    """Byte-level BPE that splits digits, as Qwen's does, so that 417 is three tokens."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    special = [*CONTROL, *(_tiles() if tiled else VISION)]
    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r" ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    plain.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=special,
        initial_alphabet=alphabet,
        show_progress=False,
    )
    plain.train_from_iterator(texts, trainer)
    plain.add_tokens(list(TOOLS))
    image = "<image>" if tiled else "<|vision_start|><|image_pad|><|vision_end|>"
    return PreTrainedTokenizerFast(
        tokenizer_object=plain,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=CHAT.replace("IMAGE", image),
        extra_special_tokens=special,
    )


def _tiles() -> list[str]:
    places = [f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)]
    return ["<image>", "<fake_token_around_image>", "<global-img>", *places]


def _config(kind: str, size: Size, tokenizer: Any) -> Any:
    from transformers import AutoConfig

    text: dict[str, Any] = {
        "vocab_size": len(tokenizer),
        "initializer_range": size.width**-0.5,  # 0.02 is for widths of thousands
        "hidden_size": size.width,
        "intermediate_size": 3 * size.width,
        "num_hidden_layers": size.depth,
        "num_attention_heads": size.heads,
        "num_key_value_heads": max(1, size.heads // 2),
        "head_dim": size.width // size.heads,
        "tie_word_embeddings": True,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
    }
    if kind == "smolvlm":
        tiles = {
            "hidden_size": size.eye_width,
            "initializer_range": size.eye_width**-0.5,
            "intermediate_size": 3 * size.eye_width,
            "num_hidden_layers": size.eye_depth,
            "num_attention_heads": 4,
            "image_size": TILE,
            "patch_size": GRID,
        }
        return AutoConfig.for_model(
            kind,
            text_config={"model_type": "llama", **text},
            vision_config=tiles,
            image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
            scale_factor=4,
            tie_word_embeddings=True,
            pad_token_id=tokenizer.pad_token_id,
        )
    half = size.width // size.heads // 2
    section = [half - 2 * (half // 3), half // 3, half // 3]
    text["rope_parameters"] = {
        "rope_type": "default",
        "rope_theta": 10000.0,
        "mrope_section": section,
    }
    eye: dict[str, Any] = {
        "hidden_size": size.eye_width,
        "initializer_range": size.eye_width**-0.5,
        "intermediate_size": 3 * size.eye_width,
        "depth": size.eye_depth,
        "num_heads": max(1, size.eye_width // HEAD),
        "patch_size": size.patch,
        "out_hidden_size": size.width,
        "num_position_embeddings": 48 * 48,
        "deepstack_visual_indexes": [size.eye_depth // 2],
    }
    if kind == "qwen2_5_vl":
        eye = {k: v for k, v in eye.items() if k not in ("num_position_embeddings",)}
        del eye["deepstack_visual_indexes"]
        eye |= {"patch_size": 14, "window_size": 112, "fullatt_block_indexes": [size.eye_depth - 1]}
    if kind == "qwen3_5":
        del eye["deepstack_visual_indexes"]
        text["layer_types"] = [
            "full_attention" if layer % 2 else "linear_attention" for layer in range(size.depth)
        ]
        text |= {"linear_num_key_heads": 2, "linear_num_value_heads": 2}
        text |= {"linear_key_head_dim": 16, "linear_value_head_dim": 16}
    ids = tokenizer.convert_tokens_to_ids
    return AutoConfig.for_model(
        kind,
        text_config=text,
        vision_config=eye,
        image_token_id=ids("<|image_pad|>"),
        video_token_id=ids("<|video_pad|>"),
        vision_start_token_id=ids("<|vision_start|>"),
        vision_end_token_id=ids("<|vision_end|>"),
        tie_word_embeddings=True,
    )


def _processor(kind: str, size: Size) -> Any:
    from transformers import Qwen2VLImageProcessorPil, SmolVLMImageProcessorPil

    if kind == "smolvlm":
        return SmolVLMImageProcessorPil(
            do_image_splitting=True,
            size={"longest_edge": 2 * TILE},
            max_image_size={"longest_edge": TILE},
        )
    patch = 14 if kind == "qwen2_5_vl" else size.patch
    return Qwen2VLImageProcessorPil(
        patch_size=patch,
        merge_size=2,
        temporal_patch_size=2,
        size={"shortest_edge": (2 * patch) ** 2, "longest_edge": size.most},
    )
