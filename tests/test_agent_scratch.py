"""Scratch folders: private, gone at the end, and gone at the next run after a kill."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agent.scratch import scratch

HOLD = "from agent.scratch import scratch\nwith scratch() as f:\n print(f, flush=True)\n input()"


def test_it_lasts_as_long_as_the_block_and_is_nobody_elses() -> None:
    with scratch() as folder:
        (folder / "memory.sqlite").write_bytes(b"frames")
        assert folder.stat().st_mode & 0o777 == 0o700
        with scratch() as other:
            assert folder.exists() and other != folder
    assert not folder.exists()


def test_an_error_leaves_nothing() -> None:
    with pytest.raises(KeyError), scratch() as folder:
        raise KeyError
    assert not folder.exists()


def test_what_a_killed_run_left_goes_at_the_next() -> None:
    held = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert held.stdout is not None
    left = Path(held.stdout.readline().strip())
    with scratch():
        assert left.exists()  # its owner still lives
        held.send_signal(signal.SIGKILL)
        held.communicate()
        assert left.exists()
    with scratch():
        assert not left.exists()
