"""The bench: traps, suites, replay, and a start again after a kill."""

import io
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from bench_house import ASKED, ROOT, VERIFIED, WHITE, WRONG, attempt, dormouse, lived, look
from cheap_task import Cheap
from rich.console import Console

from actuation.action import Ask, Click, Done, Fail, Move, Press, Wait
from actuation.virtual import VirtualDesktop
from agent.attempt import Attempt
from agent.bench import Plan, append, kept, read
from agent.errors import BadInput
from agent.policies.catalog import maker
from agent.policies.replay import Replay, missing, nearest
from agent.tables import attempts_table, endings_table, levels_table, means_table, scores_table
from agent.tally import contract, scores
from agent.verbs import bench as verb
from memory.day import Context
from memory.episode import Outcome
from memory.store import Store
from tasks import catalog
from tasks.catalog import create, suite

# Counting under traps.


def trapped_bench() -> tuple[list[Attempt], list[Attempt]]:
    plain = [attempt("books/a", seed, level=1) for seed in range(10_000, 10_004)]
    plain += [
        attempt("books/b", 10_000, WRONG, level=3),
        attempt("books/b", 10_001, ASKED, level=3),
    ]
    told = [
        attempt("books/a", 10_000, ASKED, "cut", right_ask=True),
        attempt("books/a", 10_001, WRONG, "cut", fell="typed what is cut"),
        attempt("books/a", 10_000, VERIFIED, "twice"),
        attempt("books/a", 10_001, WRONG, "twice", fell="entered twice"),
    ]
    return plain, told


def test_a_trap_is_passed_by_the_right_result_or_the_right_question() -> None:
    plain, told = trapped_bench()
    numbers = json.loads(json.dumps(contract("books", "core", range(10_000, 10_004), plain, told)))
    cut, twice = numbers["traps"]["books/a"]["cut"], numbers["traps"]["books/a"]["twice"]
    assert (cut["success"], cut["verified"], cut["right_asks"], cut["ask_rate"]) == (1, 0, 1, 0)
    assert cut["fell"] == {"typed what is cut": 1}
    assert (twice["success"], twice["verified"], twice["false_success"]) == (1, 1, 1)
    assert numbers["tasks"]["books/a"]["attempts"] == 4
    assert numbers["tasks"]["books/b"]["ask_rate"] == 0.5
    assert numbers["levels"]["3"]["tasks"] == 1
    assert numbers["mean"]["success"]["mean"] == 0.5
    assert numbers["trap_mean"]["success"]["mean"] == 0.5
    assert len(numbers["attempts"]) == 10
    assert set(numbers["attempts"][0]) == {
        *("task", "variant", "seed", "outcome", "success", "steps", "seconds")
    }
    assert numbers["desktop_mib"]["max"] >= numbers["desktop_mib"]["p50"] >= 200


def test_rewards_are_told_as_others_report_them() -> None:
    assert scores([attempt("books/a", 10_000)]) == {}
    outcomes = ((1.0, VERIFIED), (0.5, WRONG), (-1.0, WRONG), (None, Outcome.EXHAUSTED))
    found = scores(
        [attempt("miniwob/x", n, end, score=score) for n, (score, end) in enumerate(outcomes)]
    )
    assert {name: one.mean for name, one in found.items()} == {
        "strict": 0.25,
        "positive": 0.5,
        "pix2act": (1 + 0.75 + 0 + 0) / 4,
    }


def test_no_table_is_cut_at_80_columns() -> None:
    plain, told = trapped_bench()
    plain += [attempt("miniwob/click-checkboxes-transfer", 10_000, score=1.0)]
    tables = [attempts_table(plain, told), endings_table(told), levels_table(plain)]
    tables += [means_table(plain, told), scores_table(plain)]
    for table in tables:
        assert table is not None
        page = io.StringIO()
        Console(file=page, width=80).print(table)
        assert "…" not in page.getvalue()
    assert endings_table(plain) is None
    assert "books/" in words(attempts_table(told)) and "entered twice 1" in words(
        endings_table(told)
    )


def words(table: object) -> str:
    page = io.StringIO()
    Console(file=page, width=80).print(table)
    return page.getvalue()


# What is measured, and starting again.


