"""The proposed action drawn on the picture before it fires: target, source, way, text.

Colours differ in brightness too, and every mark has its own shape: target solid, source dashed.
"""

from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from actuation.action import Action, Click, Drag, Move, Scroll, TypeText
from actuation.grammar import GrammarError, parse_action
from agent.worker.wire import Rectangle, Shown

TARGET, SOURCE, WAY = (255, 48, 48), (0, 160, 255), (255, 0, 255)
LEGIBLE = 400  # pixels of width: in smaller pictures text is no text
Point = tuple[float, float]


def action_of(shown: Shown) -> Action | None:
    """The action itself; None where its text says none."""
    try:
        return parse_action(shown.action)
    except GrammarError:
        return None


def words(shown: Shown) -> str:
    """The action as a person would say it."""
    action = action_of(shown)
    match action:
        case Click(x=x, y=y, button=button, count=count, modifiers=keys):
            often = {1: "click", 2: "double click"}.get(count, f"click {count} times")
            which = "" if button == "left" else f"{button} "
            held = f" with {'+'.join(keys)}" if keys else ""
            return f"{which}{often} at ({x}, {y}){held}"
        case TypeText(text=text):
            return f"type “{text}”"
        case Drag(x=x, y=y, to_x=to_x, to_y=to_y):
            return f"drag from ({x}, {y}) to ({to_x}, {to_y})"
        case Move(x=x, y=y):
            return f"move to ({x}, {y})"
        case Scroll(x=x, y=y):
            return f"scroll at ({x}, {y})"
        case None:
            return shown.action
        case _:
            verb, _, rest = shown.action.partition("(")
            return f"{verb} {rest.rstrip(')').partition('=')[2]}".strip()


def text_of(shown: Shown) -> str:
    """What would be typed, "" where nothing is."""
    action = action_of(shown)
    return action.text if isinstance(action, TypeText) else ""


def target_of(shown: Shown) -> Rectangle | None:
    """What is touched, in observation pixels: the box that was named, or a spot."""
    if shown.target is not None:
        return shown.target
    action = action_of(shown)
    if isinstance(action, Click | Move | Scroll | Drag):
        return action.x - 12, action.y - 12, 24, 24
    return None


def annotated(picture: Pictures.Image, shown: Shown, scale: float) -> Pictures.Image:
    """A copy with the action drawn on it. scale: its pixels for each observation pixel."""
    copy = picture.convert("RGB")
    pen = ImageDraw.Draw(copy)
    width = max(1, round(copy.width / 320))
    target = _scaled(target_of(shown), scale)
    source = _scaled(shown.source, scale)
    action = action_of(shown)
    if isinstance(action, Drag):
        start = action.x * scale, action.y * scale
        _arrow(pen, start, (action.to_x * scale, action.to_y * scale), width)
    if source and target:
        _arrow(pen, _edge(source, _middle(target)), _edge(target, _middle(source)), width)
    if source:
        _dashed(pen, source, width)
    if target:
        pen.rectangle(target, outline=TARGET, width=width)
    text = text_of(shown)
    if text and copy.width >= LEGIBLE:
        _label(pen, target or (width, width, width, width), text, copy.size)
    return copy


def _scaled(box: Rectangle | None, scale: float) -> tuple[float, float, float, float] | None:
    if box is None:
        return None
    left, top = box[0] * scale, box[1] * scale
    # A box of a single pixel could not be seen.
    return left, top, left + max(2.0, box[2] * scale), top + max(2.0, box[3] * scale)


def _middle(box: tuple[float, float, float, float]) -> Point:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _edge(box: tuple[float, float, float, float], other: Point) -> Point:
    """Where the line from the middle to another point leaves the box: the arrow hides nothing."""
    x, y = _middle(box)
    dx, dy = other[0] - x, other[1] - y
    across = (box[2] - x) / abs(dx) if dx else 1.0
    down = (box[3] - y) / abs(dy) if dy else 1.0
    share = min(across, down, 1.0)
    return x + dx * share, y + dy * share


def _arrow(pen: ImageDraw.ImageDraw, start: Point, end: Point, width: int) -> None:
    pen.line((*start, *end), fill=WAY, width=width)
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    if length < 3:
        return
    head = min(length / 2, 2 + 2 * width)
    ux, uy = dx / length * head, dy / length * head
    base = end[0] - ux, end[1] - uy
    left = base[0] - uy / 2, base[1] + ux / 2
    right = base[0] + uy / 2, base[1] - ux / 2
    pen.polygon([end, left, right], fill=WAY)


def _dashed(pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], width: int) -> None:
    left, top, right, bottom = box
    dash = 3 * width
    for start in range(int(left), int(right) + 1, 2 * dash):
        stop = min(start + dash - 1, right)
        pen.line((start, top, stop, top), fill=SOURCE, width=width)
        pen.line((start, bottom, stop, bottom), fill=SOURCE, width=width)
    for start in range(int(top), int(bottom) + 1, 2 * dash):
        stop = min(start + dash - 1, bottom)
        pen.line((left, start, left, stop), fill=SOURCE, width=width)
        pen.line((right, start, right, stop), fill=SOURCE, width=width)


def _label(
    pen: ImageDraw.ImageDraw,
    box: tuple[float, float, float, float],
    text: str,
    size: tuple[int, int],
) -> None:
    """The text to be typed, under the target, or above it at the lower edge."""
    font = ImageFont.load_default(max(12, size[0] // 60))
    shown = text if len(text) <= 40 else text[:39] + "…"
    left, top, right, bottom = pen.textbbox((0, 0), shown, font=font)
    wide, high = right - left + 8, bottom - top + 8
    x = max(0.0, min(box[0], size[0] - wide))
    y = box[3] + 3 if box[3] + 3 + high <= size[1] else max(0.0, box[1] - 3 - high)
    pen.rectangle((x, y, x + wide, y + high), fill=(255, 255, 210), outline=TARGET)
    pen.text((x + 4 - left, y + 4 - top), shown, fill=(0, 0, 0), font=font)
