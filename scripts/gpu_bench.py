"""How fast, how large: a vision-language model at a real size with random weights on this machine.

    python scripts/gpu_bench.py --size 8B --json perf.json      latency, memory, tokens a second
    python scripts/gpu_bench.py --size 8B --night               a night of 20 episodes of 10 steps

Speed does not depend on what the weights say. `--size tiny` runs anywhere: it tests this script.
"""

import argparse
import json
import platform
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from actuation.action import Click, TypeText
from agent.policies.vlm.context import Transcript
from agent.policies.vlm.dialects.qwen3 import Qwen3
from agent.policies.vlm.engine import Engine, step
from agent.policies.vlm.learner import Reach, VlmLearner
from agent.policies.vlm.lessons import Lesson, Turn
from agent.policies.vlm.loading import Loaded
from agent.policies.vlm.newborn import Size, newborn
from agent.policies.vlm.sight import sight_of
from memory.day import Context
from memory.sleep.consolidate import consolidate
from memory.sleep.plan import Plan
from perception.observation import Image, Screen

VOCABULARY = 151_936
SCREEN = Screen(1280, 800)
GOAL = "Enter the invoice that is open in the viewer as a new row of the ledger, and save it."
THOUGHT = "The vendor stands at the top of the invoice; the next free row of the ledger is the 8th."


@dataclass(frozen=True)
class Shape:
    """Of Qwen3-VL's published configurations: text, then vision."""

    width: int
    depth: int
    heads: int
    inner: int
    tied: bool
    eye_width: int
    eye_depth: int
    eye_inner: int
    deep: tuple[int, ...]


SHAPES = {
    "2B": Shape(2048, 28, 16, 6144, True, 1024, 24, 4096, (5, 11, 17)),
    "4B": Shape(2560, 36, 32, 9728, True, 1024, 24, 4096, (5, 11, 17)),
    "8B": Shape(4096, 36, 32, 12288, False, 1152, 27, 4304, (8, 16, 24)),
    "32B": Shape(5120, 64, 64, 25600, False, 1152, 27, 4304, (8, 16, 24)),
    "tiny": Shape(64, 2, 2, 128, True, 64, 2, 128, (0,)),
}


def model(shape: Shape, folder: Path, device: str) -> Loaded:
    """Random weights in bf16, made on the device; the tokenizer is a small one of its own."""
    from transformers import (
        AutoConfig,
        AutoImageProcessor,
        AutoModelForImageTextToText,
        AutoTokenizer,
    )

    newborn(folder, "qwen3_vl", [GOAL, THOUGHT, Qwen3().system(view())], Size(64, 2, 2, 64, 2))
    config = AutoConfig.from_pretrained(folder)
    text, eye = config.text_config, config.vision_config
    text.hidden_size, text.num_hidden_layers = shape.width, shape.depth
    text.num_attention_heads, text.num_key_value_heads = shape.heads, min(8, shape.heads)
    text.head_dim, text.intermediate_size, text.vocab_size = 128, shape.inner, VOCABULARY
    text.rope_parameters["mrope_section"] = [24, 20, 20]
    text.tie_word_embeddings = config.tie_word_embeddings = shape.tied
    eye.hidden_size, eye.depth, eye.intermediate_size = (
        shape.eye_width,
        shape.eye_depth,
        shape.eye_inner,
    )
    eye.num_heads, eye.out_hidden_size = 16, shape.width
    eye.deepstack_visual_indexes = list(shape.deep)
    with torch.device(device):
        made = AutoModelForImageTextToText.from_config(config, dtype=torch.bfloat16).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    return Loaded(made, tokenizer, sight_of(processor, tokenizer, config), "random", str(folder))


def view() -> Any:
    from agent.policies.vlm.dialects.dialect import view_of

    return view_of(Qwen3(), SCREEN)


