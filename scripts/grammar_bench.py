"""Measure three libraries for constrained decoding on a reply of the Qwen3-VL kind.

.venv/bin/python -m pip install llguidance xgrammar outlines_core
.venv/bin/python scripts/grammar_bench.py --tokenizer tokenizer.json   # or trained here, minutes
.venv/bin/python scripts/grammar_bench.py --json - --masks 3000

A reply is a free thought, then <tool_call>, a JSON call of computer_use, </tool_call>. Each library
says it as nearly as it can, in a process of its own, and random walks through it are timed: every
token is drawn evenly from those allowed. `valid` counts replies that json reads as such a call.
"""

import argparse
import json
import multiprocessing
import re
import resource
import sysconfig
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgrammar
from llguidance import LLMatcher, LLTokenizer
from outlines_core import Guide, Index, Vocabulary
from outlines_core.json_schema import build_regex_from_schema
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

ROWS = 151_936  # of Qwen3-VL's language head
LEARNED = 151_643  # byte-level BPE entries below its special tokens
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
           "<|image_pad|>")  # fmt: skip
WHOLE = ("<tool_call>", "</tool_call>")
THOUGHT = 64  # tokens
LONGEST = 4 * THOUGHT  # the same in characters, where tokens cannot be counted
MEMORY = 14 << 30  # bytes that a library may take

POINT = {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 1000},
         "minItems": 2, "maxItems": 2}  # fmt: skip
KEYS = ["ctrl", "shift", "alt", "meta", "enter", "tab", "esc", "f2", "a", "c", "s", "v"]
HEAD, FOOT = '\n{"name": "computer_use", "arguments": ', "}\n"


def call(*actions: str, **fields: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {"action": {"enum": list(actions)}, **fields},
        "required": ["action", *fields],
        "additionalProperties": False,
    }


SCHEMA = {
    "anyOf": [
        call("left_click", "right_click", "double_click", "left_click_drag", coordinate=POINT),
        call("type", "answer", text={"type": "string", "maxLength": 200}),
        call("key", keys={"type": "array", "items": {"enum": KEYS}, "minItems": 1, "maxItems": 4}),
        call("scroll", pixels={"type": "integer", "minimum": -2000, "maximum": 2000}),
        call("wait", time={"type": "integer", "minimum": 1, "maximum": 60}),
        call("terminate", status={"enum": ["success", "failure"]}),
    ]
}


class Guidance:
    """llguidance: Lark, tokens counted, special tokens, integer and length bounds."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        ends = [tokenizer.token_to_id(name) for name in ("<|im_end|>", "<|endoftext|>")]
        self.tokens = LLTokenizer(tokenizer.to_str(), n_vocab=ROWS, eos_token=ends)

    def compile(self) -> None:
        tight = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
        schema = json.dumps({**SCHEMA, "x-guidance": tight})
        grammar = f"""
            start: thought <tool_call> {json.dumps(HEAD)} call {json.dumps(FOOT)} </tool_call>
            thought[max_tokens={THOUGHT}]: TEXT
            TEXT: /(?s:.*)/ & ~/(?s:.*)<tool_call>(?s:.*)/
            call: %json {schema}
        """
        self.matcher = LLMatcher(self.tokens, LLMatcher.grammar_from_lark(grammar), log_level=0)
        assert not self.matcher.is_error(), self.matcher.get_error()

    def walk(self) -> tuple[Callable[[], bytes], Callable[[int], bool], Callable[[], bool]]:
        one = self.matcher.deep_copy()
        return one.compute_bitmask, one.consume_token, one.is_stopped


class Xgrammar:
    """xgrammar: a structural tag, tokens counted, special tokens, integer and length bounds."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        ends = [tokenizer.token_to_id(name) for name in ("<|im_end|>", "<|endoftext|>")]
        wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>")
        self.tokens = xgrammar.TokenizerInfo.from_huggingface(
            wrapped, vocab_size=ROWS, stop_token_ids=ends
        )

    def compile(self) -> None:
        parts = [
            {"type": "any_text", "excludes": ["<tool_call>"], "max_tokens": THOUGHT},
            {"type": "token", "token": "<tool_call>"},
            {"type": "const_string", "value": HEAD},
            {"type": "json_schema", "json_schema": SCHEMA, "max_whitespace_cnt": 1},
            {"type": "const_string", "value": FOOT},
            {"type": "token", "token": "</tool_call>"},
        ]
        tag = {"type": "structural_tag", "format": {"type": "sequence", "elements": parts}}
        compiler = xgrammar.GrammarCompiler(self.tokens, cache_enabled=False)
        self.compiled = compiler.compile_structural_tag(json.dumps(tag))

    def walk(self) -> tuple[Callable[[], bytes], Callable[[int], bool], Callable[[], bool]]:
        one = xgrammar.GrammarMatcher(self.compiled)
        bits = xgrammar.allocate_token_bitmask(1, ROWS)

        def mask() -> bytes:
            one.fill_next_token_bitmask(bits)
            return bits.numpy().tobytes()

        return mask, one.accept_token, one.is_terminated


