"""Replies under a grammar: whatever the logits, they parse."""

import json
import re

import pytest
import torch
from constrain_house import SPECIAL, WHOLE, sample_tokens, small_tokenizer
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.policies.vlm.constrain import Constraint, Vocabulary, ends_within_character

SCHEMA = {
    "anyOf": [
        {
            "type": "object",
            "properties": {
                "action": {"enum": ["left_click", "mouse_move"]},
                "coordinate": {
                    "type": "array",
                    "items": {"type": "integer", "minimum": 0, "maximum": 1000},
                    "minItems": 2,
                    "maxItems": 2,
                },
            },
            "required": ["action", "coordinate"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {
                "action": {"const": "type"},
                "text": {"type": "string", "maxLength": 20},
            },
            "required": ["action", "text"],
            "additionalProperties": False,
        },
    ],
    "x-guidance": {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "},
}
TOOL_CALL = rf"""
start: thought <tool_call> "\n" HEAD call "}}\n" </tool_call>
HEAD: "{{\"name\": \"computer_use\", \"arguments\": "
thought[max_tokens=THOUGHT]: TEXT
TEXT: /(?s:.*)/ & ~/(?s:.*)<tool_call>(?s:.*)/
call: %json {json.dumps(SCHEMA)}
"""
TOY = r"""
start: "Thought: " thought "\nAction: " action
thought[max_tokens=9]: /[^\n]*/
action: "click(" NUMBER "," NUMBER ")" | "type('" WORD "')" | "wait()"
NUMBER: /0|[1-9][0-9]{0,2}|1000/
WORD: /[^'\n\\]{0,12}/
"""
SAID_TOY = re.compile(
    r"Thought: [^\n]*\nAction: (click\(\d{1,4},\d{1,4}\)|type\('[^'\n\\]{0,12}'\)|wait\(\))"
)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(small_tokenizer())


def text_of(vocabulary: Vocabulary, said: list[int]) -> str:
    """Raises UnicodeDecodeError where the bytes are no UTF-8."""
    return vocabulary.tokens.decode_bytes(said).decode()


def open_to(logits: torch.Tensor) -> list[int]:
    """The tokens that a mask left."""
    return torch.isfinite(logits).nonzero().flatten().tolist()


def tool_call(thought: int) -> str:
    return TOOL_CALL.replace("THOUGHT", str(thought))


def marked(thought: int) -> str:
    bound = rf'[max_tokens={thought}, stop="\nAction: "]'
    return r'start: thought "\nAction: " "wait()"' + f"\nthought{bound}: /(?s:.*)/"


def check_call(text: str) -> None:
    """By json and by hand, not by the grammar."""
    _, marker, rest = text.partition("<tool_call>")
    assert marker
    assert "<tool_call>" not in rest
    said = json.loads(rest.removesuffix("\n</tool_call>").removeprefix("\n"))
    assert set(said) == {"name", "arguments"}
    assert said["name"] == "computer_use"
    arguments = said["arguments"]
    if arguments["action"] == "type":
        assert set(arguments) == {"action", "text"}
        assert len(arguments["text"]) <= 20
    else:
        assert arguments["action"] in ("left_click", "mouse_move")
        assert len(arguments["coordinate"]) == 2
        assert all(type(at) is int and 0 <= at <= 1000 for at in arguments["coordinate"])


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), forced=st.booleans())
def test_whatever_the_logits_a_toy_reply_matches(
    vocabulary: Vocabulary, seed: int, forced: bool
) -> None:
    rng = torch.Generator().manual_seed(seed)
    text = text_of(vocabulary, sample_tokens(TOY, vocabulary, rng, forced=forced))
    assert SAID_TOY.fullmatch(text), text


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), bound=st.integers(1, 12), forced=st.booleans())
def test_whatever_the_logits_a_tool_call_is_json_after_a_bounded_thought(
    vocabulary: Vocabulary, seed: int, bound: int, forced: bool
) -> None:
    rng = torch.Generator().manual_seed(seed)
    said = sample_tokens(tool_call(bound), vocabulary, rng, forced=forced)
    check_call(text_of(vocabulary, said))
    assert said.index(vocabulary.tokens.tokenize_str("<tool_call>", parse_special=True)[0]) <= bound


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), bound=st.integers(1, 40))
def test_a_thought_that_ends_before_words_says_them_once(
    vocabulary: Vocabulary, seed: int, bound: int
) -> None:
    rng = torch.Generator().manual_seed(seed)
    text = text_of(vocabulary, sample_tokens(marked(bound), vocabulary, rng))
    assert text.endswith("\nAction: wait()")
    assert text.count("\nAction: ") == 1


