"""Drawn screens: windows with sheets, cards and forms, straight as Scenes.

What the eyes would report is drawn without the detour through pixels, about a thousand times
faster; misreadings, missed elements and wrong neighbours are drawn in.
"""

import random
from dataclasses import dataclass, replace

from agent.policies.core.nursery.lexicon import Concept, concepts, invented, syllables
from perception.neighbours import neighbours
from perception.observation import Box, Window
from perception.scene import Element, Grid, Kind, Scene
from perception.values import value_kind

WIDTH, HEIGHT = 1280, 800
_MENUS = [
    "File",
    "Edit",
    "View",
    "Insert",
    "Format",
    "Styles",
    "Sheet",
    "Data",
    "Tools",
    "Window",
    "Help",
]
_STATUS = (
    "Sheet1",
    "Default",
    "English (USA)",
    "Sum: 0",
    "100%",
    "Average: ; Sum: 0",
    "Sheet 1 of 1",
)


@dataclass
class Canvas:
    """A screen in the making. Windows are added back to front."""

    rng: random.Random
    elements: list[Element]
    windows: list[Window]
    grids: list[Grid]

    @classmethod
    def empty(cls, rng: random.Random) -> "Canvas":
        return cls(rng, [], [], [])

    def window(self, title: str, application: str, box: Box, active: bool = False) -> int:
        self.windows.append(Window(title, application, box, active))
        return len(self.windows) - 1

    def text(
        self, x: int, y: int, words: str, window: int, size: int = 16, **more: object
    ) -> Element:
        """Put text with its top left at (x, y); returns the element."""
        width = max(6, int(len(words) * size * 0.52))
        element = Element(
            Box(x, y, width, size), words, window=window, confidence=self.rng.uniform(0.7, 0.97)
        )
        element = replace(element, **more)  # type: ignore[arg-type]
        self.elements.append(element)
        return element

    def scene(self) -> Scene:
        """Everything drawn, with neighbours found as the eyes find them, front window first."""
        order = list(reversed(range(len(self.windows))))
        place = {old: new for new, old in enumerate(order)}
        elements = [replace(e, window=place.get(e.window, -1)) for e in self.elements]
        grids = tuple(replace(g, window=place[g.window]) for g in self.grids)
        visible = [e for e in elements if e.box.x >= 0 and e.box.right <= WIDTH and e.box.y >= 0]
        visible.sort(key=lambda e: (e.window, e.box.y // 8, e.box.x))
        found = tuple(neighbours(visible))
        focus = next((i for i, e in enumerate(found) if e.focused), -1)
        windows = tuple(self.windows[i] for i in order)
        return Scene(WIDTH, HEIGHT, windows, grids, found, focus)


def _misread(rng: random.Random, words: str) -> str:
    """Now and then one letter is read as another, or a space is lost."""
    if rng.random() > 0.03 or len(words) < 4:
        return words
    if " " in words and rng.random() < 0.5:
        return words.replace(" ", "", 1)
    at = rng.randrange(len(words))
    return words[:at] + rng.choice("lI1oec.,") + words[at + 1 :]


def place_windows(rng: random.Random, count: int) -> list[Box]:
    """Boxes that do not overlap: one window, two side by side or stacked, now and then small."""
    if count == 1:
        w, h = rng.randint(560, 1260), rng.randint(420, 760)
        return [Box(rng.randint(0, WIDTH - w), rng.randint(20, HEIGHT - h), w, h)]
    split = rng.randint(430, 850)
    top, low = rng.randint(0, 60), rng.randint(0, 60)
    left = Box(rng.randint(0, 20), top, split - 30, HEIGHT - top - rng.randint(20, 160))
    right = Box(
        split + rng.randint(0, 10), low, WIDTH - split - 20, HEIGHT - low - rng.randint(20, 160)
    )
    boxes = [left, right]
    rng.shuffle(boxes)
    return boxes


@dataclass(frozen=True)
class Sheet:
    """A spreadsheet to draw. rows: existing rows of texts; typed: texts of the row being filled.

    focus: (row, column) of the ring, row counted below the header; None without one.
    """

    columns: tuple[Concept, ...]
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    typed: tuple[str, ...]
    focus: tuple[int, int] | None


def draw_sheet(canvas: Canvas, sheet: Sheet, box: Box, title: str, active: bool) -> None:
    """A spreadsheet program's window: menus, icons, bars, cells, the next free rows."""
    rng = canvas.rng
    window = canvas.window(title, "libreoffice-calc", box, active)
    x = box.x + 8
    for menu in _MENUS[: rng.randint(6, 11)]:
        made = canvas.text(x, box.y + rng.randint(4, 6), menu, window, 13, kind=Kind.MENU)
        x = made.box.right + 14
    for row in range(rng.randint(1, 2)):
        for i in range(rng.randint(2, 12)):
            at = Box(box.x + 8 + 29 * i, box.y + 34 + 30 * row, 18, 18)
            if at.right < box.right and rng.random() < 0.6:
                _draw_icon(canvas, at, window)
    top = box.y + rng.randint(88, 150)
    height = rng.randint(17, 25)
    shown = [[h, *(row[i] for row in sheet.rows)] for i, h in enumerate(sheet.headers)]
    widths = [int(max(map(len, texts)) * height * 0.42) + rng.randint(10, 60) for texts in shown]
    scale = min(1.0, (box.w - 50) / max(1, sum(widths)))
    widths = [max(30, int(w * scale)) for w in widths]
    _draw_cells(canvas, sheet, Box(box.x + 32, top, sum(widths), height), widths, window)
    x = box.x + 20
    for words in rng.sample(_STATUS, rng.randint(1, 5)):
        x = canvas.text(x, box.bottom - 16, words, window, 12).box.right + 40


def _draw_icon(canvas: Canvas, box: Box, window: int) -> None:
    """An icon; some are misread as a few letters."""
    rng = canvas.rng
    if rng.random() < 0.6:
        canvas.elements.append(Element(box, "", Kind.ICON, window=window))
        return
    words = "".join(rng.choice("lIi|[(mMtEaxX7=:Kp¿") for _ in range(rng.randint(1, 6)))
    canvas.elements.append(
        Element(box, words, confidence=rng.uniform(0.2, 0.9), certain=False, window=window)
    )


def _draw_cells(canvas: Canvas, sheet: Sheet, first: Box, widths: list[int], window: int) -> None:
    """The cells that the eyes report, and the grid. first: the header row's box."""
    rng, grid = canvas.rng, len(canvas.grids)
    begun = any(sheet.typed)
    blank = ("",) * len(widths)
    rows = [*sheet.rows, sheet.typed] if begun else list(sheet.rows)
    lines = [sheet.headers, *rows, blank, blank]
    lefts = [first.x + sum(widths[:i]) for i in range(len(widths))]
    for line, cells in enumerate(lines):
        row, y = line - 1, first.y + first.h * line
        for column, words in enumerate(cells):
            focused = sheet.focus == (row, column)
            if not words and row < len(rows) - 1 and not focused:
                continue  # the eyes offer empty cells only from the last row of data on
            canvas.elements.append(
                Element(
                    Box(lefts[column], y, widths[column], first.h),
                    _misread(rng, words) if row >= 0 else words,
                    Kind.CELL,
                    header=sheet.headers[column],
                    confidence=rng.uniform(0.7, 0.97) if words else 1.0,
                    focused=focused,
                    window=window,
                    grid=grid,
                    row=row,
                    column=column,
                )
            )
    values = [[row[i] for row in rows if row[i]] for i in range(len(widths))]
    canvas.grids.append(
        Grid(
            Box(first.x, first.y, first.w, first.h * len(lines)),
            window,
            sheet.headers,
            len(rows),
            len(rows),
            tuple(len(v) / max(1, len(rows)) for v in values),
            tuple(_common_kind(v) for v in values),
        )
    )


def _common_kind(values: list[str]) -> str:
    kinds = [value_kind(value) for value in values]
    return max(set(kinds), key=kinds.count) if kinds else ""


def draw_card(
    canvas: Canvas, pairs: list[tuple[str, str]], box: Box, title: str, active: bool
) -> None:
    """A page of labelled values: labels left, above, in header rows, or on the same line.

    Now and then a line of its own stands between them, as in letterheads: no value to copy.
    """
    rng = canvas.rng
    window = canvas.window(
        title, rng.choice(("feh", "viewer", "chromium", "document")), box, active
    )
    size = rng.randint(13, 20)
    x, y = box.x + rng.randint(14, 50), box.y + rng.randint(10, 40)
    if rng.random() < 0.7:
        canvas.text(x, y, _title(rng, pairs), window, size + rng.randint(0, 10))
        y += 3 * size
    columns = rng.choice((1, 1, 2)) if box.w > 420 else 1
    layout = rng.choice(("left", "left", "above", "mixed", "header"))
    colon = rng.choice(("", ":"))
    width = (box.w - 60) // columns
    gap = rng.randint(90, 220)
    top, lane = y, 0
    queue = list(pairs)
    for _ in range(rng.choice((0, 0, 1, 2, 3))):
        queue.insert(rng.randint(0, len(queue)), ("", _line(rng)))
    while queue:
        if y + 3 * size > box.bottom:
            lane, y = lane + 1, top
            if lane >= columns:
                break
        left = x + lane * width
        style = layout if layout != "mixed" else rng.choice(("left", "above", "header"))
        some = queue[: rng.randint(2, 3)]
        if style == "header" and len(some) >= 2 and width > 300 and all(name for name, _ in some):
            del queue[: len(some)]
            for i, (label, value) in enumerate(some):
                at = left + i * (width // len(some))
                canvas.text(at, y, _misread(rng, label), window, size)
                canvas.text(at, y + int(1.5 * size), _misread(rng, value), window, size)
            y += 4 * size
            continue
        label, value = queue.pop(0)
        if not label:
            canvas.text(left, y, _misread(rng, value), window, max(11, size - 2))
            y += int(1.5 * size)
        elif style == "above":
            canvas.text(left, y, _misread(rng, label + colon), window, max(11, size - 2))
            canvas.text(left, y + int(1.2 * size), _misread(rng, value), window, size)
            y += 3 * size
        else:
            canvas.text(left, y, _misread(rng, label + colon), window, size)
            shift = rng.choice((gap, gap, int(len(label) * size * 0.52) + 14))
            canvas.text(
                left + max(shift, int(len(label) * size * 0.52) + 10),
                y,
                _misread(rng, value),
                window,
                size,
            )
            y += int(rng.uniform(1.4, 2.0) * size)
    if rng.random() < 0.3:
        canvas.text(x, box.bottom - 20, syllables(rng, 2, 3), window, 12)


def _title(rng: random.Random, pairs: list[tuple[str, str]]) -> str:
    """A made-up title, or a word that some label has too: a title is no label."""
    labels = [label for label, _ in pairs] + list(rng.choice(concepts()).words)
    word = rng.choice(labels).split()[0]
    title = syllables(rng, 1, 3).title() if rng.random() < 0.5 else word
    return title.upper() if rng.random() < 0.3 else title


def _line(rng: random.Random) -> str:
    """A word and a number or code of its own, or some words."""
    concept = invented(rng)
    return f"{concept.words[0]} {concept.draw(rng)}" if rng.random() < 0.7 else concept.words[0]


def draw_lines(canvas: Canvas, box: Box, headers: list[str], rows: list[list[str]]) -> None:
    """A small table of distracting lines on the window drawn last."""
    window = len(canvas.windows) - 1
    step = max(60, box.w // max(1, len(headers)))
    for line, cells in enumerate([headers, *rows]):
        for i, words in enumerate(cells):
            canvas.text(box.x + i * step, box.y + line * 24, words, window, 15)


@dataclass(frozen=True)
class Form:
    """Labelled input fields; focus: index of the field that has the keyboard, or -1."""

    labels: tuple[str, ...]
    values: tuple[str, ...]
    buttons: tuple[str, ...]
    focus: int


def draw_form(canvas: Canvas, form: Form, box: Box, title: str, active: bool) -> None:
    """A dialog or web form."""
    rng = canvas.rng
    window = canvas.window(title, rng.choice(("chromium", "dialog", "forms")), box, active)
    beside = rng.random() < 0.6
    x, y = box.x + rng.randint(16, 60), box.y + rng.randint(30, 80)
    height = rng.randint(22, 32)
    for i, (label, value) in enumerate(zip(form.labels, form.values, strict=True)):
        canvas.text(x, y + 4, label, window, 14)
        at = Box(x + 190, y, 200, height) if beside else Box(x, y + 22, 260, height)
        canvas.elements.append(
            Element(at, value, Kind.FIELD, focused=i == form.focus, window=window)
        )
        y += height + (12 if beside else 34)
    for i, button in enumerate(form.buttons):
        canvas.text(x + 110 * i, y + 8, button, window, 14, kind=Kind.BUTTON)
