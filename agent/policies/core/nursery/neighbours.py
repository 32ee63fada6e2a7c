"""Left and upper neighbours."""

from collections.abc import Sequence
from dataclasses import replace

from perception.scene import Element, Kind


def neighbours(elements: Sequence[Element]) -> list[Element]:
    """The elements with left and above filled in: nearest text in the same window."""
    texts = [e for e in elements if e.text and e.kind in (Kind.TEXT, Kind.CELL)]
    out = []
    for e in elements:
        if e.kind not in (Kind.TEXT, Kind.FIELD):
            out.append(e)
            continue
        left: tuple[int, str] = (10**6, "")
        above: tuple[int, str] = (10**6, "")
        x, y = e.box.x, e.box.y
        cy = e.box.center[1]
        for o in texts:
            if o.window != e.window or o is e:
                continue
            gap = x - o.box.right
            if -2 <= gap < 320 and o.box.y <= cy < o.box.bottom and gap < left[0]:
                left = (gap, o.text)
            rise = y - o.box.bottom
            if -2 <= rise < 40 and o.box.x < e.box.right and x < o.box.right and rise < above[0]:
                above = (rise, o.text)
        out.append(replace(e, left=left[1], above=above[1]))
    return out
