"""Secrets in words and frames: what is found, what is left alone, what the store gets."""

import functools
import random
import string
from dataclasses import replace
from importlib.resources import files
from json import dumps, loads
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import iban, luhn

from actuation.action import Action, Ask, Done, Fail, Press, TypeText
from actuation.fake import FakeDesktop
from agent.config import Settings
from agent.privacy import guarded, harmless
from agent.worker.jobs import Jobs
from agent.worker.told import Job
from memory import fake
from memory.episode import Outcome, Step
from memory.exclude import Excluding
from memory.private.journal import Private
from memory.private.known import Known
from memory.redact import redact, withheld
from memory.store import Store
from perception.observation import Observation
from perception.read import Reader
from perception.scene import Scene

IBAN = "DE89 3704 0044 0532 0130 00"
CARD = "4111 1111 1111 1111"
PASSWORD = "kW7#tulip92"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"pay to {IBAN}, Anna", "pay to [iban], Anna"),
        ("pay to gb82west12345698765432", "pay to [iban]"),
        (f"{IBAN} from the ledger", "[iban] from the ledger"),
        ("5500-0000-0000-0004", "[card]"),
        ("BSN 111222333", "BSN [id]"),
        ("Steuer-ID: 36 574 261 809", "Steuer-ID: [id]"),
        ("PESEL 44051401359", "PESEL [id]"),
        ("RSSMRA85T10A562S and 12345678Z", "[id] and [id]"),
        ("131052-308T", "[id]"),
        ("2 95 10 99 126 111 93", "[id]"),
        ("AB 12 34 56 C", "[id]"),
        ("SSN 536-90-4399", "SSN [id]"),
        ("AHV 756.9217.0769.85", "AHV [id]"),
        ("Passwort: geheim", "Passwort: [password]"),
        ("log in with password hunter2", "log in with password [password]"),
        ("Mot de passe : sésame", "Mot de passe : [password]"),
        ('password = "two words"', 'password = "[password]"'),
        ("PIN 4711", "PIN [secret]"),
        ("CVC: 123.", "CVC: [secret]."),
        ("https://bob:s3cret@host/x", "https://bob:[password]@host/x"),
        ("sk-abcdefghijklmnopqrstuvwx", "[secret]"),
        ("AKIAIOSFODNN7EXAMPLE", "[secret]"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "[secret]"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSM", "[secret]"),
    ],
)
def test_a_secret_is_taken_out_of_words(text: str, kept: str) -> None:
    assert redact(text) == kept
    assert redact(kept) == kept
    assert withheld(text)
    assert withheld(kept)


@pytest.mark.parametrize(
    "text",
    [
        "RE-2026-000123 over 1.234,56",
        "1111 2222 3333 4444",  # no such card
        "4111111111111112",  # no right check digit
        "240815-0012",  # an invoice of that day
        "RF18 5390 0754 7034",  # a creditor reference, ISO 11649
        "DE123456788",  # a VAT number
        "account 1200 Bank, 111222333",
        "+49 30 1234567, 0171 2345678",
        "Forgot password? Passwort vergessen",
        "Password is required",
        "the PIN code, TAN list",
        "Expenses:Office:Paper 12.50 EUR",
    ],
)
def test_what_bookkeeping_is_full_of_stays(text: str) -> None:
    assert redact(text) == text
    assert not withheld(text)


@given(st.text(string.digits, min_size=15, max_size=15), st.sampled_from(["", " ", "-"]))
def test_every_card_is_found_in_any_grouping(digits: str, gap: str) -> None:
    number = "4" + digits[1:]
    number += luhn.calc_check_digit(number)
    grouped = gap.join(number[i : i + 4] for i in range(0, 16, 4))
    assert redact(f"paid by {grouped}.") == "paid by [card]."


@given(st.sampled_from(["DE", "FI", "AT"]), st.integers(0, 10**18 - 1), st.booleans())
def test_every_account_is_found_in_any_grouping(country: str, number: int, apart: bool) -> None:
    length = {"DE": 18, "FI": 14, "AT": 16}[country]
    body = f"{number:018d}"[-length:]
    text = country + iban.calc_check_digits(f"{country}00{body}") + body
    assume(iban.is_valid(text))  # some countries have check digits of their own
    grouped = " ".join(text[i : i + 4] for i in range(0, len(text), 4)) if apart else text
    assert redact(f"to {grouped} today") == "to [iban] today"


