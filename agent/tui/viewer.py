"""The live picture at its full size, in a viewer: a private file that goes when the desk does."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import BadInput, Needed
from agent.tui.frame import decoded
from agent.tui.overlay import annotated
from memory.cipher import foreign

if TYPE_CHECKING:
    from agent.tui.app import DeskApp


def opened(desk: "DeskApp") -> None:
    """Show what is on the screen now, with the proposed action drawn on it. Call it in a thread."""
    shown = desk.status.shown
    try:
        told = desk.connect().see(7680, 4320)
    except (BadInput, Needed) as error:
        desk.call_later(desk.tell, str(error))
        return
    viewer = shutil.which("xdg-open")
    if not told.png:
        desk.call_later(desk.tell, "there is no picture yet: no desktop runs")
        return
    if viewer is None:
        desk.call_later(desk.tell, "no viewer: apt-get install xdg-utils")
        return
    picture = decoded(told)
    if shown is not None and not shown.fired:
        picture = annotated(picture, shown, told.scale)
    handle, name = tempfile.mkstemp(".png", "dormouse-")  # mode 0600
    desk.pictures.append(Path(name))
    with os.fdopen(handle, "wb") as file:
        picture.save(file, "PNG")
    if desk.leaving.is_set():  # it may have cleared up already
        desk.clear_pictures()
        return
    subprocess.Popen(
        [viewer, name],
        env=foreign(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
