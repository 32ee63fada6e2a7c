"""A page of MiniWoB++ as a task: an episode begins and is scored by seed, in a real browser.

    reload ─▶ seed ─▶ start ─▶ goal ··· mouse and keyboard ··· ─▶ the page's own raw reward

The page is loaded anew for each attempt: only then does a seed give the same first picture. Its
clock is set so far away that nothing is lost by taking time, and success is the full raw reward.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from actuation.action import Action, Done, Move
from actuation.desktop import DesktopError, Host
from actuation.rules import FAMILIES
from tasks.miniwob import browser
from tasks.miniwob.cdp import Tab
from tasks.miniwob.page import Page
from tasks.miniwob.subsets import LEVELS, PREFIX
from tasks.task import Goal, Look, Verdict

FULL = 0.99  # of the raw reward, which is 1 at most
# Once started, a page shows a cover when it is done: a click on it would start another episode,
# unseeded, on a clock. `core.seed` is gone once the page is left or loaded again. The panels beside
# the task show its rewards and a ticking clock: they are no part of it.
_START = """
new Promise((answer, fail) => {
  const late = performance.now() + 20000;
  const after = (ready, then) => {
    if (ready()) then();
    else if (performance.now() > late) fail(new Error('the page does not become ready'));
    else setTimeout(() => after(ready, then), 10);
  };
  after(() => typeof core === 'object' && document.querySelector('#sync-task-cover'), () => {
    Math.seedrandom(%(seed)d);
    core.EPISODE_MAX_TIME = 10 ** 9;
    core.startEpisodeReal();
    core.startEpisodeReal = () => {};
    core.seed = %(seed)d;
    core.hideDisplay();
    document.querySelector('#click-canvas').style.display = 'none';
    after(() => WOB_TASK_READY, () => {
      const goal = core.getUtterance();
      const [words, fields] =
        typeof goal === 'string' ? [goal, {}] : [goal.utterance, goal.fields];
      // Clicks are lost until the new page has been painted.
      requestAnimationFrame(() => requestAnimationFrame(() =>
        answer([words, fields, innerWidth, innerHeight, devicePixelRatio])));
    });
  });
})
"""
_SCORE = """
new Promise(answer => {
  const late = performance.now() + %(patience)d;
  const look = () => {
    if (typeof core !== 'object' || core.seed !== %(seed)d) answer(['left', 0, '']);
    else if (WOB_DONE_GLOBAL) answer(['done', WOB_RAW_REWARD_GLOBAL, WOB_REWARD_REASON || '']);
    else if (performance.now() > late) answer(['open', 0, '']);
    else setTimeout(look, 20);
  };
  look();
})
"""
LATE = 300  # milliseconds that a page may take to score the last action


class MiniWobTask:
    """One attempt at one page, by the name that the package gives it."""

    variants: tuple[str, ...] = ("",)
    traps: tuple[str, ...] = ()

    def __init__(self, page: str) -> None:
        self.id = page
        self.name = PREFIX + page
        self.level = LEVELS.get(page, 1)
        self._seed = 0
        self._desktop: Host | None = None
        self._tab: Tab | None = None
        self._page: Page | None = None

    def setup(self, desktop: Host, folder: Path, seed: int, variant: str = "") -> Goal:
        """ValueError for an unknown variant; DesktopError when the page does not come up."""
        if variant not in self.variants:
            raise ValueError(f"{self.name} has no variants, so none called {variant!r}")
        self._desktop, self._seed = desktop, seed
        self._tab = browser.reach(desktop)
        place = browser.show(desktop)
        browser.focus(desktop, self._tab)
        screen = desktop.glance().screen
        desktop.perform(Move(screen.width - 1, screen.height - 1))  # out of the page's way
        self._tab.open(_address(self.id))
        answer = self._tab.evaluate(_START % {"seed": seed})
        browser.focus(desktop, self._tab)  # it may have come and gone again
        match answer:
            case [str(words), dict(fields), int(width), int(height), int() | float() as scale]:
                pass
            case _:
                raise DesktopError(f"{self.name} does not tell its goal: {answer!r}")
        if (round(width * scale), round(height * scale)) != (place.w, place.h):
            raise DesktopError(f"the page does not fill its window: {answer[2:]} in {place}")
        told = {str(key): str(value) for key, value in fields.items()}
        self._page = Page(self._tab, place, scale, words, told)
        # Whatever a page has buttons for is its job, and nothing outside it is touched.
        return Goal(words, applications=(browser.APPLICATION,), acts=tuple(FAMILIES))

    def demonstrate(self, observe: Look) -> Iterator[Action]:
        """DesktopError for a page that has no oracle, or where it loses its way."""
        from tasks.miniwob.oracles import find

        assert self._page is not None, "setup() comes first"
        yield from find(self.id)(self._page)
        yield Done()

    def verify(self, answer: str = "") -> Verdict:
        """What the page has scored; nothing, if it was left or its window closed."""
        assert self._tab is not None, "setup() comes first"
        values = {"seed": self._seed, "patience": LATE}
        try:
            found = self._tab.evaluate(_SCORE % values)
        except DesktopError as error:
            found = ["gone", 0, str(error)]
        match found:
            case [str(state), int() | float() as raw, str(why)]:
                pass
            case _:
                raise DesktopError(f"{self.name} does not tell its score: {found!r}")
        reason = {
            "gone": f"the page is gone: {why}",
            "left": "the page was left or loaded again",
            "open": "the page waits for more: nothing was scored",
            "done": " ".join(filter(None, (f"raw reward {raw:g}", f"({why})" if why else ""))),
        }[state]
        return Verdict(raw >= FULL, reason, score=float(raw))

    def teardown(self) -> None:
        """The browser stays for the next attempt, its window out of the way."""
        tab, self._tab, self._page = self._tab, None, None
        if tab is not None:
            tab.close()
        if self._desktop is not None:
            desktop, self._desktop = self._desktop, None
            with suppress(DesktopError):  # somebody has closed it
                browser.hide(desktop)


def _address(page: str) -> str:
    """The package's own file. DesktopError if the package is missing."""
    found = importlib.util.find_spec("miniwob")  # finds it without importing it
    if found is None or found.origin is None:
        raise DesktopError("the package miniwob is missing: pip install 'dormouse[bench]'")
    return (Path(found.origin).parent / "html" / "miniwob" / f"{page}.html").as_uri()
