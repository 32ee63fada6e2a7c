"""Pages that are done by dragging: boxes, shapes, sliders, a selection, a line, a cube."""

from collections.abc import Iterator, Mapping

from actuation.action import Action, Drag, Move, Press, TypeText
from actuation.desktop import DesktopError
from tasks.miniwob.oracles.choosing import slide
from tasks.miniwob.oracles.typing import ORDINALS, to_edge
from tasks.miniwob.page import Oracle, Page, css, nth

DIRECTIONS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


def box_into_box(page: Page) -> Iterator[Action]:
    left, top, width, height = page.box(css("#draggableSmall"))
    large_left, large_top, large_width, large_height = page.box(css("#draggableLarge"))
    x, y = left + width / 2, top + height / 2
    to_x, to_y = large_left + large_width / 2, large_top + large_height / 2
    yield Drag(*page.at(x, y), *page.at(to_x, to_y))
    yield page.submit()


def shape_that_way(page: Page) -> Iterator[Action]:
    (way,) = page.match(r"Drag the \w+ (left|right|up|down)")
    right, down = DIRECTIONS[way]
    left, top, width, height = page.box("all('svg circle, svg rect, svg polygon')[0]")
    x, y = left + width / 2, top + height / 2 + 2  # a triangle is wider below its middle
    yield Drag(*page.at(x, y), *page.at(x + 18 * right, y + 18 * down))
    yield page.submit()


def shapes_into_box(page: Page) -> Iterator[Action]:
    (kind,) = page.match(r"Drag all (rectangle|circle|triangle)s into")
    tag = {"rectangle": "rect", "circle": "circle", "triangle": "polygon"}[kind]
    shapes = page.several(f"all('{_SHAPES}').map(one => one.tagName)")
    for at, found in enumerate(shapes):
        if found == tag:
            yield _into(page, at, css("#shape-container"), at / len(shapes))
    yield page.submit()


def shapes_apart(page: Page) -> Iterator[Action]:
    (what,) = page.match(r"Drag all (.*) into the left box")
    tags = {"rectangles": "rect", "circles": "circle", "triangles": "polygon"}
    trait = "one.tagName" if what in tags else "one.getAttribute('fill')"
    wanted = tags.get(what, what.removesuffix(" shapes"))
    shapes = page.several(f"all('{_SHAPES}').map(one => {trait})")
    for at, found in enumerate(shapes):
        container = nth("#shape-container", 0 if found == wanted else 1)
        yield _into(page, at, container, at / len(shapes))
    yield page.submit()


_SHAPES = "svg rect:not(#shape-container), svg circle, svg polygon"


def _into(page: Page, at: int, container: str, share: float) -> Drag:
    """Each to a place of its own along the middle of the container."""
    start = page.open_point(nth(_SHAPES, at))
    return Drag(*start, *page.point(container, 0.25 + share / 2, 0.5))


def highlight(page: Page) -> Iterator[Action]:
    yield _selected(page, css("#randomText"))
    yield page.submit()


def highlight_nth(page: Page) -> Iterator[Action]:
    (which,) = page.match(r"in the (\S+) paragraph")
    yield _selected(page, nth("#randomText p", ORDINALS.index(which)))
    yield page.submit()


def _selected(page: Page, element: str) -> Drag:
    """From before the first letter to behind the last."""
    left, top, right, bottom = page.numbers(
        f"""(one => {{
            const range = document.createRange();
            range.selectNodeContents(one);
            const lines = [...range.getClientRects()].filter(line => line.width > 0);
            const [first, last] = [lines[0], lines[lines.length - 1]];
            return [first.left, first.top + first.height / 2,
                    last.right, last.top + last.height / 2];
        }})({element})"""
    )
    return Drag(*page.at(left, top), *page.at(right + 1, bottom))


def resize(page: Page) -> Iterator[Action]:
    side, change = page.match(r"the (width|height) is (smaller|larger)")
    by = 15 if change == "larger" else -15
    handle = css(".ui-resizable-se")
    left, top, width, height = page.box(handle)
    x, y = left + width / 2, top + height / 2
    to_x, to_y = (x + by, y) if side == "width" else (x, y + by)
    yield Drag(*page.at(x, y), *page.at(to_x, to_y))
    yield page.click(css("#submit"))


def sign(page: Page) -> Iterator[Action]:
    if page.goal == "Click the cancel button.":
        yield page.click(css("#cancel"))
        return
    name, button = page.match(r'the name "(.*)" then press "(.*)"')
    yield from to_edge(page, css("#text-area"), bottom=True)
    yield from page.fill(css("#name"), name)
    yield page.press_text(button)


