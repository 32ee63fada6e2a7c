"""What a task's page says, and what stands where on the screen: the eyes of an oracle.

An element is named by an expression of the page's own language: css(), text(), nth().
"""

import json
import re

from actuation.desktop import DesktopError
from perception.observation import Box
from tasks.miniwob.cdp import Tab

Point = tuple[int, int]

_PRELUDE = """
const seen = one => { const box = one.getBoundingClientRect(); return box.width * box.height > 0 };
const all = css => [...document.querySelectorAll(css)];
const said = one => one.textContent.replace(/\\s+/g, ' ').trim();
const named = (css, words) => all(css).find(one => seen(one) && said(one) === words);
"""
_BOX = "JSON.stringify(one.getBoundingClientRect())"


def css(selector: str) -> str:
    """The first element of a CSS selector."""
    return nth(selector, 0)


def nth(selector: str, index: int) -> str:
    return f"all({json.dumps(selector)})[{index}]"


def text(selector: str, words: str) -> str:
    """The first visible element of a CSS selector that says exactly these words."""
    return f"named({json.dumps(selector)}, {json.dumps(words)})"


class Sight:
    """The page in the window at `place` (screen pixels), `scale` of them for one of its own.

    goal: the task in words. fields: what a page tells of its goal beside the words.
    """

    def __init__(
        self, tab: Tab, place: Box, scale: float, goal: str, fields: dict[str, str]
    ) -> None:
        self._tab, self._place, self.scale = tab, place, scale
        self.goal, self.fields = goal, fields

    # What the page says.

    def ask(self, script: str) -> object:
        """The value of an expression, which may use `all`, `named`, `said` and `seen`."""
        return self._tab.evaluate(f"(() => {{ {_PRELUDE} return ({script}) }})()")

    def words(self, script: str) -> str:
        value = self.ask(script)
        if not isinstance(value, str):
            raise DesktopError(f"the oracle finds no words in {script}")
        return value

    def several(self, script: str) -> list[str]:
        value = self.ask(script)
        if not isinstance(value, list):
            raise DesktopError(f"the oracle finds no list in {script}")
        return [str(one) for one in value]

    def numbers(self, script: str) -> list[float]:
        return [float(one) for one in self.several(script)]

    def number(self, script: str) -> float:
        value = self.ask(script)
        if not isinstance(value, int | float):
            raise DesktopError(f"the oracle finds no number in {script}")
        return float(value)

    def true(self, script: str) -> bool:
        return bool(self.ask(f"!!({script})"))

    def done(self) -> bool:
        """Whether the page has scored the episode."""
        return self.true("WOB_DONE_GLOBAL")

    def all_said(self, selector: str) -> list[str]:
        """What each visible element of a CSS selector says."""
        return self.several(f"all({json.dumps(selector)}).filter(seen).map(said)")

    def until(self, script: str, patience: float = 5.0) -> None:
        """Wait until an expression is true. DesktopError after `patience` seconds."""
        holds = self._tab.evaluate(
            f"""new Promise(answer => {{
                const end = performance.now() + {patience * 1000};
                const look = () => {{ {_PRELUDE}
                    if ({script}) answer(true);
                    else if (performance.now() > end) answer(false);
                    else setTimeout(look, 20);
                }}; look() }})"""
        )
        if not holds:
            raise DesktopError(f"the page does not come to {script}")

    def rest(self, element: str, patience: float = 3.0) -> None:
        """Wait until an element is there and stands still: three looks 40 ms apart are alike."""
        self._still(f"(one => one && seen(one) ? {_BOX} : '')({element})", "", patience)

    def turned(self, pane: str, before: float, patience: float = 1.0) -> None:
        """Wait until a pane that was scrolled as far as `before` is elsewhere, and at rest."""
        self._still(f"({pane}).scrollTop", json.dumps(before), patience)

    def _still(self, script: str, before: str, patience: float) -> None:
        """Wait until a value is another than `before`, and the same three times."""
        self._tab.evaluate(
            f"""new Promise(answer => {{
                const end = performance.now() + {patience * 1000};
                let last = null, same = 0;
                const look = () => {{ {_PRELUDE}
                    const now = {script};
                    same = now === last && now !== {before or "''"} ? same + 1 : 0;
                    last = now;
                    if (same > 1 || performance.now() > end) answer(true);
                    else setTimeout(look, 40);
                }}; look() }})"""
        )

    def match(self, pattern: str) -> tuple[str, ...]:
        """The groups of a pattern in the goal. DesktopError if it does not read so."""
        found = re.search(pattern, self.goal)
        if found is None:
            raise DesktopError(f"the oracle does not understand {self.goal!r}")
        return found.groups()

    # Where it stands.

    def at(self, x: float, y: float) -> Point:
        """A point of the page's view, in pixels of the screen."""
        return (
            self._place.x + int(x * self.scale),
            self._place.y + int(y * self.scale),
        )

    def box(self, element: str) -> tuple[float, float, float, float]:
        """Left, top, width and height in the page's own pixels."""
        value = self.ask(
            f"(one => {{ if (!one) return []; const box = one.getBoundingClientRect();"
            f" return [box.left, box.top, box.width, box.height] }})({element})"
        )
        if not isinstance(value, list) or len(value) != 4:
            raise DesktopError(f"the oracle does not find {element}")
        left, top, width, height = map(float, value)
        return left, top, width, height

    def open_point(self, element: str) -> Point:
        """A point of an element that nothing else covers, its middle if it can be."""
        spot = self.numbers(
            f"""(one => {{
                if (!one) return [];
                const box = one.getBoundingClientRect();
                const shares = [0.5, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];
                const spots = shares.flatMap(down => shares.map(across =>
                    [box.left + across * box.width, box.top + down * box.height]));
                const free = spots.find(([x, y]) => one.contains(document.elementFromPoint(x, y)));
                return free || spots[0];
            }})({element})"""
        )
        if not spot:
            raise DesktopError(f"the oracle does not find {element}")
        return self.at(spot[0], spot[1])

    def point(self, element: str, across: float = 0.5, down: float = 0.5) -> Point:
        """A point of an element, as shares of its width and height."""
        left, top, width, height = self.box(element)
        return self.at(left + across * width, top + down * height)

    def seen_point(self, element: str, pane: str) -> Point:
        """The middle of what a pane shows of an element."""
        left, top, width, height = self.box(element)
        _, above, _, tall = self.box(pane)
        shown = max(top, above), min(top + height, above + tall)
        return self.at(left + width / 2, sum(shown) / 2)
