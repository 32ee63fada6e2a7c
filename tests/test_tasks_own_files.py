"""What becomes of the operator's files: read in every format, copied, replaced, and put back."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest
from openpyxl import Workbook
from own_house import FEES, draw_fee, goal_of, write_fees
from PIL import Image, ImageDraw, ImageFont

from agent import orders, own
from agent.attempt import Attempt
from agent.errors import BadInput
from memory.episode import Episode, Outcome
from tasks.apps import separated
from tasks.own import disk, formats, keeper, vary
from tasks.own.book import Cell
from tasks.own.disk import ORIGINALS, RESULTS, Work
from tasks.own.edit import EditError, edited
from tasks.own.job import Instance, Job, load, save
from tasks.own.keeper import CannotError
from tasks.own.page import known, pictures
from tasks.own.postcondition import Append
from tasks.own.sources import Always, Document, Today

BEAN = """2026-01-01 open Assets:Bank
2026-01-01 open Income:Fees
2026-02-01 * "Bo" "fee"
  Assets:Bank   12.50 EUR
  Income:Fees  -12.50 EUR
"""


@pytest.fixture
def fees(tmp_path: Path) -> Path:
    rng = random.Random(0)
    path = tmp_path / "fees.ods"
    write_fees(path, [draw_fee(rng) for _ in range(4)])
    return path


@pytest.fixture
def job(tmp_path: Path, fees: Path) -> Path:
    return orders.opened(tmp_path / "jobs", goal_of(FEES[0]), [fees], "")


def worked(job: Path, file: Path, number: int, *, right: bool = True) -> bytes:
    """As if an attempt had appended this number's fee: what the file is afterwards."""
    before = disk.keep(job, ORIGINALS, [file])
    copy = job.parent / "work" / file.name
    copy.parent.mkdir(exist_ok=True)
    rows = formats.read(file).sheets[0].rows[1:]
    fees = [tuple(cell.value for cell in row.values()) for row in rows]
    write_fees(copy, [*fees, FEES[number]])  # type: ignore[list-item]
    disk.note(job, number, Work(before, disk.keep(job, RESULTS, [copy]), right))
    return copy.read_bytes()


def ran(job: Path, number: int, outcome: Outcome = Outcome.VERIFIED) -> Attempt:
    ended = ("", number, "e", "", outcome, True, False, False, "", "", 1.0, ())
    return Attempt(str(job), *ended)


def test_every_format_reads_as_cells(tmp_path: Path, fees: Path) -> None:
    (sheet,) = formats.read(fees).sheets
    assert (sheet.name, sheet.headers) == ("Fees", {1: "Member", 2: "Paid on", 3: "Amount"})
    assert [type(cell.value) for cell in sheet.rows[1].values()] == [str, date, Decimal]
    book = Workbook()
    book.active["A1"], book.active["B1"] = 2.5, "=A1*2"
    book.save(tmp_path / "a.xlsx")
    cells = formats.read(tmp_path / "a.xlsx").sheets[0].cells
    assert cells == {(1, 1): Cell(Decimal("2.5")), (1, 2): Cell("", "A1*2")}
    (tmp_path / "a.csv").write_text("Name;Paid;Sum\nBo;2026-01-02;1.234,50\n")
    (_, line) = formats.read(tmp_path / "a.csv").sheets[0].rows
    assert [cell.value for cell in line.values()] == ["Bo", date(2026, 1, 2), Decimal("1234.5")]
    (tmp_path / "a.csv").write_bytes("Name;Ort\nBäcker;Köln\n".encode("cp1252"))
    (_, line) = formats.read(tmp_path / "a.csv").sheets[0].rows
    assert [cell.value for cell in line.values()] == ["Bäcker", "Köln"]
    (tmp_path / "a.beancount").write_text(BEAN)
    ledger = formats.read(tmp_path / "a.beancount")
    (entry,) = ledger.sheets[0].rows
    values = [cell.value for _, cell in sorted(entry.items())]
    parts = ["Assets:Bank", Decimal("12.5"), "Income:Fees", Decimal("-12.5")]
    assert values == [date(2026, 2, 1), "Bo", "fee", *parts]
    assert len(ledger.facts) >= 2
    left_out = BEAN.replace("  Income:Fees  -12.50 EUR", "  Income:Fees")
    (tmp_path / "b.beancount").write_text(left_out)
    assert formats.read(tmp_path / "b.beancount") == ledger
    for old, new in (("12.50 EUR", "12.50 USD"), ('"fee"', '"fee" #late'), ("* ", "! ")):
        (tmp_path / "c.beancount").write_text(BEAN.replace(old, new, 1))
        other = formats.read(tmp_path / "c.beancount")
        assert (other.sheets == ledger.sheets, other.facts == ledger.facts) == (False, True)
    twice = "2026-01-01 open Assets:Bank\n2026-02-01 balance Assets:Bank 1 EUR\n"
    (tmp_path / "d.beancount").write_text(twice)
    (tmp_path / "e.beancount").write_text(twice + twice.splitlines()[-1] + "\n")
    one, two = (formats.read(tmp_path / f"{name}.beancount").facts for name in "de")
    assert len(two - one) == 1
    (tmp_path / "a.bin").write_bytes(b"1")
    assert formats.read(tmp_path / "a.bin").opaque