def screens(count: int) -> Iterator[Image]:
    """A screen on which a part changes from step to step, as when a row is filled."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 255, (SCREEN.height, SCREEN.width, 3), dtype=np.uint8)
    for at in range(count):
        image = image.copy()
        top = 40 + at * 23 % 700
        image[top : top + 24, 300:700] = rng.integers(0, 255, (24, 400, 3), dtype=np.uint8)
        yield image


def latency(loaded: Loaded, steps: int, tokens: int, reuse: bool) -> list[dict[str, float]]:
    """Milliseconds by phase of each step, `tokens` decoded at each, with at most 3 pictures."""
    dialect = Qwen3()
    engine = Engine(loaded, dialect, reuse=reuse)
    transcript = Transcript(dialect, GOAL, Context())
    rows = []
    for at, image in enumerate(screens(steps)):
        begun = now()
        transcript.look(image, SCREEN)
        prompt = engine.writer.prompt(transcript.messages)
        written = now()
        if not reuse:
            engine.prefix.clear()
        with torch.inference_mode():
            logits, reused = engine.prefill(prompt)
            filled = now()
            place = int(prompt.positions.max()) + 1
            for extra in range(tokens):
                token = logits.argmax().reshape(1)
                where = torch.full((3, 1), place + extra, device=logits.device)
                logits = step(loaded.model, token, where, engine.prefix.cache, None)
                engine.prefix.grown([int(token)])
        ended = now()
        rows.append(
            {
                "step": at + 1,
                "prompt": 1e3 * (written - begun),
                "prefill": 1e3 * (filled - written),
                "decode": 1e3 * (ended - filled),
                "total": 1e3 * (ended - begun),
                "tokens": len(prompt.keys),
                "computed": len(prompt.keys) - reused,
            }
        )
        assert transcript.view is not None
        transcript.reply(dialect.format(Click(100 + at, 200), transcript.view, THOUGHT))
    return rows


def night(loaded: Loaded, episodes: int, length: int, steps: int, folder: Path) -> dict[str, float]:
    """Seconds of a night's training over so many episodes of so many steps."""
    rng = random.Random(0)
    reach = Reach(micro=2, checkpointing=True)
    learner = VlmLearner(loaded, Qwen3(), reach=reach)
    lessons = []
    for number in range(episodes):
        turns = tuple(
            Turn(image, SCREEN, Click(rng.randrange(1280), rng.randrange(800)), 1.0, THOUGHT)
            if at % 2
            else Turn(image, SCREEN, TypeText(f"{rng.randrange(10**6)}"), 1.0, THOUGHT)
            for at, image in enumerate(screens(length))
        )
        lessons += [
            Lesson(f"{GOAL} {number}", "bench", turns[: first + 3], first)
            for first in range(0, length, 3)
        ]
    plan = Plan(folder, "bench", steps=steps, batch=8, rate=3e-4, replay=0, anchor=0, every=steps)
    begun = now()
    consolidate(learner, lessons, plan, folder)
    seconds = now() - begun
    return {
        "episodes": episodes,
        "steps_of_each": length,
        "training_steps": steps,
        "seconds": seconds,
        "lessons_a_second": 8 * steps / seconds,
    }


def now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def summary(rows: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """p50 and p95 by phase, the first step aside: it warms up."""
    told = {}
    for name in ("prompt", "prefill", "decode", "total", "computed"):
        values = [row[name] for row in rows[1:] or rows]
        told[name] = {"p50": float(np.median(values)), "p95": float(np.percentile(values, 95))}
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", choices=SHAPES, default="8B")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--tokens", type=int, default=48, help="decoded at each step")
    parser.add_argument("--night", action="store_true", help="measure a night instead")
    parser.add_argument("--train", type=int, default=120, help="training steps of a night")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    card = torch.cuda.get_device_name() if device == "cuda" else platform.processor() or "cpu"
    with tempfile.TemporaryDirectory() as folder:
        begun = now()
        loaded = model(SHAPES[asked.size], Path(folder) / "model", device)
        found: dict[str, object] = {
            "size": asked.size,
            "shape": asdict(SHAPES[asked.size]),
            "device": card,
            "parameters": sum(one.numel() for one in loaded.model.parameters()),
            "made_s": now() - begun,
        }
        if asked.night:
            found["night"] = night(loaded, 20, 10, asked.train, Path(folder))
        else:
            latency(loaded, 2, 2, True)  # kernels are chosen once
            for name, reuse in (("with_reuse", True), ("without_reuse", False)):
                rows = latency(loaded, asked.steps, asked.tokens, reuse)
                found[name] = {"steps": rows, "ms": summary(rows)}
        if device == "cuda":
            found["memory_gib"] = torch.cuda.max_memory_allocated() / 2**30
    text = json.dumps(found, indent=1)
    if asked.json:
        asked.json.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
