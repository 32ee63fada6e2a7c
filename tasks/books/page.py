"""The invoice as a picture: pages in many layouts, with the box of everything printed.

A quick look:  python -m tasks.books.page SEED page.png
"""

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tasks.books.canvas import Canvas, Placed
from tasks.books.invoice import Invoice, draw_invoice
from tasks.books.layouts import LAYOUTS, print_invoice

FACES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf"),
)
ACCENTS = ("#1f3a5f", "#3b5d3a", "#7a2e2e", "#444444", "#5b3f7a", "#0b6470")
PAPERS = ("#ffffff", "#ffffff", "#fbfaf5", "#f6f8fb")


@dataclass(frozen=True)
class Page:
    """A rendered invoice. layout: the name of the layout used."""

    image: Image.Image
    placed: tuple[Placed, ...]
    layout: str

    @property
    def size(self) -> tuple[int, int]:
        return self.image.size

    def value(self, name: str) -> Placed:
        """The first value of this field. Raises KeyError if the page has none."""
        for item in self.placed:
            if item.field == name:
                return item
        raise KeyError(name)


def render(invoice: Invoice, seed: int | str, note: Sequence[str] = (), without: str = "") -> Page:
    """Print the invoice: layout, fonts, colours and wordings are drawn from the seed.

    note: lines printed below it. without: a field (as in canvas.Placed) that is not printed.
    """
    rng = random.Random(f"page {seed}")
    layout = rng.choice(sorted(LAYOUTS))
    canvas = Canvas(
        width=rng.randint(500, 560),
        height=1000,
        face=rng.choice(FACES),
        size=rng.choice((15, 16, 16, 17)),
        accent=rng.choice(ACCENTS),
        paper=rng.choice(PAPERS),
    )
    print_invoice(canvas, invoice, layout, rng, without)
    for line in note:
        canvas.y += 6
        canvas.put(canvas.margin, canvas.y, line, size=15)
        canvas.y += 18
    image = canvas.image.crop((0, 0, canvas.width, canvas.y + 16))
    return Page(image, tuple(canvas.placed), layout)


if __name__ == "__main__":
    render(draw_invoice(int(sys.argv[1])), int(sys.argv[1])).image.save(Path(sys.argv[2]))
