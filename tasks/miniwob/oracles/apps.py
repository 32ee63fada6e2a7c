"""Pages that look like small programs: a search engine, a feed, a menu card, a calendar."""

import re
from collections.abc import Iterator, Mapping

from actuation.action import Action, Click, Drag, Press, TypeText
from tasks.miniwob.page import Oracle, Page, css, nth, text


def search(page: Page) -> Iterator[Action]:
    """Three results on each of three leaves."""
    words, place = page.match(r'enter "(.*)" and press .* the (\d+)\w\w search result')
    leaf, row = divmod(int(place) - 1, 3)
    yield from page.fill(css("#search-text"), words)
    yield page.click(css("#search"))
    if leaf:
        yield page.click(text("#pagination a", str(leaf + 1)))
    yield page.click(nth("#page-content .search-title", row))


MENU = {
    "Share via DM": "share",
    "Copy link to Tweet": "copy",
    "Embed Tweet": "embed",
    "Mute": "menu-user",
    "Block": "block-user",
    "Report": "report",
}


def post(page: Page) -> Iterator[Action]:
    """A button of a post, which may be in the menu behind the three dots."""
    user, act = page.match(r'the user (.*), click on the "(.*)" button')
    which = _posts(page, user)[0]
    yield from page.view(f"{which}.querySelector('.controls')", css("#area"))
    button = f"{which}.querySelector('.{'more' if act in MENU else act.lower()}')"
    # The picture under the mouse is another, which comes late: a click at once would miss it.
    yield page.move(button)
    page.rest(button)
    yield page.click(button)
    if act in MENU:
        item = f"{which}.querySelector('ul .{MENU[act]}')"
        yield from page.view(item, css("#area"))
        yield page.click(item)


def posts(page: Page) -> Iterator[Action]:
    """The same button on all posts of a user, or on so many."""
    act, count, user = page.match(r'the "(.*)" button on (all|\d+) posts? by (.*) and then')
    found = _posts(page, user)
    for which in found if count == "all" else found[: int(count)]:
        button = f"{which}.querySelector('.{act.lower()}')"
        yield from page.view(button, css("#area"))
        yield page.click(button)
    yield from page.view(css("#submitRow button"), css("#area"))
    yield page.press_text("Submit")


def _posts(page: Page, user: str) -> list[str]:
    users = page.several("all('.media .username').map(said)")
    return [nth(".media", at) for at, name in enumerate(users) if name == user]


def order(page: Page) -> Iterator[Action]:
    """One of each dish that is named, or so many of a kind."""
    dishes = page.several("MENU.map(one => one.name.trim())")
    kinds = page.several("MENU.map(one => one.types.join(' '))")
    if found := re.search(r"Order (\d+) items that are (\S+)", page.goal):
        fit = [dish for dish, kind in zip(dishes, kinds, strict=True) if found[2] in kind.split()]
        wanted = [fit[at % len(fit)] for at in range(int(found[1]))]
    else:
        wanted = [dish for dish in dishes if dish in page.goal.partition(": ")[2]]
    for dish in sorted(wanted, key=dishes.index):
        add = f"{text('.food-item .item-name', dish)}.closest('.food-item').querySelector('.add')"
        yield from page.view(add, css("#area"), margin=12)
        yield page.click(add)
    yield from page.view(css("#submit-order button"), css("#area"), margin=16)
    yield page.press_text("Order!")


def event(page: Page) -> Iterator[Action]:
    """Draws the event over half hours that are free, then names it."""
    length, unit, name, begin, end = page.match(
        r'a ([\d.]+) (hours?|mins) event named "(.*)", between (\w+) and (\w+)'
    )
    halves = round(float(length) * 2) if unit.startswith("hour") else int(length) // 30
    taken = set(map(int, page.numbers(_TAKEN)))
    first = next(
        at
        for at in range(_half(begin), _half(end) - halves + 1)
        if not taken & set(range(at, at + halves))
    )
    for at in (first + halves - 1, first):
        yield from page.view(css(f"#hh-{at}"), css("#area"))
    start = page.point(css(f"#hh-{first}"), 0.4, 0.4)
    last = page.point(css(f"#hh-{first + halves - 1}"), 0.4, 0.7)
    yield Drag(*start, *last)
    yield from page.view(css("#event-name"), css("#area"), margin=10)
    yield page.click(css("#event-name"))
    yield TypeText(name)
    yield from page.view(css("#controls .create"), css("#area"), margin=10)
    yield page.click(css("#controls .create"))


