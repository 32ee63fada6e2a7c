"""The footer: keys as whole words. What there is no room for is left out; `?` lists it."""

from textual.widgets import Footer
from textual.widgets._footer import FooterKey


class WholeKeys(Footer):
    """Textual's own footer cuts the last key within its word."""

    async def recompose(self) -> None:
        await super().recompose()
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        room = self.size.width
        for key in self.query(FooterKey):
            room -= key.render().cell_len
            key.display = room >= 0
