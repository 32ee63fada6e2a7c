"""`dormouse watch`: the worker's virtual desktop in a VNC viewer, or in a browser by noVNC."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

from agent.config import Settings
from agent.errors import Needed
from agent.output import Output
from agent.watch import VIEWERS
from agent.worker.client import connect
from memory.cipher import foreign

PAGES = Path("/usr/share/novnc")


def main(browser: bool, look: bool, port: int, json: str | None) -> int:
    """Ends in the viewer's place, except with --json."""
    with connect(Settings()) as worker:
        socket, secret = worker.look().vnc
    if not socket:
        raise Needed("there is no desktop yet: assign a task first (dormouse add TASK)")
    if json is not None:
        Output(json).write({"socket": socket, "password_file": secret})
        return 0
    password = Path(secret).read_text()
    viewer = next((path for name in VIEWERS if (path := shutil.which(name))), None)
    if browser or not os.environ.get("DISPLAY"):
        return _browser(socket, password, port, look)
    if viewer is None:
        raise Needed("there is no VNC viewer: apt-get install tigervnc-viewer, or use --browser")
    argv = [viewer, *(["-ViewOnly=1"] if look else []), socket]
    # In place of this process: whatever ends it ends the viewer too.
    return os.execve(viewer, argv, foreign(VNC_PASSWORD=password))


def _browser(socket: str, password: str, port: int, look: bool) -> NoReturn:
    """Serve noVNC on localhost until interrupted."""
    program = shutil.which("websockify")
    if program is None or not PAGES.is_dir():
        raise Needed("noVNC is missing: apt-get install novnc websockify")
    only = "&view_only=1" if look else ""
    print(f"http://localhost:{port}/vnc.html?autoconnect=1&resize=scale{only}")
    print(f"password: {password}", flush=True)
    argv = [program, "--web", str(PAGES), f"--unix-target={socket}", f"localhost:{port}"]
    os.execve(program, argv, foreign())
