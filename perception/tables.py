"""From a sheet's readings to a Grid: headers, kinds of columns, and where the next row goes."""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from perception.cells import NUMBER, Piece
from perception.grids import Sheet
from perception.scene import Element, Grid, Kind
from perception.surfaces import Surface
from perception.text import Reading, is_noise, is_value
from perception.values import value_kind

_SURE = 0.4  # confidence below which a reading is not trusted
_NOISE = 0.05  # below which a cell's reading is of its border: cells do hold odd texts
_INPUT_LINE = 45  # pixels above the bar of letters in which the input line lies
_SPARE = 2  # empty rows below the data whose cells are offered


def trusted(piece: Piece, reading: Reading) -> bool:
    """Whether a reading may be used as a value."""
    enough = _SURE if reading.text else 0.0
    return reading.agreed and not piece.cut and reading.confidence >= enough


def column_kind(values: Sequence[str]) -> str:
    """What most values of a column are; a column with some amounts holds amounts."""
    kinds = Counter(kind for kind in map(value_kind, values) if kind)
    if kinds["amount"] and kinds["amount"] + kinds["number"] > sum(kinds.values()) / 2:
        return "amount"
    return kinds.most_common(1)[0][0] if kinds else ""


def _beside_ring(sheet: Sheet, reading: Reading, found: Sequence[tuple[Piece, Reading]]) -> Reading:
    """The current cell's text, which its ring may touch, as the input line above shows it."""
    top = sheet.box.y
    for piece, shown in found:
        near = piece.row < 0 and top - _INPUT_LINE <= piece.ink.y and piece.ink.bottom <= top
        alike = near and len(shown.text) == len(reading.text) and not is_value(reading.text)
        if alike and SequenceMatcher(None, shown.text, reading.text).ratio() > 0.7:
            return max(reading, shown, key=lambda reading: reading.confidence)
    return reading


def tabulate(
    sheet: Sheet, surface: Surface, found: Sequence[tuple[Piece, Reading]]
) -> tuple[Grid | None, list[Element]]:
    """The grid, and the elements of its cells, which call it number 0.

    Cells: the header, everything with text, the empty cells of the last row of data and of the two
    rows below it, and the current cell wherever it is. Where the first row is scrolled out of sight
    nothing is known of the headers: there is no grid then, only texts and the current cell.
    """
    blank = Reading("", 1.0)
    inside = {
        (p.row, p.column): (p, blank if r.text and is_noise(r, _NOISE) else r)
        for p, r in found
        if p.column >= 0
    }
    first = next((r.text for p, r in found if p.column == NUMBER), "")
    scrolled = first.isdecimal() and first != "1"
    if sheet.current in inside:
        piece, reading = inside[sheet.current]
        inside[sheet.current] = piece, _beside_ring(sheet, reading, found)
    texts = {place: reading.text for place, (_, reading) in inside.items()}
    titled = [c for c in range(len(sheet.columns) - 1) if texts.get((0, c)) and not scrolled]
    headers = {column: texts[0, column] for column in titled}
    rows = max((row for (row, c), text in texts.items() if text and c in headers), default=0)
    numbers = {column: number for number, column in enumerate(titled)}
    elements = []
    for (row, column), (piece, reading) in inside.items():
        current = (row, column) == sheet.current
        offered = column in headers and rows <= row <= rows + _SPARE
        if reading.text or current or offered:
            titled_column = column in headers
            elements.append(
                Element(
                    piece.area.moved(surface.box.x, surface.box.y),
                    reading.text,
                    Kind.CELL,
                    header=headers.get(column, ""),
                    confidence=reading.confidence,
                    certain=trusted(piece, reading),
                    focused=current,
                    window=surface.window,
                    grid=0 if titled else -1,
                    row=row - 1 if titled else -1,
                    column=numbers[column] if titled_column else -1,
                )
            )
    if not titled:
        return None, elements
    data = [[texts.get((row, c), "") for row in range(1, rows + 1)] for c in titled]
    grid = Grid(
        sheet.box.moved(surface.box.x, surface.box.y),
        surface.window,
        tuple(headers.values()),
        rows,
        rows,
        tuple(sum(map(bool, values)) / rows if rows else 0.0 for values in data),
        tuple(column_kind(values) for values in data),
    )
    return grid, elements
