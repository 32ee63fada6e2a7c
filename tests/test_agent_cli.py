"""The command line: exit codes, one clear sentence for each error, and what help may import."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from actuation.desktop import DesktopError
from agent import console
from agent.config import Settings
from agent.errors import BadInput, Needed, exit_code
from agent.stop import Interrupted
from memory.sleep.lock import asleep
from memory.store import Store, StoreError

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "numpy", "scipy", "PIL", "tesserocr", "openpyxl", "pydantic", "jinja2", "Xlib")


def dormouse(data: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DORMOUSE_DATA": str(data)} | environment,
    )


def test_help_imports_nothing_heavy() -> None:
    look = (
        "import sys, typer.testing, agent.cli\n"
        "typer.testing.CliRunner().invoke(agent.cli.app, ['--help'])\n"
        "print(*sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert "typer" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_bare_dormouse_needs_a_terminal_and_names_the_verbs(tmp_path: Path) -> None:
    shown = dormouse(tmp_path)
    assert shown.returncode == 2
    assert "dormouse --help" in shown.stderr
    assert not (tmp_path / "run").exists()  # no worker was started for nobody


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("bench nothing", "known are books, "),
        ("bench books --variant nothing", "swapped"),
        ("bench books --seeds 7", "FIRST:END"),
        ("bench books --seeds 9:3", "FIRST:END"),
        ("bench books --policy nobody", "scripted"),
        ("bench books --policy replay", "no verified demonstration of books/"),
        ("bench books/ageing --level 1", "no task of level 1"),
        ("bench", "name a suite"),
        ("bench books --weights /nowhere/level", "/nowhere/level"),
        ("bench books --json /nowhere/out.json", "/nowhere"),
        ("run books", "one task"),
        ("replay last", "nothing was lived"),
        ("sleep", "show a task first"),
        ("nights --last", "no night"),
        ("nights --rollback", "nothing to roll back"),
        ("train nobody", "core"),
        ("juggle", "No such command"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path: Path, words: str, says: str) -> None:
    ran = dormouse(tmp_path, *words.split())
    assert ran.returncode == 2, ran.stderr
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("words", ["status", "doctor", "sleep"])
def test_a_bad_configuration_is_one_sentence_and_exit_code_2(tmp_path: Path, words: str) -> None:
    (tmp_path / "dormouse").mkdir()
    (tmp_path / "dormouse/config.toml").write_text('ask = ["delte"]')
    ran = dormouse(tmp_path, words, XDG_CONFIG_HOME=str(tmp_path))
    assert ran.returncode == 2, ran.stderr
    assert ran.stderr == (
        "dormouse: setting ask: 'delte' is no kind of act, as delete, send, close are;"
        f" mend it in {tmp_path}/dormouse/config.toml\n"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('approve = ["(a"]', "setting approve: '(a' is no regular expression"),
        ('exclude = ["bank", "*"]', "setting exclude: '*' is no regular expression"),
        ("width = 3", "setting width: Input should be greater than or equal to 640: 3"),
        ("width = wide", "is no TOML: Invalid value (at line 1"),
    ],
)
def test_a_bad_configuration_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "dormouse").mkdir()
    (tmp_path / "dormouse/config.toml").write_text(text)
    with pytest.raises(BadInput, match=re.escape(says)) as found:
        Settings()
    assert f"{tmp_path}/dormouse/config.toml" in str(found.value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DORMOUSE_ASK", "delete", "no JSON"),
        ("DORMOUSE_ASK", '["delte"]', "'delte'"),
        ("DORMOUSE_HEIGHT", "tall", "integer"),
        ("DORMOUSE_EXCLUDE", '["("]', "regular expression"),
    ],
)
def test_a_bad_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=says) as found:
        Settings()
    assert f"the variable {name}" in str(found.value)


def test_a_missing_program_is_named_with_its_package(tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    ran = dormouse(tmp_path, "run", "books/enter_invoice", "--policy", "scripted", PATH=str(bare))
    assert ran.returncode == 3
    assert "Xvnc" in ran.stderr
    assert "tigervnc-standalone-server" in ran.stderr


def test_a_damaged_memory_is_named(tmp_path: Path) -> None:
    (tmp_path / "memory.sqlite").write_bytes(b"no database at all" * 100)
    ran = dormouse(tmp_path, "replay", "last")
    assert ran.returncode == 3
    assert str(tmp_path / "memory.sqlite") in ran.stderr
    assert "Traceback" not in ran.stderr


def test_damaged_weights_are_named_with_both_digests(tmp_path: Path) -> None:
    from memory import atomic
    from memory.levels import Levels

    levels = Levels(tmp_path / "levels")
    made = tmp_path / "made"
    made.write_bytes(b"weights")
    level = levels.candidate(made, "0001")
    levels.promote(level.id)
    file = levels.weights(level.id)
    file.write_bytes(b"wejghts")
    ran = dormouse(tmp_path, "bench", "books", "--seeds", "10000:10001")
    assert ran.returncode == 3
    assert level.digest in ran.stderr
    assert atomic.digest(file) in ran.stderr


def test_a_second_sleeper_waits_for_the_first(tmp_path: Path) -> None:
    with asleep(tmp_path / "levels"):
        ran = dormouse(tmp_path, "nights", "--rollback")
    assert ran.returncode == 3
    assert f"process {os.getpid()}" in ran.stderr


def test_doctor_says_what_is_missing_and_the_mend(tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    for name in ("openbox", "feh"):
        (bare / name).symlink_to(str(shutil.which(name)))
    ran = dormouse(tmp_path, "doctor", "--json", "-", PATH=str(bare))
    assert ran.returncode == 3
    checks = json.loads(ran.stdout)["checks"]
    assert all(set(check) == {"ok", "detail", "mend"} for check in checks.values())
    assert checks["windows"]["ok"]
    assert checks["windows"]["mend"] == ""
    assert not checks["calc"]["ok"]
    assert "libreoffice-calc" in checks["calc"]["mend"]


def test_doctor_finds_a_damaged_memory(tmp_path: Path) -> None:
    with Store(tmp_path / "memory.sqlite"):
        pass
    whole = json.loads(dormouse(tmp_path, "doctor", "--json", "-").stdout)["checks"]["memory"]
    (tmp_path / "memory.sqlite").write_bytes(b"no database at all" * 100)
    broken = json.loads(dormouse(tmp_path, "doctor", "--json", "-").stdout)["checks"]["memory"]
    assert (whole["ok"], broken["ok"]) == (True, False)
    assert broken["mend"]


def test_each_known_error_has_its_code_and_a_defect_has_none() -> None:
    assert exit_code(BadInput("")) == 2
    assert {exit_code(kind("")) for kind in (Needed, DesktopError, StoreError)} == {3}
    assert exit_code(OSError(28, "No space left on device")) == 3
    assert exit_code(Interrupted()) == 130
    assert exit_code(ZeroDivisionError()) is None


def test_a_misspelt_setting_is_named_and_stop_works_all_the_same(tmp_path: Path) -> None:
    config = tmp_path / "config" / "dormouse" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("amont_limit = 100\n")
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    added = dormouse(tmp_path, "add", "books/enter_invoice", **environment)
    assert added.returncode == 2
    assert "no setting amont_limit: did you mean amount_limit?" in added.stderr
    stopped = dormouse(tmp_path, "stop", **environment)
    assert stopped.returncode == 3  # it looked for a worker, and found none
    assert "no worker runs" in stopped.stderr


def test_progress_in_a_log_is_a_line_now_and_then() -> None:
    now, log = [100.0], io.StringIO()
    bars = console.bar(Console(file=log, width=100))
    bars.get_time = lambda: now[0]
    with bars:
        task = bars.add_task("train", total=1000, note="")
        for step in range(0, 1000, 10):
            now[0] += 1.0
            bars.update(task, completed=step, note=f"loss {1000 - step}")
    lines = [line for line in log.getvalue().splitlines() if line.startswith("train: ")]
    done = [line.split(" of ")[0].removeprefix("train: ") for line in lines]
    assert done == ["0", "300", "600", "900"]
    assert lines[1].endswith("loss 700")
