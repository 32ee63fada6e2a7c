"""Where secrets stand in a frame: of what was read on it, the words that must be black.

    Scene (lines with their boxes) ──seen()──▶ boxes of words, and secrets to look for elsewhere

Reading errs: what two readings do not agree on is judged by its shape, without its check digits.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from memory.private.known import Known
from memory.private.labels import names_secret, telling
from memory.private.spans import Span, joined
from memory.redact import secrets
from perception.boxes import gaps, normalise
from perception.observation import Box, Image
from perception.scene import Element, Kind, Scene

AROUND = 3  # pixels around a word that are black with it
_MOST = 0.6  # share of a line from which the whole line is black
_NEAR = 160  # pixels between a label and a value that does not look like a secret
_UNSURE = 0.9  # confidence below which a reading is judged by its shape

_DIGITS = str.maketrans("OoQDIl|SsBZz", "000011155822")
_GROUPED = re.compile(
    r"(?<![\w.,])\S{4}[ -]\S{4}[ -]\S{4}[ -]\S{4}(?![\w.,])|(?<![\w.,])\d{15,16}(?!\w)"
)
_ACCOUNT = re.compile(r"(?<!\w)[A-Z]{2}[\dOIlSBZ]{2}(?: ?[A-Z0-9a-z]){11,30}(?!\w)")
_ACCOUNT_GROUPS = re.compile(r"(?<!\w)[A-Z]{2}[\dOIlSBZ]{2}(?: [A-Z0-9]{4}){2,}(?: \w{1,4})*")
_TOKEN = re.compile(r"\S{20,}")
_LENGTHS = {  # of accounts by country, from SWIFT's IBAN registry
    "DE": 22, "AT": 20, "CH": 21, "LI": 21, "FR": 27, "MC": 27, "IT": 27, "SM": 27, "ES": 24,
    "PT": 25, "NL": 18, "BE": 16, "LU": 20, "GB": 22, "IE": 22, "DK": 18, "NO": 15, "SE": 24,
    "FI": 18, "EE": 20, "LV": 21, "LT": 20, "PL": 28, "CZ": 24, "SK": 24, "HU": 28, "SI": 19,
    "HR": 21, "RO": 24, "BG": 22, "GR": 27, "CY": 28, "MT": 31, "TR": 26,
}  # fmt: skip
_LINE = (7, 40)  # heights of lines of text in pixels
_SPACE = 0.22  # width of the gap between words, in heights of a line


Again = Callable[[Box], str]


@dataclass(frozen=True)
class Sight:
    """boxes: what must be black, in observation pixels. met: secrets that were read, exact as far
    as reading goes."""

    boxes: tuple[Box, ...]
    met: tuple[str, ...]


def seen(scene: Scene, image: Image, known: Known, again: Again) -> Sight:
    """What must be black in the frame that a scene was read from.

    again: reads what looks like a line and was not understood once more, in another way.
    """
    boxes: list[Box] = []
    met: list[str] = []
    for element in scene.elements:
        if not element.text and _like_a_line(element.box):
            element = replace(element, text=again(element.box), confidence=0.0, certain=False)
        if not element.text:
            continue
        found = list(_spans(element, known))
        if found:
            boxes += covering(element, found, image)
            met += [
                value
                for span in found
                if span.kind == "password" and telling(value := element.text[span.start : span.end])
            ]
    return Sight(tuple(boxes), tuple(met))


def _like_a_line(box: Box) -> bool:
    """Whether what is there may be a line of text that was taken for a picture."""
    return _LINE[0] <= box.h <= _LINE[1] and box.w >= 3 * box.h


def _spans(element: Element, known: Known) -> Iterator[Span]:
    yield from secrets(element.text)
    yield from known.seen(element.text)
    yield from _shaped(element)
    if _labelled(element):
        yield Span(0, len(element.text), "password")


def _shaped(element: Element) -> Iterator[Span]:
    """What a card, an account or a token looks like where its reading cannot be relied on."""
    for match in _ACCOUNT.finditer(element.text):
        if _account(match.group()):
            yield Span(*match.span(), "iban")
    for match in _ACCOUNT_GROUPS.finditer(element.text):  # it may be cut off
        if match.group()[:2] in _LENGTHS:
            yield Span(*match.span(), "iban")
    if element.certain and element.confidence >= _UNSURE:
        return
    for match in _GROUPED.finditer(element.text):
        if re.sub(r"[ -]", "", match.group().translate(_DIGITS)).isdigit():
            yield Span(*match.span(), "card")
    for match in _TOKEN.finditer(element.text):
        if "/" not in match.group() and _dense(match.group()):
            yield Span(*match.span(), "secret")


def _account(text: str) -> bool:
    """Whether it is as long as an IBAN of its country, give or take a misread letter."""
    compact = text.replace(" ", "")
    return abs(_LENGTHS.get(compact[:2], 0) - len(compact)) <= 1


def _dense(word: str) -> bool:
    """Whether a long word mixes small letters, capitals and digits as only keys do."""
    kinds = (str.islower, str.isupper, str.isdigit)
    return all(sum(map(kind, word)) >= 3 for kind in kinds)


def _labelled(element: Element) -> bool:
    """Whether what stands left of it, above it or at the head of its column names a secret."""
    text = element.text
    if names_secret(text) or not any(map(str.isalnum, text)):
        return False
    if names_secret(element.header) and element.row >= 0:
        return True
    beside = names_secret(element.left) and (telling(text) or element.left.rstrip().endswith(":"))
    return (beside and len(text) >= 3 and " " not in text) or (
        names_secret(element.above) and telling(text) and " " not in text
    )


def covering(element: Element, spans: Sequence[Span], image: Image) -> list[Box]:
    """Boxes that cover stretches of an element's text, whole words of it."""
    box = _grown(element.box, image) if element.kind is Kind.CELL else element.box
    text, found = element.text, joined(spans)
    if sum(span.end - span.start for span in found) >= _MOST * len(text):
        return [_around(box, AROUND)]
    breaks = _breaks(box, image)
    widths = np.cumsum([0.0, *map(_width, text)])
    widths /= max(widths[-1], 1e-6)
    slack = 0.7 * box.h + 0.02 * box.w
    boxes = []
    for span in found:
        start = box.x + box.w * float(widths[span.start]) - slack
        end = box.x + box.w * float(widths[span.end]) + slack
        left = max((x for x in breaks if x <= start), default=box.x)
        right = min((x for x in breaks if x >= end), default=box.right)
        boxes.append(_around(Box(left, box.y, right - left, box.h), AROUND))
    return boxes


