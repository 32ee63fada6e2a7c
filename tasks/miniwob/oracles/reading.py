"""Pages that are done by reading: tables, texts, numbers, sums."""

import re
from collections.abc import Iterator, Mapping

from actuation.action import Action, Press, TypeText
from tasks.miniwob.page import Oracle, Page, css, nth, text


def value_of(page: Page) -> Iterator[Action]:
    (key,) = page.match(r"value of (.*) into")
    yield from page.fill(css("#tt"), _table(page)[key])
    yield page.submit()


def two_values(page: Page) -> Iterator[Action]:
    table = _table(page)
    for at in (1, 2):
        label = page.words(f"said({css(f'#ll{at}')})").removesuffix(":")
        yield from page.fill(css(f"#tt{at}"), table[label])
    yield page.submit()


def _table(page: Page) -> dict[str, str]:
    cells = page.all_said("#tab td")
    return dict(zip(cells[::2], cells[1::2], strict=True))


def nth_word(page: Page) -> Iterator[Action]:
    (place,) = page.match(r"the (\d+)\w\w word")
    words = page.words(f"said({css('#area p')})").split()
    yield from page.fill(css("#answer-input"), re.sub(r"[^a-zA-Z]", "", words[int(place) - 1]))
    yield page.submit()


def greatest(page: Page) -> Iterator[Action]:
    """Looks at every card, then goes back to the best."""
    values = page.numbers("all('.card-value').map(said)")
    best = values.index(max(values))
    for at in range(len(values)):
        yield page.click(nth(".card", at))
    if best != len(values) - 1:
        yield page.click(nth(".card", best))
    yield page.click(css("#submit"))


def ascending(page: Page) -> Iterator[Action]:
    """The first click hides the numbers: the squares that stand for them are remembered."""
    yield page.click(text("svg text", "1"))
    for number in (2, 3, 4, 5):
        yield page.click(css(f"svg rect[data-index='{number}']"))


def generate(page: Page) -> Iterator[Action]:
    while not _fits(page.goal, page.words(f"said({css('#display-number')})")):
        yield page.click(css("#generate"))
    yield page.click(css("#submit"))


def _fits(goal: str, shown: str) -> bool:
    if not shown.isdigit():
        return False
    number, limit = int(shown), re.search(r"(less|greater) than (\d+)", goal)
    if limit:
        least, most = (int(limit[2]) + 1, 99) if limit[1] == "greater" else (0, int(limit[2]) - 1)
        return least <= number <= most
    return number % 2 == (1 if "odd" in goal else 0)


def guess(page: Page) -> Iterator[Action]:
    """Halves what is left, as the page says higher or lower."""
    low, high = 0, 9
    while low <= high and not page.done():
        middle = (low + high) // 2
        yield from page.fill(css("#tt"), str(middle))
        yield page.submit()
        if page.true(f"seen({css('#higher')})"):
            low = middle + 1
        else:
            high = middle - 1


def odd_or_even(page: Page) -> Iterator[Action]:
    for at, number in enumerate(page.numbers("all('.display-number').map(said)")):
        yield page.click(nth(".odd" if number % 2 else ".even", at))
    yield page.click(css("#submit"))


def equation(page: Page) -> Iterator[Action]:
    """x + a = b, and the other ways to write it."""
    first, sign, second, right = (
        page.words(f"said({css('#math-problem')})").replace("=", "").split()
    )
    result = int(right)
    if first == "x":
        answer = result - int(second) if sign == "+" else result + int(second)
    else:
        answer = result - int(first) if sign == "+" else int(first) - result
    yield from page.fill(css("#math-answer"), str(answer))
    yield page.submit()


def calculation(page: Page) -> Iterator[Action]:
    first, sign, second = page.words(f"said({css('#math-problem')})").replace("=", "").split()
    one, other = int(first), int(second)
    answer = {"+": one + other, "-": one - other, "x": one * other}[sign]
    yield from page.fill(css("#math-answer"), str(answer))
    yield page.submit()


def contact(page: Page) -> Iterator[Action]:
    """Turns the pages of the book to the person."""
    name, what = page.match(
        r"Find (.*) in the contact book and click on their (phone|email|address)"
    )
    while page.words(f"said({css('#contact .name')})") != name:
        yield page.click(text("#pagination a", ">"))
    yield page.click(css(f"#contact .{what}"))


def ticket(page: Page) -> Iterator[Action]:
    (which,) = page.match(r"with the (cheapest|shortest|longest|most expensive)")
    if which in ("cheapest", "most expensive"):
        values = page.numbers("all('.buy-ticket').map(one => one.dataset.price)")
    else:
        values = page.numbers("all('.time-duration').map(one => one.dataset.duration)")
    best = (min if which in ("cheapest", "shortest") else max)(values)
    yield page.click(nth(".buy-ticket", values.index(best)))


def terminal(page: Page) -> Iterator[Action]:
    """Lists the files, and removes one of those that are meant."""
    yield page.click(css("#terminal"))
    yield TypeText("ls")
    yield Press("Return")
    files = page.all_said(".terminal-output")[-1].split()
    kind = re.search(r"extension \.?([\w.]+?)\.?$", page.goal)
    meant = [one for one in files if (one.endswith(f".{kind[1]}") if kind else "." not in one)]
    yield TypeText(f"rm {meant[0]}")
    yield Press("Return")


ORACLES: Mapping[str, Oracle] = {
    "ascending-numbers": ascending,
    "buy-ticket": ticket,
    "find-greatest": greatest,
    "find-word": nth_word,
    "generate-number": generate,
    "guess-number": guess,
    "odd-or-even": odd_or_even,
    "phone-book": contact,
    "read-table": value_of,
    "read-table-2": two_values,
    "simple-algebra": equation,
    "simple-arithmetic": calculation,
    "terminal": terminal,
}