def one_slider(page: Page) -> Iterator[Action]:
    (number,) = page.match(r"Select (-?\d+) with")
    yield from slide(page, "#slider", int(number))
    yield page.submit()


def three_sliders(page: Page) -> Iterator[Action]:
    for at, number in enumerate(page.match(r"\[(\d+),(\d+),(\d+)\]"), 1):
        yield from slide(page, f"#slider-{at}", int(number))
    yield page.submit()


def named_color(page: Page) -> Iterator[Action]:
    (name,) = page.match(r"Select (\w+) with")
    yield from _colored(page, page.words(f"ui_utils.colorNameToHex('{name}')"))


def shown_color(page: Page) -> Iterator[Action]:
    parts = page.numbers(
        "getComputedStyle(document.querySelector('.cc')).backgroundColor.match(/\\d+/g)"
    )
    yield from _colored(page, "#" + "".join(f"{int(part):02x}" for part in parts))


def _colored(page: Page, code: str) -> Iterator[Action]:
    """The picker takes a colour's code as well; a click beside it puts it away."""
    yield page.click(css("#col"))
    yield Press("ctrl+a")
    yield TypeText(code.lstrip("#"))
    yield page.click(css("#query"))
    yield page.submit()


def line(page: Page) -> Iterator[Action]:
    """From the dot's edge through the dot, to where there is room. The page looks for a point that
    it noted near the dot's corner: where a line begins is noted in any case."""
    (way,) = page.match(r"a (horizontal|vertical) line")
    left, top, width, height = page.box(css("#circ"))
    x, y = left + width / 2, top + height / 2
    if way == "horizontal":
        room = x < _middle(page, css("#area svg"))[0]
        start, end = (x - 7, x + 55) if room else (x + 1, x - 60)
        yield Drag(*page.at(start, y - 2), *page.at(end, y - 2))
    else:
        room = y < _middle(page, css("#area svg"))[1]
        start, end = (y - 7, y + 45) if room else (y + 1, y - 50)
        yield Drag(*page.at(x - 2, start), *page.at(x - 2, end))
    yield page.press_text("Submit")


def _middle(page: Page, element: str) -> tuple[float, float]:
    left, top, width, height = page.box(element)
    return left + width / 2, top + height / 2


def cube(page: Page) -> Iterator[Action]:
    """Turns the cube a push at a time, each after the last has died away: it spins on."""
    (side,) = page.match(r'"(\d)" is the active')
    middle = page.point(css(".viewport"))
    for _ in range(25):
        page.until("Math.abs(cube.viewport.torqueX) <= 1 && Math.abs(cube.viewport.torqueY) <= 1")
        if page.words(f"said({css('.active')})") == side:
            break
        yield Move(*middle)
        yield _push(page, int(side), middle)
    else:
        raise DesktopError("the oracle does not turn the cube to its side")
    yield Move(*page.point(css("#subbtn")))
    yield page.submit()


TURNS = {2: 0, 3: 269, 4: 177, 5: 86}  # degrees around the upright axis that show a side
SPIN = 2.0  # degrees that the cube turns for each pixel of the page


def _push(page: Page, side: int, middle: tuple[int, int]) -> Drag:
    around, over = page.numbers("[cube.viewport.positionX, cube.viewport.positionY]")
    tilt = {6: 88.0, 1: 264.0}.get(side, 0.0)
    off = _turn(over, tilt)
    if side in TURNS and abs(off) < 40:
        amount, (right, down) = _turn(around, TURNS[side]), (1, 0)
    else:
        amount, (right, down) = -off, (0, 1)
    pixels = max(-70.0, min(70.0, amount / SPIN))
    pixels += 10 if pixels > 0 else -10  # less would not move it
    scale = page.scale
    return Drag(
        *middle, middle[0] + round(right * pixels * scale), middle[1] + round(down * pixels * scale)
    )


def _turn(angle: float, wanted: float) -> float:
    """The shortest way from one angle to another, from −180 to 180."""
    return (wanted - angle + 180) % 360 - 180


ORACLES: Mapping[str, Oracle] = {
    "drag-box": box_into_box,
    "drag-circle": shape_that_way,
    "drag-cube": cube,
    "drag-shapes": shapes_into_box,
    "drag-shapes-2": shapes_apart,
    "drag-single-shape": shape_that_way,
    "draw-line": line,
    "highlight-text": highlight,
    "highlight-text-2": highlight_nth,
    "resize-textarea": resize,
    "sign-agreement": sign,
    "use-colorwheel": named_color,
    "use-colorwheel-2": shown_color,
    "use-slider": one_slider,
    "use-slider-2": three_sliders,
}
