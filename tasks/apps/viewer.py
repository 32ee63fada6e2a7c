"""feh shows one picture at 100 %, in the middle of its window, cut where the window is smaller."""

from pathlib import Path

from actuation.desktop import Host, Program
from perception.observation import Window

APPLICATION = "feh"


def start(
    desktop: Host, picture: Path, title: str, size: tuple[int, int], framed: bool = True
) -> Program:
    """Show the picture in a window of this size, with or without a title bar.

    Where it stands is left to the window manager: openbox ignores a later request to move a window
    by just its frame's width.
    """
    return desktop.launch(
        [
            "feh",
            "--no-menus",
            "--image-bg=#c8c8c8",
            f"--geometry={size[0]}x{size[1]}",
            f"--title={title}",
            *([] if framed else ["--borderless"]),
            str(picture),
        ]
    )


def is_viewer(window: Window) -> bool:
    return window.application == APPLICATION
