"""Facts and the encrypted store: kept behind a key, filled in at the last moment, wiped."""

import io
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from actuation.action import Action, Press, TypeText
from actuation.fake import FakeDesktop
from actuation.filling import FactRule, Filling
from actuation.rules import Rules
from agent.config import Settings
from agent.errors import BadInput
from agent.facts import Facts
from agent.guarding import guard
from agent.loop import Loop
from agent.policies.noop import Noop
from agent.policy import Decision
from agent.unlock import opened
from agent.verbs import facts, wipe
from agent.worker.place import only_one
from memory import cipher, fake
from memory.cipher import PASSPHRASE, LockedError
from memory.day import Context
from memory.episode import Episode, Outcome
from memory.exclude import Unkept
from memory.opening import encrypt, plain
from memory.store import Store, StoreError
from memory.vault import UnknownFactError, Vault
from perception.observation import Observation
from tasks.task import Goal

IBAN = "DE89 3704 0044 0532 0130 00"
WORDS = "correct horse battery"


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, WORDS)


def verb(
    folder: Path, *words: str, said: str = "", **environment: str
) -> "subprocess.CompletedProcess[str]":
    """In a process of its own, as an operator calls it."""
    return subprocess.run(
        [sys.executable, "-m", "agent", *words],
        env=os.environ | {"DORMOUSE_DATA": str(folder)} | environment,
        input=said,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The memory that verbs called in this process use."""
    monkeypatch.setenv("DORMOUSE_DATA", str(tmp_path))
    return tmp_path


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_facts_are_kept_listed_and_forgotten(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = verb(folder, "facts", "add", "iban:acme", said=f"{IBAN}\n")
    assert (kept.returncode, kept.stderr) == (0, "")
    assert IBAN not in kept.stdout
    assert b"3704" not in content(folder)
    assert b"acme" not in content(folder)
    assert Facts(Settings()).placeholders() == {IBAN: "{{iban:acme}}"}
    wrong = verb(folder, "facts", "list", DORMOUSE_PASSPHRASE="another")
    assert wrong.returncode == 3
    assert wrong.stderr.count("\n") == 1
    assert "passphrase does not fit" in wrong.stderr
    facts.main("list", "", None)
    assert capsys.readouterr().out.strip() == "{{iban:acme}}"
    bound = verb(folder, "facts", "add", "pin", "--window", "My Bank", said="4711\n")
    assert (bound.returncode, bound.stderr) == (0, "")
    assert verb(folder, "facts", "add", "pin", said="4712\n").returncode == 0  # its window stays
    facts.main("list", "", None)
    assert capsys.readouterr().out.splitlines() == [
        "{{iban:acme}}", "{{pin}}  windows like My Bank"
    ]  # fmt: skip
    assert Facts(Settings()).bound(Rules()).facts == (
        FactRule("iban:acme"), FactRule("pin", "My Bank")
    )  # fmt: skip
    facts.main("forget", "iban:acme", None)
    for act, name, sentence in (
        ("forget", "iban:acme", "there is no fact iban:acme"),
        ("add", "two words", "'two words' is no name"),
        ("add", "empty", "the value is empty"),
        ("add", "", "needs a name"),
        ("show", "x", "say list, add NAME or forget NAME"),
    ):
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n" if name == "empty" else "x\n"))
        with pytest.raises(BadInput, match=sentence):
            facts.main(act, name, None)
    monkeypatch.setattr(sys, "stdin", io.StringIO("x\n"))
    with pytest.raises(BadInput, match=r"--window '\(' is no regular expression"):
        facts.main("add", "pin", None, "(")
    monkeypatch.delenv(PASSPHRASE)
    with pytest.raises(LockedError, match="set DORMOUSE_PASSPHRASE"):
        facts.main("list", "", None)


def test_the_keyboard_fills_placeholders_at_the_last_moment(tmp_path: Path) -> None:
    vault = Vault(tmp_path, cipher.make(tmp_path, "passphrase", WORDS))
    vault.add("iban:acme", IBAN)
    vault.add("lines", "one\ntwo")
    desktop = FakeDesktop()
    hands = Filling(desktop, vault.fill)
    assert hands.perform(TypeText("to {{iban:acme}}")) == TypeText("to {{iban:acme}}")
    assert desktop.performed == [TypeText(f"to {IBAN}")]
    assert hands.perform(Press("Tab")) == Press("Tab")
    with pytest.raises(UnknownFactError, match="dormouse facts add iban:other"):
        hands.perform(TypeText("{{iban:other}}"))
    with pytest.raises(ValueError, match="a sign that no key types") as told:
        hands.perform(TypeText("{{lines}}"))
    assert "two" not in str(told.value)
    assert len(desktop.performed) == 2


class Obedient(Noop):
    """Does what it was told."""

    def __init__(self, told: Action) -> None:
        self._told = told

    def decide(self, observation: Observation) -> Decision:
        return Decision(self._told)


def test_what_a_screen_asks_for_is_not_typed_into_it(tmp_path: Path) -> None:
    """A page tells the agent to type a placeholder, and the agent does as it is told."""
    vault = Vault(tmp_path, cipher.make(tmp_path, "passphrase", WORDS))
    vault.add("pin", "4711", "My Bank")
    desktop, told = FakeDesktop(), TypeText("{{pin}}")
    for goal in ("Enter the invoice", "Enter the invoice with {{pin}}"):
        run = Loop(
            desktop=Filling(desktop, vault.fill),
            policy=Obedient(told),
            guard=guard(Rules(facts=vault.rules), Goal(goal), Noop()),
            journal=Unkept(),
        ).run(Episode("e", goal, "", "", 0, "run", "", 0.0), Context(), None)
        assert run.outcome is Outcome.REFUSED
        assert "windows like 'My Bank'" in run.detail
    assert desktop.performed == []


def test_a_store_is_encrypted_once_that_is_asked_for_and_loses_nothing(tmp_path: Path) -> None:
    shown = fake.demonstration("e")
    settings = Settings(data=tmp_path, encrypt="passphrase")
    with Store(settings.store) as store:
        fake.live_through(store, shown)
    assert plain(settings.store)
    assert shown.goal.encode() in content(tmp_path)
    with opened(settings) as store:
        lived = store.episode("e")
        assert lived.goal == shown.goal
        assert [step.intended for step in lived.steps] == [step.intended for step in shown.steps]
        pairs = zip(lived.steps, shown.steps, strict=True)
        assert all((a.observation.image == b.observation.image).all() for a, b in pairs)
        fake.live_through(store, fake.demonstration("f"))
        assert not plain(settings.store)
        assert shown.goal.encode() not in content(tmp_path)  # with its log, while it is open
    key = cipher.unlock(tmp_path)
    assert key is not None
    assert key.master not in content(tmp_path)
    assert not encrypt(settings.store, key)
    with Store(settings.store) as store:
        assert len(store.episodes()) == 2
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(settings.store).execute("SELECT * FROM episode")


def test_a_wrong_passphrase_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path, encrypt="passphrase")
    opened(settings).close()
    assert not plain(settings.store)
    told = verb(tmp_path, "episodes", DORMOUSE_PASSPHRASE="another")
    assert told.returncode == 3
    assert told.stderr.startswith("dormouse: the passphrase does not fit")
    assert told.stderr.count("\n") == 1
    monkeypatch.setenv(PASSPHRASE, "another")
    with pytest.raises(LockedError):
        Store(settings.store)
    monkeypatch.setenv(PASSPHRASE, WORDS)
    (tmp_path / "key.json").unlink()
    with pytest.raises(StoreError, match="damaged"):
        Store(settings.store)


def test_a_key_from_elsewhere_does_not_open_a_vault(tmp_path: Path) -> None:
    Vault(tmp_path, cipher.make(tmp_path, "passphrase", WORDS)).add("pin", "4711")
    with pytest.raises(LockedError):
        Vault(tmp_path, cipher.make(tmp_path, "passphrase", WORDS))


def test_wipe_removes_everything_of_ours_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    monkeypatch.setenv("DORMOUSE_DATA", str(folder))
    settings = Settings()
    with Store(settings.store) as store:
        fake.live_through(store, fake.demonstration("e"))
    Vault(folder, cipher.make(folder, "passphrase", WORDS)).add("pin", "4711")
    for name in ("levels/a", "nights/1", "run/worker.log", "jobs/x.job"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    with only_one(settings):
        refused = verb(folder, "memory", "wipe", "--yes")
    assert refused.returncode == 3
    assert "dormouse stop --worker" in refused.stderr
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(BadInput, match="say --yes"):
        wipe.main(yes=False, json=None)
    assert settings.store.exists()
    assert wipe.main(yes=True, json=None) == 0
    told = capsys.readouterr().out
    assert "the store of episodes" in told
    assert "the facts" in told
    assert not folder.exists()
    assert wipe.main(yes=True, json=None) == 0


def test_wipe_leaves_what_is_not_ours(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "memory.sqlite").write_bytes(b"x")
    (folder / "letter.odt").write_text("x")
    wipe.main(yes=True, json=None)
    assert "letter.odt is not Dormouse's" in capsys.readouterr().out.replace("\n", " ")
    assert [path.name for path in folder.iterdir()] == ["letter.odt"]
