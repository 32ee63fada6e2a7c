"""Own jobs in GnuCash and in Fava: shown by VNC, confirmed, done again, judged, and put back.

A book of the benchmarks stands for the operator's; how it is done is told by its task's oracle.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
import sql_book
from own_house import Shows

from actuation.action import Done, Motion
from actuation.virtual import VirtualDesktop
from agent import orders, own
from agent.attempt import Attempt, Stage
from agent.config import Settings
from agent.cue import Cue
from agent.hands import hands
from agent.policies.scripted import Scripted
from agent.privacy import guarded
from memory.amend import accept
from memory.episode import Actor, Outcome
from memory.store import Store
from tasks.books.fava.add_transaction import AddTransaction
from tasks.books.gnucash.enter_transaction import EnterTransaction
from tasks.own.job import Job, load
from tasks.task import Look, Task

SIZE = (1280, 800)
Oracle = EnterTransaction | AddTransaction


def payment(book: Oracle) -> str:
    """A payment in an operator's words, every value in quotes."""
    entry = book.entry
    if isinstance(book, EnterTransaction):
        into, bank = entry.splits  # type: ignore[union-attr]
        return (
            f'Enter the payment of "{into.amount:.2f}" to "{entry.description}" on "{entry.day}"'  # type: ignore[union-attr]
            f' from "{bank.account}" for "{into.account}", and save the book.'
        )
    one, two, bank = entry.postings  # type: ignore[union-attr]
    return (
        f'Add the bill of "{entry.payee}" ("{entry.narration}") of "{entry.day}":'  # type: ignore[union-attr]
        f' "{one.amount:.2f}" to "{one.account}", "{two.amount:.2f}" to "{two.account}", the rest'
        f' from "{bank.account}".'
    )


def drawn(make: type[Oracle], seed: int, folder: Path, file: Path) -> Oracle:
    """A task whose book lies in `file`, and is its operator's."""
    book = make()
    book.write(folder / str(seed), seed, "", SIZE)
    if file.stem == "sql":
        sql_book.write(book.before, file)  # type: ignore[arg-type]
    else:
        file.write_bytes(book.file.read_bytes())
    return book


def way(book: Oracle, observe: Look) -> Iterator[Motion]:
    """How its oracle does it, up to saving."""
    for action in book.demonstrate(observe):
        if isinstance(action, Done):
            return
        yield action  # type: ignore[misc]


def shown(store: Store, job: Path, number: int, book: Oracle) -> Attempt:
    settings, cue = Settings(data=job.parents[1]), Cue()
    with ExitStack() as last:
        desktop = last.enter_context(VirtualDesktop(*SIZE))
        stage = last.enter_context(Stage(lambda: desktop, nobody, guarded(store, settings)))
        person = Shows(desktop, partial(way, book, desktop.observe), cue)
        person.start()
        made = stage.record(str(job), number, "", "", cue, hands(cue, settings))
        person.join()
    own.after(made, "recording")
    accept(store, made.episode)
    return made


def nobody(task: Task) -> Scripted:
    raise AssertionError("a person shows it, no policy acts")


def done(store: Store, job: Path, number: int, book: Oracle) -> Attempt:
    with Stage(partial(VirtualDesktop, *SIZE), lambda _: Scripted(book), store) as stage:
        made = stage.attempt(str(job), number)
    own.after(made, "run", lambda _: True)
    return made


def opened(jobs: Path, goal: str, file: Path) -> tuple[Path, int]:
    job = orders.opened(jobs, goal, [file], "")
    return job, len(load(job).instances) - 1


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("make", "name", "seeds"),
    [
        (EnterTransaction, "club.gnucash", (12_100, 12_101)),
        (EnterTransaction, "sql.gnucash", (12_102, 12_103)),
        (AddTransaction, "club.beancount", (12_100, 12_101)),
    ],
)
def test_a_ledger_is_an_own_job(
    make: type[Oracle], name: str, seeds: tuple[int, int], tmp_path: Path
) -> None:
    file, jobs = tmp_path / "mine" / name, tmp_path / "data" / "jobs"
    file.parent.mkdir()
    with Store(tmp_path / "memory.sqlite") as store:
        first = drawn(make, seeds[0], tmp_path / "drawn", file)
        job, number = opened(jobs, payment(first), file)
        original = file.read_bytes()
        seen = shown(store, job, number, first)
        steps = store.episode(seen.episode).steps
        assert {step.actor for step in steps} == {Actor.OPERATOR}
        known: Job = load(job)
        assert not known.wanted.doubts, known.wanted.doubts
        assert not known.wanted.open, known.wanted.lines
        bank = "what the other amounts leave" if make is AddTransaction else "minus the first value"
        assert any(f"Amount 1 ← {bank}" in line for line in known.wanted.lines)
        assert file.read_bytes() == original
        own.confirmed(job)
        second = drawn(make, seeds[1], tmp_path / "drawn", file)
        before = file.read_bytes()
        again, number = opened(jobs, payment(second), file)
        assert again == job
        right = done(store, job, number, second)
        assert right.outcome is Outcome.VERIFIED, right.detail
        assert load(job).taken == (number,)
        assert file.read_bytes() != before
        own.restored(job)
        assert file.read_bytes() == before
        # The same work where the goal says another amount.
        amount = payment(second).split('"')[1 if make is EnterTransaction else 7]
        job, number = opened(jobs, payment(second).replace(amount, "0.07", 1), file)
        wrong = done(store, job, number, second)
        assert wrong.outcome is Outcome.WRONG, wrong.detail
        assert "“0.07”" in wrong.detail
        assert file.read_bytes() == before
