"""The memory unlocked for a verb, and encrypted once the operator asks for it.

The passphrase is asked at a terminal, or read from DORMOUSE_PASSPHRASE; from there the processes
that a verb starts (a worker, a night) have it too. It is written nowhere.
"""

import getpass
import os
import sys

from agent.config import Settings
from agent.facts import lock
from memory import cipher
from memory.cipher import PASSPHRASE, Key, LockedError
from memory.opening import encrypt
from memory.store import Store


def asked(words: str = "Passphrase of the memory: ") -> bool:
    """Ask for the passphrase at a terminal; False where there is none, or nothing was said."""
    if not sys.stdin.isatty():
        return False
    said = getpass.getpass(words)
    if said:
        os.environ[PASSPHRASE] = said
    return bool(said)


def unlocks(error: Exception) -> bool:
    """Whether a verb that could not read the memory may begin again: it was told the passphrase.
    Nothing was done yet, for a verb reads the memory first."""
    missing = isinstance(error, LockedError) and not os.environ.get(PASSPHRASE)
    return missing and asked()


def key(settings: Settings) -> Key:
    """The memory's key, made where there is none. LockedError where it is not to be had."""
    folder = settings.data
    found = cipher.unlock(folder)
    if found is not None:
        return found
    kind = lock(settings)
    if kind == "passphrase" and not os.environ.get(PASSPHRASE):
        asked("New passphrase of the memory (there is no way back without it): ")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return cipher.make(folder, kind, os.environ.get(PASSPHRASE, ""))


def for_children(settings: Settings) -> None:
    """Ask for a passphrase that processes to be started will need: they have no terminal."""
    kind = cipher.lock_of(settings.data) or settings.encrypt
    if kind == "passphrase" and not os.environ.get(PASSPHRASE):
        asked()


def opened(settings: Settings) -> Store:
    """The store, for who owns the memory (agent.worker.place.only_one): encrypted first where that
    is asked for and it is not yet."""
    if settings.encrypt:
        encrypt(settings.store, key(settings))
    return Store(settings.store)
