"""An input document as the operator's eyes have it: labelled values of an image, a PDF or a text.

Labels that mean the same on another supplier's page ("Total", "Gesamtbetrag") have one name here.
What contradicts itself (two totals, parts that do not add up) is said, and never guessed away.
"""

import re
import unicodedata
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from perception.values import parse_amount, value_kind
from tasks.books.wording import LABELS
from tasks.own.disk import replace

if TYPE_CHECKING:
    from PIL import Image

    from perception.observation import Box
    from perception.read import Reader
    from perception.scene import Scene

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")
TEXTS = (".txt", ".md", ".csv", ".json")
SUFFIXES = (*PICTURES, ".pdf", *TEXTS)
DPI = 96  # as a screen shows it
LARGEST = (1600, 2400)  # pixels of a picture: a photograph has more, and no more is read of it
KNOWN = frozenset(name for words in LABELS.values() for name in words)  # names of labels
LONG = 9  # letters of a label of which one may be misread
RATE = re.compile(r"\d+(?:[.,]\d+)?\s*%")  # "VAT 19%" labels what "VAT" does
RULED = " |[]"  # a table's lines, read as letters
NET, VAT, TOTAL = "net", "vat", "total"


@dataclass(frozen=True)
class Entry:
    """A value on a page. labels: the names of what stands left of it and above it."""

    text: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A document's values, from the top."""

    entries: tuple[Entry, ...] = ()

    def under(self, label: str) -> tuple[str, ...]:
        """Every different text that is labelled so."""
        found = (entry.text for entry in self.entries if label in entry.labels)
        return tuple(dict.fromkeys(found))

    @property
    def contradiction(self) -> str:
        """Why a sum on the page cannot be right, "" for nothing that is seen."""
        net, taxes, totals = (self._amounts(name) for name in (NET, VAT, TOTAL))
        if len({*totals}) > 1:
            return "two different totals stand on the document"
        sums = {sum({*net}) + sum(part) for part in (taxes, {*taxes})}  # one may be printed twice
        if len({*net}) == 1 and taxes and totals and totals[0] not in sums:
            return "net and tax on the document do not add up to its total"
        return ""

    def _amounts(self, label: str) -> list[Decimal]:
        texts = [entry.text for entry in self.entries if label in entry.labels]
        return [amount for text in texts if (amount := parse_amount(text)) is not None]


_PAGE: TypeAdapter[Page] = TypeAdapter(Page)


def known(document: Path, reader: "Reader | None" = None) -> Page:
    """The page of a document that never changes: read once, and kept beside it."""
    beside = document.with_name(f"{document.name}.page")
    try:
        return _PAGE.validate_json(beside.read_bytes())
    except (OSError, ValidationError):
        page = read(document, reader)
        replace(beside, _PAGE.dump_json(page))
        return page


@cache
def _names() -> dict[str, str]:
    """Every label that is known, folded and without blanks, which are misread first → the name of
    what it labels."""
    return {
        folded(word).replace(" ", ""): name
        for words in LABELS.values()
        for name, labels in words.items()
        for word in labels
    }


def folded(label: str) -> str:
    """Case, accents and punctuation aside."""
    plain = unicodedata.normalize("NFKD", label.casefold())
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def name_of(label: str) -> str:
    """The name of what a label labels: of several with one meaning the same, else itself."""
    words = folded(RATE.sub(" ", label))
    letters = words.replace(" ", "")
    if letters in _names() or len(letters) < LONG:
        return _names().get(letters, words)
    near = get_close_matches(letters, _names(), 1, 0.9)  # misread by a letter
    return _names()[near[0]] if near else words


def only_labels(text: str) -> bool:
    """Whether a text is a known label, or several whose gaps the reader did not see."""
    return name_of(text) in KNOWN or _parted(folded(RATE.sub(" ", text)).replace(" ", ""))


def _parted(letters: str) -> bool:
    """Whether known labels, one after the other, make up all the letters; in linear time, since
    anybody may have written them."""
    reached = {0}
    for at in range(len(letters)):
        if at in reached:
            reached |= {at + len(name) for name in _names() if letters.startswith(name, at)}
    return bool(letters) and len(letters) in reached


