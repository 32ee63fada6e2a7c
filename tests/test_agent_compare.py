"""How sure numbers are, and which differences between two benches are real."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from bench_house import VERIFIED, WRONG, attempt, dormouse
from hypothesis import given
from hypothesis import strategies as st

from agent.compare import compare, word
from agent.compare import read as read_bench
from agent.errors import BadInput
from agent.intervals import (
    Interval,
    clustered,
    clustered_share,
    holm,
    mcnemar,
    newcombe,
    newcombe_p,
    newcombe_paired,
    wilson,
)
from agent.tally import contract

# Intervals and tests.


def test_the_difference_of_two_shares_as_in_the_paper() -> None:
    found = newcombe((48, 80), (56, 70))
    assert [round(value, 4) for value in (found.mean, found.low, found.high)] == [
        0.2,
        0.0524,
        0.3339,
    ]
    p = newcombe_p((48, 80), (56, 70))
    assert 0.005 < p < 0.05
    assert newcombe_p((5, 10), (5, 10)) == 1.0


shares = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(shares, shares)
def test_the_interval_of_a_difference_leaves_zero_out_where_p_is_small(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    found = newcombe(first, second, 1.959964)
    assert found.low - 1e-9 <= found.mean <= found.high + 1e-9
    p = newcombe_p(first, second)
    assert found.without_zero == (p < 0.05) or abs(p - 0.05) < 1e-3


@given(st.tuples(*[st.integers(0, 30)] * 4))
def test_a_paired_interval_holds_the_difference_and_turns_with_the_question(
    counts: tuple[int, int, int, int],
) -> None:
    both, lost, won, neither = counts
    there, back = (
        newcombe_paired(both, lost, won, neither),
        newcombe_paired(both, won, lost, neither),
    )
    assert there.low - 1e-9 <= there.mean <= there.high + 1e-9
    assert there.low == pytest.approx(-back.high)
    assert -1 - 1e-9 <= there.low <= there.high <= 1 + 1e-9


def test_mcnemar_and_holm_by_hand() -> None:
    assert mcnemar(2, 12) == pytest.approx(2 * (1 + 14 + 91) / 2**14)
    assert mcnemar(12, 2) == mcnemar(2, 12)
    assert (mcnemar(0, 0), mcnemar(3, 3)) == (1.0, 1.0)
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_tasks_are_drawn_before_attempts() -> None:
    alike = [[1.0, 0.0] * 20] * 4
    apart = [[1.0] * 40, [1.0] * 40, [0.0] * 40, [0.0] * 40]
    narrow, wide = clustered(alike), clustered(apart)
    assert narrow.mean == wide.mean == 0.5
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)
    assert clustered(apart) == wide  # equal attempts, equal intervals
    assert clustered([]) == Interval(0, 0, 0)


def test_what_never_failed_is_not_certain() -> None:
    assert clustered_share([[1.0] * 5] * 10) == Interval(1.0, *wilson(10, 10))
    assert clustered_share([[0.0] * 20]) == Interval(0.0, *wilson(0, 20))
    mixed = [[1.0, 0.0], [1.0, 1.0]]
    assert clustered_share(mixed) == clustered(mixed)


def test_with_one_task_the_bootstrap_is_about_as_wide_as_wilson() -> None:
    found, (low, high) = clustered([[1.0] * 30 + [0.0] * 20]), wilson(30, 50)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.04)


# Comparing.


def bench_file(
    path: Path, good: dict[str, Sequence[bool]], first: int = 10_000, trap: str = ""
) -> Path:
    rows = [
        attempt(task, first + n, VERIFIED if ok else WRONG, trap)
        for task, successes in good.items()
        for n, ok in enumerate(successes)
    ]
    plain, told = ((), rows) if trap else (rows, ())
    path.write_text(json.dumps(contract("books", "core", range(2), plain, told)))
    return path


def test_what_is_really_better_is_told_from_noise(tmp_path: Path) -> None:
    noise = [n % 3 > 0 for n in range(30)]
    other = [n % 3 < 2 for n in range(30)]
    a = bench_file(tmp_path / "a.json", {"t/up": [False] * 30, "t/same": noise, "t/gone": [True]})
    b = bench_file(tmp_path / "b.json", {"t/up": [True] * 28 + [False] * 2, "t/same": other})
    found = compare(read_bench(a), read_bench(b))
    up, same = found.tasks
    assert (up.word, up.pairs, up.won, up.lost) == ("better", 30, 28, 0)
    assert up.p == pytest.approx(2 * mcnemar(0, 28))  # Holm: the smaller of two
    assert same.word == "no real difference" and same.lost == same.won == 10
    assert found.left_out == (("t/gone", ""),)
    turned = compare(read_bench(b), read_bench(a))
    assert turned.tasks[0].word == "worse"
    assert found.means["plain"]["success"].mean == pytest.approx(28 / 60)
    assert {word(name, one) for name, one in found.means["plain"].items()} == {"no real difference"}
    assert word("success", Interval(0.2, 0.1, 0.3)) == "better"
    assert word("steps", Interval(-2, -3, -1)) == "less"


def test_other_seeds_are_compared_without_pairs(tmp_path: Path) -> None:
    a = bench_file(tmp_path / "a.json", {"t/x": [False] * 20}, trap="cut")
    b = bench_file(tmp_path / "b.json", {"t/x": [True] * 20}, first=11_000, trap="cut")
    (one,) = (found := compare(read_bench(a), read_bench(b))).tasks
    assert (one.pairs, one.word) == (0, "better")
    assert one.difference == newcombe((0, 20), (20, 20))
    assert list(found.means) == ["traps"]
    assert found.means["traps"]["success"].without_zero


def test_compare_on_the_command_line(tmp_path: Path) -> None:
    a = bench_file(tmp_path / "a.json", {"t/up": [False] * 12, "t/same": [True] * 12})
    b = bench_file(tmp_path / "b.json", {"t/up": [True] * 12, "t/same": [True] * 12})
    where = tmp_path / "c.json"
    ran = dormouse(tmp_path, "bench", "--compare", str(a), str(b), "--json", str(where))
    assert ran.returncode == 0, ran.stderr
    assert "better" in ran.stdout and "no real" in ran.stdout and "…" not in ran.stdout
    told = json.loads(where.read_text())
    assert [one["word"] for one in told["tasks"]] == ["better", "no real difference"]
    assert told["mean"]["plain"]["steps"]["word"] == "no real difference"
    failed = dormouse(tmp_path, "bench", "--compare", str(a), str(tmp_path / "none.json"))
    assert failed.returncode == 2
    assert failed.stderr.count("\n") == 1 and "cannot be read" in failed.stderr


def test_what_is_no_bench_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text('{"tasks": {}}')
    with pytest.raises(BadInput, match=r"old\.json is no output of dormouse bench"):
        read_bench(tmp_path / "old.json")
    a = read_bench(bench_file(tmp_path / "a.json", {"t/a": [True]}))
    with pytest.raises(BadInput, match="no task in common"):
        compare(a, read_bench(bench_file(tmp_path / "b.json", {"t/b": [True]})))