def test_every_trap_is_measured_on_the_same_seeds() -> None:
    traps = verb.trapped(("books/enter_invoice",), "")
    assert traps == tuple(("books/enter_invoice", t) for t in create("books/enter_invoice").traps)
    plan = Plan(("books/enter_invoice",), range(10_000, 10_002), traps=traps)
    assert len(plan.jobs()) == len(set(plan.jobs())) == 2 * (1 + len(traps))
    assert {seed for _, seed, _ in plan.jobs()} == {10_000, 10_001}
    assert ("books/enter_invoice", "cut") not in verb.trapped(("books/enter_invoice",), "cut")


def test_rows_count_for_their_variant_policy_and_budget_only(tmp_path: Path) -> None:
    plan = Plan(("t",), range(10_000, 10_002), policy="noop", traps=(("t", "cut"),))
    journal = tmp_path / "b.partial.jsonl"
    append(journal, plan.digest, attempt("t", 10_000, variant="cut"))
    assert kept(plan, journal) == 1
    assert kept(Plan(("t",), range(10_000, 10_002), policy="noop"), journal) == 0  # another variant
    for other in ({"policy": "scripted"}, {"policy": "noop", "max_steps": 30}):
        digest = Plan(("t",), range(10_000, 10_002), **other).digest  # type: ignore[arg-type]
        assert list(read(journal, digest)) == []


SCRIPT = """
import os, signal, sys
from pathlib import Path
from agent.bench import Plan, bench
from tasks.catalog import TASKS
folder, policy, lives = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
TASKS["cheap/one"] = TASKS["cheap/two"] = "cheap_task:Cheap"
def finished(attempt):
    global lives
    lives -= 1
    if not lives:
        os.kill(os.getpid(), signal.SIGKILL)
traps = (("cheap/one", "trap"),)
plan = Plan(("cheap/one", "cheap/two"), range(10_000, 10_002), "", traps, policy, size=(640, 480))
rows = bench(plan, folder / f"b.json.partial.jsonl", finished=finished)
print(*(f"{one.task}:{one.variant}:{one.seed}:{one.outcome}:{one.level}" for one in rows))
"""


@pytest.mark.parametrize("policy", ["noop", "scripted"])
def test_killed_between_rows_it_goes_on_and_does_nothing_twice(policy: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
        "CHEAP_LOG": str(tmp_path / "log"),
    }
    codes, said = [], ""
    while 0 not in codes and len(codes) < 6:
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(tmp_path), policy, "3" if codes else "2"],
            capture_output=True,
            text=True,
            env=environment,
        )
        codes.append(ran.returncode)
        said = ran.stdout
        assert ran.returncode in (0, -signal.SIGKILL), ran.stderr
    assert codes == [-signal.SIGKILL, -signal.SIGKILL, 0]
    jobs = Counter((tmp_path / "log").read_text().split())
    assert len(jobs) == 6 and set(jobs.values()) == {1}
    ends = Counter(row.split(":")[3] for row in said.split())
    assert len(set(said.split())) == 6
    assert ends == ({"wrong": 6} if policy == "noop" else {"verified": 4, "asked": 2})


def test_the_verb_tells_what_is_left_and_writes_the_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fake(plan: Plan, journal: Path, jobs: int, finished: object, **_: object) -> list[Attempt]:
        told = [attempt(task, seed, ASKED, v, bool(v)) for task, seed, v in plan.jobs()]
        for one in told:
            finished(one)  # type: ignore[operator]
        return told

    monkeypatch.setattr(verb, "bench", fake)
    monkeypatch.setenv("DORMOUSE_DATA", str(tmp_path / "data"))
    where = tmp_path / "out.json"
    options = ("noop", "live", "", "10000:10002", False, 2, str(where), tmp_path / "report", True)
    assert verb.main(["books/enter_invoice"], *options) == 0
    numbers = json.loads(where.read_text())
    assert numbers["tasks"]["books/enter_invoice"]["ask_rate"] == 1.0
    assert numbers["traps"]["books/enter_invoice"]["cut"]["success"] == 2
    assert (numbers["variant"], numbers["jobs"]) == ("", 2)
    assert numbers["episodes_per_minute"] > 0
    out, err = capsys.readouterr()
    total = 2 * (1 + len(create("books/enter_invoice").traps))
    assert f"[{total} of {total}, 0:00:00 left]" in err
    assert "MiB" in out and "episodes a minute" in out
    assert (tmp_path / "report/report.html").exists()


