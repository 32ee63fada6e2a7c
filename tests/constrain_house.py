"""A small tokenizer, and random replies through a grammar, as of a model that knows nothing."""

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from agent.policies.vlm.constrain import Constraint, Vocabulary
from agent.policies.vlm.dialects.dialect import Dialect

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|image_pad|>")
WHOLE = ("<tool_call>", "</tool_call>", "<think>", "</think>")  # one token each, and said
TEXT = (
    "Thought: I click \"Save\".\nAction: click(start_box='(10,20)')\n",
    '{"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [512, 40]}}\n',
    "Grüße aus Köln, 請求書 № 7: 1.234,50 € ✓ <function=computer_use>\n",
    "😀🍝 😀🍝🍝😀😀 🍜😀🍝\n",  # merged across characters, as large vocabularies have it
)


def small_tokenizer(words: bool = False) -> PreTrainedTokenizerFast:
    """Byte-level BPE of about 500 tokens, every byte among them. words: whether <tool_call> and the
    like are words that a text may say, as in Qwen's, and not control tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=500, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TEXT * 3, trainer)
    tokenizer.add_special_tokens(list(SPECIAL))
    if words:
        tokenizer.add_tokens(list(WHOLE))
    else:
        tokenizer.add_special_tokens(list(WHOLE))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>")


def sample_tokens(
    grammar: str,
    vocabulary: Vocabulary,
    rng: torch.Generator,
    temperature: float = 2.0,
    width: int = 0,
    forced: bool = True,
) -> list[int]:
    """A random reply's tokens, the end of the turn left out. width: of the logits, 0 for the
    tokenizer's. forced: whether tokens without a choice are appended without drawing."""
    reply = Constraint(vocabulary, grammar).start()
    said: list[int] = []
    while not reply.finished:
        ahead = reply.forced() if forced else []
        if not ahead:
            logits = torch.randn(width or vocabulary.tokens.vocab_size, generator=rng)
            chances = torch.softmax(reply.mask(logits) / temperature, dim=-1)
            ahead = [int(torch.multinomial(chances, 1, generator=rng))]
        reply.advance(*ahead)
        said += ahead
    return reply.text_ids(said)


def sample_reply(
    dialect: Dialect,
    vocabulary: Vocabulary,
    rng: torch.Generator,
    temperature: float = 2.0,
    thought: int = 64,
) -> str:
    """A random reply in the dialect's grammar, as the text that its `parse` reads."""
    said = sample_tokens(dialect.grammar(thought), vocabulary, rng, temperature)
    return vocabulary.tokens.decode_bytes(said).decode()