@pytest.mark.parametrize("thought", ["", "I see.", "Act\nAction\nActions: 2", "Grüße\n\n請求書"])
def test_a_thought_may_end_before_its_bound(vocabulary: Vocabulary, thought: str) -> None:
    reply = Constraint(vocabulary, marked(60)).start()
    reply.advance(*vocabulary.tokens.tokenize_str(f"{thought}\nAction: wait()"))
    assert reply.finished


def test_a_thought_may_be_as_long_as_its_bound_and_no_longer(vocabulary: Vocabulary) -> None:
    reply = Constraint(vocabulary, tool_call(5)).start()
    a = vocabulary.said.index(b"a")
    for _ in range(5):
        assert a in open_to(reply.mask(torch.zeros(len(vocabulary.said))))
        reply.advance(a)
    with pytest.raises(ValueError, match="does not allow 'a'"):
        reply.advance(a)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_forced_tokens_are_the_only_ones_that_the_mask_allows(
    vocabulary: Vocabulary, seed: int
) -> None:
    rng = torch.Generator().manual_seed(seed)
    reply, forced_at_all = Constraint(vocabulary, tool_call(3)).start(), False
    while not reply.finished:
        ahead = reply.forced()
        for token in ahead:
            assert open_to(reply.mask(torch.zeros(len(vocabulary.said)))) == [token]
            reply.advance(token)
            forced_at_all = True
        if not ahead:
            chances = torch.softmax(reply.mask(torch.randn(len(vocabulary.said), generator=rng)), 0)
            reply.advance(int(torch.multinomial(chances, 1, generator=rng)))
    assert forced_at_all


@pytest.mark.parametrize("width", [560, 640, 100_000])
def test_rows_beyond_the_vocabulary_are_never_said(vocabulary: Vocabulary, width: int) -> None:
    logits = torch.zeros(1, width)
    logits[:, len(vocabulary.said) :] = 1e4
    reply = Constraint(vocabulary, TOY).start()
    assert reply.mask(logits) is logits
    assert torch.isinf(logits[:, len(vocabulary.said) :]).all()
    rng = torch.Generator().manual_seed(0)
    said = sample_tokens(TOY, vocabulary, rng, width=width)
    assert max(said) < len(vocabulary.said)


def test_logits_of_fewer_rows_than_the_vocabulary_are_masked(vocabulary: Vocabulary) -> None:
    reply = Constraint(vocabulary, "start: /a+/").start()
    allowed = open_to(reply.mask(torch.zeros(300, dtype=torch.bfloat16)))
    assert allowed
    assert all(set(vocabulary.said[token]) == {ord("a")} for token in allowed)


def test_a_turn_may_end_exactly_where_the_grammar_accepts(vocabulary: Vocabulary) -> None:
    end = vocabulary.tokens.eos_tokens[0]
    reply = Constraint(vocabulary, 'start: "a" ("b" "c")?').start()
    may_end = []
    for letter in b"abc":
        may_end.append(end in open_to(reply.mask(torch.zeros(len(vocabulary.said)))))
        reply.advance(vocabulary.said.index(bytes([letter])))
    assert may_end == [False, True, False]
    assert reply.finished
    early = Constraint(vocabulary, 'start: "a" ("b" "c")?').start()
    early.advance(vocabulary.said.index(b"a"), end)
    assert early.finished


def test_a_free_text_says_words_and_no_control_token() -> None:
    vocabulary = Vocabulary(small_tokenizer(words=True))
    reply = Constraint(vocabulary, 'start: /(?s:.){0,20}/ "b"').start()
    allowed = set(open_to(reply.mask(torch.zeros(len(vocabulary.said)))))
    ids = small_tokenizer(words=True).convert_tokens_to_ids
    assert allowed >= set(ids(list(WHOLE)))
    assert not allowed & set(ids(list(SPECIAL)))


