"""Facts and the encrypted store: kept behind a key, filled in at the last moment, wiped."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from actuation.action import Press, TypeText
from actuation.fake import FakeDesktop
from actuation.filling import Filling
from agent.config import Settings
from agent.facts import Facts
from agent.unlock import opened
from agent.worker.place import only_one
from memory import cipher, fake
from memory.cipher import PASSPHRASE, LockedError
from memory.opening import encrypt, plain
from memory.store import Store, StoreError
from memory.vault import UnknownFactError, Vault

IBAN = "DE89 3704 0044 0532 0130 00"
WORDS = "correct horse battery"


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, WORDS)


def verb(
    folder: Path, *words: str, said: str = "", **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "agent", *words],
        env=os.environ | {"DORMOUSE_DATA": str(folder)} | environment,
        input=said,
        capture_output=True,
        text=True,
    )


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_facts_are_kept_listed_and_forgotten(tmp_path: Path) -> None:
    kept = verb(tmp_path, "facts", "add", "iban:acme", said=f"{IBAN}\n")
    assert (kept.returncode, kept.stderr) == (0, "")
    assert IBAN not in kept.stdout
    assert verb(tmp_path, "facts").stdout.strip() == "{{iban:acme}}"
    assert b"3704" not in content(tmp_path)
    assert b"acme" not in content(tmp_path)
    assert Facts(Settings(data=tmp_path)).placeholders() == {IBAN: "{{iban:acme}}"}
    wrong = verb(tmp_path, "facts", "list", DORMOUSE_PASSPHRASE="another")
    assert wrong.returncode == 3
    assert wrong.stderr.count("\n") == 1
    assert "passphrase does not fit" in wrong.stderr
    none = verb(tmp_path, "facts", "list", DORMOUSE_PASSPHRASE="")
    assert none.returncode == 3
    assert "set DORMOUSE_PASSPHRASE" in none.stderr
    assert verb(tmp_path, "facts", "forget", "iban:acme").returncode == 0
    again = verb(tmp_path, "facts", "forget", "iban:acme")
    assert again.returncode == 2
    assert "there is no fact iban:acme" in again.stderr
    assert verb(tmp_path, "facts", "add", "two words", said="x\n").returncode == 2
    assert verb(tmp_path, "facts", "add", "empty", said="\n").returncode == 2
    assert verb(tmp_path, "facts", "add").returncode == 2


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
    for words in ("another", ""):
        told = verb(tmp_path, "episodes", DORMOUSE_PASSPHRASE=words)
        assert told.returncode == 3
        assert told.stderr.startswith("dormouse: the ")
        assert told.stderr.count("\n") == 1
    assert verb(tmp_path, "episodes").returncode == 0
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


def test_wipe_removes_everything_of_ours_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    settings = Settings(data=folder)
    with Store(settings.store) as store:
        fake.live_through(store, fake.demonstration("e"))
    verb(folder, "facts", "add", "pin", said="4711\n")
    for name in ("levels/a", "nights/1", "run/worker.log", "jobs/x.job"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    with only_one(settings):
        refused = verb(folder, "memory", "wipe", "--yes")
    assert refused.returncode == 3
    assert "dormouse stop --worker" in refused.stderr
    assert verb(folder, "memory", "wipe").returncode == 2  # nobody there to confirm it
    assert settings.store.exists()
    wiped = verb(folder, "memory", "wipe", "--yes")
    assert wiped.returncode == 0
    assert "the store of episodes" in wiped.stdout
    assert "the facts" in wiped.stdout
    assert not folder.exists()
    assert verb(folder, "memory", "wipe", "--yes").returncode == 0


def test_wipe_leaves_what_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "memory.sqlite").write_bytes(b"x")
    (tmp_path / "letter.odt").write_text("x")
    wiped = verb(tmp_path, "memory", "wipe", "--yes")
    assert "left" in wiped.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["letter.odt"]
