"""Tasks that somebody else wrote: the guide's own template on a real desktop, and every refusal."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from agent.bench import Plan, bench
from agent.errors import BadInput, exit_code
from agent.verbs.bench import chosen
from agent.worker.wire import Job
from agent.worker.worker import checked
from memory.episode import Outcome
from tasks import catalog, outside
from tasks.outside import NoTaskError, settled

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/tasks.md").read_text()
TEMPLATE, PROOF = re.findall(r"```python\n(.*?)```", PAGE, re.S)

PLAIN = """
class Note:
    name = "office/note"
    level = 1
    variants = ("", "twice")
    traps = ("twice",)
    def setup(self, desktop, folder, seed, variant=""): ...
    def demonstrate(self, observe): ...
    def verify(self, answer=""): ...
    def teardown(self): ...
"""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.py"
    path.write_text(PLAIN)
    return path


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """What installed packages offer, to be filled; modules lie in the test's folder."""
    points: dict[str, str] = {}
    monkeypatch.syspath_prepend(tmp_path)

    def entry_points(group: str) -> EntryPoints:
        pairs = ((name.rstrip("*"), where) for name, where in points.items())
        return EntryPoints(EntryPoint(name, where, group) for name, where in pairs)

    monkeypatch.setattr(outside, "entry_points", entry_points)
    return points


def test_the_guides_template_runs_and_nothing_done_fails(tmp_path: Path) -> None:
    (tmp_path / "extension.py").write_text(TEMPLATE)
    name = f"{tmp_path / 'extension.py'}:Extension"
    (made,) = chosen([name], "")
    assert made == name
    shown = Plan((name,), range(12_800, 12_801), traps=((name, "namesake"),), policy="scripted")
    nothing = Plan((name,), range(12_800, 12_801), policy="noop")
    for plan, ends in ((shown, [Outcome.VERIFIED, Outcome.ASKED]), (nothing, [Outcome.WRONG])):
        attempts = bench(plan, None)
        said = [(attempt.outcome, attempt.detail) for attempt in attempts]
        assert [attempt.outcome for attempt in attempts] == ends, said
        assert {attempt.success for attempt in attempts} == {plan is shown}, said
        assert {(attempt.task, attempt.level) for attempt in attempts} == {(name, 1)}


def test_the_guides_proof_holds(tmp_path: Path) -> None:
    (tmp_path / "extension.py").write_text(TEMPLATE)
    (tmp_path / "test_proof.py").write_text(PROOF)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


def test_the_trap_is_seen(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "extension.py"
    path.write_text(TEMPLATE)
    job = catalog.create(f"{path}:Extension")
    job.write(tmp_path / "job", 12_810, "namesake", (1280, 800))  # type: ignore[attr-defined]
    (file,) = (tmp_path / "job").glob("*.xlsx")
    book = load_workbook(file)
    (place,) = job.wanted  # type: ignore[attr-defined]
    book[place[0]].cell(*place[1:]).value = job.number  # type: ignore[attr-defined]
    book.save(file)
    verdict = job.verify()
    assert (verdict.ok, verdict.expects_ask) == (False, True)
    assert verdict.fell == "entered for one of two"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (None, r"cannot read .*note\.py: No such file"),
        ("import nowhere", r"note\.py cannot be imported: ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)", r"note\.py cannot be imported: SystemExit: 3"),
        ("class Not{", r"note\.py cannot be imported: SyntaxError"),
        ("class Nota: ...", r"note\.py has no class 'Note'; there is Nota"),
        ("Note = 7", r"note\.py has no class 'Note'$"),
        ("class Note:\n def __init__(self, x): ...", r"Note cannot be made: TypeError"),
        (PLAIN.replace("verify", "check"), r"Note is no task: it has no verify"),
        (PLAIN.replace("office/note", "note"), r"its name is 'note' and not SUITE/FAMILY"),
        (PLAIN.replace("level = 1", "level = 9"), r"its level is 9 and not 1, 2, 3 or 4"),
        (PLAIN.replace('("", "twice")', '["", "twice"]'), r"its variants are .* not a tuple"),
        (PLAIN.replace('("", "twice")', '("twice",)'), r'the plain variant "" is not among'),
        (PLAIN.replace('("twice",)', '("thrice",)'), r"its trap 'thrice' is none of its variants"),
        (PLAIN.replace("office/note", "books/ageing"), r"named books/ageing, as another task is"),
    ],
)
def test_what_is_no_task_is_refused_with_one_sentence(
    tmp_path: Path, source: str | None, reason: str
) -> None:
    path = tmp_path / "note.py"
    if source is not None:
        path.write_text(source)
    with pytest.raises(BadInput, match=reason) as refused:
        chosen([f"{path}:Note"], "")
    assert "\n" not in str(refused.value)
    with pytest.raises(BadInput, match=reason):
        checked(Job(0, f"{path}:Note"))
    with pytest.raises(NoTaskError, match=reason) as raised:
        catalog.create(f"{path}:Note")
    assert exit_code(raised.value) == 2