def test_a_word_that_is_one_token_is_forced_as_one_and_may_be_spelled() -> None:
    vocabulary = Vocabulary(small_tokenizer(words=True))
    word = vocabulary.said.index(b"<tool_call>")
    assert Constraint(vocabulary, 'start: "<tool_call>\\n" /a+/').start().forced()[0] == word
    free = Constraint(vocabulary, 'start: /b*/ "<tool_call>"').start()
    allowed = open_to(free.mask(torch.zeros(len(vocabulary.said))))
    assert {word, vocabulary.said.index(b"<")} <= set(allowed)


def test_a_bound_does_not_cut_a_character_in_two(vocabulary: Vocabulary) -> None:
    """A character of four tokens may begin only where four are left."""
    lead, *rest = vocabulary.four_bytes
    for bound, fits in ((3, False), (4, True)):
        reply = Constraint(vocabulary, tool_call(bound)).start()
        allowed = open_to(reply.mask(torch.zeros(len(vocabulary.said))))
        assert (lead in allowed) is fits
    reply.advance(lead, *rest)
    assert reply.forced()[0] == vocabulary.said.index(b"<tool_call>")


def test_a_token_that_begins_the_next_character_is_no_end_of_this_one(
    vocabulary: Vocabulary,
) -> None:
    end_and_begin = vocabulary.said.index("ü".encode()[1:] + "ß".encode()[:1])
    reply = Constraint(vocabulary, tool_call(2)).start()
    reply.advance(vocabulary.said.index("ü".encode()[:1]))
    allowed = open_to(reply.mask(torch.zeros(len(vocabulary.said))))
    assert vocabulary.said.index("ü".encode()[1:]) in allowed
    assert end_and_begin not in allowed


@pytest.mark.parametrize("word", ["ü", "üß", "😀", "😀🍝"])
def test_words_of_a_bounded_grammar_may_be_of_any_characters(
    vocabulary: Vocabulary, word: str
) -> None:
    grammar = f'start: thought ("{word}" | "a")\nthought[max_tokens=2]: /b*/'
    reply = Constraint(vocabulary, grammar).start()
    said = [vocabulary.said.index(word.encode()[:1])]
    while not reply.finished:
        assert said[-1] in open_to(reply.mask(torch.zeros(len(vocabulary.said))))
        reply.advance(said[-1])
        if not reply.finished:
            said.append(open_to(reply.mask(torch.zeros(len(vocabulary.said))))[0])
    assert text_of(vocabulary, said) == word


def test_a_character_cut_all_the_same_leaves_a_way_on(vocabulary: Vocabulary) -> None:
    """Tokens that another hand chose, unmasked: the words behind the bound can still be said."""
    reply = Constraint(vocabulary, 'start: t "üßen"\nt[max_tokens=1]: /[^b]/').start()
    reply.advance(vocabulary.said.index("ü".encode()[:1]))
    assert open_to(reply.mask(torch.zeros(len(vocabulary.said)))) == reply.forced()[:1]


@given(st.text(max_size=3), st.integers(0, 12))
def test_a_cut_character_is_known_by_its_bytes(text: str, length: int) -> None:
    said = text.encode()[:length]
    try:
        said.decode()
    except UnicodeDecodeError:
        assert ends_within_character(said)
    else:
        assert not ends_within_character(said)


@pytest.mark.parametrize(
    ("grammar", "words"),
    [
        ('start: "a" foo\nfoo "b"', "line 2, 'foo \"b\"': "),
        ('start: "a" /(/', "line 1, .*invalid regex"),
        ("start: <nope>", "line 1, .*unknown special token"),
        ('start: a\na: "<tool_call>\\n{"', "line 2, .*<tool_call> is one token here"),
        ("start: a\na[max_tokens=3, lazy]: /b*c/", "line 2, .*use stop"),
        ('start: a\na[suffix="c", max_tokens=3]: /b*/', "line 2, .*use stop"),
        ("", "does not compile"),
    ],
)
def test_a_broken_grammar_is_named_by_its_line(
    vocabulary: Vocabulary, grammar: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Constraint(vocabulary, grammar)


def test_a_tokenizer_without_an_end_needs_one_named() -> None:
    tokenizer = small_tokenizer()
    tokenizer.eos_token = None
    turn = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert Vocabulary(tokenizer).tokens.eos_tokens == [turn]
    ends = [tokenizer.convert_tokens_to_ids(WHOLE[0])]
    assert Vocabulary(tokenizer, ends).tokens.eos_tokens == ends
