"""How an oracle finds its way on the screen: by the same eyes that the agent has."""

from actuation.action import Click
from actuation.desktop import DesktopError
from perception.scene import Element, Scene
from tasks.task import Look


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
