"""A box on a picture, moved and sized with the arrow keys: what shall be blackened."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from agent.tui.film import Picture, boxed
from perception.observation import Box, Image

COARSE, FINE = 16, 1  # pixels that a key moves it
LEAST = 4  # pixels: a smaller box hides nothing
WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


class BoxScreen(ModalScreen[Box | None]):
    """The chosen box in the picture's pixels; None where it was left. box: where it begins."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Blacken"),
        Binding("escape", "leave", "Leave"),
        *(Binding(way, f"move('{way}', {COARSE})", show=False) for way in WAYS),
        *(Binding(f"shift+{way}", f"size('{way}', {COARSE})", show=False) for way in WAYS),
        *(Binding(f"ctrl+{way}", f"move('{way}', {FINE})", show=False) for way in WAYS),
    ]
    DEFAULT_CSS = """
    BoxScreen { align: center middle; }
    BoxScreen > Vertical {
        width: 95%; height: 95%; border: round $accent; background: $surface; padding: 0 1;
    }
    BoxScreen Picture { height: 1fr; border: none; }
    BoxScreen #box { height: 1; }
    """

    def __init__(self, title: str, image: Image, box: Box) -> None:
        super().__init__()
        self._title, self._image = title, image
        self._box = within(box, image)

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = self._title
            frame.border_subtitle = (
                "arrows: move · with Shift: size · with Ctrl: by a pixel · Enter: take · Esc: leave"
            )
            yield Picture("")
            yield Static(id="box", markup=False)

    def on_mount(self) -> None:
        self._show()

    def action_move(self, way: str, pixels: int) -> None:
        dx, dy = WAYS[way]
        self._become(self._box.moved(dx * pixels, dy * pixels))

    def action_size(self, way: str, pixels: int) -> None:
        box, (dx, dy) = self._box, WAYS[way]
        self._become(Box(box.x, box.y, box.w + dx * pixels, box.h + dy * pixels))

    def action_take(self) -> None:
        self.dismiss(self._box)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _become(self, box: Box) -> None:
        self._box = within(box, self._image)
        self._show()

    def _show(self) -> None:
        box = self._box
        covered = self._image.copy()
        covered[box.y : box.bottom, box.x : box.right] = 0
        self.query_one(Picture).show(boxed(covered, [box]))
        self.query_one("#box", Static).update(f"{box.w} × {box.h} pixels at ({box.x}, {box.y})")


def within(box: Box, image: Image) -> Box:
    """The box, made to fit into the picture."""
    height, width = image.shape[:2]
    w, h = (min(max(LEAST, side), most) for side, most in ((box.w, width), (box.h, height)))
    return Box(min(max(0, box.x), width - w), min(max(0, box.y), height - h), w, h)
