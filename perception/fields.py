"""Labels and values on one line taken apart, and the order in which lines are read."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from perception.boxes import Line, gaps
from perception.cells import Piece
from perception.observation import Box
from perception.scene import Element
from perception.text import Reading

_TRIES = 4  # gaps that may be the one behind the colon
_LABELLED = re.compile(r"(?P<label>[^\d\W][^:]*:)\s+(?P<value>\S.*)")


def halves(piece: Piece, reading: Reading) -> list[tuple[Piece, Piece]]:
    """Ways to cut a line that says "Label: value" in two, the likeliest first; else none.

    Letters are of uneven width: candidates are the widest gaps near to where the colon should be.
    """
    match = _LABELLED.fullmatch(reading.text)
    if not match or piece.line is None or piece.row >= 0:
        return []
    width, height = piece.line.shape[1], piece.line.shape[0]
    colon = width * len(match["label"]) / len(reading.text)
    near = [gap for gap in gaps(piece.line) if abs(gap[0] - colon) < 0.1 * width + height]
    near.sort(key=lambda gap: abs(gap[0] - colon) / height - (gap[1] - gap[0]))
    return [
        (_part(piece, piece.line[:, :start], 0), _part(piece, piece.line[:, end:], end))
        for start, end in near[:_TRIES]
    ]


def _part(piece: Piece, line: Line, x: int) -> Piece:
    rows, columns = (
        np.flatnonzero((line < 200).any(axis=1)),
        np.flatnonzero((line < 200).any(axis=0)),
    )
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    box = Box(piece.ink.x + x + left, piece.ink.y + top, right - left, bottom - top)
    return replace(piece, area=box, ink=box, line=line[top:bottom, left:right])


def reading_order(elements: Sequence[Element]) -> list[Element]:
    """Line by line, each from left to right."""
    lines: list[list[Element]] = []
    for element in sorted(elements, key=lambda element: element.box.center[1]):
        middle = element.box.center[1]
        if lines and abs(lines[-1][0].box.center[1] - middle) <= 0.4 * lines[-1][0].box.h:
            lines[-1].append(element)
        else:
            lines.append([element])
    return [element for line in lines for element in sorted(line, key=lambda e: e.box.x)]
