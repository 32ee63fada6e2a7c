"""A window that shows a text file as it is, to be read alone (zenity's)."""

from pathlib import Path

from actuation.desktop import Host, Program
from perception.observation import Window

APPLICATION = "Zenity"


def start(desktop: Host, text: Path, size: tuple[int, int]) -> Program:
    """Show the file in a window of this size, its name as the title."""
    return desktop.launch(
        [
            "zenity",
            *("--text-info", f"--title={text.name}", f"--filename={text}"),
            *(f"--width={size[0]}", f"--height={size[1]}", "--font=DejaVu Sans Mono 10"),
        ],
        {"GDK_BACKEND": "x11"},
    )


def is_reader(window: Window) -> bool:
    return window.application == APPLICATION
