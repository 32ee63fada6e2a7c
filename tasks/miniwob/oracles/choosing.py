"""Pages with a widget to choose with: lists, dates, spinners, sliders, completions."""

from collections.abc import Iterator, Mapping

from actuation.action import Action, Click, Press, TypeText
from tasks.miniwob.oracles.typing import ORDINALS
from tasks.miniwob.page import Oracle, Page, css, nth, text

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
PICKER = "#ui-datepicker-div"


def from_list(page: Page) -> Iterator[Action]:
    (words,) = page.match(r"Select (.*) from the list")
    yield from page.choose(css("#options"), words)
    yield page.press_text("Submit")


def several_from_list(page: Page) -> Iterator[Action]:
    (words,) = page.match(r"Select (.*) from the scroll list")
    options = page.all_said("#options option")
    held: tuple[str, ...] = ()
    for name in split(words, options):
        option = nth("#options option", options.index(name))
        yield from page.view(option, css("#options"), margin=0)
        yield Click(*page.seen_point(option, css("#options")), modifiers=held)
        held = ("ctrl",)
    yield page.press_text("Submit")


def split(words: str, options: list[str]) -> list[str]:
    """The options that a text lists; an option may hold a comma itself."""
    found = []
    while words:
        best = max((one for one in options if words.startswith(one)), key=len)
        found.append(best)
        words = words[len(best) :].removeprefix(", ")
    return found


def date(page: Page) -> Iterator[Action]:
    month, day, year = page.match(r"(\d\d)/(\d\d)/(\d{4})")
    yield page.click(css("#datepicker"))
    yield from pick(page, int(year), int(month), int(day))
    yield page.submit()


def pick(page: Page, year: int, month: int, day: int) -> Iterator[Action]:
    """Turn the leaves of the date picker that is open, and choose the day."""
    page.rest(css(PICKER))
    for _ in range(24):
        shown = page.words(f"said(all('{PICKER} .ui-datepicker-month')[0])")
        shown_year = int(page.words(f"said(all('{PICKER} .ui-datepicker-year')[0])"))
        ahead = (year - shown_year) * 12 + month - 1 - MONTHS.index(shown)
        if not ahead:
            break
        yield page.click(css(f"{PICKER} .ui-datepicker-{'next' if ahead > 0 else 'prev'}"))
    yield page.click(text(f"{PICKER} td a", str(day)))
    page.until(f"!seen({css(PICKER)})")


def complete(page: Page) -> Iterator[Action]:
    """Type, and take from what is offered below the field."""
    begins = page.match(r'starts with "(.*?)"')[0]
    ends = page.match(r'(?:ends with "(.*?)")?\.?$')[0] or ""
    countries = page.several("ui_utils.COUNTRIES")
    whole = next(one for one in countries if one.startswith(begins) and one.endswith(ends))
    yield page.click(css("#tags"))
    yield TypeText(whole)
    page.until(f"{text('.ui-menu-item', whole)}")
    yield page.click(text(".ui-menu-item", whole))
    yield page.submit()


def spin(page: Page) -> Iterator[Action]:
    (number,) = page.match(r"Select (-?\d+) with")
    arrow = "up" if int(number) > 0 else "down"
    for _ in range(abs(int(number))):
        yield page.click(css(f".ui-spinner-{arrow}"))
    yield page.submit()


def slider_and_box(page: Page) -> Iterator[Action]:
    number, which = page.match(r"Select (-?\d+) with the slider, click the (\S+) checkbox")
    yield from slide(page, "#slider", int(number))
    yield page.click(css(f"#checkbox-{ORDINALS.index(which) + 1}"))
    yield page.submit()


def slide(page: Page, slider: str, value: int) -> Iterator[Action]:
    """A click where the value lies on the track, then arrow keys for what is missing."""

    def told(name: str) -> float:
        return page.number(f"$({slider!r}).slider('option', {name!r})")

    low, high = told("min"), told("max")
    if told("value") == value:
        return
    left, top, width, height = page.box(css(slider))
    share = (value - low) / (high - low)
    if page.words(f"$({slider!r}).slider('option', 'orientation')") == "vertical":
        yield Click(*page.at(left + width / 2, top + _within((1 - share) * height, height)))
    else:
        yield Click(*page.at(left + _within(share * width, width), top + height / 2))
    for _ in range(10):
        if (off := value - told("value")) == 0:
            return
        yield Press("Right" if off > 0 else "Left")


def _within(place: float, length: float) -> float:
    """On the track even at its ends."""
    return min(max(place, 0.5), length - 0.5)


def radio_and_number(page: Page) -> Iterator[Action]:
    radio, number, which = page.match(r'the (\S+) radio button .* "(.*)" into the (\S+) textbox')
    yield page.click(nth("#area [type=radio]", ORDINALS.index(radio)))
    yield from page.fill(css(f"#input-{ORDINALS.index(which) + 1}"), number)
    yield page.submit()


def dropdown_and_button(page: Page) -> Iterator[Action]:
    option, button = page.match(r'Choose (.*) from the dropdown, .* labeled "(.*)"')
    yield page.click(css(".selectric"))
    page.rest(css(".selectric-items"))
    item = text(".selectric-items li", option)
    yield from page.view(item, css(".selectric-scroll"), margin=0)
    yield Click(*page.seen_point(item, css(".selectric-scroll")))
    yield page.press_text(button)


ORACLES: Mapping[str, Oracle] = {
    "choose-date": date,
    "choose-date-easy": date,
    "choose-date-medium": date,
    "choose-date-nodelay": date,
    "choose-list": from_list,
    "click-scroll-list": several_from_list,
    "form-sequence": slider_and_box,
    "form-sequence-2": radio_and_number,
    "form-sequence-3": dropdown_and_button,
    "use-autocomplete": complete,
    "use-autocomplete-nodelay": complete,
    "use-spinner": spin,
}
