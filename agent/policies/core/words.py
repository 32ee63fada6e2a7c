"""Text as the core sees it: hashed words and letter trigrams, and lexical similarity.

Values (dates, amounts, numbers) are seen by their kind alone, so their digits never reach
weights. Hashing as in fastText (Bojanowski et al. 2017, "Enriching word vectors with subword
information").
"""

import re
import unicodedata
import zlib
from functools import lru_cache

from perception.values import value_kind

BUCKETS = 8192
IDS = 20  # ids kept of one text
VALUE_IDS = {"date": 1, "amount": 2, "number": 3}
_RESERVED = 8


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Lower case, accents stripped, everything but letters and digits turned into spaces."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


@lru_cache(maxsize=65536)
def kind_of(text: str) -> str:
    """perception.values.value_kind, cached."""
    return value_kind(text)


def _bucket(piece: str) -> int:
    return _RESERVED + zlib.crc32(piece.encode()) % (BUCKETS - _RESERVED)


@lru_cache(maxsize=65536)
def text_ids(text: str) -> tuple[int, ...]:
    """At most IDS bucket numbers for a text; () for the empty text."""
    kind = kind_of(text)
    if kind in VALUE_IDS:
        return (VALUE_IDS[kind],)
    words = plain(text).split()
    ids = [_bucket(word) for word in words]
    for word in words:
        framed = f"<{word}>"
        ids += [_bucket("#" + framed[i : i + 3]) for i in range(len(framed) - 2)]
    return tuple(ids[:IDS])


@lru_cache(maxsize=65536)
def trigrams(text: str) -> frozenset[str]:
    framed = f"  {plain(text)} "
    return (
        frozenset(framed[i : i + 3] for i in range(len(framed) - 2)) if plain(text) else frozenset()
    )


@lru_cache(maxsize=262144)
def similarity(a: str, b: str) -> float:
    """Dice coefficient of letter trigrams, 0..1; 0 where either text is empty."""
    left, right = trigrams(a), trigrams(b)
    if not left or not right:
        return 0.0
    return 2 * len(left & right) / (len(left) + len(right))


@lru_cache(maxsize=4096)
def names_key(goal: str, key: str) -> bool:
    """Whether a goal names a key as it is written, like "ctrl+s" or "End"."""
    return re.search(rf"(?<![\w+]){re.escape(key)}(?![\w+])", goal) is not None


@lru_cache(maxsize=65536)
def mentioned(text: str, goal: str) -> float:
    """The share of a text's words that stand in the goal, 0..1."""
    words = plain(text).split()
    if not words:
        return 0.0
    goal_words = set(plain(goal).split())
    return sum(word in goal_words for word in words) / len(words)