def test_a_result_replaces_the_file_and_goes_back_to_the_byte(job: Path, fees: Path) -> None:
    first = fees.read_bytes()
    save(job, load(job).adding([keeper.instance(job, goal_of(fee)) for fee in FEES[1:4]]))
    states = []
    for number in range(3):
        result = worked(job, fees, number)
        keeper.take(job, number)
        assert fees.read_bytes() == result
        states.append(result)
    _, undone = keeper.restore(job)
    assert (undone, fees.read_bytes()) == ((2,), states[1])
    _, undone = keeper.restore(job, 0)
    assert (undone, fees.read_bytes()) == ((0, 1), first)
    with pytest.raises(CannotError, match=r"nothing of .* was taken over"):
        keeper.restore(job)


def test_what_somebody_else_has_changed_is_left_as_it_is(job: Path, fees: Path) -> None:
    worked(job, fees, 0)
    fees.write_bytes(b"mine")
    with pytest.raises(CannotError, match="changed by somebody else meanwhile"):
        keeper.take(job, 0)
    assert fees.read_bytes() == b"mine"
    worked_on = load(job)
    assert not worked_on.taken
    write_fees(fees, [])
    worked(job, fees, 0)
    keeper.take(job, 0)
    fees.write_bytes(b"mine")
    with pytest.raises(CannotError, match="changed by somebody else"):
        keeper.restore(job)
    assert fees.read_bytes() == b"mine"


def test_only_what_was_verified_is_taken_over(job: Path, fees: Path) -> None:
    worked(job, fees, 0, right=False)
    with pytest.raises(CannotError, match="no verified result"):
        keeper.take(job, 0)


def test_approvals_are_asked_for_the_first_two_and_none_after(job: Path, fees: Path) -> None:
    save(job, load(job).adding([keeper.instance(job, goal_of(fee)) for fee in FEES[1:5]]))
    asked: list[str] = []
    before = fees.read_bytes()

    def agree(sentence: str) -> bool:
        asked.append(sentence)
        return len(asked) > 1

    worked(job, fees, 0)
    said = own.after(ran(job, 0), "run", agree)
    assert "the result is kept" in said
    assert fees.read_bytes() == before
    for number in range(1, 5):
        worked(job, fees, number)
        said = own.after(ran(job, number), "run", agree)
        assert said.startswith(f"{fees} has the result of no. {number}")
    assert len(asked) == 3
    assert own.after(ran(job, 0, Outcome.WRONG), "run", agree) == ""
    assert own.after(ran(job, 0), "rehearsal", agree) == ""
    assert load(job).instances[0].outcome == Outcome.WRONG


def test_a_demonstration_proposes_and_further_ones_are_held_back_in_turn(
    job: Path, fees: Path
) -> None:
    save(job, load(job).adding([keeper.instance(job, goal_of(fee)) for fee in FEES[1:6]]))
    for number in range(6):
        worked(job, fees, number)
        said = own.after(ran(job, number, Outcome.UNVERIFIED), "demonstration")
    assert "shown 6 times" in said
    assert f"Confirm it: dormouse job {job.stem} --confirm" in said
    made = load(job)
    assert made.held == (2, 5)
    episodes = [Episode(f"e{n}", "", str(job), "", n, "demonstration", "", 0.0) for n in range(6)]
    assert own.held_back(episodes) == ("e2", "e5")
    assert list(own.rehearsable(str(job))) == []
    save(job, replace(made, confirmed=True))
    exams = list(islice(own.rehearsable(str(job)), 6))
    assert exams == [2, 5, *(vary.variation(n, k) for k in (1, 2) for n in (2, 5))]
    save(job, replace(made, confirmed=True).adding([Instance(goal_of(FEES[6]))]))
    assert list(islice(own.rehearsable(str(job)), 3)) == [2, 5, 6]
    save(job, replace(made, confirmed=True))
    with pytest.raises(CannotError, match="saved nothing"):
        disk.note(job, 0, Work(made.instances[0].before, made.instances[0].before))
        keeper.shown(job, 0)
    assert load(keeper_path := job).confirmed
    assert keeper.dropped(keeper_path, 2).shown == (0, 1, 3, 4, 5)


