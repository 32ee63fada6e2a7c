"""Numbers that say themselves what they are: cards, IBANs, national ids, by their check digits.

One digit in ten makes any long number a valid card, and one number in eleven is a valid Dutch
BSN: weak checks count only beside a word that names the id, or with the shape that people write
it in. Checks are python-stdnum's.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from stdnum import iban, luhn
from stdnum.ch import ssn as ch_ahv
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.us import ssn

from memory.private.spans import Span

_BEFORE = 32  # characters before a number in which the word that names it may stand
_YOUNGEST = 16  # years: the holder of an id is older; "240815-0012" is an invoice of that day

_CARD = re.compile(r"(?<![\w.,/-])\d(?:[ -]?\d){11,18}(?![\w/-])(?![.,]\d)")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?!\w)")
# Lengths by first digits, ISO/IEC 7812: a number that no scheme gives out is a reference.
_SCHEMES = (
    (re.compile(r"4"), (16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"3(?:0[0-5]|[68])"), (14,)),
    (re.compile(r"6011|65|64[4-9]|35(?:2[89]|[3-8])"), (16, 19)),
    (re.compile(r"62|81"), (16, 17, 18, 19)),
    (re.compile(r"50|5[6-9]|6[0-9]"), (16, 18, 19)),  # Maestro as it is printed
)


@dataclass(frozen=True)
class _Id:
    """A national id. named: words, one of which must stand before it; None where shape and check
    are enough. born: where they tell the birth date, which must be long ago."""

    shape: re.Pattern[str]
    valid: Callable[[str], bool]
    named: re.Pattern[str] | None = None
    born: Callable[[str], date] | None = None


def _named(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])", re.I)


_TAX = _named(r"steuer-?id\w*|steuer-?identifikations\w*|identifikationsnummer|idnr|tin|tax id\w*")
_IDS = (
    _Id(re.compile(r"(?<![\w-])\d{2} ?\d{3} ?\d{3} ?\d{3}(?![\w-])"), idnr.is_valid, _TAX),
    _Id(re.compile(r"(?<![\w-])\d{8}-?[A-HJ-NP-TV-Z](?![\w-])"), dni.is_valid),
    _Id(re.compile(r"(?<![\w-])[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z](?![\w-])"), nie.is_valid),
    _Id(
        re.compile(
            r"(?<!\w)[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z]\w{3}[A-Z](?!\w)", re.I
        ),
        codicefiscale.is_valid,
    ),
    _Id(
        re.compile(r"(?<![\w-])\d{4}[. ]?\d{2}[. ]?\d{3}(?![\w-])"),
        bsn.is_valid,
        _named(r"bsn|burgerservicenummer|sofinummer|citizen service number"),
    ),
    _Id(
        re.compile(
            r"(?<![\w-])[1-478] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?![\w-])"
        ),
        nir.is_valid,
    ),
    _Id(re.compile(r"(?<![\w-])\d{11}(?![\w-])"), pesel.is_valid, _named("pesel")),
    _Id(
        re.compile(r"(?<![\w-])(?:19|20)?\d{6}[-+]\d{4}(?![\w-])"),
        personnummer.is_valid,
        born=personnummer.get_birth_date,
    ),
    _Id(re.compile(r"(?<![\w-])\d{6}[-+A-FU-Y]\d{3}[0-9A-Y](?![\w-])"), hetu.is_valid),
    _Id(
        re.compile(r"(?<![\w-])\d{6}-?\d{4}(?![\w-])"),
        cpr.is_valid,
        _named(r"cpr|cpr-nr|cpr-nummer|personnummer"),
    ),
    _Id(re.compile(r"(?<![\w.-])756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}(?![\w-])"), ch_ahv.is_valid),
    _Id(re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), ssn.is_valid),
    _Id(
        re.compile(r"(?<![\w-])\d{9}(?![\w-])"),
        ssn.is_valid,
        _named(r"ssn|social security(?: number| no\.?)?"),
    ),
    # National Insurance number, as HMRC's NIM39110 gives it out; it has no check digit.
    _Id(
        re.compile(
            r"(?<!\w)(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
            r" ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)"
        ),
        lambda text: True,
    ),
)


def numbers(text: str) -> Iterator[Span]:
    """Card numbers, IBANs and national ids in a text that is exact (typed, or told)."""
    for match in _CARD.finditer(text):
        if is_card(match.group()):
            yield Span(*match.span(), "card")
    for match in _IBAN.finditer(text):
        if (end := _iban_end(match.group())) is not None:
            yield Span(match.start(), match.start() + end, "iban")
    for kind in _IDS:
        for match in kind.shape.finditer(text):
            before = text[max(0, match.start() - _BEFORE) : match.start()]
            if kind.named is not None and not kind.named.search(before):
                continue
            if kind.valid(match.group()) and _grown_up(kind, match.group()):
                yield Span(*match.span(), "id")


def is_card(text: str) -> bool:
    """Whether it is a number that a card scheme gives out, with a right check digit (Luhn)."""
    digits = re.sub(r"[ -]", "", text)
    issued = any(scheme.match(digits) and len(digits) in lengths for scheme, lengths in _SCHEMES)
    return issued and len(set(digits)) > 1 and luhn.is_valid(digits)


def _iban_end(text: str) -> int | None:
    """Where the IBAN that a text begins with ends; words may follow it. None for no IBAN."""
    ends = [match.end() for match in re.finditer(r"[A-Za-z0-9](?=[ -]|$)", text)]
    return next((end for end in reversed(ends) if iban.is_valid(text[:end])), None)


def _grown_up(kind: _Id, text: str) -> bool:
    if kind.born is None:
        return True
    return date.today().year - kind.born(text).year >= _YOUNGEST
