"""An input document as the operator's eyes have it: labelled values of an image, a PDF or a text.

Labels that mean the same on another supplier's page ("Total", "Gesamtbetrag") have one name here.
What contradicts itself (two totals, parts that do not add up) is said, and never guessed away.
"""

import unicodedata
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

    from perception.read import Reader

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")
TEXTS = (".txt", ".md", ".csv", ".json")
SUFFIXES = (*PICTURES, ".pdf", *TEXTS)
DPI = 96  # as a screen shows it
LARGEST = (1600, 2400)  # pixels of a picture: a photograph has more, and no more is read of it
KNOWN = frozenset(name for words in LABELS.values() for name in words)  # names of labels
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
        net, taxes, totals = (
            {amount for text in self.under(name) if (amount := parse_amount(text)) is not None}
            for name in (NET, VAT, TOTAL)
        )
        if len(totals) > 1:
            return "two different totals stand on the document"
        if len(net) == 1 and taxes and totals and sum(net) + sum(taxes) not in totals:
            return "net and tax on the document do not add up to its total"
        return ""


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
    """Every label that is known, folded → the name of what it labels."""
    return {
        folded(word): name
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
    words = folded(label)
    bare = " ".join(word for word in words.split() if not word.isdigit())
    return _names().get(words) or _names().get(bare) or words


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
    return Page(
        tuple(
            Entry(one.text, tuple(dict.fromkeys(map(name_of, filter(_is_label, beside)))))
            for one in scene.elements
            if one.text and (beside := (one.left, one.above))
        )
    )


def _is_label(text: str) -> bool:
    """Whether it may name a value: another value beside it does not."""
    return value_kind(text) == "text" and not any(map(str.isdigit, text))


def _lines(text: str) -> Page:
    """Of a text: what stands behind a colon or a tab is labelled by what stands before it."""
    entries = []
    for line in filter(None, map(str.strip, text.splitlines())):
        label, mark, value = line.partition("\t" if "\t" in line else ":")
        labelled = mark and value.strip() and value_kind(label) == "text"
        entries.append(Entry(value.strip(), (name_of(label),)) if labelled else Entry(line))
    return Page(tuple(entries))
