"""A table of words with a row for each thing that can be chosen; it can be filtered."""

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import DataTable

STYLES = {  # by what a cell begins with; the word itself says it, too
    "verified": "green",
    "good": "green",
    "promoted": "green",
    "ok": "green",
    "wrong": "bold red",
    "unknown": "bold red",
    "no": "bold red",
    "asked": "cyan",
    "flagged": "yellow",
    "waits for you": "yellow",
    "corrected": "yellow",
}


LEAST, LEAST_WRAPPED = 20, 10  # columns: no cell is cut, or folded, to less than this
PADDING = 2  # columns beside each cell


class Rows(DataTable[Text]):
    """fill() it with rows by key; `chosen` is the key under the cursor, "" where there is none.

    empty: words where there is no row. spare: columns that may go where there is no room, the
    first one first; then the widest are cut short with "…". wrap: long cells go on below instead.
    """

    DEFAULT_CSS = "Rows { height: 1fr; }"

    def __init__(
        self,
        heads: Sequence[str],
        empty: str = "",
        spare: Sequence[str] = (),
        wrap: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's
    ) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, id=id)
        self._heads, self._empty, self._spare, self._wrap = heads, empty, spare, wrap
        self._all: dict[str, tuple[str, ...]] = {}
        self._filter = ""
        self._room = 0

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        if self.outer_size.width != self._room:
            self._draw()

    @property
    def chosen(self) -> str:
        if not self.is_valid_row_index(self.cursor_row):
            return ""
        return str(self.coordinate_to_cell_key((self.cursor_row, 0)).row_key.value)  # type: ignore[arg-type]

    @property
    def keys(self) -> list[str]:
        """Of the rows that are shown, in order."""
        return [str(key.value) for key in self.rows]

    def fill(self, rows: Mapping[str, tuple[str, ...]]) -> None:
        """Show these rows; the cursor stays on its row where that is still there."""
        if dict(rows) != self._all:
            self._all = dict(rows)
            self._draw()

    def filtered(self, text: str) -> None:
        """Show only rows that contain `text` (casefolded)."""
        if text != self._filter:
            self._filter = text
            self._draw()

    def choose(self, key: str) -> None:
        """Move the cursor to a row."""
        keys = self.keys
        if key in keys:
            self.move_cursor(row=keys.index(key))

    def _draw(self) -> None:
        chosen = self.chosen
        self._room = self.outer_size.width
        self.clear(columns=True)  # they would stay as wide as what they once held
        shown = {
            key: cells
            for key, cells in self._all.items()
            if self._filter in " ".join(cells).casefold()
        }
        words = f"nothing here contains “{self._filter}”" if self._all else self._empty
        if not shown and words:
            room = max(LEAST, self._room - PADDING) if self._room else cell_len(words)
            self.add_column("", width=min(room, cell_len(words)))
            self.add_row(Text(words), key="", height=None)
            return
        rows = {key: [_cell(cell, self._wrap) for cell in cells] for key, cells in shown.items()}
        # its own measuring comes later, and not always
        wanted = {
            head: max([cell_len(head), *(row[place].cell_len for row in rows.values())])
            for place, head in enumerate(self._heads)
        }
        room = self._room - self.styles.scrollbar_size_vertical
        widths = fitted(wanted, room, self._spare, LEAST_WRAPPED if self._wrap else LEAST)
        places = [place for place, head in enumerate(self._heads) if head in widths]
        for head, width in widths.items():
            self.add_column(head, width=width)
        for key, cells in rows.items():
            self.add_row(
                *(cells[place] for place in places), key=key, height=None if self._wrap else 1
            )
        self.choose(chosen)


def fitted(
    wanted: Mapping[str, int], room: int, spare: Sequence[str], least: int = LEAST
) -> dict[str, int]:
    """The width of each column that is shown, so that together they fit into `room` if they can.

    wanted: the width of each column's longest cell. A room of less than one column is not known
    yet, and everything is shown as it is. least: what a column is made narrower to once no spare
    one is left.
    """
    widths = dict(wanted)
    if room < LEAST:
        return widths
    for head in spare:
        if sum(min(width, LEAST) + PADDING for width in widths.values()) <= room:
            break
        widths.pop(head, None)
    while sum(width + PADDING for width in widths.values()) > room:
        widest = max(widths, key=lambda head: widths[head])
        if widths[widest] <= least:
            break  # a cell that is cut says more than none
        widths[widest] -= 1
    return widths


def _cell(words: str, wrap: bool) -> Text:
    line = " ".join(words.split())
    style = STYLES.get(line.partition(":")[0].partition(",")[0], "")
    return Text(line, style, no_wrap=not wrap, overflow="fold" if wrap else "ellipsis")
