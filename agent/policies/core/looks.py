"""How a text looks, whatever it says: what tells a code from a name, and a value from its label."""

from collections import Counter
from functools import lru_cache

from perception.scene import Kind, Scene
from perception.values import value_kind

CODE = 0.5  # share of digits from which on a text is a code

Shape = tuple[float, float, float, float]
NONE: Shape = (0.0, 0.0, 0.0, 0.0)


@lru_cache(maxsize=65536)
def shape(text: str) -> Shape:
    """Share of digits, share of capitals, whether it has a space, length (1.0 for 30 letters)."""
    if not text:
        return NONE
    digits = sum(c.isdigit() for c in text) / len(text)
    capitals = sum(c.isupper() for c in text) / len(text)
    return digits, capitals, float(" " in text), min(1.0, len(text) / 30)


def as_label(text: str) -> str:
    """A text as what it names; "" for a code, which names nothing, whatever letters it has."""
    return "" if value_kind(text) == "text" and shape(text)[0] >= CODE else text


def column_shape(scene: Scene) -> Shape | None:
    """The mean shape of the values in the focused column; None where it has none."""
    shapes = _column_shapes(scene)
    if not shapes:
        return None
    digits, capitals, spaces, lengths = zip(*shapes, strict=True)
    count = len(shapes)
    return sum(digits) / count, sum(capitals) / count, sum(spaces) / count, sum(lengths) / count


def _column_texts(scene: Scene) -> list[str]:
    """The values of the focused column."""
    focus = scene.focused
    if focus is None or focus.grid < 0:
        return []
    place = focus.grid, focus.column
    return [
        e.text
        for e in scene.elements
        if (e.grid, e.column) == place and e.row >= 0 and e.text and not e.focused
    ]


def _column_shapes(scene: Scene) -> list[Shape]:
    return [shape(text) for text in _column_texts(scene)]


def out_of_place(scene: Scene, text: str) -> float:
    """How much further than any of its values a text is from the look of the focused column.

    Negative: within. 0 where the column has fewer than two values.
    """
    shapes, mean = _column_shapes(scene), column_shape(scene)
    if len(shapes) < 2:
        return 0.0
    return distance(shape(text), mean) - max(distance(one, mean) for one in shapes)


def begins_small(scene: Scene, text: str) -> bool:
    """Whether a text begins with a small letter where no value of the focused column does.

    Small and capital s, o, w … look alike, and no second reading tells them apart.
    """
    firsts = [value[0] for value in _column_texts(scene) if value[0].isalpha()]
    return len(firsts) >= 2 and text[:1].islower() and not any(c.islower() for c in firsts)


def distance(one: Shape, other: Shape | None) -> float:
    """0 for the same look, up to 4; 1 where there is nothing to compare with."""
    if other is None:
        return 1.0
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def named(scene: Scene) -> tuple[Counter[str], Counter[str]]:
    """How many elements outside tables have a text as their left, and as their upper, label."""
    free = [e for e in scene.elements if e.grid < 0]
    return Counter(e.left for e in free), Counter(e.above for e in free)


def field_order(scene: Scene) -> dict[int, tuple[float, float]]:
    """For each input field (by index): how far down the form (0..1), and whether last."""
    fields = [i for i, e in enumerate(scene.elements) if e.kind == Kind.FIELD]
    fields.sort(key=lambda i: (scene.elements[i].box.y, scene.elements[i].box.x))
    last = len(fields) - 1
    return {i: (rank / max(1, last), float(rank == last)) for rank, i in enumerate(fields)}
