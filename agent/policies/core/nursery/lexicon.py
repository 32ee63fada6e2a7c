"""The nursery's vocabulary: what labels and headers say, in English and German, and their values.

Words of one concept may stand for each other. "amount" is a concept of its own: the nursery never
says whether an amount is net or total.
"""

import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from agent.policies.core.words import plain


@dataclass(frozen=True)
class Concept:
    """words: equally good labels. draw: makes a value."""

    name: str
    words: tuple[str, ...]
    draw: Callable[[random.Random], str]


_SYLLABLES = (
    "ba be bi bo bu da de di do du fa fe fi fo ga ge go ha he hi ho ka ke ki ko la le li lo lu "
    "ma me mi mo mu na ne ni no pa pe pi po ra re ri ro ru sa se si so su ta te ti to va ve vi "
    "wa we wi za ze zi bau brü dör fäl grö hüb jä klö lén müh ñez ørs pöl rei schu ståd trö wël "
    "berg burg feld land mann stein ton wood field house dale worth ç ski szy"
)
_ENDS = "GmbH|AG|KG|Ltd|Inc.|LLC|& Co.|Partners|Group|e.K.|S.A.|SARL|AB|ApS"
_RATE = re.compile(r"[\d.,]+\s*%")
_GERMAN_MONTHS = (
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
)


def syllables(rng: random.Random, least: int = 2, most: int = 3) -> str:
    return "".join(rng.choice(_SYLLABLES.split()) for _ in range(rng.randint(least, most)))


def _word(rng: random.Random) -> str:
    return syllables(rng).capitalize()


def _company(rng: random.Random) -> str:
    core = " ".join(_word(rng) for _ in range(rng.choice((1, 1, 2))))
    return f"{core} {rng.choice(_ENDS.split('|'))}" if rng.random() < 0.7 else core


def _person(rng: random.Random) -> str:
    return f"{_word(rng)} {_word(rng)}"


DATE_FORMATS: tuple[Callable[[date], str], ...] = (
    lambda d: d.isoformat(),
    lambda d: d.strftime("%d.%m.%Y"),
    lambda d: f"{d.day} {d.strftime('%B')} {d.year}",
    lambda d: f"{d.strftime('%b')} {d.day}, {d.year}",
    lambda d: d.strftime("%d.%m.%y"),
    lambda d: f"{d.day}. {_GERMAN_MONTHS.split()[d.month - 1]} {d.year}",
    lambda d: d.strftime("%Y/%m/%d"),
)


def draw_date(rng: random.Random) -> str:
    day = date(2018, 1, 1) + timedelta(days=rng.randrange(4000))
    return rng.choice(DATE_FORMATS)(day)


def draw_amount(rng: random.Random) -> str:
    cents = rng.choice((rng.randrange(100, 10**5), rng.randrange(10**4, 10**7)))
    return draw_notation(rng)(cents)


def draw_notation(rng: random.Random) -> Callable[[int], str]:
    """A way of writing amounts: cents → text."""
    thousands, point = rng.choice(((",", "."), (".", ","), ("", "."), ("", ","), ("'", ".")))
    mark = rng.choice(("", "", "€", "$", "£", "EUR", "CHF", "USD"))
    before = bool(mark) and rng.random() < 0.5

    def write(cents: int) -> str:
        whole, rest = divmod(cents, 100)
        text = f"{whole:,}".replace(",", thousands) + f"{point}{rest:02d}"
        if before:
            return f"{mark} {text}" if len(mark) > 1 else f"{mark}{text}"
        return f"{text} {mark}".strip()

    return write


def _code(rng: random.Random) -> str:
    letters = "".join(rng.choice(string.ascii_uppercase) for _ in range(rng.randint(1, 4)))
    digits = "".join(rng.choice(string.digits) for _ in range(rng.randint(3, 7)))
    return f"{letters}{rng.choice('- /_')}{digits}".replace(" ", rng.choice(("", "-")))


def _phone(rng: random.Random) -> str:
    return f"+{rng.randint(1, 99)} {rng.randint(100, 999)} {rng.randint(10000, 9999999)}"


def _email(rng: random.Random) -> str:
    return f"{_word(rng).lower()}@{_word(rng).lower()}.{rng.choice(('com', 'de', 'org'))}"


def _street(rng: random.Random) -> str:
    kind = rng.choice(("straße", " Street", "weg", " Road", " Lane"))
    return f"{_word(rng)}{kind} {rng.randint(1, 150)}"


def _words(rng: random.Random) -> str:
    return " ".join(syllables(rng, 1, 3) for _ in range(rng.randint(1, 3)))


def _percent(rng: random.Random) -> str:
    return f"{rng.choice((5, 7, 10, 19, 20, 25))} %"


_DRAWS: dict[str, Callable[[random.Random], str]] = {
    "amount": draw_amount,
    "code": _code,
    "company": _company,
    "count": lambda rng: str(rng.randint(1, 10 ** rng.randint(1, 5))),
    "currency": lambda rng: rng.choice(("EUR", "USD", "GBP", "CHF")),
    "date": draw_date,
    "email": _email,
    "percent": _percent,
    "person": _person,
    "phone": _phone,
    "street": _street,
    "word": _word,
    "words": _words,
    "year": lambda rng: str(rng.randint(1900, 2030)),
}


@cache
def concepts() -> tuple[Concept, ...]:
    """All concepts of lexicon.txt, in its order."""
    lines = Path(__file__).with_name("lexicon.txt").read_text(encoding="utf-8").splitlines()
    made = []
    for line in lines:
        if not line.startswith("#"):
            name, kind, words = line.split(" ", 2)
            made.append(Concept(name, tuple(words.split("|")), _DRAWS[kind]))
    return tuple(made)


@cache
def _known() -> frozenset[str]:
    return frozenset(plain(word) for concept in concepts() for word in concept.words)


def is_label(text: str) -> bool:
    """Whether a text is a word for something that the nursery knows; taxes are told with rates."""
    return plain(_RATE.sub("", text)) in _known()


def invented(rng: random.Random) -> Concept:
    """A concept that no one has heard of: its one label must be matched letter by letter."""
    label = _word(rng) if rng.random() < 0.6 else f"{_word(rng)} {_word(rng).lower()}"
    draw = _DRAWS[rng.choice(("date", "amount", "word", "code", "count", "words"))]
    return Concept(f"?{label}", (label,), draw)