def test_names_that_are_no_file_or_module(tmp_path: Path, note: Path) -> None:
    for name, reason in (
        ("nowhere.at.all:Note", "no module 'nowhere.at.all': is its package installed"),
        ("tasks.task:Note", "tasks.task has no class 'Note'"),
        (str(note), r"for a class of your own say .*note\.py:CLASS"),
        ("office/none", "no task or suite 'office/none': known are books"),
    ):
        with pytest.raises(BadInput, match=reason):
            chosen([name], "")
    twin = tmp_path / "twin.py"
    twin.write_text(PLAIN)
    with pytest.raises(BadInput, match="have the same name: rename one"):
        chosen([f"{note}:Note", f"{twin}:Note"], "")


def test_several_at_once_with_variants_and_a_file_that_changes(note: Path) -> None:
    mine = f"{note}:Note"
    assert chosen(["books/ageing", mine], "") == ("books/ageing", mine)
    assert chosen(["books/ageing", mine], "twice") == (mine,)
    assert catalog.create("tasks.books.calc.ageing:Ageing").name == "books/ageing"
    note.write_text(PLAIN.replace("level = 1", "level = 2"))
    assert catalog.create(mine).level == 2


def test_a_name_is_understood_in_another_folder(
    note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(note.parent)
    assert catalog.create("note.py:Note").name == "office/note"
    assert settled("note.py:Note") == f"{note}:Note"
    for name in ("books/ageing", "office.jobs:Note"):
        assert settled(name) == name


def test_packages_offer_tasks_by_name(packages: dict[str, str], note: Path) -> None:
    packages["office/note"] = "note:Note"
    assert "office/note" in catalog.names()
    assert catalog.suite("office") == ("office/note",)
    assert catalog.create("office/note").name == "office/note"
    assert catalog.create("note:Note").name == "office/note"
    assert checked(Job(0, "office/note", variant="twice")).task == "office/note"
    packages["office/other"] = "note:Note"
    with pytest.raises(BadInput, match="is named office/note there, and office/other in its entry"):
        chosen(["office/other"], "")
    packages["office/note*"] = "elsewhere:Note"
    with pytest.raises(BadInput, match="elsewhere:Note and note:Note are both named office/note"):
        chosen(["office"], "")
    packages["books/ageing"] = "note:Note"
    with pytest.raises(BadInput, match="note:Note is named books/ageing, as a task that ships"):
        chosen(["books"], "")
    assert not catalog.exists("office/other") and catalog.exists("books/sort_table")


def test_the_verb_lists_them(note: Path) -> None:
    package = note.parent / "office-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: office\nVersion: 1.0\n")
    points = "[dormouse.tasks]\noffice/note = note:Note\noffice/gone = note:Gone\n"
    (package / "entry_points.txt").write_text(points)
    path = os.pathsep.join((str(ROOT), str(note.parent)))

    def dormouse(*arguments: str, path: str = str(ROOT)) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "agent", "tasks", *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": path},
        )

    listed = dormouse("--json", "-", path=path)
    numbers = json.loads(listed.stdout)
    assert (listed.returncode, numbers["tasks"]["office/note"]["source"]) == (1, "note:Note")
    assert numbers["refused"] == {"office/gone": "note has no class 'Gone'; there is Note"}

    ran = dormouse("books", f"{note}:Note", "--json", "-")
    assert ran.returncode == 0, ran.stderr
    numbers = json.loads(ran.stdout)
    assert numbers["refused"] == {}
    assert numbers["tasks"]["books/ageing"]["source"] == ""
    assert numbers["tasks"]["office/note"] == {
        "level": 1,
        "variants": ["", "twice"],
        "traps": ["twice"],
        "source": f"{note}:Note",
    }
    plain = dormouse(f"{note}:Note", "--plain")
    assert plain.stdout.strip() == f"office/note: level 1; traps twice; from {note}:Note"
    note.write_text("class Nota: ...")
    ran = dormouse(f"{note}:Note")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "has no class 'Note'; there is Nota" in ran.stderr
