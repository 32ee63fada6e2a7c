"""Pages whose items are dragged to another place among the others."""

from collections.abc import Iterator, Mapping

from actuation.action import Action, Drag
from tasks.miniwob.oracles.dragging import DIRECTIONS
from tasks.miniwob.page import Oracle, Page, nth

PLACES = (
    *("top left", "top center", "top right", "center left", "center", "center right"),
    *("bottom left", "bottom center", "bottom right"),
)


def item_in_list(page: Page) -> Iterator[Action]:
    name, where = page.match(r"Drag (\S+) (.*)\.")
    names = page.all_said("#sortable li")
    start = names.index(name)
    if where.startswith("to the") and where.endswith("position"):
        end = int(where.split()[2][0]) - 1
    else:
        end = {
            "to the top": 0,
            "to the bottom": len(names) - 1,
            "down by one position": start + 1,
            "up by one position": start - 1,
        }[where]
    yield _sorted(page, start, end)


def item_in_grid(page: Page) -> Iterator[Action]:
    name, where = page.match(r"Drag (\S+) (.*)\.")
    start = page.all_said("#sortable li").index(name)
    if where.endswith("by one"):
        right, down = DIRECTIONS[where.split()[0]]
        end = start + right + 3 * down
    else:
        end = PLACES.index(where.removeprefix("to the "))
    grip = page.point(nth("#sortable li", start))
    right, down = end % 3 - start % 3, end // 3 - start // 3
    if right > 0 > down:
        # An item that comes from the left is put behind the one that it is dropped on.
        yield Drag(*grip, *page.point(nth("#sortable li", end - 1), 0.8, 0.5))
    elif (right, down) == (-2, 1):
        # Straight to the middle it would push the item between them away.
        yield Drag(*grip, *page.point(nth("#sortable li", end), 0.35, 0.12))
    else:
        yield _sorted(page, start, end)


def _sorted(page: Page, start: int, end: int) -> Drag:
    """Drag one item of a list to the place of another, a little beyond."""
    left, top, width, height = page.box(nth("#sortable li", start))
    to_left, to_top, _, _ = page.box(nth("#sortable li", end))
    beyond_x, beyond_y = (
        3 * ((there > here) - (there < here)) for there, here in ((to_left, left), (to_top, top))
    )
    x, y = left + width / 2, top + height / 2
    return Drag(
        *page.at(x, y), *page.at(to_left + width / 2 + beyond_x, to_top + height / 2 + beyond_y)
    )


def sort_numbers(page: Page) -> Iterator[Action]:
    """The least of what is left goes to the top, again and again."""
    for place in range(3):
        numbers = page.numbers("all('#sortable li').map(said)")
        least = numbers.index(min(numbers[place:]), place)
        if least != place:
            yield _sorted(page, least, place)
            page.rest(nth("#sortable li", place))
    yield page.submit()


ORACLES: Mapping[str, Oracle] = {
    "drag-items": item_in_list,
    "drag-items-grid": item_in_grid,
    "drag-sort-numbers": sort_numbers,
}
