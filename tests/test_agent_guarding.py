"""The guard's own eyes on real programs: what a key in a real dialog would do."""

import time
from pathlib import Path

from openpyxl import Workbook

from actuation.action import Press, TypeText
from actuation.rules import Rules
from actuation.virtual import VirtualDesktop
from agent.guarding import GuardEyes, guard
from agent.policies.noop import Noop
from perception.observation import Box, Observation
from tasks.apps import calc
from tasks.task import Goal


def until_dialog(desktop: VirtualDesktop) -> Observation:
    """Its window may come well before its words, on a busy machine."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        seen = desktop.observe()
        words = GuardEyes(None).dialog(0, seen) if "Save" in seen.windows[0].title else ""
        if "Cancel" in words:
            return seen
    raise AssertionError(f"no dialog came: {seen.windows}")


def test_closing_without_saving_is_asked_about_by_its_key_too(
    desktop: VirtualDesktop, tmp_path: Path
) -> None:
    path, place = tmp_path / "ledger.xlsx", Box(40, 60, 900, 600)
    book = Workbook()
    book.active.append(["Date", "Vendor"])  # type: ignore[union-attr]
    book.save(path)
    program = calc.start(desktop, path, place)
    try:
        calc.wait_painted(desktop, place)
        eyes = guard(Rules(), Goal("", (path,), (calc.APPLICATION, "Soffice")), Noop())
        sheet = desktop.observe()
        assert eyes.check(Press("Return"), sheet, 0, 0).allowed
        desktop.perform(TypeText("unsaved"))
        desktop.perform(Press("Return"))
        desktop.perform(Press("ctrl+w"))
        asking = until_dialog(desktop)
        for keys in ("alt+n", "Return"):
            permit = eyes.check(Press(keys), asking, 0, 0)
            assert permit.rules == ("close",), (keys, permit)
        assert eyes.check(Press("Escape"), asking, 0, 0).allowed
    finally:
        program.terminate()
