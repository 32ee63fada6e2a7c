"""Own jobs with facts and secrets: compared by their placeholders, and written down nowhere."""

from decimal import Decimal
from pathlib import Path

import pytest

from agent import orders
from agent.config import Settings
from agent.errors import BadInput
from agent.facts import Facts
from memory import cipher
from memory.cipher import PASSPHRASE
from memory.vault import Vault
from tasks.own import disk, formats, keeper
from tasks.own.book import Book, Cell, Sheet
from tasks.own.disk import ORIGINALS, RESULTS, Work
from tasks.own.job import load
from tasks.own.judge import judge
from tasks.own.page import Entry, Page
from tasks.own.sources import Given
from tasks.own.task import given
from tasks.own.veil import Veil

ACME, BOLT = "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19"
HEADER = "Payee;IBAN;Amount\n"


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Facts:
    monkeypatch.setenv(PASSPHRASE, "correct horse battery")
    folder = tmp_path / "data"
    folder.mkdir()
    vault = Vault(folder, cipher.make(folder, "passphrase", "correct horse battery"))
    vault.add("iban:acme", ACME)
    vault.add("iban:bolt", BOLT)
    return Facts(Settings(data=folder))


def paid(job: Path, number: int, row: str, file: Path) -> None:
    """As if a person had added a row."""
    after = job.parent / "work" / file.name
    after.parent.mkdir(parents=True, exist_ok=True)
    after.write_text(HEADER + row)
    before = disk.keep(job, ORIGINALS, [file])
    disk.note(job, number, Work(before, disk.keep(job, RESULTS, [after]), True))


def goal(name: str, fact: str, amount: str) -> str:
    return f'Pay "{name}" at "{fact}": "{amount}".'


def test_a_fact_in_a_file_is_compared_by_its_placeholder(tmp_path: Path, facts: Facts) -> None:
    file, jobs, veil = tmp_path / "pay.csv", tmp_path / "data" / "jobs", facts.veil()
    file.write_text(HEADER)
    job = orders.opened(jobs, goal("Acme", "{{iban:acme}}", "45.00"), [file], "")
    paid(job, 0, f"Acme;{ACME.replace(' ', '')};45.00\n", file)
    made = keeper.shown(job, 0, veil=veil)
    assert made.wanted.lines[2].strip().startswith("IBAN ← the second value of the goal")
    assert not made.wanted.doubts
    assert "DE89" not in job.read_text()
    again = orders.opened(jobs, goal("Bolt", "{{iban:bolt}}", "7.00"), [file], "")
    assert again == job
    for row, right in ((f"Bolt;{BOLT};7.00\n", True), (f"Bolt;{ACME};7.00\n", False)):
        file.write_text(HEADER)
        before = {"pay.csv": veil.book(formats.read(file))}
        file.write_text(HEADER + row)
        after = {"pay.csv": veil.book(formats.read(file))}
        verdict = judge(made.wanted, before, after, given(job, load(job), 1))
        assert verdict.ok is right, verdict.reason


def test_a_secret_that_is_no_fact_is_not_written_down(tmp_path: Path, facts: Facts) -> None:
    file, jobs = tmp_path / "pay.csv", tmp_path / "data" / "jobs"
    file.write_text(HEADER)
    job = orders.opened(jobs, 'Pay "Acme" "45.00".', [file], "")
    card = "4111 1111 1111 1111"
    paid(job, 0, f"Acme;{card};45.00\n", file)
    made = keeper.shown(job, 0, veil=facts.veil())
    assert made.wanted.open
    assert "IBAN: a secret, which is not written down" in made.wanted.doubts[0]
    assert "4111" not in job.read_text()
    # Without a veil it would have been: the check can fail.
    assert "4111" in keeper.shown(job, 0, veil=Veil()).wanted.lines[2]


def test_a_goal_that_tells_a_secret_begins_no_job(tmp_path: Path) -> None:
    file, jobs = tmp_path / "pay.csv", tmp_path / "jobs"
    file.write_text(HEADER)
    told = f'Pay "Acme" at "{ACME}": "45.00".'
    with pytest.raises(BadInput, match=r"tells a secret \(iban\).*dormouse facts add NAME"):
        orders.asked(jobs, told, (), orders.Own((file,)))
    assert not list(jobs.glob("*.job"))
    name, _ = orders.asked(jobs, goal("Acme", "{{iban:acme}}", "45.00"), (), orders.Own((file,)))
    job = Path(name)
    with pytest.raises(BadInput, match="tells a secret"):
        orders.asked(jobs, job.stem, (), orders.Own(say=told))
    (tmp_path / "in.csv").write_text(f"Name;IBAN;Amount\nAcme;{ACME};45.00\n")
    with pytest.raises(BadInput, match="tells a secret"):
        orders.asked(jobs, job.stem, (), orders.Own(inputs=tmp_path / "in.csv"))
    assert "DE89" not in job.read_text()
    name, _ = orders.asked(jobs, told, (), orders.Own((file,)), careful=False)
    assert "DE89" in Path(name).read_text()


def test_what_goal_and_document_say_is_compared_as_the_file_is(
    tmp_path: Path, facts: Facts
) -> None:
    """A fact that the goal says in full, or a document does, is the same fact."""
    veil = facts.veil()
    known = veil.given(Given((ACME, "45.00"), Page((Entry("GB29NWBK60161331926819", ("iban",)),))))
    assert known.values == ("{{iban:acme}}", "45.00")
    assert known.page.under("iban") == ("{{iban:bolt}}",)
    number = Veil({"1234 5678": "{{account}}", "45.00": "{{small}}"})
    cells = {(1, 1): Cell(Decimal(12345678)), (1, 2): Cell(Decimal("45.00"))}
    (sheet,) = number.book(Book((Sheet("a", cells),))).sheets
    assert [cell.value for cell in sheet.cells.values()] == ["{{account}}", Decimal("45.00")]
    assert number.given(Given(("45.00", "12345678"))).values == ("45.00", "{{account}}")
