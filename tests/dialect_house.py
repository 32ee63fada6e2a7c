"""What tests of dialects share: actions of every kind, screens of many sizes, a tokenizer made
here, and walks through a grammar."""

import json
import random
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from actuation.action import (
    Action,
    Ask,
    Button,
    Click,
    Done,
    Drag,
    Fail,
    Move,
    Press,
    Scroll,
    TypeText,
    Wait,
)
from actuation.geometry import View
from agent.policies.vlm.dialects.dialect import Dialect, view_of
from perception.observation import Screen

MARKS = ("<tool_call>", "</tool_call>", "<|im_end|>", "</parameter>", "done", '"', "\\", "{", "\\u")

screens = st.builds(Screen, st.integers(64, 6000), st.integers(64, 4000))


def _printable(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"


typed = st.lists(
    st.one_of(st.sampled_from(MARKS), st.characters(codec="utf-8").filter(_printable)),
    max_size=40,
).map("".join)
texts = st.lists(st.one_of(st.sampled_from(MARKS), st.characters(codec="utf-8")), max_size=40).map(
    "".join
)
held = st.lists(st.sampled_from(["ctrl", "shift", "alt", "super"]), unique=True, max_size=3)
KEYS = (
    *("Return", "Tab", "Escape", "space", "BackSpace", "Delete", "Home", "End", "Page_Up", "Down"),
    *("Left", "F1", "F10", "KP_Enter", "plus", "-", "/", "a", "z", "A", "7", "ä", "€", "•", '"'),
    *("\\", "<"),
)
keys = st.sampled_from(KEYS)
chords = st.builds(lambda mods, key: "+".join([*mods, key]), held, keys)
waits = st.one_of(st.integers(0, 900).map(float), st.floats(0.001, 900, allow_nan=False))


@st.composite
def actions(draw: st.DrawFn, screen: Screen) -> Action:
    """Any action whose points lie on the screen."""
    x, y, to_x, to_y = (
        draw(st.integers(0, size - 1))
        for size in (screen.width, screen.height, screen.width, screen.height)
    )
    buttons, turns = st.sampled_from(list(Button)), st.integers(-120, 120)
    kinds = [
        st.builds(Click, st.just(x), st.just(y), buttons, st.integers(1, 5), held.map(tuple)),
        st.just(Move(x, y)),
        st.builds(Drag, *map(st.just, (x, y, to_x, to_y)), buttons),
        st.just(Drag(0, 0, 0, to_y)),
        st.builds(Scroll, st.just(x), st.just(y), turns, turns),
        st.builds(Scroll, st.just(x), st.just(y), st.just(0), turns),
        st.builds(TypeText, typed),
        st.builds(Press, chords),
        st.builds(Wait, waits),
        st.builds(Ask, texts),
        st.builds(Done, texts),
        st.builds(Fail, texts),
    ]
    return draw(st.one_of(kinds))


@st.composite
def situations(draw: st.DrawFn, dialect: Dialect) -> tuple[View, Action]:
    view = view_of(dialect, draw(screens))
    return view, draw(actions(view.screen))


def placeless(action: Action) -> Action:
    """The action with all its points at the origin: what is left must be equal."""
    names = [name for name in ("x", "y", "to_x", "to_y") if hasattr(action, name)]
    return replace(action, **dict.fromkeys(names, 0))


def points(action: Action) -> list[tuple[int, int]]:
    ends = [("x", "y"), ("to_x", "to_y")]
    return [(getattr(action, x), getattr(action, y)) for x, y in ends if hasattr(action, x)]


def near(one: Action, other: Action, view: View) -> bool:
    """Whether the points of two actions are within a unit of the model's space, and a pixel."""
    across, down = view.units
    reach = (view.screen.width / across + 1, view.screen.height / down + 1)
    return all(
        abs(a - b) <= far
        for p, q in zip(points(one), points(other), strict=True)
        for a, b, far in zip(p, q, reach, strict=True)
    )


def golden(name: str) -> dict[str, Any]:
    """The published replies of a dialect: tests/golden/vlm."""
    text = (Path(__file__).parent / "golden" / "vlm" / f"{name}.json").read_text(encoding="utf-8")
    held: dict[str, Any] = json.loads(text)
    return held


class Vocabulary:
    """A tokenizer as llguidance takes it, its added tokens shown as the bytes that they stand for.
    Of itself llguidance takes every added token of the form <…> for a special one."""

    def __init__(self, tokenizer: Tokenizer, plain: LLTokenizer, eos: int) -> None:
        added = tokenizer.get_added_tokens_decoder()
        self.eos_token_id, self.bos_token_id = eos, None
        self.special_token_ids = [token for token, kind in added.items() if kind.special]
        self.tokens = [
            added[token].content.encode() if token in added else plain.decode_bytes([token])
            for token in range(tokenizer.get_vocab_size(with_added_tokens=True))
        ]
        self._tokenizer = tokenizer

    def __call__(self, text: str | bytes) -> list[int]:
        said = text if isinstance(text, str) else text.decode()
        return self._tokenizer.encode(said, add_special_tokens=False).ids


def tokenizer(*added: str) -> tuple[Tokenizer, LLTokenizer]:
    """One token for each byte, <|im_end|> as the end, and `added` as plain added tokens."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({char: at for at, char in enumerate(alphabet)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken("<|im_end|>", special=True)])
    made.add_tokens([AddedToken(one, special=False) for one in added])
    eos = made.token_to_id("<|im_end|>")
    plain = LLTokenizer(made.to_str(), eos_token=eos)
    return made, LLTokenizer(TokenizerWrapper(Vocabulary(made, plain, eos)), eos_token=eos)


def accepts(grammar: str, text: str, made: Tokenizer, ll: LLTokenizer) -> int:
    """How many characters' worth of tokens are accepted; all of them and the end: len(text)."""
    matcher = LLMatcher(ll, LLMatcher.grammar_from_lark(grammar))
    assert not matcher.is_error(), matcher.get_error()
    tokens = made.encode(text, add_special_tokens=False).ids
    taken = matcher.try_consume_tokens(tokens)
    if taken == len(tokens) and matcher.is_accepting():
        return len(text)
    return len(ll.decode_str(tokens[:taken]))


def walk(grammar: str, ll: LLTokenizer, seed: int, most: int = 30_000) -> str:
    """A text that the grammar allows, each token drawn evenly among the allowed ones."""
    rng = random.Random(seed)
    matcher = LLMatcher(ll, LLMatcher.grammar_from_lark(grammar))
    assert not matcher.is_error(), matcher.get_error()
    tokens: list[int] = []
    while not matcher.is_stopped():
        token = rng.choice(list(_allowed(matcher.compute_bitmask(), ll.vocab_size)))
        assert matcher.consume_token(token), matcher.get_error()
        tokens.append(token)
        assert len(tokens) < most, "the grammar has no end"
    assert str(matcher.stop_reason()) in ("NoExtension", "EndOfSentence"), matcher.get_error()
    kept = [token for token in tokens if not ll.is_special_token(token)]
    return ll.decode_bytes(kept).decode(errors="replace")  # a thought may end within a character


def _allowed(mask: bytes, size: int) -> Iterator[int]:
    return (token for token in range(size) if mask[token // 8] >> (token % 8) & 1)
