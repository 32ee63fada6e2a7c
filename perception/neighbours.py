"""What stands left of and above what: the labels of values, by place alone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from perception.scene import Element


def neighbours(elements: Sequence[Element]) -> list[Element]:
    """The elements with the texts to their left and above them, of the same window; cells only
    among cells. What stands apart above in larger type is a title, and no label."""
    if not elements:
        return []
    edges = np.array([(e.box.x, e.box.y, e.box.right, e.box.bottom) for e in elements])
    said = np.array([bool(e.text) for e in elements])
    groups = np.array([e.grid + 1000 * e.window for e in elements])
    x, y, right, bottom = edges.T
    near = said[None, :] & (groups[:, None] == groups[None, :])
    np.fill_diagonal(near, False)
    shared_y = np.minimum(bottom[:, None], bottom) - np.maximum(y[:, None], y)
    shared_x = np.minimum(right[:, None], right) - np.maximum(x[:, None], x)
    height = bottom - y
    beside = near & (right <= x[:, None] + 2)
    beside &= 2 * shared_y >= np.minimum(height[:, None], height)
    over = near & (bottom <= y[:, None] + 2) & (shared_x > 0)
    lefts = np.where(beside, right, -1).argmax(1)
    aboves = np.where(over, bottom, -1).argmax(1)
    title = (height[aboves] > 1.5 * height) & (y - bottom[aboves] > height)
    over &= ~title[:, None]
    return [
        replace(
            element,
            left=elements[lefts[i]].text if beside[i, lefts[i]] else "",
            above=elements[aboves[i]].text if over[i, aboves[i]] else "",
        )
        for i, element in enumerate(elements)
    ]
