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
    "corrected": "yellow",
}


class Rows(DataTable[Text]):
    """fill() it with rows by key; `chosen` is the key under the cursor, "" where there is none.
    empty: words where there is no row."""

    DEFAULT_CSS = "Rows { height: 1fr; }"

    def __init__(
        self,
        heads: Sequence[str],
        empty: str = "",
        id: str | None = None,  # noqa: A002 - Textual's
    ) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, id=id)
        self._heads, self._empty = heads, empty
        self._all: dict[str, tuple[str, ...]] = {}
        self._filter = ""

    def on_mount(self) -> None:
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
        self.clear(columns=True)  # they would stay as wide as what they once held
        shown = {
            key: cells
            for key, cells in self._all.items()
            if self._filter in " ".join(cells).casefold()
        }
        words = f"nothing here contains “{self._filter}”" if self._all else self._empty
        if not shown and words:
            self.add_column("", width=cell_len(words))
            self.add_row(Text(words), key="")
            return
        rows = {key: [_cell(cell) for cell in cells] for key, cells in shown.items()}
        for place, head in enumerate(self._heads):
            # its own measuring comes later, and not always
            width = max((row[place].cell_len for row in rows.values()), default=0)
            self.add_column(head, width=max(width, cell_len(head)))
        for key, cells in rows.items():
            self.add_row(*cells, key=key)
        self.choose(chosen)


def _cell(words: str) -> Text:
    line = " ".join(words.split())
    return Text(line, STYLES.get(line.partition(":")[0].partition(",")[0], ""), no_wrap=True)
