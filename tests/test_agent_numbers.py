"""Counting: intervals, percentiles, the JSON contract, and rows that survive a kill."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from agent.attempt import Attempt
from agent.clock import PHASES
from agent.intervals import wilson
from agent.tally import by_task, contract, percentile
from memory.episode import Outcome


def attempt(seed: int, outcome: Outcome = Outcome.VERIFIED, convention: str = "") -> Attempt:
    return Attempt(
        task="books/enter_invoice",
        variant="",
        seed=seed,
        episode=f"e{seed}",
        weights="d1",
        outcome=outcome,
        claimed=outcome in (Outcome.VERIFIED, Outcome.WRONG),
        right_ask=False,
        collateral=outcome is Outcome.WRONG,
        convention=convention,
        detail="",
        seconds=2.0,
        ms=(dict.fromkeys(PHASES, 10.0), dict.fromkeys(PHASES, 30.0)),
    )


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(counts: tuple[int, int]) -> None:
    hits, attempts = counts
    low, high = wilson(hits, attempts)
    assert 0 <= low <= hits / attempts + 1e-9
    assert hits / attempts - 1e-9 <= high <= 1


def test_wilson_as_in_the_books() -> None:
    low, high = wilson(94, 100)
    assert (round(low, 3), round(high, 3)) == (0.875, 0.972)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values(values: list[float], share: float) -> None:
    assert percentile(values, share) in values


def test_the_contract_for_machines() -> None:
    attempts = [
        attempt(10_000, convention="total"),
        attempt(10_001, Outcome.WRONG, convention="net"),
        attempt(10_002, Outcome.ASKED),
    ]
    numbers = json.loads(json.dumps(contract("books", "core", range(10_000, 10_003), attempts)))
    assert set(numbers) >= {"suite", "policy", "weights", "seeds", "tasks", "step_ms"}
    assert numbers["seeds"] == [10_000, 10_003]
    task = numbers["tasks"]["books/enter_invoice"]
    assert task["attempts"] == 3
    assert (task["verified"], task["claimed"], task["false_success"]) == (1, 2, 1)
    assert (task["collateral"], task["steps"], task["seconds"]) == (1, 2.0, 2.0)
    assert task["verdicts"] == {"verified": 1, "wrong": 1, "asked": 1}
    assert (task["success"], task["ask_rate"]) == (1, 1 / 3)
    assert task["conventions"] == {"total": 1, "net": 1}
    assert set(numbers["step_ms"]) == set(PHASES)
    assert numbers["step_ms"]["total"] == {"p50": 10.0, "p95": 30.0}


def test_attempts_are_grouped_by_task() -> None:
    assert by_task([attempt(10_000), attempt(10_001)])["books/enter_invoice"].verified == 2


def test_an_attempt_survives_its_row() -> None:
    one = attempt(10_000, Outcome.ASKED)
    assert Attempt.from_row(json.loads(json.dumps(one.row()))) == one


def test_rows_survive_a_kill_in_the_middle_of_a_line(tmp_path: Path) -> None:
    from agent.bench import append, read

    journal = tmp_path / "b.partial.jsonl"
    append(journal, "plan", attempt(10_000))
    append(journal, "other", attempt(10_001))
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole[: len(whole) // 3])
    append(journal, "plan", attempt(10_002))
    assert [one.seed for one in read(journal, "plan")] == [10_000, 10_002]
    assert list(read(tmp_path / "none", "plan")) == []
