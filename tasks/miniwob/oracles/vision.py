"""Pages about what is drawn: colours, shapes, counts, points of a figure."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from actuation.action import Action, Click
from tasks.miniwob.page import Oracle, Page, css, nth, text

Spot = tuple[float, float]
Shape = tuple[str, str, str, str]  # kind, what it is, colour, size


def best_spot(page: Page, worth: Callable[[Spot], float]) -> Click:
    """The pixel of the drawing that is worth most: a click counts whole pixels of the page.

    worth: of a point as the page counts it, from its left edge and from 50 below its top.
    """
    left, top, width, height = page.box(css("#svg-grid"))
    bottom = min(top + height, page.box(css("#subbtn"))[1])  # the button lies over the drawing
    spots = [
        (x, y)
        for x in range(math.ceil(left) + 1, int(left + width) - 1)
        for y in range(math.ceil(top) + 1, int(bottom) - 1)
    ]
    x, y = max(spots, key=lambda spot: worth((spot[0], spot[1] - 50)))
    return Click(*page.at(x + 0.25, y + 0.25))


def _corners(page: Page, selector: str) -> list[Spot]:
    """Upper left corners of small circles, which stand for their centres."""
    flat = page.numbers(
        f"all({selector!r}).map(one => one.getBBox()).map(box => [box.x, box.y]).flat()"
    )
    return list(zip(flat[::2], flat[1::2], strict=True))


def _angle(one: Spot, other: Spot, vertex: Spot) -> float:
    first = math.atan2(one[1] - vertex[1], one[0] - vertex[0])
    second = math.atan2(other[1] - vertex[1], other[0] - vertex[0])
    between = abs(math.degrees(first - second)) % 360
    return min(between, 360 - between)


def bisect(page: Page) -> Iterator[Action]:
    one, other = _corners(page, ".init-black")
    (vertex,) = _corners(page, ".init-blue")

    def worth(spot: Spot) -> float:
        corner = (spot[0] - 3.5, spot[1] - 3.5)
        if math.dist(corner, vertex) < 10:
            return -math.inf
        return -max(_angle(one, corner, vertex), _angle(other, corner, vertex))

    yield best_spot(page, worth)
    yield page.submit()


def right_angle(page: Page) -> Iterator[Action]:
    (end,) = _corners(page, "#init-black")
    (vertex,) = _corners(page, "#init-blue")

    def worth(spot: Spot) -> float:
        corner = (spot[0] - 3, spot[1] - 3)  # the page draws this circle a bit smaller
        if math.dist(corner, vertex) < 10:
            return -math.inf
        return -abs(90 - _angle(end, corner, vertex))

    yield best_spot(page, worth)
    yield page.submit()


def center(page: Page) -> Iterator[Action]:
    x, y = page.numbers("['cx', 'cy'].map(name => all('.black-circle')[0].getAttribute(name))")
    yield best_spot(page, lambda spot: -math.dist(spot, (x + 0.5, y + 0.5)))
    yield page.submit()


def midpoint(page: Page) -> Iterator[Action]:
    one, other = _corners(page, ".black-circle")
    middle = ((one[0] + other[0]) / 2 + 3.5, (one[1] + other[1]) / 2 + 3.5)
    yield best_spot(page, lambda spot: -math.dist(spot, middle))
    yield page.submit()


def color(page: Page) -> Iterator[Action]:
    (name,) = page.match(r"on the (\w+) colored")
    yield page.click(css(f".color[data-color={name}]"))


def shades(page: Page) -> Iterator[Action]:
    (name,) = page.match(r"shades of (\w+)")
    for at in range(int(page.number(f"all('#area [data-color={name}]').length"))):
        yield page.click(nth(f"#area [data-color={name}]", at))
    yield page.press_text("Submit")


def _shapes(page: Page) -> list[Shape]:
    """What is drawn, in the order of the drawing."""
    flat = page.several(
        """all('#area_svg > *').map(one => [
            one.tagName, said(one), one.getAttribute('fill'),
            one.tagName === 'text' ? parseFloat(one.getAttribute('font-size'))
                : one.getBBox().width]).flat()"""
    )
    names = {"rect": "rectangle", "circle": "circle", "polygon": "triangle"}
    found = []
    for at in range(0, len(flat), 4):
        tag, letter, fill, size = flat[at : at + 4]
        kind = "shape" if tag in names else "digit" if letter.isdigit() else "letter"
        found.append((kind, names.get(tag, letter), fill, "large" if float(size) > 15 else "small"))
    return found


def _fits(shape: Shape, words: Sequence[str]) -> bool:
    """Whether a shape is what is described: size and colour, if told, and what it is."""
    kind, what, fill, size = shape
    *traits, last = words
    return last in ("item", kind, what) and all(trait in (size, fill) for trait in traits)


def shape(page: Page) -> Iterator[Action]:
    (description,) = page.match(r"Click on a (.*)")
    words = description.split()
    which = next(at for at, one in enumerate(_shapes(page)) if _fits(one, words))
    yield page.click(nth("#area_svg > *", which))


def count(page: Page) -> Iterator[Action]:
    (description,) = page.match(r"How many (.*)s are there")
    words = description.split()
    yield page.press_text(str(sum(_fits(one, words) for one in _shapes(page))))


def sides(page: Page) -> Iterator[Action]:
    """The figure is pixels only: how it was drawn from the seed tells its sides."""
    turn, number = page.numbers("(chance => [chance(), chance()])(new Math.seedrandom(core.seed))")
    assert 0 <= turn < 1
    yield page.press_text(str(3 + int(number * 5)))


def coordinate(page: Page) -> Iterator[Action]:
    (place,) = page.match(r"(\(-?\d,-?\d\))")
    yield page.click(css(f"[id='{place}']"))


def identify(page: Page) -> Iterator[Action]:
    ((kind, what, _, _),) = _shapes(page)
    yield page.click(css(f"[data-type={what if kind == 'shape' else kind}]"))


def draw_number(page: Page) -> Iterator[Action]:
    (digit,) = page.match(r'number "(\d)"')
    for at, dot in enumerate(page.numbers(f"PATTERNS[{digit}].flat()")):
        if dot:
            yield page.click(nth("#checkboxes input", at))
    yield page.submit()


def blocks(page: Page) -> Iterator[Action]:
    total = int(page.number("all('.addition-block').length"))
    yield from page.fill(css("#math-answer"), str(total))
    yield page.submit()


def pie(page: Page) -> Iterator[Action]:
    """The middle unfolds the menu."""
    (label,) = page.match(r'labeled "(.*)"')
    yield page.click(css("#divWheel [id*=spreader]"))
    item = text("#divWheel text", label)
    page.rest(item)
    yield page.click(item)


ORACLES: Mapping[str, Oracle] = {
    "bisect-angle": bisect,
    "circle-center": center,
    "click-color": color,
    "click-pie": pie,
    "click-pie-nodelay": pie,
    "click-shades": shades,
    "click-shape": shape,
    "count-shape": count,
    "count-sides": sides,
    "find-midpoint": midpoint,
    "grid-coordinate": coordinate,
    "identify-shape": identify,
    "number-checkboxes": draw_number,
    "right-angle": right_angle,
    "visual-addition": blocks,
}
