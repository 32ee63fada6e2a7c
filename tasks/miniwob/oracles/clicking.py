"""Pages that are done by clicking what the goal names."""

from collections.abc import Iterator, Mapping

from actuation.action import Action
from tasks.miniwob.page import Oracle, Page, css, nth, text


def the_button(page: Page) -> Iterator[Action]:
    yield page.click(css("#subbtn"))


def both_buttons(page: Page) -> Iterator[Action]:
    yield page.click(css("#subbtn"))
    yield page.click(css("#subbtn2"))


def named_button(page: Page) -> Iterator[Action]:
    (words,) = page.match(r'"(.*)" button')
    yield page.press_text(words)


def boxes(page: Page) -> Iterator[Action]:
    """Tick what the goal lists."""
    (names,) = page.match(r"Select (.*) and click Submit")
    for name in names.split(", "):
        if name != "nothing":
            yield page.click(f"{text('label', name)}.querySelector('input')")
    yield page.press_text("Submit")


def alike(page: Page) -> Iterator[Action]:
    """Tick what means the same as the words that the goal lists."""
    (names,) = page.match(r"similar to (.*) and click Submit")
    for name in names.split(", "):
        kin = set(page.several(f"SYNONYMS.filter(one => one.includes('{name}')).flat()"))
        for label in page.all_said("#boxes label"):
            if label in kin:
                yield page.click(f"{text('label', label)}.querySelector('input')")
    yield page.press_text("Submit")


def option(page: Page) -> Iterator[Action]:
    (name,) = page.match(r"Select (.*) and click Submit")
    yield page.click(f"{text('label', name)}.querySelector('input')")
    yield page.press_text("Submit")


def link(page: Page) -> Iterator[Action]:
    (words,) = page.match(r'link "(.*)"')
    yield page.click(text("#area .alink", words))


def unfold_and_submit(page: Page) -> Iterator[Action]:
    yield page.click(css("#area h3"))
    page.rest(css("#subbtn"))
    yield page.click(css("#subbtn"))


def unfold_and_find(page: Page) -> Iterator[Action]:
    """Open the section, by its head, that holds the link."""
    (words,) = page.match(r'link "(.*)"')
    holds = page.several(
        "all('#area > div').map(one => [...one.querySelectorAll('.alink')].map(said))"
        ".map(links => links.join('\\n'))"
    )
    section = next(at for at, links in enumerate(holds) if words in links.split("\n"))
    yield page.click(nth("#area h3", section))
    page.rest(nth("#area > div", section))
    yield page.click(text("#area .alink", words))


def tab(page: Page) -> Iterator[Action]:
    (name,) = page.match(r"(Tab #\d)")
    yield page.click(text("#area a", name))


def tab_with_link(page: Page) -> Iterator[Action]:
    """The tab that holds the link is opened; where none does, opening the other one is the job."""
    (words,) = page.match(r'link "(.*)"')
    holds = page.several(
        "all('#area > div').map(one => [...one.querySelectorAll('.alink')].map(said).join('\\n'))"
    )
    held = [at for at, links in enumerate(holds) if words in links.split("\n")]
    at = held[0] if held else len(holds) - 1
    if not page.true(f"seen({nth('#area > div', at)})"):
        yield page.click(nth("#area li a", at))
    if held:
        yield page.click(text("#area .alink", words))


def cross(page: Page) -> Iterator[Action]:
    yield page.click(css(".ui-dialog-titlebar-close"))


def dialog_button(page: Page) -> Iterator[Action]:
    (name,) = page.match(r'labeled "(.*)"')
    yield from cross(page) if name == "x" else iter((page.press_text(name, ".ui-dialog button"),))


def widget(page: Page) -> Iterator[Action]:
    (kind,) = page.match(r'"(.*)" widget')
    yield page.click(css(f"#area [data-type={kind}]"))


def menu(page: Page) -> Iterator[Action]:
    """Along the path that the goal names: hovering opens a submenu, a click would choose it."""
    (path,) = page.match(r"Select (.*)")
    *way, last = path.split(">")
    for name in way:
        yield page.move(text("#menu div", name))
        page.rest(f"{text('#menu div', name)}.parentElement.querySelector('ul')")
    yield page.click(text("#menu div", last))


def icon_menu(page: Page) -> Iterator[Action]:
    """The item by its name, or by its icon as the goal shows it."""
    icon = page.words("(document.querySelector('#query .ui-icon') || {className: ''}).className")
    if icon:
        shape = icon.split()[-1]
        name = page.words(f"said(document.querySelector('#menu .{shape}').parentElement)")
    else:
        (name,) = page.match(r'labeled "(.*)"')
    yield page.press_text("Menu")
    if page.true(f"!seen(all('#menu div').find(one => said(one) === '{name}'))"):
        yield page.click(text("#menu div", "Playback"))
        page.rest(css("#menu ul"))
    yield page.click(text("#menu div", name))


ORACLES: Mapping[str, Oracle] = {
    "click-button": named_button,
    "click-button-sequence": both_buttons,
    "click-checkboxes": boxes,
    "click-checkboxes-large": boxes,
    "click-checkboxes-soft": alike,
    "click-checkboxes-transfer": boxes,
    "click-collapsible": unfold_and_submit,
    "click-collapsible-2": unfold_and_find,
    "click-collapsible-2-nodelay": unfold_and_find,
    "click-collapsible-nodelay": unfold_and_submit,
    "click-dialog": cross,
    "click-dialog-2": dialog_button,
    "click-link": link,
    "click-menu": menu,
    "click-menu-2": icon_menu,
    "click-option": option,
    "click-tab": tab,
    "click-tab-2": tab_with_link,
    "click-tab-2-easy": tab_with_link,
    "click-tab-2-hard": tab_with_link,
    "click-tab-2-medium": tab_with_link,
    "click-test": the_button,
    "click-test-2": the_button,
    "click-test-transfer": the_button,
    "click-widget": widget,
}
