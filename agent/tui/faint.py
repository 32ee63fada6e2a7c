"""Terminals without Unicode, or with the few glyphs of a console: the same words, plainer signs."""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

BARE = Style()
SIGNS = {
    "│": "|", "┃": "|", "║": "|", "▏": "|", "▎": "|", "▍": "|", "▌": "|", "▊": "|", "▐": "|",
    "▕": "|", "█": "#", "▉": "#", "▋": "|", "▇": "#", "▆": "#", "▅": "#", "▄": "#", "▀": "#",
    "▁": "_", "▂": "_", "▃": "_", "▔": "-", "─": "-", "━": "-", "═": "-", "░": ".", "▒": ":",
    "▓": "#", "●": "*", "○": "o", "•": "*", "✓": "v", "✔": "v", "✗": "x", "✘": "x", "…": "~",
    "–": "-", "—": "-", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "→": ">", "←": "<",
    "▲": "^", "▼": "v", "▶": ">", "◀": "<", "×": "x", "·": "-", "⏎": "<", "⭘": "o", "⏵": ">",
}  # fmt: skip


class Dressed(LineFilter):
    """Gives a style to segments without one: Textual's filter for NO_COLOR needs it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.style is not None else Segment(segment.text, BARE, segment.control)
            for segment in segments
        ]


DRESSED = Dressed()


class Plainer(LineFilter):
    """ascii_only: letters too; else only signs that a console's font does not have."""

    def __init__(self, ascii_only: bool) -> None:
        super().__init__()
        self._ascii_only = ascii_only
        self._highest = 0x7E if ascii_only else 0x17F

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.control or segment.text.isascii()
            else Segment("".join(map(self._sign, segment.text)), segment.style)
            for segment in segments
        ]

    def _sign(self, sign: str) -> str:
        if ord(sign) <= self._highest:
            return sign
        drawn = sign in SIGNS or "\u2500" <= sign <= "\u25ff"
        return plain(sign) if drawn or self._ascii_only else sign


@lru_cache(4096)
def plain(sign: str) -> str:
    """As wide as the sign was."""
    if sign in SIGNS:
        return SIGNS[sign]
    if "\u2500" <= sign <= "\u257f":
        return "+"  # corners and crossings
    base = unicodedata.normalize("NFKD", sign)[:1]
    return (base if base.isascii() else "?") * cell_len(sign)