_TAKEN = """
all('.half-hour').filter(half => all('.event').some(event => {
  const [a, b] = [half.getBoundingClientRect(), event.getBoundingClientRect()];
  const middle = a.top + a.height / 2;
  return b.top < middle && middle < b.bottom;
})).map(half => half.id.slice(3))
"""


def _half(clock: str) -> int:
    """ "8AM" as half hours from midnight."""
    hour = int(clock[:-2]) % 12
    return 2 * (hour + (12 if clock.endswith("PM") else 0))


def tree(page: Page) -> Iterator[Action]:
    """Unfolds, from the outside in, the folders around what the goal names."""
    (name,) = page.match(r'named "(.*)"')
    names = page.several("all('#tree span').map(said)")
    target = nth("#tree span", names.index(name))
    around = page.numbers(
        f"""(one => {{
            const folders = [];
            for (let at = one.parentElement.parentElement.closest('#tree li'); at;
                 at = at.parentElement.closest('#tree li'))
                folders.unshift(all('#tree span').indexOf(at.querySelector('span')));
            return folders;
        }})({target})"""
    )
    for folder in map(int, around):
        yield page.click(nth("#tree span", folder))
    page.rest(target)
    yield page.click(target)


def style(page: Page) -> Iterator[Action]:
    """Selects the word by dragging over it, or everything; then the tool bar."""
    what, how = page.match(r"(?:give|make) (everything|the text .*?) the (?:style|color) (\w+)")
    whole, words = what == "everything", what.removeprefix("the text ")
    if whole:
        yield page.click(css("#editor p"))
        yield Press("ctrl+a")
    else:
        left, right, middle = page.numbers(_SPAN % words)
        yield Drag(*page.at(left, middle), *page.at(right, middle))
    # The editor notices a little later what is selected.
    length = f"{css('#editor p')}.textContent.length" if whole else len(words)
    page.until(f"editor.selection.savedRange.length === {length}")
    buttons = {"bold": "bold", "italics": "italic", "underlined": "underline"}
    if how in buttons:
        yield page.click(css(f".ql-toolbar .ql-{buttons[how]}"))
    else:
        yield page.click(css(".ql-toolbar .ql-color .ql-picker-label"))
        color = page.words(f"COLOR_MAP['{how}'][0]")
        item = css(f".ql-toolbar .ql-color .ql-picker-item[data-value='{color}']")
        page.rest(item)
        yield page.click(item)
    yield page.submit()


# Left, right and middle of the first place where the words stand alone.
_SPAN = """
(words => {
  const node = document.querySelector('#editor p').firstChild;
  let at = 0;
  for (const one of node.data.split(' ')) {
    if (one === words) break;
    at += one.length + 1;
  }
  const range = document.createRange();
  range.setStart(node, at);
  range.setEnd(node, at + words.length);
  const box = range.getBoundingClientRect();
  return [box.left, box.right, box.top + box.height / 2];
})('%s')
"""


def stock(page: Page) -> Iterator[Action]:
    """Buys well below the limit; as time runs out, wherever it is below it."""
    (limit,) = page.match(r"less than \$(\d+\.\d+)")
    button = page.point(css("#buy"))
    page.until(
        "(() => { const price = parseFloat(said(document.querySelector('#stock-price')).slice(1));"
        f" return price <= {limit} - (all('.plot-point').length < 70 ? 1 : 0) }})()",
        patience=9.0,
    )
    yield Click(*button)


ORACLES: Mapping[str, Oracle] = {
    "daily-calendar": event,
    "navigate-tree": tree,
    "order-food": order,
    "search-engine": search,
    "social-media": post,
    "social-media-all": posts,
    "social-media-some": posts,
    "stock-market": stock,
    "text-editor": style,
}
