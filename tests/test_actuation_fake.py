"""The desktop in memory keeps the Desktop protocol."""

import numpy as np
import pytest

from actuation.action import Click, Press, TypeText
from actuation.desktop import Desktop, DesktopError, Stopped
from actuation.fake import FakeDesktop
from actuation.local import LocalDesktop
from perception.frames import difference


def test_a_row_is_entered_and_saved() -> None:
    desktop = FakeDesktop(rows=[["2024-05-01", "Bäcker", "12.50"]])
    before = desktop.observe()
    assert desktop.perform(Click(-5, 10**6)) == Click(0, 399)
    desktop.perform(Click(*desktop.cell_box(1, 0).center))
    for text in ("2024-05-02", "Öl & Söhne", "99.90"):
        desktop.perform(TypeText(text))
        desktop.perform(Press("Tab"))
    assert (1, 0) not in desktop.saved
    desktop.perform(Press("ctrl+s"))
    assert [desktop.saved[1, column] for column in range(3)] == [
        "2024-05-02",
        "Öl & Söhne",
        "99.90",
    ]
    change = difference(before.image, desktop.observe().image)
    assert change is not None
    assert change.intersect(desktop.cell_box(1, 1)).area > 0
    assert before.image.dtype == np.uint8


def test_escape_cancels_and_delete_clears() -> None:
    desktop = FakeDesktop(rows=[["a", "b", "c"]])
    desktop.perform(TypeText("x"))
    desktop.perform(Press("Escape"))
    assert desktop.cells[0, 0] == "a"
    desktop.perform(Press("Delete"))
    assert (0, 0) not in desktop.cells


def test_stop_and_close() -> None:
    desktop: Desktop = FakeDesktop()
    desktop.stop()
    with pytest.raises(Stopped):
        desktop.perform(TypeText("x"))
    desktop.resume()
    desktop.perform(TypeText("x"))
    desktop.close()
    with pytest.raises(DesktopError):
        desktop.observe()


def test_no_display_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(DesktopError, match="set DISPLAY"):
        LocalDesktop()
    with pytest.raises(DesktopError, match=":987"):
        LocalDesktop(":987")