@given(st.text(max_size=60))
def test_what_was_taken_out_once_has_nothing_to_take_out(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


def test_few_of_bookkeepings_own_numbers_are_taken_for_secrets() -> None:
    rng = random.Random(4)

    def digits(count: int) -> str:
        return "".join(rng.choices(string.digits, k=count))

    shapes = (
        lambda: f"RE-{rng.randint(2020, 2026)}-{digits(rng.randint(3, 6))}",
        lambda: f"INV{digits(rng.randint(5, 9))} of 2026-0{rng.randint(1, 9)}-1{digits(1)}",
        lambda: f"{rng.randint(1, 9)}.{digits(3)},{digits(2)} EUR to 4{digits(3)}",
        lambda: f"+49 {digits(3)} {digits(7)}",
        lambda: f"Kd.-Nr. {digits(8)}, Ust-ID DE{digits(9)}",
        lambda: f"reference {digits(rng.randint(10, 14))}",
        lambda: f"Zahlung {digits(20)} {digits(7)}",  # a QR bill's reference
        lambda: f"{rng.randint(10, 31)}{rng.randint(10, 12)}2{digits(1)}-{digits(4)}",
        lambda: f"EAN 4{digits(12)}",
    )
    texts = [rng.choice(shapes)() for _ in range(4000)]
    eaten = [text for text in texts if redact(text) != text]
    # What is left looks like a Finn's or a Swede's number, with a right check digit.
    assert len(eaten) <= 0.006 * len(texts), eaten
    lexicon = files("agent.policies.core.nursery").joinpath("lexicon.txt").read_text()
    assert redact(lexicon) == lexicon


def test_a_known_secret_is_found_again_as_it_was_read() -> None:
    known = Known()
    known.add(IBAN, "{{iban:acme}}")
    known.add(PASSWORD)
    kinds = {span.kind for span in known.spans(f"{PASSWORD}; DE89370400440532013000")}
    assert kinds == {"password", "{{iban:acme}}"}
    for text in ("kW7Htulip92", "KW7#tu1ip92", "tulip92", "the kW7#tulip92 here"):
        assert known.seen(text), text
    for text in ("kilogram", "Tuesday", "1,234.56", "DE12 invoice"):
        assert not known.seen(text), text


@functools.cache
def eyes() -> Reader:
    """One for all tests: it takes a while to open its own."""
    return Reader()


def step(shown: Observation, action: Action, note: str = "", index: int = 0) -> Step:
    one = fake.intent(fake.demonstration("e").steps[0])
    return replace(one, index=index, observation=shown, intended=action, note=note)


def kept(
    path: Path, steps: list[Step], afters: list[Observation | None] | None = None
) -> list[Step]:
    """What the store holds of steps that went through the guarded journal."""
    with Store(path) as store:
        journal = guarded(store, Settings(data=path.parent), reader=eyes())
        journal.begin(fake.head(fake.demonstration("e")))
        for one, after in zip(steps, afters or [None] * len(steps), strict=True):
            journal.intend("e", one, after)
            journal.outcome("e", one.index, one.intended)
        return list(store.episode("e").steps)


def test_a_frame_is_black_where_a_secret_stands(tmp_path: Path) -> None:
    shown = FakeDesktop(rows=[("2026-05-01", IBAN, "12.50")]).observe()
    (one,) = kept(tmp_path / "m.sqlite", [step(shown, Press("Tab"))])
    changed = (one.observation.image != shown.image).any(axis=2)
    ys, xs = np.nonzero(changed)
    text = eyes().read(one.observation)
    assert changed.any()
    assert (one.observation.image[changed] == 0).all()
    assert ys.min() >= 60 and ys.max() < 60 + 3 * 26  # its row, not more
    assert xs.min() > 130
    assert not any("3704" in element.text for element in text.elements)
    assert any(element.text == "2026-05-01" for element in text.elements)
    assert (shown.image == FakeDesktop(rows=[("2026-05-01", IBAN, "12.50")]).observe().image).all()


def test_a_password_is_dots_where_it_was_typed_and_black_where_it_comes_back(
    tmp_path: Path,
) -> None:
    label = FakeDesktop(notes="Password:").observe()
    echoed = FakeDesktop(rows=[("2026-05-01", PASSWORD)], title=f"{PASSWORD} - Sheet").observe()
    steps = kept(
        tmp_path / "m.sqlite",
        [
            step(label, TypeText(PASSWORD), f"types {PASSWORD}"),
            step(echoed, TypeText(f"see {PASSWORD}"), index=1),
        ],
    )
    assert steps[0].intended == steps[0].performed == TypeText("•" * len(PASSWORD))
    assert steps[0].note == "types [password]"
    assert steps[1].intended == TypeText("see [password]")
    assert steps[1].observation.windows[0].title == "[password] - Sheet"
    read = eyes().read(steps[1].observation)
    assert not any("tulip" in element.text for element in read.elements)
    content = (tmp_path / "m.sqlite").read_bytes()
    assert PASSWORD.encode() not in content


@pytest.mark.parametrize("ending", [Ask, Done, Fail])
def test_endings_and_details_are_told_without_secrets(tmp_path: Path, ending: type) -> None:
    shown = FakeDesktop().observe()
    with Store(tmp_path / "m.sqlite") as store:
        journal = guarded(store, Settings(data=tmp_path), reader=eyes())
        goal = f"Log in with password {PASSWORD}"
        journal.begin(replace(fake.head(fake.demonstration("e")), goal=goal))
        journal.intend("e", step(shown, ending(f"is it {PASSWORD}?")))
        journal.end("e", Outcome.FAILED, False, f"{PASSWORD} and {CARD} are wrong", 5.0)
        lived = store.episode("e")
    assert lived.goal == "Log in with password [password]"
    assert lived.steps[0].intended == ending("is it [password]?")
    assert lived.detail == "[password] and [card] are wrong"
    assert journal.words(f"again {PASSWORD}") == "again [password]"


class Blind(Reader):
    """A reader that breaks."""

    def read(self, observation: Observation) -> Scene:
        raise RuntimeError("no language data")


def test_what_cannot_be_read_is_kept_black(tmp_path: Path) -> None:
    shown, said = FakeDesktop().observe(), list[str]()
    with Store(tmp_path / "m.sqlite") as store:
        journal = Private(Excluding(store, ()), Blind(), broke=said.append)
        journal.begin(fake.head(fake.demonstration("e")))
        journal.intend("e", step(shown, TypeText("sunshine")))
        (one,) = store.episode("e").steps
    assert not one.observation.image.any()
    assert one.intended == TypeText("••••••••")
    assert "no language data" in said[0]


def test_switched_off_all_is_kept(tmp_path: Path) -> None:
    shown = FakeDesktop(rows=[("2026-05-01", IBAN)], notes="Password:").observe()
    with Store(tmp_path / "m.sqlite") as store:
        journal = guarded(store, Settings(data=tmp_path, redact=False))
        journal.begin(fake.head(fake.demonstration("e")))
        journal.intend("e", step(shown, TypeText(PASSWORD)))
        (one,) = store.episode("e").steps
    assert one.intended == TypeText(PASSWORD)
    assert (one.observation.image == shown.image).all()


def test_what_is_known_only_later_is_taken_back(tmp_path: Path) -> None:
    chat = FakeDesktop(notes=f"Bob: {PASSWORD}").observe()
    form = FakeDesktop(notes="Password:").observe()
    other = FakeDesktop(rows=[("2026-05-01", "Bäcker")]).observe()
    path = tmp_path / "m.sqlite"
    with Store(path) as store:
        journal = guarded(store, Settings(data=tmp_path), reader=eyes())
        journal.begin(fake.head(fake.demonstration("e")))
        steps = [
            step(chat, Press("Tab"), f"Bob says {PASSWORD}", 0),
            step(other, Press("Tab"), index=1),
            step(form, TypeText(PASSWORD), index=2),
        ]
        for one in steps:
            journal.intend("e", one)
            journal.outcome("e", one.index, one.intended)
        lived = store.episode("e").steps
        contents = path.read_bytes() + Path(f"{path}-wal").read_bytes()
    assert lived[0].note == "Bob says [password]"
    assert not any("tulip" in one.text for one in eyes().read(lived[0].observation).elements)
    assert (lived[1].observation.image == other.image).all()
    assert lived[2].performed == TypeText("•" * len(PASSWORD))
    assert [one.performed for one in lived[:2]] == [Press("Tab")] * 2
    assert PASSWORD.encode() not in contents


def test_a_number_typed_in_pieces_is_taken_back(tmp_path: Path) -> None:
    shown = FakeDesktop().observe()
    parts = ["DE89", "3704 0044", "0532013000"]
    steps = [step(shown, TypeText(part), index=at) for at, part in enumerate(parts)]
    lived = kept(tmp_path / "m.sqlite", steps)
    assert [one.performed for one in lived] == [TypeText("•" * len(part)) for part in parts]
    plain = ["2026", "1200", "4400", "12.50"]
    steps = [step(shown, TypeText(part), index=at) for at, part in enumerate(plain)]
    lived = kept(tmp_path / "n.sqlite", steps)
    assert [one.performed for one in lived] == [TypeText(part) for part in plain]


def test_neither_queue_nor_how_a_job_ended_keeps_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    jobs = Jobs(path)
    job = jobs.add(Job(0, "books/enter_invoice", variant=f"login with password {PASSWORD}"))
    assert PASSWORD in jobs.waiting[0].variant  # this process goes on with it
    assert PASSWORD not in path.read_text()
    assert Jobs(path).waiting[0].variant == "login with password [password]"
    with Store(tmp_path / "m.sqlite") as store:
        journal = guarded(store, Settings(data=tmp_path), reader=eyes())
        journal.begin(replace(fake.head(fake.demonstration("e")), goal=job.variant))
        numbers = dumps({"detail": f"{PASSWORD} was wrong", "steps": 3})
        ended = replace(job, outcome="failed", detail=f"{PASSWORD} was wrong", attempt=numbers)
        jobs.end(harmless(ended, journal))
    assert PASSWORD not in path.read_text()
    assert Jobs(path).ended[0].detail == "[password] was wrong"
    assert loads(Jobs(path).ended[0].attempt) == {"detail": "[password] was wrong", "steps": 3}