def test_a_goal_in_other_values_is_the_same_job(job: Path, fees: Path, tmp_path: Path) -> None:
    again = orders.opened(tmp_path / "jobs", goal_of(FEES[1]), [fees], "")
    other = orders.opened(tmp_path / "jobs", "Sort the list by name.", [fees], "calc")
    assert again == job
    assert other != job
    assert len(load(job).instances) == 2
    assert load(job).said(1).values[0] == FEES[1][0]
    with pytest.raises(BadInput, match="is no file"):
        orders.opened(tmp_path / "jobs", "x", [tmp_path / "none.ods"], "")
    (tmp_path / "a.xyz").touch()
    with pytest.raises(BadInput, match="Say --app calc, gnucash, fava"):
        orders.opened(tmp_path / "jobs", "x", [tmp_path / "a.xyz"], "")


def test_a_folder_of_inputs_is_queued_once(job: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with pytest.raises(CannotError, match="holds no picture, PDF or text"):
        orders.queued(job, folder)
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(f"Total: 1{name}")
    assert orders.queued(job, folder) == [1, 2]
    assert orders.queued(job, folder) == [1, 2]
    own.ended(job, 1, Outcome.ASKED, "")
    assert orders.queued(job, folder) == [2]
    assert keeper.found(job.parent, job.stem) == job


def test_lines_of_a_csv_are_goals(job: Path, tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_text("Name,Day,Fee\nBo Ek,2026-02-03,12.00\n")
    assert orders.queued(job, table) == [1]
    assert load(job).said(1).values == ("Bo Ek", "2026-02-03", "12.00")
    table.write_text("Name;Tag;Beitrag\nJörg Ek;03.03.2026;12,00\n", encoding="cp1252")
    (number,) = orders.queued(job, table)
    assert load(job).said(number).values == ("Jörg Ek", "03.03.2026", "12,00")
    table.write_text("Name,Day,Fee\nBo Ek,{{pin}},12.00\n")
    with pytest.raises(BadInput, match=r"names the fact \{\{pin\}\}"):
        orders.queued(job, table)
    table.write_text("Name,Day\nBo Ek,2026-02-03\n")
    with pytest.raises(BadInput, match="lines of 3 cells each"):
        orders.queued(job, table)


def test_the_operator_edits_what_done_means(job: Path, fees: Path) -> None:
    worked(job, fees, 0)
    wanted = keeper.shown(job, 0).wanted
    (rule,) = edited(wanted, ["amount=field Total due", "Paid on=today", "Member=always x"]).rules
    assert isinstance(rule, Append)
    assert [fill.source for fill in rule.fills] == [Always("x"), Today(), Document("total")]
    for wrong in ("Amount", "Sum=today", "Amount=tomorrow", "Amount=goal x"):
        with pytest.raises(EditError):
            edited(wanted, [wrong])


def test_a_document_is_read_as_picture_pdf_and_text(tmp_path: Path) -> None:
    image = Image.new("RGB", (360, 110), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype("DejaVuSans.ttf", 16)
    for line, (label, value) in enumerate((("Supplier:", "Acme Tools"), ("Total:", "12.50"))):
        draw.text((20, 20 + 40 * line), label, "black", font)
        draw.text((160, 20 + 40 * line), value, "black", font)
    image.save(tmp_path / "a.pdf", resolution=96, quality=95)
    assert pictures(tmp_path / "a.pdf")[0].size == image.size
    page = known(tmp_path / "a.pdf")
    assert (page.under("vendor"), page.under("total")) == (("Acme Tools",), ("12.50",))
    assert known(tmp_path / "a.pdf") == page
    (tmp_path / "a.txt").write_text("Lieferant: Acme\nGesamtbetrag: 12,00 EUR\n")
    assert known(tmp_path / "a.txt").under("total") == ("12,00 EUR",)
    (tmp_path / "b.pdf").write_bytes(b"none")
    with pytest.raises(ValueError, match=r"b\.pdf cannot be read as a PDF"):
        known(tmp_path / "b.pdf")


def test_a_damaged_job_is_said_in_one_sentence(tmp_path: Path) -> None:
    from tasks.catalog import create, exists
    from tasks.outside import NoTaskError, called, is_path, settled

    path = tmp_path / "a.job"
    assert not exists(str(path))
    path.write_text("{}")
    with pytest.raises(NoTaskError, match="is no job"):
        create(str(path))
    save(path, replace(Job("x", "calc", ()), version=2))
    with pytest.raises(NoTaskError, match="update Dormouse"):
        create(str(path))
    save(path, Job("x", "calc", ()))
    assert create(str(path)).name == str(path)
    assert is_path(str(path))
    assert called(str(path)) == "a"
    assert settled(str(path)) == str(path)


def test_a_deleted_demonstration_says_nothing_any_more(job: Path, fees: Path) -> None:
    worked(job, fees, 0)
    assert keeper.shown(job, 0).shown == (0,)
    lived = Episode("e1", goal_of(FEES[0]), str(job), "", 0, "demonstration", "", 1.0)
    lived = replace(lived, outcome=Outcome.UNVERIFIED)
    own.forgotten(replace(lived, provenance="run"))
    assert load(job).shown == (0,)
    own.forgotten(lived)
    assert load(job).shown == ()
    assert not load(job).wanted.rules
    assert not list(disk.folder_of(job).glob("*/*"))
    save(job, load(job).adding([keeper.instance(job, goal_of(fee)) for fee in FEES[1:3]]))
    result = worked(job, fees, 1)
    keeper.take(job, 1)
    worked(job, fees, 2)
    keeper.shown(job, 2)
    own.forgotten(replace(lived, seed=2))
    assert fees.read_bytes() == result
    keeper.restore(job, 1)  # what it needs is still there
    job.unlink()
    own.forgotten(lived)


@pytest.mark.parametrize(
    ("name", "text", "sign", "first"),
    [
        ("a.csv", "01.02.2026;Miete;-500,00\n03.02.2026;Strom;-20,50\n", ";", "01.02.2026"),
        ("a.csv", "Name, Vorname;Betrag\nEk, Bo;12,50\n", ";", "Name, Vorname"),
        ("a.csv", "1,00;2,00;3,00\n4,00;5,00;6,00\n", ";", "1,00"),
        ("a.csv", 'Name,Note\n"Ek, Bo","a; b"\n', ",", "Name"),
        ("a.csv", "'Aisha,'s-Hertogenbosch\nBo,Ulm\n", ",", "'Aisha"),
        ("a.csv", 'A;B\n"Café ""Blau""; Köln\nMitte";1\n', ";", "A"),
        ("a.csv", "Name\nBo\n", ",", "Name"),
        ("a.csv", "", ",", ""),
        ("a.tsv", "1,00\t2,00\n", "\t", "1,00"),
    ],
)
def test_the_sign_between_columns_is_found(
    name: str, text: str, sign: str, first: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    found = separated.read(tmp_path / name)
    assert (found.sign, found.encoding) == (sign, "utf-8")
    assert [cell for line in found.lines for cell in line][:1] == ([first] if first else [])
    if "Blau" in text:
        assert found.lines[1] == ('Café "Blau"; Köln\nMitte', "1")


def test_a_file_that_cannot_be_read_is_one_sentence(job: Path, fees: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Name\nBo\n", encoding="utf-16")
    with pytest.raises(ValueError, match="UTF-16: save it as UTF-8"):
        separated.read(tmp_path / "a.csv")
    worked(job, fees, 0)
    work = disk.noted(job, 0)
    assert work is not None
    disk.place(job, RESULTS, work.after[0]).write_bytes(b"no spreadsheet")
    said = own.after(ran(job, 0, Outcome.UNVERIFIED), "recording")
    assert "cannot be read" in said


def test_a_label_with_a_value_beside_it_has_none_below_it(tmp_path: Path) -> None:
    image = Image.new("RGB", (420, 200), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype("DejaVuSans.ttf", 16)
    placed = {
        (20, 20): "Invoice no.", (200, 20): "INV-4711", (20, 60): "Delivery",
        (20, 110): "Issue date", (20, 140): "2026-03-04", (20, 170): "Thursday",
    }  # fmt: skip
    for place, text in placed.items():
        draw.text(place, text, "black", font)
    image.save(tmp_path / "a.png")
    page = known(tmp_path / "a.png")
    assert (page.under("number"), page.under("date")) == (("INV-4711",), ("2026-03-04",))