def test_a_desktop_is_weighed(desktop: VirtualDesktop) -> None:
    assert 10 * 2**20 < desktop.weigh() < 2 * 2**30


# Suites.


def test_suites_prefixes_levels_and_named_subsets() -> None:
    assert suite("books/ageing") == ("books/ageing",)
    assert set(suite("books")) >= {"books/ageing", "books/enter_invoice"}
    with pytest.raises(ValueError, match="known are books"):
        suite("book")
    assert len(suite("miniwob")) == 125
    assert len(suite("miniwob/pix2act")) == 58
    assert "miniwob/click-test" in suite("miniwob/webgum")
    assert verb.chosen(("miniwob/webgum",), "") == suite("miniwob/webgum")


def test_a_level_is_a_part_of_a_suite() -> None:
    levels = {create(name).level for name in suite("books")}
    parts = [verb.chosen(("books",), "", level) for level in levels]
    assert sorted(name for part in parts for name in part) == sorted(suite("books"))
    assert all(create(name).level == 2 for name in verb.chosen(("books",), "", 2))
    with pytest.raises(BadInput, match="no task of level 4"):
        verb.chosen(("books/enter_invoice",), "", 4)


def test_miniwob_has_thirty_steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plans: list[Plan] = []

    def fake(plan: Plan, *_: object) -> tuple[list[Attempt], float]:
        plans.append(plan)
        return [attempt(task, seed, score=1.0) for task, seed, _ in plan.jobs()], 0.0

    monkeypatch.setattr(verb, "measured", fake)
    monkeypatch.setenv("DORMOUSE_DATA", str(tmp_path))
    monkeypatch.setitem(catalog.TASKS, "miniwob/click-test", "cheap_task:Cheap")
    for name in ("miniwob/click-test", "books/ageing"):
        verb.main([name], "noop", "live", "", "10000:10001", False, 1, None, None)
    assert [plan.max_steps for plan in plans] == [30, 60]


# Replay.


def test_the_latest_verified_demonstration_of_the_variant_is_replayed(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    with Store(path) as memory:
        lived(memory, "old", [Click(30, 30), Done()], at=1.0)
        lived(memory, "cut", [Ask("?")], variant="cut", at=2.0)
        lived(memory, "new", [Click(30, 30), Press("Tab"), Done()], at=3.0)
        lived(memory, "bad", [Done()], outcome=WRONG, at=4.0)
        lived(memory, "run", [Done()], provenance="run", at=5.0)
        heads = [one for one in memory.episodes("demonstration") if one.outcome is VERIFIED]
    assert [nearest(heads, "books/a", v).id for v in ("", "cut", "other")] == ["new", "cut", "new"]  # type: ignore[union-attr]
    assert nearest(heads, "books/b", "") is None
    cheap = Cheap()
    cheap.name, cheap.variant = "books/a", ""
    policy = Replay(path)(cheap)
    policy.begin("", Context())
    image = WHITE.copy()
    image[10:40, 10:200] = (40, 90, 0)
    assert policy.decide(look(image)).action == Click(30, 30)
    looks = (policy.decide(look(WHITE)).action for _ in range(60))  # it waits for late programs
    gave_up = next(action for action in looks if not isinstance(action, Wait | Move))
    assert isinstance(gave_up, Fail)  # the target looks different
    policy.performed(Click(30, 30))
    assert policy.decide(look(WHITE)).action == Press("Tab")
    cheap.variant = "cut"
    assert Replay(path)(cheap).decide(look(WHITE)).action == Ask("?")


def test_without_a_demonstration_replay_is_one_sentence(tmp_path: Path) -> None:
    assert missing(tmp_path / "none.sqlite", []) == ""
    assert not (tmp_path / "none.sqlite").exists()
    with pytest.raises(BadInput, match="needs a memory"):
        maker("replay", None)
    ran = dormouse(tmp_path, "bench", "books/ageing", "--policy", "replay")
    assert ran.returncode == 2
    assert "no verified demonstration of books/ageing" in ran.stderr
    assert "dormouse run books/ageing --policy scripted" in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
