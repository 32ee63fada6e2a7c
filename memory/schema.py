"""The schema of the store: what each version adds, and how an older file becomes a newer one."""

import sqlite3
from importlib.resources import files

SCRIPTS = ("schema.sql", "schema_2.sql", "schema_3.sql")  # what each version adds
VERSION = len(SCRIPTS)


def upgrade(database: sqlite3.Connection) -> None:
    """Bring the schema from any older version to this one, all or nothing."""
    # Two processes may do it at once: the second finds it done.
    database.execute("BEGIN IMMEDIATE")
    try:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        for script in SCRIPTS[version:]:
            for statement in _statements(files("memory").joinpath(script).read_text()):
                database.execute(statement)  # executescript would commit what stands open
        if version < VERSION:
            database.execute(f"PRAGMA user_version = {VERSION}")
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _statements(schema: str) -> list[str]:
    """The statements of a script, one by one; comments go with the statement they precede."""
    found, part = [], ""
    for line in schema.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part)
            part = ""
    return found
