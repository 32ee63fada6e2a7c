"""The pages that book a flight: two airports, a day, and the best of what is offered."""

from collections.abc import Iterator, Mapping

from actuation.action import Action, Click, TypeText
from tasks.miniwob.oracles.choosing import pick
from tasks.miniwob.page import Oracle, Page, css, nth, text


def flight(page: Page) -> Iterator[Action]:
    what, start, end, month, day, year = page.match(
        r"the (cheapest|shortest) .* from: (.*) to: (.*) on (\d\d)/(\d\d)/(\d{4})"
    )
    yield from _airport(page, "#flight-from", start)
    yield from _airport(page, "#flight-to", end)
    yield page.click(css("#datepicker"))
    yield from pick(page, int(year), int(month), int(day))
    yield page.click(css("#search"))
    if what == "cheapest":
        values = page.numbers("all('.flight-price').map(one => one.dataset.price)")
    else:
        values = page.numbers("all('.time-duration').map(one => one.dataset.duration)")
    best = nth(".flight-price", values.index(min(values)))
    yield from page.view(best, css("#area"), margin=12)
    yield page.click(best)


def _airport(page: Page, field: str, name: str) -> Iterator[Action]:
    """Type the city or the airport's code, and take the airport from the list."""
    airports = page.several("DOMESTIC_FLIGHTS")
    named = [one for one in airports if one.startswith(f"{name} (") or one.endswith(f"({name})")]
    yield page.click(css(field))
    yield TypeText(name)
    item = text(".ui-menu-item", named[0])
    page.until(item)
    yield from page.view(item, f"{item}.parentElement", margin=0)
    yield Click(*page.seen_point(item, f"{item}.parentElement"))


ORACLES: Mapping[str, Oracle] = {
    "book-flight": flight,
    "book-flight-nodelay": flight,
}
