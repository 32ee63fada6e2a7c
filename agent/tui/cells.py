"""Pictures as characters: two pixels a cell in colour, or plain ASCII where there is none."""

from functools import lru_cache
from itertools import groupby

import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from agent.tui.overlay import SOURCE, TARGET, WAY
from perception.observation import Image

RAMP = " .:-=oO@"  # from bright to dark: screens are mostly bright, and paper stays empty
MARKS = ((WAY, "*"), (SOURCE, "+"), (TARGET, "#"))
LABEL = Style(color="black", bgcolor="bright_yellow", bold=True)


def blocks(image: Image) -> list[Strip]:
    """Half blocks: an even number of rows of pixels, each cell two of them."""
    # Five bits a channel: no eye tells them apart at this size, and neighbours join into runs.
    coarse = (image & 0xF8).astype(np.uint32)
    codes = (coarse[..., 0] << 16) | (coarse[..., 1] << 8) | coarse[..., 2]
    pairs = zip(codes[0::2].tolist(), codes[1::2].tolist(), strict=True)
    return [
        Strip(
            [
                Segment("▀" * sum(1 for _ in run), _style(*pair))
                for pair, run in groupby(zip(upper, lower, strict=True))
            ],
            len(upper),
        )
        for upper, lower in pairs
    ]


def ascii_art(image: Image) -> list[Strip]:
    """One character a cell; marks of the overlay have characters of their own."""
    upper, lower = image[0::2], image[1::2]
    dark = 255 - (upper.mean(axis=2) + lower.mean(axis=2)) / 2
    signs = np.array(list(RAMP))[(dark * len(RAMP) / 256).astype(int)]
    for colour, sign in MARKS:
        hit = (upper == colour).all(axis=2) | (lower == colour).all(axis=2)
        signs[hit] = sign
    return [Strip([Segment("".join(row))], len(row)) for row in signs.tolist()]


def labelled(strips: list[Strip], text: str, x: int, y: int) -> list[Strip]:
    """With a text laid over the cells, kept inside; style tells it from the picture."""
    if not strips or not text:
        return strips
    width = strips[0].cell_length
    shown = f"[{text}]" if len(text) + 2 <= width else f"[{text[: max(0, width - 3)]}…]"
    label = Strip([Segment(shown, LABEL)])
    at, row = max(0, min(x, width - label.cell_length)), max(0, min(y, len(strips) - 1))
    line = strips[row]
    after = at + label.cell_length
    whole = Strip.join([line.crop(0, at), label, line.crop(after, width)])
    return [*strips[:row], whole.adjust_cell_length(width), *strips[row + 1 :]]


@lru_cache(16_384)
def _style(upper: int, lower: int) -> Style:
    return Style.from_color(_colour(upper), _colour(lower))


@lru_cache(4096)
def _colour(code: int) -> Color:
    return Color.from_rgb(code >> 16, code >> 8 & 255, code & 255)
