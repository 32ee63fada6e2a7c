"""The invoice as a picture: PNG pages in many layouts, with the box of everything printed.

A quick look:  python -m tasks.books.page SEED page.png
"""

import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from perception.observation import Box
from tasks.books.invoice import Invoice, draw_invoice

INK, GREY, WHITE = "#141414", "#5a5a5a", "#ffffff"

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
class Placed:
    """A printed text and its ink box in page pixels.

    field: "vendor", "number", "date", "due", "net", "vat", "total" for the values of the job; ""
    for everything else (labels, distractions).
    """

    text: str
    box: Box
    field: str = ""


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


@dataclass
class Canvas:
    """Paper to draw on: remembers where every text went. y: where the next block starts."""

    width: int
    height: int
    face: tuple[str, str]
    size: int  # of the values' letters, in pixels
    accent: str
    paper: str
    margin: int = 24
    y: int = 24
    placed: list[Placed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", (self.width, self.height), self.paper)
        self.draw = ImageDraw.Draw(self.image)

    @property
    def right(self) -> int:
        return self.width - self.margin

    @property
    def row(self) -> int:
        """Distance between two lines of text."""
        return round(self.size * 1.65)

    def font(self, size: int = 0, bold: bool = False) -> ImageFont.FreeTypeFont:
        return load_font(self.face[bold], size or self.size)

    def length(self, text: str, size: int = 0, bold: bool = False) -> int:
        return round(self.font(size, bold).getlength(text))

    def put(
        self,
        x: int,
        y: int,
        text: str,
        *,
        name: str = "",
        size: int = 0,
        bold: bool = False,
        fill: str = INK,
        right: bool = False,
    ) -> int:
        """Print `text` with its top left (or top right) corner at (x, y); returns its end."""
        font, anchor = self.font(size, bold), "ra" if right else "la"
        self.draw.text((x, y), text, font=font, fill=fill, anchor=anchor)
        left, top, end, bottom = self.draw.textbbox((x, y), text, font=font, anchor=anchor)
        box = Box(int(left), int(top), int(end - left) + 1, int(bottom - top) + 1)
        self.placed.append(Placed(text, box, name))
        return box.right

    def bar(self, x: int, y: int, w: int, h: int, fill: str) -> None:
        self.draw.rectangle((x, y, x + w - 1, y + h - 1), fill=fill)

    def rule(self, y: int, fill: str = "#b5b5b5") -> None:
        self.draw.line((self.margin, y, self.right, y), fill=fill)


def load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Raises FileNotFoundError that names the package when the font is missing."""
    try:
        return ImageFont.truetype(name, size)
    except OSError as error:
        raise FileNotFoundError(
            f"font {name} not found: install fonts-dejavu, fonts-liberation and fonts-noto-core"
        ) from error


def render(invoice: Invoice, seed: int) -> Page:
    """Print the invoice: layout, fonts, colours and wordings are drawn from the seed."""
    from tasks.books.layouts import LAYOUTS, print_invoice

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
    print_invoice(canvas, invoice, layout, rng)
    image = canvas.image.crop((0, 0, canvas.width, canvas.y + 16))
    return Page(image, tuple(canvas.placed), layout)


if __name__ == "__main__":
    render(draw_invoice(int(sys.argv[1])), int(sys.argv[1])).image.save(Path(sys.argv[2]))
