"""Replies that always parse: a grammar decides, token by token, what a model may say.

    Constraint(tokenizer, grammar).start() ─▶ ┌ forced() ─▶ tokens without a choice ─┐
                                              ├ mask(logits) ─▶ sample ─▶ a token ───┤
                                              └─◀── until finished ◀── advance ◀─────┘

Grammars are Lark texts of llguidance's kind. Added tokens that are words, such as Qwen's
<tool_call>, are texts like any other; a control token, such as <|im_start|>, stands bare in a rule,
never within quotes, and no free text says it. A free text of at most 64 tokens ends

    before a sign that it cannot hold:  start: text "<tool_call>"    text[max_tokens=64]: /[^<]*/
    before words:                       start: text "\\nAction: "
                                        text[max_tokens=64, stop="\\nAction: "]: /(?s:.*)/

Before words, not by a regex that excludes them: a lexer takes the longest text, so it would take
the beginning of the words too and could end at the bound alone.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper
from llguidance.hf import from_tokenizer

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerFast

CONTROL = b"\xff"  # begins, for llguidance, what no text says
FOUR_BYTES = "😀".encode()  # as long as a character can be
LITERAL = re.compile(r'//.*|/(?:\\.|[^/\\\n])+/|(?P<text>"(?:\\.|[^"\\\n])*")')
UNMARKED = re.compile(r"\[(?=[^\]\n]*\bmax_tokens\b)[^\]\n]*\b(suffix|lazy)\b")
PLACE = re.compile(r"(?:at )?(\d+)\(\d+\): (.*)")


class Vocabulary:
    """A tokenizer as grammars see it. ends: the tokens that may end a reply; by default the
    tokenizer's own and <|im_end|>. Built once for a tokenizer (1–3 s for 150,000 tokens)."""

    def __init__(self, tokenizer: "PreTrainedTokenizerFast", ends: Iterable[int] = ()) -> None:
        known = tokenizer.get_vocab()
        own = [tokenizer.eos_token_id, known.get("<|im_end|>")]
        ends = list(ends) or sorted({token for token in own if token is not None})
        if not ends:
            raise ValueError("This tokenizer names no end of a turn: pass the tokens that end one.")
        self.tokens = from_tokenizer(tokenizer, eos_token=ends)
        self.said = [self.tokens.decode_bytes([token]) for token in range(self.tokens.vocab_size)]
        words = {
            token: added.content.encode()
            for token, added in tokenizer.added_tokens_decoder.items()
            if not added.special and token not in ends
        }
        if words:
            # Left to itself, llguidance takes <tool_call> for a control token, which no text says.
            control = {
                token: CONTROL + added.content.encode()
                for token, added in tokenizer.added_tokens_decoder.items()
                if token not in words
            }
            self.said = [
                words.get(token) or control.get(token, said) for token, said in enumerate(self.said)
            ]
            self.tokens = LLTokenizer(
                TokenizerWrapper(_Words(tokenizer, self.said, ends[0])), eos_token=ends
            )
        added = tokenizer.get_added_vocab().items()
        self.whole = [name for name, token in added if self.tokens.is_special_token(token)]
        cut = np.array([ends_within_character(said) for said in self.said])
        self.cut = np.packbits(cut, bitorder="little")
        byte_tokens = {said: token for token, said in enumerate(self.said) if len(said) == 1}
        try:
            self.four_bytes = [byte_tokens[bytes([byte])] for byte in FOUR_BYTES]
        except KeyError as lacking:
            raise ValueError(
                f"This tokenizer has no token for {lacking}: not every text can be"
                " said. A byte-level vocabulary is needed."
            ) from None
        self._compiled: dict[str, LLMatcher] = {}

    def compiled(self, grammar: str) -> LLMatcher:
        """The grammar at its start, to be copied. Raises ValueError naming the line that fails."""
        if grammar not in self._compiled:
            self._compiled[grammar] = self._compile(grammar)
        return self._compiled[grammar]

    def _compile(self, grammar: str) -> LLMatcher:
        for number, line in enumerate(grammar.splitlines(), 1):
            if trap := self._trap(line):
                raise ValueError(f"Grammar line {number}, {line.strip()!r}: {trap}.")
        matcher = LLMatcher(self.tokens, LLMatcher.grammar_from_lark(grammar), log_level=0)
        if matcher.is_error():
            raise ValueError(explained(matcher.get_error(), grammar))
        return matcher

    def _trap(self, line: str) -> str:
        """What compiles and goes wrong later, and its mend; "" for nothing."""
        spelled = [literal["text"] or "" for literal in LITERAL.finditer(line)]
        for token in self.whole:
            # Spelled out, it would be forced as that one token and then refused as text.
            if any(token in text for text in spelled):
                return (
                    f"{token} is one token here, write it outside the quotes (where it is"
                    " forbidden, as a /regex/)"
                )
        if found := UNMARKED.search(line):
            # At the bound a reply would go on without the words that end the text.
            return f"max_tokens with {found[1]} may leave out the end of the text, use stop"
        return ""


