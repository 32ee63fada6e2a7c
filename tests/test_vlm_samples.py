"""Whatever a model that knows nothing draws, held to its dialect's grammar, is one action.

DORMOUSE_SAMPLES=1000 draws so many for each dialect; the tests draw fewer.
"""

import os

import pytest
import torch
from constrain_house import sample_tokens, small_tokenizer

from agent.policies.vlm.constrain import Vocabulary
from agent.policies.vlm.dialects.catalog import DIALECTS, dialect
from agent.policies.vlm.dialects.dialect import view_of
from perception.observation import Screen

SAMPLES = int(os.environ.get("DORMOUSE_SAMPLES", "25"))
SCREENS = (Screen(1280, 800), Screen(2560, 1440, -2560, 0, 1.5))


@pytest.mark.timeout(3000)
@pytest.mark.parametrize("name", DIALECTS)
def test_random_replies_all_parse(name: str) -> None:
    words, tokenizer = dialect(name), small_tokenizer(words=True)
    vocabulary, rng = Vocabulary(tokenizer), torch.Generator().manual_seed(7)
    kinds = set()
    for at in range(SAMPLES):
        view = view_of(words, SCREENS[at % len(SCREENS)])
        tokens = sample_tokens(words.grammar(16, view), vocabulary, rng, temperature=2.0)
        text = tokenizer.decode(tokens)
        kinds.add(type(words.parse(text, view).action).__name__)  # or DialectError
    assert len(kinds) >= min(5, SAMPLES // 5)