def read(document: Path, reader: "Reader | None" = None) -> Page:
    """The page of a document. ValueError for a kind of file that is none.

    reader: of perception.read, made here where it is None.
    """
    if document.suffix.casefold() in TEXTS:
        return _lines(document.read_text(encoding="utf-8-sig"))
    return Page(tuple(entry for one in pictures(document) for entry in seen(one, reader).entries))


def pictures(document: Path) -> "list[Image.Image]":
    """The pages of an image or a PDF as RGB pictures; a PDF's at 96 dpi, a large one made smaller.

    ValueError for another kind of file, or a broken one.
    """
    from PIL import Image, UnidentifiedImageError

    kind = document.suffix.casefold()
    if kind in PICTURES:
        try:
            with Image.open(document) as picture:
                made = picture.convert("RGB")
                made.thumbnail(LARGEST)
                return [made]
        except (UnidentifiedImageError, OSError) as error:
            raise ValueError(f"{document.name} cannot be read as a picture: {error}") from error
    if kind != ".pdf":
        raise ValueError(f"{document.name}: an input is a picture, a PDF or a text")
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(document) as pdf:
            return [page.render(scale=DPI / 72).to_pil().convert("RGB") for page in pdf]
    except pypdfium2.PdfiumError as error:
        raise ValueError(f"{document.name} cannot be read as a PDF: {error}") from error


def seen(picture: "Image.Image", reader: "Reader | None" = None) -> Page:
    """The labelled values of a picture, as the agent's own eyes read them."""
    import numpy as np

    from perception.observation import Box, Observation, Screen, Window
    from perception.read import Reader

    image = np.asarray(picture, dtype=np.uint8)
    height, width = image.shape[:2]
    window = Window("document", "feh", Box(0, 0, width, height), active=True)
    look = Observation(image, Screen(width, height), (0, 0), (window,))
    scene = (reader or Reader()).read(look)
    values = [
        (text, one)
        for one in scene.elements
        if (text := one.text.strip(RULED)) and not text.endswith(":") and not only_labels(text)
    ]
    # A label with a value beside it has none below it; else the nearest below is its own.
    taken = {_place(scene, one.left, one.box, beside=True) for _, one in values}
    entries = []
    for text, one in sorted(values, key=lambda value: value[1].box.y):
        place = _place(scene, one.above, one.box, beside=False)
        above = one.above if place is None or place not in taken else ""
        taken.add(place)
        entries.append(Entry(text, labels_of(one.left, above)))
    return Page(tuple(entries))


def _place(scene: "Scene", label: str, box: "Box", beside: bool) -> "Box | None":
    """Where the label of a value stands: the nearest one of these words, left of it or above it."""
    if beside:
        found = [
            e.box
            for e in scene.elements
            if e.text == label
            and e.box.right <= box.x
            and e.box.y < box.bottom
            and e.box.bottom > box.y
        ]
        return max(found, key=lambda one: one.right, default=None)
    found = [e.box for e in scene.elements if e.text == label and e.box.bottom <= box.y]
    near = [one for one in found if one.x < box.right and one.right > box.x] or found
    return max(near, key=lambda one: one.bottom, default=None)


def labels_of(left: str, above: str) -> tuple[str, ...]:
    """What labels a value: of what stands beside it, a label that is known, the left one first;
    else either. A known one leaves no doubt: the line above is then another value's."""
    names = [name_of(text) for text in (left, above) if _is_label(text)]
    sure = [name for name in names if name in KNOWN]
    return tuple(dict.fromkeys(sure[:1] or names))


def _is_label(text: str) -> bool:
    """Whether it may name a value, as "VAT 19%" does: another value beside it does not."""
    known = name_of(text) in KNOWN
    return value_kind(text) == "text" and (known or not any(map(str.isdigit, text)))


def _lines(text: str) -> Page:
    """Of a text: what stands behind a colon or a tab is labelled by what stands before it."""
    entries = []
    for line in filter(None, map(str.strip, text.splitlines())):
        label, mark, value = line.partition("\t" if "\t" in line else ":")
        labelled = mark and value.strip() and value_kind(label) == "text"
        entries.append(Entry(value.strip(), (name_of(label),)) if labelled else Entry(line))
    return Page(tuple(entries))
