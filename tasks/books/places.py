"""Where the invoice and the ledger stand on the screen, for each variant.

    plain    | invoice || ledger |      swapped  | ledger || invoice |
    resized  the same with windows of very different sizes and heights; all values still visible
    hidden   the invoice minimised, or under the ledger
    cut      the invoice's total is cut through by an edge: its window's, the ledger's, the screen's

Boxes are client areas in screen pixels.
"""

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.observation import Box, Image
from tasks.books.page import Page

TITLE = 24  # a title bar and borders, at most
BORDER = 2
SIDE = 62  # row numbers, scroll bar and borders of a ledger window, at any zoom drawn here
HEAD, FOOT = 180, 76  # menus, toolbars, column letters; scroll bar, sheet tabs, status bar
ROW = 21  # height of a sheet's row at 100 %


@dataclass(frozen=True)
class Places:
    """framed: the invoice has a title bar. minimised: the invoice is."""

    invoice: Box
    ledger: Box
    framed: bool = True
    minimised: bool = False


def room_for_columns(screen_width: int, page: Page) -> int:
    """Pixels left for the ledger's columns beside the page."""
    return screen_width - page.size[0] - 4 * BORDER - SIDE


def draw_places(
    rng: random.Random, variant: str, screen: tuple[int, int], page: Page, need: tuple[int, int]
) -> Places:
    """need: width of the ledger's columns, and rows to show, zoomed, both in pixels."""
    width, height = screen
    page_w, page_h = page.size
    loose = variant == "resized"
    least_w, least_h = need[0] + SIDE, min(need[1] + HEAD + FOOT, height - TITLE - BORDER)
    spare = max(0, width - page_w - least_w - 4 * BORDER)
    parts = sorted(rng.randint(0, spare) for _ in range(3))
    gaps = [parts[0], parts[1] - parts[0], parts[2] - parts[1]]
    if not loose:  # mostly given to the ledger, as a person would
        gaps = [min(gap, 12) for gap in gaps]
    left_gap, middle_gap, page_gap = gaps
    invoice_w = page_w + (page_gap if loose else 0)
    ledger_w = least_w + (rng.randint(0, spare - sum(gaps)) if loose else spare - sum(gaps))
    invoice_h = page_h + rng.randint(0, max(0, height - TITLE - BORDER - page_h) if loose else 12)
    invoice_h = min(invoice_h, height - TITLE - BORDER)
    ledger_h = rng.randint(least_h, height - TITLE - BORDER)
    if not loose:
        ledger_h = max(ledger_h, height - TITLE - BORDER - 60)
    invoice_y = TITLE + rng.randint(0, height - TITLE - BORDER - invoice_h)
    ledger_y = TITLE + rng.randint(0, height - TITLE - BORDER - ledger_h)
    if not loose:
        invoice_y = min(invoice_y, TITLE + 60)
    x = BORDER + left_gap
    if variant == "swapped":
        ledger = Box(x, ledger_y, ledger_w, ledger_h)
        invoice = Box(ledger.right + 2 * BORDER + middle_gap, invoice_y, invoice_w, invoice_h)
    else:
        invoice = Box(x, invoice_y, invoice_w, invoice_h)
        ledger = Box(invoice.right + 2 * BORDER + middle_gap, ledger_y, ledger_w, ledger_h)
    places = Places(invoice, ledger, framed=rng.random() < 0.7)
    match variant:
        case "hidden":
            return hide(rng, places, screen)
        case "cut":
            return cut(rng, places, screen, page)
    return places


def hide(rng: random.Random, places: Places, screen: tuple[int, int]) -> Places:
    """The invoice minimised, or covered whole by a ledger as large as the screen."""
    if rng.random() < 0.5:
        return Places(places.invoice, places.ledger, minimised=True)
    width, height = screen
    whole = Box(BORDER, TITLE, width - 2 * BORDER, height - TITLE - BORDER)
    page = places.invoice
    inside = Box(page.x + 20, TITLE + 20, page.w, min(page.h, height - TITLE - 40))
    return Places(inside, whole, framed=False)


def cut(rng: random.Random, places: Places, screen: tuple[int, int], page: Page) -> Places:
    """An edge goes through the ink of the total: right of it by a window, or below it."""
    total, height = page.value("total").box, screen[1]
    ledger, top = places.ledger, places.invoice.y
    ink = ink_of(page, total)
    x = through(np.any(ink, axis=0), middle_of_digits(page.value("total").text, rng)) + total.x
    y = through(np.any(ink, axis=1), rng.uniform(0.4, 0.6)) + total.y
    # The picture stands in the middle of its window: what is cut at one end is cut at the other.
    narrow, low = 2 * x - page.size[0], 2 * y - page.size[1]
    kinds = ["ledger", "screen"] + ["window"] * (narrow > 200) + ["below"] * (low > 200)
    match rng.choice(kinds):
        case "ledger":  # the ledger's left edge (its border, too) covers the rest
            box = Box(ledger.x - BORDER - x, top, *page.size)
        case "window":
            box = Box(places.invoice.x, top, narrow, page.size[1])
        case "below":
            box = Box(places.invoice.x, top, page.size[0], low)
        case _:
            box = Box(places.invoice.x, height - y, *page.size)
    return Places(box, ledger, places.framed)


def ink_of(page: Page, box: Box) -> NDArray[np.bool_]:
    """Where the text is, bool (h, w): pixels far from the box's own background."""
    image: Image = np.asarray(page.image)
    part = image[box.y : box.bottom, box.x : box.right].astype(int)
    far: NDArray[np.bool_] = np.abs(part - part[0, 0]).sum(axis=2) > 90
    return far


def middle_of_digits(text: str, rng: random.Random) -> float:
    """A place well inside the number of "1,234.56 EUR", as a share of the text's width."""
    digits = [index for index, letter in enumerate(text) if letter.isdigit()]
    first, end = digits[0] / len(text), (digits[-1] + 1) / len(text)
    return first + (end - first) * rng.uniform(0.3, 0.7)


def through(inked: NDArray[np.bool_], share: float) -> int:
    """An index near `share` of the way with ink on both of its sides: an edge there cuts text."""
    both = np.flatnonzero(inked[:-1] & inked[1:]) + 1
    return int(both[np.abs(both - share * len(inked)).argmin()])
