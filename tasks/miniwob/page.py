"""A task's page as an oracle knows it: it asks the page for where and what, and acts by mouse and
keyboard through the actions that these helpers make."""

from collections.abc import Callable, Iterator

from actuation.action import Action, Click, Move, Press, Scroll, TypeText
from tasks.miniwob.sight import Sight, css, nth, text

__all__ = ["NOTCH", "Oracle", "Page", "css", "nth", "text"]

NOTCH = 120  # pixels of the page that a notch of the wheel turns


class Page(Sight):
    """The page, and what can be done on it."""

    def click(self, element: str) -> Click:
        return Click(*self.open_point(element))

    def press_text(self, words: str, selector: str = "button") -> Click:
        """A click on what says these words, a button if nothing else is named."""
        return self.click(text(selector, words))

    def move(self, element: str) -> Move:
        return Move(*self.open_point(element))

    def scroll(self, element: str, dy: int) -> Scroll:
        return Scroll(*self.point(element), dy=dy)

    def fill(self, element: str, words: str) -> Iterator[Action]:
        """Click into a field and type, over what stands in it."""
        yield self.click(element)
        if self.true(f"({element}).value !== ''"):
            yield Press("ctrl+a")
        yield TypeText(words)

    def submit(self) -> Click:
        return self.click(css("#subbtn"))

    def view(self, element: str, pane: str, margin: float = 4) -> Iterator[Action]:
        """Turn the wheel over a pane until the middle of an element in it can be seen, or a part
        of it where a notch is too much."""
        ways: set[bool] = set()
        for _ in range(12):
            _, top, _, height = self.box(element)
            _, above, _, tall = self.box(pane)
            middle = top + height / 2
            over, under = above + margin - middle, middle + margin - above - tall
            part = min(top + height, above + tall) - max(top, above)
            if (over <= 0 and under <= 0) or (len(ways) > 1 and part > 2):
                return
            notches = max(1, round(max(under, over) / NOTCH)) * (1 if under > 0 else -1)
            ways.add(notches > 0)
            before = self.number(f"({pane}).scrollTop")
            yield self.scroll(pane, notches)
            self.turned(pane, before)

    def choose(self, element: str, words: str) -> Iterator[Action]:
        """Choose from a drop-down list by the keyboard: typing finds an option that begins so."""
        options = self.several(f"[...({element}).options].map(said)")
        current = int(self.number(f"({element}).selectedIndex"))
        if options.index(words) == current:
            return
        yield self.click(element)
        yield TypeText(words)
        after = [*range(current + 1, len(options)), *range(current + 1)]
        begins = words.casefold()
        found = next(at for at in after if options[at].casefold().startswith(begins))
        for _ in range(abs(options.index(words) - found)):
            yield Press("Down" if options.index(words) > found else "Up")
        yield Press("Return")


Oracle = Callable[[Page], Iterator[Action]]
"""How a page is done, one action at a time."""
