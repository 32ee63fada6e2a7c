"""The store's file opened: plain, or encrypted where its folder has a key.

SQLCipher and not SQLite3 Multiple Ciphers: its Python binding has sqlite3's own interface, so the
store is the same code over both. Pages and the write-ahead log are encrypted and authenticated
with AES-256 and HMAC-SHA512 under the raw key, so nothing is stretched at each opening.
"""

import os
import sqlite3
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast

from memory import atomic
from memory.cipher import Key, LockedError, unlock

MAGIC = b"SQLite format 3\0"  # what a plain file begins with (sqlite.org/fileformat2)
PAGE = 1024  # bytes; a sheet is often three kilobytes: small pages waste less of each


def connect(path: Path) -> sqlite3.Connection:
    """The database at a path, made where there is none. LockedError without its key."""
    if plain(path):
        return sqlite3.connect(path, timeout=10, isolation_level=None)
    key = unlock(path.parent)
    if key is None:
        return sqlite3.connect(path, timeout=10, isolation_level=None)
    return _opened(path, key)


def plain(path: Path) -> bool:
    """Whether a file is there that anybody can read."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except FileNotFoundError:
        return False


def encrypt(path: Path, key: Key) -> bool:
    """Make a plain file an encrypted one; False where it was not plain.

    All or nothing: the plain file stays until the new one is whole, then its bytes are
    overwritten. Nobody else may have it open.
    """
    if not plain(path):
        return False
    with sqlite3.connect(path) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (version,) = old.execute("PRAGMA user_version").fetchone()
    old.close()
    with path.open("r+b") as content:  # stays the plain file once another has its name
        with atomic.replacing(path) as draft:
            _export(path, draft, key, int(version))
            for beside in ("-wal", "-shm"):
                Path(f"{path}{beside}").unlink(missing_ok=True)
        _overwrite(content.fileno())
    return True


def _export(path: Path, draft: Path, key: Key, version: int) -> None:
    draft.unlink(missing_ok=True)  # of a process that was killed
    database = _cipher().connect(str(path), isolation_level=None)
    try:
        _quiet(database)
        hexed = key.derived("store").hex()
        database.execute(f"ATTACH DATABASE ? AS sealed KEY \"x'{hexed}'\"", (str(draft),))
        database.execute(f"PRAGMA sealed.cipher_page_size = {PAGE}")
        database.execute("SELECT sqlcipher_export('sealed')")
        database.execute(f"PRAGMA sealed.user_version = {version}")
    finally:
        database.close()


def errors() -> tuple[type[Exception], ...]:
    """What is raised where a database, its file or its disk fails, by either library."""
    return (OSError, sqlite3.DatabaseError, *_of("DatabaseError"))


def mistakes() -> tuple[type[Exception], ...]:
    """What it raises where its caller is wrong, as one that writes the same step twice."""
    names = ("IntegrityError", "ProgrammingError")
    return (sqlite3.IntegrityError, sqlite3.ProgrammingError, *(e for n in names for e in _of(n)))


def sentence(path: Path, error: Exception) -> str:
    """What is wrong with a store's file, and what mends it."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary == sqlite3.SQLITE_FULL or getattr(error, "errno", None) == 28:
        return f"The disk is full: the memory {path} could not be written. Free some space."
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"The memory {path} is in use by another process. Wait for it to end."
    if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM) or (
        isinstance(error, OSError)
    ):
        return f"The memory {path} cannot be opened for writing ({error}). Check its permissions."
    if primary is None and "locked" in str(error):  # SQLCipher's errors have no code
        return f"The memory {path} is in use by another process. Wait for it to end."
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, None):
        return f"The memory {path} is damaged ({error}). Move it aside or restore a copy."
    return f"The memory {path} could not be used ({error})."


def _of(name: str) -> tuple[type[Exception], ...]:
    module = sys.modules.get("sqlcipher3.dbapi2")  # not loaded: it has raised nothing
    return () if module is None else (getattr(module, name),)


def _opened(path: Path, key: Key) -> sqlite3.Connection:
    database = _cipher().connect(str(path), timeout=10, isolation_level=None)
    _quiet(database)
    database.execute(f"PRAGMA key = \"x'{key.derived('store').hex()}'\"")
    database.execute(f"PRAGMA cipher_page_size = {PAGE}")
    return cast(sqlite3.Connection, database)


def _quiet(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA cipher_log_level = NONE")  # errors are raised, and told once


def _cipher() -> ModuleType:
    try:
        return import_module("sqlcipher3.dbapi2")
    except ImportError as error:
        raise LockedError(
            "the memory is encrypted: pip install 'dormouse[private]' (sqlcipher3)"
        ) from error


def _overwrite(file: int) -> None:
    """Zeros over a file's bytes. A disk that moves its blocks may still have the old ones."""
    left = os.fstat(file).st_size
    os.lseek(file, 0, os.SEEK_SET)
    while left > 0:
        left -= os.write(file, bytes(min(1 << 20, left)))
    os.fsync(file)
