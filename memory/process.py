"""Which process is writing: a pid alone is used again, so its start time goes with it."""

import os
from pathlib import Path


def myself() -> str:
    """This process, as `alive` understands it."""
    return f"{os.getpid()}@{_started(os.getpid())}"


def alive(process: str) -> bool:
    """Whether the process that called itself so still runs (on this machine, since this boot)."""
    pid, _, started = process.partition("@")
    return pid.isdigit() and _started(int(pid)) == started != ""


def _started(pid: int) -> str:
    """Boot id and start tick of a process; "" if it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()  # the name in front may hold spaces
    state, tick = fields[0], fields[19]
    return "" if state in "ZX" else f"{boot[:8]}-{tick}"
