"""Paper to print on, which remembers where every text went."""

from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

from perception.observation import Box

INK, GREY, WHITE = "#141414", "#5a5a5a", "#ffffff"


@dataclass(frozen=True)
class Placed:
    """A printed text and its ink box in page pixels.

    field: "vendor", "number", "date", "due", "net", "vat", "total" for the values of the job; ""
    for everything else (labels, distractions).
    """

    text: str
    box: Box
    field: str = ""


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
