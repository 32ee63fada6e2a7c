"""The pages by name, in the order of their keys 1 to 7."""

from textual.binding import Binding

from agent.tui.approvals import ApprovalsPage
from agent.tui.demonstrations import DemonstrationsPage
from agent.tui.desk import DeskPage
from agent.tui.doctor import DoctorPage
from agent.tui.episodes import EpisodesPage
from agent.tui.memory import MemoryPage
from agent.tui.page import Page
from agent.tui.sleep import SleepPage

PAGES: dict[str, type[Page]] = {
    "desk": DeskPage,
    "approvals": ApprovalsPage,
    "episodes": EpisodesPage,
    "demonstrations": DemonstrationsPage,
    "memory": MemoryPage,
    "sleep": SleepPage,
    "doctor": DoctorPage,
}

KEYS = [
    Binding(
        str(number),
        f"page('{name}')",
        "Pages" if number == 1 else name.capitalize(),
        id=name,
        show=number == 1,  # one for all, where there is room for one only
        key_display=f"1-{len(PAGES)}" if number == 1 else None,
    )
    for number, name in enumerate(PAGES, 1)
]