class Outlines:
    """outlines-core: one regular expression; characters counted, no integer bounds."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        byte_of = {letter: byte for byte, letter in enumerate(letters())}
        added = tokenizer.get_added_tokens_decoder()
        said: dict[bytes, list[int]] = {}
        for token in range(tokenizer.get_vocab_size()):
            name = tokenizer.id_to_token(token)
            if token in added:
                if name in WHOLE:
                    said[name.encode()] = [token]
            else:
                said.setdefault(bytes(byte_of[letter] for letter in name), []).append(token)
        self.tokens = Vocabulary(tokenizer.token_to_id("<|im_end|>"), said)

    def compile(self) -> None:
        schema = build_regex_from_schema(json.dumps(SCHEMA))
        head, foot = re.escape(HEAD), re.escape(FOOT)
        pattern = f"[^<]{{0,{LONGEST}}}<tool_call>{head}{schema}{foot}</tool_call>"
        self.index = Index(pattern, self.tokens)

    def walk(self) -> tuple[Callable[[], bytes], Callable[[int], bool], Callable[[], bool]]:
        one = Guide(self.index)
        bits = np.zeros((ROWS + 31) // 32, dtype=np.int32)

        def mask() -> bytes:
            one.write_mask_into(bits.ctypes.data, bits.size, 4)
            return bits.tobytes()

        def advance(token: int) -> bool:
            one.advance(token, return_tokens=False)
            return True

        return mask, advance, one.is_finished


def letters() -> list[str]:
    """The letter by which byte-level BPE writes each byte (GPT-2)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = iter(range(256, 512))
    return [chr(byte if byte in plain else next(moved)) for byte in range(256)]


LIBRARIES: dict[str, Any] = {"llguidance": Guidance, "xgrammar": Xgrammar, "outlines": Outlines}


@dataclass(frozen=True)
class Figures:
    """Seconds, milliseconds for a mask, megabytes above the bare process."""

    tokenizer_s: float
    compile_cold_s: float
    compile_warm_s: float
    mask_ms: dict[str, float]
    memory_mb: float
    masks: int
    replies: int
    valid: int


def measure(library: str, path: str, masks: int, answer: "multiprocessing.Queue[Figures]") -> None:
    """Build, compile twice, walk at random. Puts its figures into `answer`."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    tokenizer = Tokenizer.from_file(path)
    bare = resident()
    built, adapter = timed(lambda: LIBRARIES[library](tokenizer))
    cold, _ = timed(adapter.compile)
    warm, _ = timed(adapter.compile)
    rng, times, replies, valid = np.random.default_rng(0), [], 0, 0
    while len(times) < masks:
        said = []
        mask, advance, finished = adapter.walk()
        while not finished():
            seconds, bits = timed(mask)
            times.append(1e3 * seconds)
            open_to = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), bitorder="little")
            said.append(int(rng.choice(np.flatnonzero(open_to))))
            assert advance(said[-1]), f"{library} refuses token {said[-1]} that it allowed"
        replies += 1
        valid += reads(tokenizer.decode(said, skip_special_tokens=True))
    mask_ms = {f"p{q}": float(np.percentile(times, q)) for q in (50, 95)}
    mask_ms |= {"mean": float(np.mean(times)), "max": max(times)}
    memory = (resident() - bare) / 1e6
    answer.put(Figures(built, cold, warm, mask_ms, memory, len(times), replies, valid))


def reads(text: str) -> bool:
    """Whether a reply is whole Unicode and ends in one call with points and text in bounds."""
    thought, _, rest = text.partition("<tool_call>")
    try:
        said = json.loads(rest.removesuffix("</tool_call>"))["arguments"]
    except (ValueError, KeyError):
        return False
    numbers = said.get("coordinate", [0])
    within = all(0 <= at <= 1000 for at in numbers) and len(said.get("text", "")) <= 200
    return within and 1 <= said.get("time", 1) <= 60 and "\ufffd" not in thought


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = act()
    return time.perf_counter() - begun, result


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def trained() -> Tokenizer:
    """Byte-level BPE of Qwen's size from Python's own sources."""

    def sources() -> Iterator[str]:
        for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
            yield path.read_text(errors="replace")

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=LEARNED, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(sources(), trainer)
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.add_tokens(list(WHOLE))
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tokenizer", type=Path, default=Path("build/bench-tokenizer.json"))
    parser.add_argument("--masks", type=int, default=3000, help="timed for each library")
    parser.add_argument("--limit", type=float, default=900, help="seconds for each library")
    parser.add_argument("--only", choices=LIBRARIES, help="one library")
    parser.add_argument("--json", help="FILE, or - for standard output alone")
    args = parser.parse_args()
    if not args.tokenizer.exists():
        args.tokenizer.parent.mkdir(parents=True, exist_ok=True)
        trained().save(str(args.tokenizer))
    spawn = multiprocessing.get_context("spawn")
    found: dict[str, Figures | None] = {}
    for library in [args.only] if args.only else LIBRARIES:
        answer: multiprocessing.Queue[Figures] = spawn.Queue()
        one = spawn.Process(target=measure, args=(library, str(args.tokenizer), args.masks, answer))
        one.start()
        one.join(args.limit)
        one.kill()
        found[library] = None if answer.empty() else answer.get()
        if args.json != "-":
            show(library, found[library])
    if args.json:
        text = json.dumps({name: one and asdict(one) for name, one in found.items()}, indent=2)
        print(text) if args.json == "-" else Path(args.json).write_text(text + "\n")


def show(library: str, figures: Figures | None) -> None:
    if figures is None:
        print(f"{library:11} no result within the limits of time and memory")
        return
    mask = "  ".join(f"{name} {value:.3f}" for name, value in figures.mask_ms.items())
    print(
        f"{library:11} tokenizer {figures.tokenizer_s:.2f} s  compile {figures.compile_cold_s:.4f},"
        f" then {figures.compile_warm_s:.4f} s  mask ms: {mask}  memory {figures.memory_mb:.0f} MB"
        f"  {figures.valid} of {figures.replies} replies valid"
    )


if __name__ == "__main__":
    main()
