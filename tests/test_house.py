"""The house rules that a tool can check."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_imports_keep_to_the_layers() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_no_file_is_longer_than_400_lines_and_the_median_is_short() -> None:
    rooms = ("perception", "actuation", "memory", "tasks", "agent")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    lengths = sorted(len(path.read_text().splitlines()) for path in files)
    assert lengths[-1] <= 400
    assert lengths[len(lengths) // 2] < 150
