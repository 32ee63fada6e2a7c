"""What an operator may ask of a job of their own, and what they are told where they may not."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import sql_book
from own_house import FEES, goal_of, write_fees

from agent import orders, own
from agent.config import Settings
from agent.errors import BadInput
from agent.facts import Facts
from agent.orders import Own
from agent.output import Output
from agent.session import State
from agent.stop import Stop
from agent.verbs.run import followed
from agent.worker import wire
from memory.episode import Episode, Outcome
from tasks.books.gnucash.enter_transaction import EnterTransaction
from tasks.own import disk, keeper
from tasks.own.disk import ORIGINALS, RESULTS, Work
from tasks.own.edit import EditError, edited
from tasks.own.job import load, save
from tasks.own.keeper import CannotError
from tasks.own.postcondition import Append, Change, Fill, Find, Postcondition
from tasks.own.sources import Goal

FILLS = tuple(
    Fill(at, header, "text", Goal(at - 1))
    for at, header in enumerate(("Name", "Tag", "Beitrag"), 1)
)
WANTED = Postcondition((Append("fees.ods", "Fees", "next", FILLS),))


@pytest.fixture
def fees(tmp_path: Path) -> Path:
    write_fees(tmp_path / "fees.ods", FEES[4:])
    return tmp_path / "fees.ods"


@pytest.fixture
def job(tmp_path: Path, fees: Path) -> Path:
    path = orders.opened(tmp_path / "jobs", goal_of(FEES[0]), [fees], "", "club")
    save(path, replace(load(path), wanted=WANTED))
    return path


def test_lines_are_found_by_the_headers_that_are_filled(job: Path, tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_text("Beitrag;Name;Nr;Tag\n12,00;Bo;1;2026-01-02\n12,00;Bo;2;2026-01-02\n")
    numbers = orders.queued(job, table)
    assert len(numbers) == 2  # two equal lines are two payments
    assert [load(job).said(n).values for n in numbers] == [("Bo", "2026-01-02", "12,00")] * 2
    assert orders.queued(job, table) == numbers
    table.write_text("Betrag;Name;Tag\n12,00;Bo;2026-01-02\n")
    with pytest.raises(BadInput, match="no column for beitrag: its header is Betrag, Name, Tag"):
        orders.queued(job, table)
    for text in ("", "Name;Tag;Beitrag\n"):
        table.write_text(text)
        with pytest.raises(BadInput, match="has no lines"):
            orders.queued(job, table)


def test_what_does_not_go_together_is_said(job: Path, fees: Path, tmp_path: Path) -> None:
    jobs = tmp_path / "jobs"
    (tmp_path / "in.csv").write_text("a,b,c\n1,2,3\n")
    for task, order, sentence in (
        ("club", Own(inputs=tmp_path / "in.csv", say="x"), "not both"),
        ("club", Own(say=" "), "--say needs the goal in words"),
        ("club", Own((fees,)), "is a job already"),
        ("Enter it", Own((fees,), name="../evil"), "'../evil' is no name"),
        ("Enter it", Own((fees,), app="fava"), "opens in calc, not in fava"),
    ):
        with pytest.raises(BadInput, match=sentence):
            orders.asked(jobs, task, (), order)
    with pytest.raises(BadInput, match="no instance 10000: there are 0 to 0"):
        orders.asked(jobs, "club", (10_000,), Own())
    assert [path.name for path in jobs.glob("*")] == ["club.job"]
    assert load(job).waiting == (0,)
    with pytest.raises(EditError, match="the goal has 3 values"):
        edited(WANTED, ["Tag=goal 4"], values=load(job).said(0).values)
    with pytest.raises(BadInput, match="dormouse facts add iban:nosuch"):
        Facts(Settings(data=tmp_path / "data")).check("Pay {{iban:nosuch}}")


def test_what_waits_can_be_left_out(job: Path) -> None:
    assert keeper.left_out(job, 0).waiting == ()
    with pytest.raises(CannotError, match=r"no\. 0 of club does not wait"):
        keeper.left_out(job, 0)


def test_a_job_is_not_looked_for_elsewhere(job: Path, tmp_path: Path) -> None:
    (tmp_path / "evil.job").write_bytes(job.read_bytes())
    with pytest.raises(ValueError, match="there is no job 'evil'; there are: club"):
        keeper.found(tmp_path / "jobs", "../evil")


def test_a_result_is_taken_once_and_in_its_turn(job: Path, fees: Path, tmp_path: Path) -> None:
    save(job, load(job).adding([keeper.instance(job, goal_of(fee)) for fee in FEES[1:3]]))
    before = disk.keep(job, ORIGINALS, [fees])
    for number in (0, 1):
        (tmp_path / "work").mkdir(exist_ok=True)
        result = tmp_path / "work" / fees.name
        write_fees(result, [*FEES[4:], FEES[number]])
        disk.note(job, number, Work(before, disk.keep(job, RESULTS, [result]), True))
    keeper.take(job, 0)
    with pytest.raises(CannotError, match=r"no\. 0 of club is in your files already"):
        keeper.take(job, 0)
    with pytest.raises(CannotError, match=r"no\. 0 of club was taken over since.*restore club 0"):
        keeper.take(job, 1)
    fees.unlink()
    with pytest.raises(CannotError, match="is gone: put it back first"):
        keeper.restore(job)


def test_a_book_that_was_only_opened_shows_nothing(tmp_path: Path) -> None:
    """Its bytes differ: GnuCash has written its lock, and taken it away again."""
    book = EnterTransaction()
    book.write(tmp_path / "drawn", 12_200, "", (1280, 800))
    file = tmp_path / "mine.gnucash"
    sql_book.write(book.before, file)
    job = orders.opened(tmp_path / "jobs", "Enter it", [file], "")
    before = disk.keep(job, ORIGINALS, [file])
    sql_book.locked(file)
    disk.note(job, 0, Work(before, after := disk.keep(job, RESULTS, [file])))
    assert after != before
    with pytest.raises(CannotError, match="changed nothing: it is left out"):
        keeper.shown(job, 0)
    assert load(job).shown == ()


class Busy:
    """A worker that does somebody else's job, 1; ours, 2, waits."""

    def __init__(self, begun: bool) -> None:
        self.asked: list[object] = []
        self._begun = begun

    def look(self, after: int = -1, patience: float = 0.0) -> wire.Status:
        job = wire.Job(2 if self._begun else 1, "books/transfer")
        gone = any(isinstance(each, wire.Intend) for each in self.asked)
        ended = (wire.Job(2, "", outcome=Outcome.STOPPED),) if gone else ()
        return wire.Status(
            version=after + 1, state=State.RUNNING, job=job, ended=ended, tail=("goal: x",), said=1
        )

    def ask(self, request: object) -> SimpleNamespace:
        self.asked.append(request)
        return SimpleNamespace(changed=not self._begun)


