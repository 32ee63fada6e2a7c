"""Secrets by shape: keys of known services, tokens, private keys, and values behind a label."""

import re
from collections.abc import Iterator

from memory.private.labels import CODE, KEY, PASSWORD, telling
from memory.private.spans import HIDDEN, Span

# Prefixes that services give their keys, so that scanners (GitHub's, GitGuardian's) find them.
_KEYS = re.compile(
    r"(?<![\w-])(?:"
    r"sk-[\w-]{16,}|[srp]k_(?:live|test)_\w{10,}|whsec_\w{16,}"
    r"|gh[oprsu]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{16,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,}|ya29\.[\w-]{20,}"
    r"|xox[abeoprs]-[\w-]{10,}|hf_\w{24,}|npm_\w{30,}|pypi-[\w-]{30,}|dop_v1_\w{30,}"
    r"|shp(?:at|ca|pa|ss)_\w{24,}|SG\.[\w-]{16,}\.[\w-]{16,}|AGE-SECRET-KEY-1\w{40,}"
    r"|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"  # JSON Web Token, RFC 7519
    r")"
)
_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S
)
_URL = re.compile(r"(?<!\w)[a-z][a-z0-9+.-]*://[^\s/@:]*:(?P<value>[^\s/@]+)@", re.I)

_IS = r"(?:\s*(?::=|=>|[:=：])\s*|\s+(?:is|ist|lautet|est|es|è)\s*:?\s+)"
_LETTER = r"[^\W\d_]"
_VALUE = (
    r"""(?:"(?P<quoted>[^"\n]{3,})"|'(?P<single>[^'\n]{3,})'"""
    r"""|(?P<value>[^\s"'][^\s]*[^\s,;]|[^\s"']))"""
)
_TOLD = re.compile(rf"(?<!{_LETTER})(?:{PASSWORD})(?P<is>{_IS}|\s+){_VALUE}", re.I)
_NUMBERED = re.compile(
    rf"(?<!{_LETTER})(?:{CODE})(?:{_IS}|\s+)(?P<value>\d{{3,8}})(?!\w|[.,]\d)", re.I
)
_KEYED = re.compile(rf"(?<!{_LETTER})(?:{KEY})(?P<is>{_IS}|\s+){_VALUE}", re.I)
_MASK = re.compile(rf"[{HIDDEN}●∙*·.…_-]+|\[\w+\]|\{{\{{.*")


def shapes(text: str) -> Iterator[Span]:
    """Secrets in a text by what they look like, or by the word that stands before them."""
    for pattern in (_KEYS, _BLOCK):
        for match in pattern.finditer(text):
            yield Span(*match.span(), "secret")
    for match in _URL.finditer(text):
        if not _MASK.fullmatch(match["value"]):
            yield Span(*match.span("value"), "password")
    for match in _NUMBERED.finditer(text):
        yield Span(*match.span("value"), "secret")
    for match in _TOLD.finditer(text):
        yield from _valued(match, "password", 3)
    for match in _KEYED.finditer(text):
        yield from _valued(match, "secret", 8)


def _valued(match: "re.Match[str]", kind: str, least: int) -> Iterator[Span]:
    """The value behind a label; without a colon or the like only what looks like a secret."""
    group = next(name for name in ("quoted", "single", "value") if match[name] is not None)
    value = match[group]
    if len(value) < least or _MASK.fullmatch(value):
        return
    colon = not (match["is"].isspace() or match["is"].strip().isalpha())
    if telling(value) or (colon and kind == "password"):
        yield Span(*match.span(group), kind)
