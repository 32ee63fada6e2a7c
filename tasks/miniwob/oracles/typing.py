"""Pages that are done by typing what the goal, or the page, says into fields."""

from collections.abc import Iterator, Mapping

from actuation.action import Action, Click, Press, TypeText
from tasks.miniwob.oracles.clicking import named_button
from tasks.miniwob.page import NOTCH, Oracle, Page, css, nth

ORDINALS = ("1st", "2nd", "3rd")


def enter_text(page: Page) -> Iterator[Action]:
    (words,) = page.match(r'"(.*)" into')
    yield from page.fill(css("#tt"), words)
    yield page.submit()


def enter_in_case(page: Page) -> Iterator[Action]:
    words, case = page.match(r'Type "(.*)" in all (upper|lower) case')
    yield from page.fill(css("#tt"), words.upper() if case == "upper" else words.lower())
    yield page.submit()


def enter_password(page: Page) -> Iterator[Action]:
    (words,) = page.match(r'password "(.*)" into')
    yield from page.fill(css("#password"), words)
    yield from page.fill(css("#verify"), words)
    yield page.submit()


def enter_date(page: Page) -> Iterator[Action]:
    """The field takes month, day and year one after the other, from its left end."""
    month, day, year = page.match(r"(\d\d)/(\d\d)/(\d{4})")
    yield Click(*page.point(css("#tt"), across=0.08))
    yield TypeText(month + day + year)
    yield page.submit()


def enter_time(page: Page) -> Iterator[Action]:
    hour, minute, half = page.match(r"(\d+):(\d\d) ([AP])M")
    yield Click(*page.point(css("#tt"), across=0.08))
    yield TypeText(f"{int(hour):02}{minute}{half.lower()}")
    yield page.submit()


def login(page: Page) -> Iterator[Action]:
    """A question may pop up as soon as a field has the keyboard: it is answered with Cancel."""
    name, password = page.match(r'username "(.*)" and the password "(.*)" into')
    for field, words in (("#username", name), ("#password", password)):
        yield page.click(css(field))
        if page.true("document.querySelector('#popup')"):
            yield page.click(css("#popup-cancel"))
            yield page.click(css(field))
        yield TypeText(words)
    yield page.submit()


def focus(page: Page) -> Iterator[Action]:
    yield page.click(css("#tt"))


def focus_nth(page: Page) -> Iterator[Action]:
    (which,) = page.match(r"the (\S+) input")
    yield page.click(nth("#area input", ORDINALS.index(which)))


def read_letters(page: Page) -> Iterator[Action]:
    yield from page.fill(css("#tt"), page.words("document.querySelector('#captcha').textContent"))
    yield page.submit()


def copy(page: Page) -> Iterator[Action]:
    yield from _copied(page, css("#to-copy"))


def copy_nth(page: Page) -> Iterator[Action]:
    (which,) = page.match(r"the (\S+) text area")
    yield from _copied(page, nth("#area textarea", ORDINALS.index(which)))


def _copied(page: Page, source: str) -> Iterator[Action]:
    yield page.click(source)
    yield Press("ctrl+a")
    yield Press("ctrl+c")
    yield page.click(css("#answer-input"))
    yield Press("ctrl+v")
    yield page.submit()


def last_word(page: Page) -> Iterator[Action]:
    """Scrolls to the end, where the word stands."""
    yield from to_edge(page, css("#text-area"), bottom=True)
    words = page.words("document.querySelector('#text-area').value").split()
    yield from page.fill(css("#answer-input"), words[-1].replace(".", ""))
    yield page.submit()


def scroll(page: Page) -> Iterator[Action]:
    (edge,) = page.match(r"to the (bottom|top)")
    yield from to_edge(page, css("#text-area"), edge == "bottom")
    yield page.submit()


def to_edge(page: Page, pane: str, bottom: bool) -> Iterator[Action]:
    """Turn the wheel until there is nothing more."""
    for _ in range(10):
        above = page.number(f"{pane}.scrollTop")
        below = page.number(f"{pane}.scrollHeight - {pane}.clientHeight - {pane}.scrollTop")
        left = below if bottom else above
        if left < 2:
            return
        notches = int(left / NOTCH) + 1
        yield page.scroll(pane, notches if bottom else -notches)
        page.turned(pane, above)


def film(page: Page) -> Iterator[Action]:
    """Three fields in any order and layout, told apart by their labels."""
    genre, name, year = page.match(r"for (.*) movies directed by (.*) from year (\d+)")
    labels = page.several(
        "all('#area input').map(one => said(one.closest('p, .row, tr, .field, .ui-entry')))"
    )
    for word, value in (("Genre", genre), ("Director", name), ("Year|Date", year)):
        which = next(
            at for at, label in enumerate(labels) if any(part in label for part in word.split("|"))
        )
        yield from page.fill(nth("#area input", which), value)
    yield page.click(css("#area button, #area .final, #area .ui-submit"))


ORACLES: Mapping[str, Oracle] = {
    "copy-paste": copy,
    "copy-paste-2": copy_nth,
    "enter-date": enter_date,
    "enter-password": enter_password,
    "enter-text": enter_text,
    "enter-text-2": enter_in_case,
    "enter-text-dynamic": enter_text,
    "enter-time": enter_time,
    "focus-text": focus,
    "focus-text-2": focus_nth,
    "login-user": login,
    "login-user-popup": login,
    "multi-layouts": film,
    "multi-orderings": film,
    "scroll-text": last_word,
    "scroll-text-2": scroll,
    "text-transform": read_letters,
    "unicode-test": named_button,
}