class _Words:
    """A tokenizer as llguidance.TokenizerWrapper wants it. tokens: the bytes of each."""

    bos_token_id = None

    def __init__(self, tokenizer: "PreTrainedTokenizerFast", tokens: list[bytes], end: int) -> None:
        self.eos_token_id, self.tokens, self._tokenizer = end, tokens, tokenizer

    def __call__(self, text: str | bytes) -> list[int]:
        said = text if isinstance(text, str) else text.decode()
        ids: list[int] = self._tokenizer(said, add_special_tokens=False)["input_ids"]
        return ids


class Constraint:
    """What replies in one grammar may say. tokenizer: or the Vocabulary made of it, which several
    grammars share. Raises ValueError naming the line of a grammar that does not compile."""

    def __init__(self, tokenizer: "PreTrainedTokenizerFast | Vocabulary", grammar: str) -> None:
        if not isinstance(tokenizer, Vocabulary):
            tokenizer = Vocabulary(tokenizer)
        self.vocabulary = tokenizer
        self._matcher = tokenizer.compiled(grammar)
        self._bounded = "max_tokens" in grammar

    def start(self) -> "Walk":
        """A new reply."""
        return Walk(self.vocabulary, self._matcher.deep_copy(), self._bounded)


class Walk:
    """One reply under way. finished: an end token was taken, or nothing but one can follow."""

    def __init__(self, vocabulary: Vocabulary, matcher: LLMatcher, bounded: bool) -> None:
        self._vocabulary = vocabulary
        self._matcher = matcher
        self._bounded = bounded
        self._tail = b""

    @property
    def finished(self) -> bool:
        return self._matcher.is_stopped()

    def forced(self) -> list[int]:
        """The next tokens where the grammar leaves no choice, to be appended without a model's
        step and then advanced over; the end of the turn is not among them."""
        return self._matcher.compute_ff_tokens()

    def advance(self, *tokens: int) -> None:
        """Take the next tokens. Raises ValueError for one that the grammar does not allow."""
        for token in tokens:
            if not self._matcher.consume_token(token):
                said = self._vocabulary.tokens.decode_str([token])
                raise ValueError(f"The grammar does not allow {said!r} ({token}) here.")
            if self._bounded:
                self._tail = (self._tail + self._vocabulary.said[token])[-len(FOUR_BYTES) :]

    def mask(self, logits: "torch.Tensor") -> "torch.Tensor":
        """Set what may not come next to -inf, in place. logits: float (…, V) on any device, of one
        position; V may be more or fewer than the tokenizer's tokens (padded rows are never said).
        """
        import torch

        # Unpacking pads with zeros: rows that no token has are forbidden like any other.
        allowed = np.unpackbits(self.allowed(), count=logits.shape[-1], bitorder="little")
        forbidden = torch.from_numpy((allowed ^ 1).view(np.bool_))
        return logits.masked_fill_(forbidden.to(logits.device), float("-inf"))

    def text_ids(self, tokens: Iterable[int]) -> list[int]:
        """The tokens of a reply without the end of its turn."""
        ends = self._vocabulary.tokens.eos_tokens
        return [token for token in tokens if token not in ends]

    def allowed(self) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
        """The tokens that may come next, a bit for each, the lowest first."""
        allowed = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        if self._matcher.is_error():
            raise ValueError(f"The grammar cannot go on: {self._matcher.get_error()}")
        if self._bounded and not self._room():
            whole = allowed[: self._vocabulary.cut.size] & ~self._vocabulary.cut
            return whole if whole.any() else allowed
        return allowed

    def _room(self) -> bool:
        """Whether a character that takes several tokens may begin: a bound in tokens would end a
        free text within it, and the reply were no Unicode."""
        if ends_within_character(self._tail):
            return False
        fits = self._matcher.deep_copy().try_consume_tokens(self._vocabulary.four_bytes)
        return fits in (0, len(FOUR_BYTES))  # 0: no free text here, the grammar spells it out


def ends_within_character(said: bytes) -> bool:
    """Whether UTF-8 ends before the last character that begins in it does."""
    for back, byte in enumerate(reversed(said[-len(FOUR_BYTES) :]), 1):
        if byte < 0x80:
            return False
        if byte >= 0xC0:
            return back < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4)
    return False


def explained(error: str, grammar: str) -> str:
    """llguidance's error as one sentence with the line that it speaks of."""
    place = PLACE.search(error)
    if place is None:
        return f"The grammar does not compile: {error.splitlines()[0]}"
    number, reason = int(place[1]), place[2].split(";")[0]
    line = grammar.splitlines()[number - 1].strip()
    return f"Grammar line {number}, {line!r}: {reason}."
