"""How an oracle finds its way on the screen: by the same eyes that the agent has."""

from collections.abc import Callable, Iterator

from actuation.action import Action, Click, Wait
from actuation.desktop import DesktopError
from perception.scene import Element, Scene
from tasks.task import Look

LOOKS = 40  # at a screen on which something may still come, 0.2 s apart


class Eyes:
    """A base of tasks. The reader is made at the first look: most tasks are made without one."""

    def __init__(self) -> None:
        self._reader: object = None

    def scene(self, observe: Look) -> Scene:
        """What the eyes read on the screen now."""
        from perception.read import Reader

        if not isinstance(self._reader, Reader):
            self._reader = Reader()
        return self._reader.read(observe())

    def find(self, observe: Look, words: str) -> Element:
        """The text on the screen that is, or ends with, `words` (an icon before it may be read as
        letters). DesktopError if there is none."""
        wanted = words.casefold()
        found = [
            one
            for one in self.scene(observe).elements
            if one.text.strip(" .…").casefold().endswith(wanted)
        ]
        if not found:
            raise DesktopError(f"the oracle does not find {words!r} on the screen")
        return min(found, key=lambda one: len(one.text))

    def click(self, observe: Look, words: str) -> Click:
        """A click on a text, as `find` finds it."""
        return Click(*self.find(observe, words).box.center)

    def presses(self, observe: Look, words: str) -> Iterator[Action]:
        """A click on words, as soon as they are there."""
        return self.tries(lambda: self.click(observe, words))

    def tries(self, made: Callable[[], Action]) -> Iterator[Action]:
        """An action as soon as it can be made: what it is aimed at may come after the screen has
        rested. An oracle sees what the run sees: only a Wait brings another look."""
        for _ in range(LOOKS):
            try:
                action = made()
            except DesktopError:
                yield Wait(0.2)
            else:
                yield action
                return
        yield made()