@pytest.mark.parametrize("begun", [False, True])
def test_who_gives_up_waiting_stops_nobody_else(
    begun: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    worker = Busy(begun)
    with Stop() as stop:
        stop.throw()
        ended = followed(Output(None), worker, 2, stop)  # type: ignore[arg-type]
    assert ended.outcome == Outcome.STOPPED
    told = [type(each) for each in worker.asked]
    assert told == ([wire.Cancel, wire.Intend] if begun else [wire.Cancel])
    said = capsys.readouterr()
    assert ("it waits behind: " in said.out + said.err) is not begun
    assert "goal: x" not in said.out


def test_a_file_that_was_put_back_by_hand_takes_the_next_result(
    job: Path, fees: Path, tmp_path: Path
) -> None:
    save(job, load(job).adding([keeper.instance(job, goal_of(FEES[1]))]))
    original, before = fees.read_bytes(), disk.keep(job, ORIGINALS, [fees])
    (tmp_path / "work").mkdir()
    for number in (0, 1):
        result = tmp_path / "work" / fees.name
        write_fees(result, [*FEES[4:], FEES[number]])
        disk.note(job, number, Work(before, disk.keep(job, RESULTS, [result]), True))
    keeper.take(job, 0)
    fees.write_bytes(original)  # from a backup of their own
    assert keeper.take(job, 1).taken == (1,)
    keeper.restore(job)
    assert fees.read_bytes() == original


def test_forgetting_one_of_two_showings_keeps_the_other(job: Path, fees: Path) -> None:
    shown = Episode("good", "", str(job), "", 0, "demonstration", "", 2.0, outcome=Outcome.VERIFIED)
    bad = replace(shown, id="bad", outcome=Outcome.STOPPED)
    result = fees.parent / "work" / fees.name
    result.parent.mkdir()
    write_fees(result, [*FEES[4:], FEES[0]])
    before = disk.keep(job, ORIGINALS, [fees])
    disk.note(job, 0, Work(before, disk.keep(job, RESULTS, [result]), True))
    keeper.shown(job, 0)
    kept = sorted(disk.folder_of(job).rglob("*"))
    own.forgotten(bad)
    own.forgotten(replace(bad, outcome=Outcome.VERIFIED), others=[shown])
    assert sorted(disk.folder_of(job).rglob("*")) == kept
    assert load(job).shown == (0,)
    own.forgotten(shown)
    assert load(job).shown == ()


def test_a_long_goal_is_a_goal(fees: Path, tmp_path: Path) -> None:
    goal = f"Enter {'the fee of Bo and ' * 30}save it"
    name, _ = orders.asked(tmp_path / "jobs", goal, (), Own((fees,)))
    assert load(Path(name)).goal == goal
    with pytest.raises(BadInput, match="is not there: name a folder"):
        orders.asked(tmp_path / "jobs", "Another", (), Own((fees,), inputs=tmp_path / "no.csv"))
    assert len(list((tmp_path / "jobs").glob("*.job"))) == 1


def test_lines_are_found_by_the_header_of_the_row_that_is_meant(job: Path, tmp_path: Path) -> None:
    find = Find(1, "Name", Goal(0))
    change = Change("fees.ods", "Fees", find, (Fill(3, "Beitrag", "number", Goal(2)), FILLS[1]))
    save(job, replace(load(job), wanted=Postcondition((change,))))
    (tmp_path / "in.csv").write_text("Beitrag;Tag;Name\n12,00;2026-01-02;Bo\n")
    (number,) = orders.queued(job, tmp_path / "in.csv")
    assert load(job).said(number).values == ("Bo", "2026-01-02", "12,00")
