"""Text in columns, as .csv and .tsv: which sign parts its columns, and how its letters are coded.

Spreadsheets of the West write UTF-8 or Windows-1252, quote with ", and part with a semicolon where
the comma is in the numbers.
"""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".csv", ".tsv")
SIGNS = ";\t|,"  # the first of those that part all lines equally: a comma is in much else
QUOTE = '"'
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Separated:
    """lines: their cells. encoding: as Python calls it."""

    lines: tuple[tuple[str, ...], ...]
    sign: str
    encoding: str


def read(path: Path) -> Separated:
    """OSError where it cannot be read, ValueError or csv.Error for what is no text in columns."""
    content = path.read_bytes()
    if content.startswith(UTF_16):
        raise ValueError(f"{path.name} is in UTF-16: save it as UTF-8")
    try:
        text, encoding = content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = content.decode("cp1252", errors="replace"), "cp1252"
    sign = "\t" if path.suffix.casefold() == ".tsv" else _sign(text)
    return Separated(tuple(map(tuple, _parted(text, sign))), sign, encoding)


def _sign(text: str) -> str:
    """The sign with the most lines of the same number of columns."""
    steady = {sign: _steadiness(_parted(text, sign)) for sign in SIGNS}
    best = max(steady.values())
    return next(sign for sign in SIGNS if steady[sign] == best) if best else ","


def _steadiness(lines: list[list[str]]) -> float:
    """Share of the lines, blank ones aside, that have the commonest number of columns; 0 where
    that is one."""
    counts = Counter(len(line) for line in lines if any(line))
    if not counts:
        return 0.0
    columns, often = max(counts.items(), key=lambda item: (item[1], item[0]))
    return often / counts.total() if columns > 1 else 0.0


def _parted(text: str, sign: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=sign, quotechar=QUOTE))
