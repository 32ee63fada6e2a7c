"""The documents say what is so: every verb has help with an example and stands in the README."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from agent.cli import app

ROOT = Path(__file__).parents[1]
VERBS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def dormouse(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent", *arguments], capture_output=True, text=True, cwd=ROOT
    )


def test_the_verbs_are_those_of_the_house() -> None:
    day = ["add", "answer", "approve", "cancel", "handback", "pause", "record", "resume", "status"]
    day += ["stop", "takeover", "watch", "worker"]
    past = ["demonstrations", "episodes", "facts", "forget", "memory", "night", "nights"]
    past += ["restore", "schedule"]
    work = ["bench", "demo", "doctor", "job", "models", "replay", "run", "sleep", "tasks", "train"]
    assert sorted(day + past + work) == VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_and_stands_in_the_readme(verb: str) -> None:
    shown = dormouse(verb, "--help")
    assert shown.returncode == 0
    assert f"dormouse {verb}" in shown.stdout.split("Example:")[1]
    assert "--json" in shown.stdout
    assert f"`dormouse {verb}" in (ROOT / "README.md").read_text()


def test_the_guides_pictures_and_verbs_exist() -> None:
    text = (ROOT / "docs/guide.md").read_text()
    pictures = re.findall(r"\]\((pictures/[\w./-]+)\)", text)
    assert len(pictures) >= 8
    assert [path for path in pictures if not (ROOT / "docs" / path).exists()] == []
    assert set(re.findall(r"`dormouse (\w+)", text)) <= set(VERBS)


def test_the_readme_names_only_files_that_exist() -> None:
    text = (ROOT / "README.md").read_text()
    named = re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r"`((?:agent|docs)/[\w./]+)`", text)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_log_is_dated_newest_first() -> None:
    dates = re.findall(r"^## (\d{4}-\d{2}-\d{2})", (ROOT / "docs/log.md").read_text(), re.M)
    assert dates
    assert dates == sorted(dates, reverse=True)


def test_every_setting_is_documented_where_it_stands() -> None:
    source = (ROOT / "agent/config.py").read_text()
    fields = re.findall(r'^    (\w+): .*\n    """(.+)', source, re.M)
    from agent.config import Settings

    assert {name for name, _ in fields} == set(Settings.model_fields)


def test_ci_runs_the_readmes_test_command() -> None:
    assert "make test" in (ROOT / ".ci/run").read_text()
    assert "make test" in (ROOT / "README.md").read_text()
