"""A note of the graphical desktop, for a person who looks elsewhere."""

import contextlib
import shutil
import subprocess
import threading

from memory.cipher import foreign


def desktop_note(title: str, body: str) -> None:
    """Silent where there is no notify-send; never raises, never waits."""
    program = shutil.which("notify-send")
    if program is None:
        return
    argv = [program, "--app-name=Dormouse", "--urgency=critical", "--", title, body]
    threading.Thread(target=_say, args=(argv,), daemon=True).start()


def _say(argv: list[str]) -> None:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            argv,
            env=foreign(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10,
            check=False,
        )
