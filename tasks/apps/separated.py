"""Text in columns, as .csv and .tsv: which sign parts its columns, and how its letters are coded.

Spreadsheets of the West write UTF-8 or Windows-1252, with a comma, a semicolon or a tab.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".csv", ".tsv")
SIGNS = ",;\t|"
SAMPLE = 4096  # characters that are looked at


@dataclass(frozen=True)
class Separated:
    """text: without a byte order mark. encoding: as Python calls it."""

    text: str
    encoding: str
    dialect: type[csv.Dialect]

    @property
    def lines(self) -> list[list[str]]:
        return list(csv.reader(self.text.splitlines(), self.dialect))


def read(path: Path) -> Separated:
    """OSError where it cannot be read; every content is some text."""
    content = path.read_bytes()
    try:
        text, encoding = content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = content.decode("cp1252", errors="replace"), "cp1252"
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:SAMPLE], SIGNS)
    except csv.Error:
        dialect = csv.excel_tab if path.suffix.casefold() == ".tsv" else csv.excel
    return Separated(text, encoding, dialect)