def _width(char: str) -> float:
    """About how wide a character is, against most others."""
    if char in " .,:;'|!iljtfI()[]{}-/":
        return 0.55
    return 1.4 if char in "mwMW@%—" else 1.15 if char.isupper() else 1.0


def _breaks(box: Box, image: Image) -> list[int]:
    """Where words of a line end, in pixels of the image."""
    found = normalise(image[box.y : box.bottom, box.x : box.right])
    if found is None:
        return []
    line, place = found
    wide = [gap for gap in gaps(line) if gap[1] - gap[0] >= _SPACE * line.shape[0]]
    return [box.x + place.x + (start + end) // 2 for start, end in wide]


def _grown(cell: Box, image: Image) -> Box:
    """A cell, and what of its text runs over into its neighbours."""
    rows = image[max(cell.y, 0) : cell.bottom].astype(np.int16)
    if not rows.size:
        return cell
    ground = np.median(rows[:, max(cell.x, 0) : cell.right].reshape(-1, 3), axis=0)
    inked = (np.abs(rows - ground).max(axis=2) > 60).sum(axis=0)
    marked = (inked > 0) & (inked < len(rows))  # a line from top to bottom is a border
    left, right, gap = max(cell.x, 0), min(cell.right, len(marked)), cell.h
    while left > 0 and marked[max(0, left - gap) : left].any():
        left = max(0, left - gap)
    while right < len(marked) and marked[right : right + gap].any():
        right = min(len(marked), right + gap)
    return Box(left, cell.y, right - left, cell.h)


def _around(box: Box, by: int) -> Box:
    return Box(box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by)
