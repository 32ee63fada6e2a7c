"""The store of everything lived: one SQLite file that no kill can make forget a step.

    with Store(path) as store:
        store.begin(episode)
        store.intend(episode.id, step)             # with its frame, before the hands move
        store.outcome(episode.id, step.index, performed)
        store.end(episode.id, Outcome.VERIFIED)

Each call is one transaction (WAL, synchronous FULL): when it returned, it is on disk.
"""

import dataclasses
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from actuation.action import Action, Ask, Done, Fail
from actuation.grammar import format_action
from memory import flags, taught
from memory.episode import Actor, Episode, Fate, Outcome, Step
from memory.flags import Flag
from memory.frames import DamagedFrameError, Frames
from memory.opening import connect, errors, mistakes, sentence
from memory.process import alive, myself
from memory.rows import EPISODE, STEP, episode_row, read_episode, read_step, step_row
from memory.schema import VERSION, upgrade
from perception.observation import Observation

CHECKED = 64 * 2**20  # bytes: a larger file is not checked as a whole at each start


class StoreError(RuntimeError):
    """The memory cannot be read or written; one sentence that names the file and the mend."""


class StillOpenError(ValueError):
    """An episode that is being lived cannot be deleted or judged; one sentence."""


class Store:
    """Episodes and their steps in one file. Use it from one thread; other processes may read.

    Raises StoreError wherever the disk or the file fails, and KeyError for an unknown episode.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`; its folder is made."""
        self.path = path
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._database = connect(path)
        try:
            with _told(path):
                self._prepare()
        except BaseException:
            self._database.close()
            raise
        self._frames = Frames(self._database)

    def _prepare(self) -> None:
        for pragma in ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL"):
            self._database.execute(f"PRAGMA {pragma}")
        # A sheet is often three kilobytes: small pages waste less of each. New files only.
        self._database.execute("PRAGMA page_size = 1024")
        self._database.execute("PRAGMA journal_mode = WAL")
        if self.path.stat().st_size < CHECKED:
            (state,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
            if state != "ok":
                raise sqlite3.DatabaseError(state)
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreError(
                f"{self.path} was written by a newer dormouse (schema {version}, known {VERSION});"
                " update dormouse or name another memory."
            )
        if version < VERSION:
            upgrade(self._database)

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Safe to call twice."""
        self._database.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with _told(self.path):
            if self._database.in_transaction:
                yield
                return
            self._database.execute("BEGIN")
            try:
                yield
            finally:
                if self._database.in_transaction:
                    self._database.execute("COMMIT")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _told(self.path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                self._frames.forget()
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def begin(self, episode: Episode) -> None:
        """Write the head of an episode; its steps follow one by one."""
        holes = ", ".join("?" * (EPISODE.count(",") + 2))
        with self._writing() as database:
            database.execute(
                f"INSERT INTO episode ({EPISODE}, process) VALUES ({holes})",
                (*episode_row(episode), myself()),
            )

    def intend(self, episode_id: str, step: Step, after: Observation | None = None) -> None:
        """Journal what is about to be done, with the frame it was decided on. after: the frame
        after it, for journals that look at both; the next step's frame shows it."""
        holes = ", ".join("?" * (STEP.count(",") + 1))
        with self._writing() as database:
            _known(database, episode_id)
            frame = self._frames.write(step.observation.image, episode_id)
            database.execute(
                f"INSERT INTO step ({STEP}) VALUES ({holes})", step_row(episode_id, step, frame)
            )

    def outcome(self, episode_id: str, index: int, performed: Action) -> None:
        """Journal what was really done at a step."""
        with self._writing() as database:
            row = database.execute(
                "UPDATE step SET performed = ? WHERE episode = ? AND place = ?",
                (format_action(performed), episode_id, index),
            )
            _touched(row, episode_id, index)

    def mend(self, episode_id: str, step: Step) -> None:
        """Put a step in the place of one that holds what should not have been kept: nothing of the
        old words and pixels stays in the file or in its log."""
        with self._writing() as database:
            _, _, _, view, intended, performed, *_ = step_row(episode_id, step, 0)
            row = database.execute(
                "UPDATE step SET view = ?, intended = ?, performed = ?, note = ?"
                " WHERE episode = ? AND place = ?",
                (view, intended, performed, step.note, episode_id, step.index),
            )
            _touched(row, episode_id, step.index)
            self._frames.put(episode_id, step.index, step.observation.image)
            self._frames.sweep()
        with _told(self.path):
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def end(
        self,
        episode_id: str,
        outcome: Outcome,
        collateral: bool = False,
        detail: str = "",
        ended_at: float | None = None,
    ) -> None:
        """Close an episode. ended_at: seconds since the epoch, now if left out."""
        with self._writing() as database:
            row = database.execute(
                "UPDATE episode SET outcome = ?, collateral = ?, detail = ?,"
                " ended_at = ? WHERE id = ?",
                (outcome, int(collateral), detail, ended_at or time.time(), episode_id),
            )
            _touched(row, episode_id)

    def review(self, episode_id: str, index: int, weight: float, reason: str) -> None:
        """Write the reviewer's judgement of a step."""
        with self._writing() as database:
            row = database.execute(
                "UPDATE step SET weight = ?, reason = ? WHERE episode = ? AND place = ?",
                (weight, reason, episode_id, index),
            )
            _touched(row, episode_id, index)

    def flag(
        self, episode_id: str, index: int, reason: str, correction: Action | None = None
    ) -> None:
        """Judge a step by hand: nights will honour it. With neither, the flag is taken back.

        Raises StillOpenError while the episode is being lived.
        """
        with self._writing() as database:
            found = database.execute(
                "SELECT 1 FROM step WHERE episode = ? AND place = ?", (episode_id, index)
            ).fetchone()
            if not found:
                raise KeyError(f"no episode {episode_id} with step {index}")
            _closed(database, episode_id)
            if reason or correction is not None:
                flags.write(database, episode_id, index, Flag(reason, correction, time.time()))
            else:
                flags.erase(database, episode_id, index)

    def flags(self, episode_id: str) -> dict[int, Flag]:
        """What was said by hand of an episode's steps."""
        with _told(self.path):
            return flags.read(self._database, episode_id)

    def flagged(self) -> dict[str, dict[int, Flag]]:
        """All flags by episode and step."""
        with _told(self.path):
            rows = self._database.execute("SELECT DISTINCT episode FROM flag").fetchall()
            return {name: flags.read(self._database, name) for (name,) in rows}

    def episodes(
        self,
        provenance: str | None = None,
        task: str | None = None,
        since: float | None = None,
        actor: Actor | None = None,
    ) -> list[Episode]:
        """Heads of episodes (steps left empty), oldest first.

        since: started at or after. actor: whose hands moved in at least one step.
        """
        with _told(self.path):
            rows = self._database.execute(
                f"SELECT {EPISODE} FROM episode WHERE (?1 IS NULL OR provenance = ?1)"
                " AND (?2 IS NULL OR task = ?2) AND (?3 IS NULL OR started_at >= ?3)"
                " AND (?4 IS NULL OR id IN (SELECT episode FROM step WHERE actor = ?4))"
                " ORDER BY started_at, id",
                (provenance, task, since, actor),
            ).fetchall()
        return [read_episode(row) for row in rows]

    def taught(self) -> set[str]:
        """Runs in which a person acted, judged a proposal, or answered a question."""
        with _told(self.path):
            return taught.runs(self._database)

    def answers(self, since: float) -> list[tuple[str, str]]:
        """Questions with a person's answers, of runs that started at or after `since`."""
        with _told(self.path):
            return taught.answers(self._database, since)

    def lengths(self) -> dict[str, int]:
        """How many steps each episode has."""
        with _told(self.path):
            rows = self._database.execute("SELECT episode, count(*) FROM step GROUP BY episode")
            return dict(rows.fetchall())

    def episode(self, episode_id: str) -> Episode:
        """One episode with all its steps, their frames pixel for pixel."""
        # One look: what another process deletes meanwhile is there as a whole, or not at all.
        with self._reading():
            head = self._database.execute(
                f"SELECT {EPISODE} FROM episode WHERE id = ?", (episode_id,)
            ).fetchone()
            if head is None:
                raise KeyError(f"no episode {episode_id}")
            rows = self._database.execute(
                f"SELECT {STEP} FROM step WHERE episode = ? ORDER BY place", (episode_id,)
            ).fetchall()
            images = self._frames.read([row[2] for row in rows])
        steps = tuple(read_step(row, image) for row, image in zip(rows, images, strict=True))
        return dataclasses.replace(read_episode(head), steps=steps)

    def delete(self, episode_id: str) -> None:
        """Forget an episode: its steps, and every pixel that no other episode shows.

        Raises StillOpenError while it is being lived.
        """
        with self.amending(episode_id) as (database, frames):
            database.execute("DELETE FROM episode WHERE id = ?", (episode_id,))
            frames.sweep()
        self.purge()

    @contextmanager
    def amending(self, episode_id: str) -> Iterator[tuple[sqlite3.Connection, Frames]]:
        """One transaction over a closed episode (memory.amend); purge() after it where something
        was taken away. Raises StillOpenError while the episode is being lived."""
        with self._writing() as database:
            _known(database, episode_id)
            _closed(database, episode_id)
            yield database, self._frames

    def purge(self) -> None:
        """Leave nothing in the files of what was taken out of the tables."""
        with _told(self.path):
            self._database.execute("VACUUM")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def recover(self) -> list[str]:
        """End the open episodes of processes that are gone; returns their ids.

        An intent without an outcome makes the episode UNKNOWN: it may have been done. So does a
        run cut off between two steps. A last step that was an ending says itself what it was.
        """
        with _told(self.path):
            rows = self._database.execute(
                "SELECT id, process FROM episode WHERE outcome IS NULL ORDER BY started_at"
            ).fetchall()
        gone = [episode for episode, process in rows if not alive(process)]
        for episode_id in gone:
            self.end(episode_id, *_how(self.episode(episode_id)))
        return gone


def _how(episode: Episode) -> tuple[Outcome, bool, str]:
    """What is known of an episode whose process died."""
    if not episode.steps:
        return Outcome.UNKNOWN, False, "the process ended before the first step"
    last = episode.steps[-1]
    match last.performed:
        case None if last.fate is not Fate.NONE:
            return Outcome.UNKNOWN, False, f"the process ended after step {last.index}"
        case None:
            return Outcome.UNKNOWN, False, f"the process ended during step {last.index}"
        case Ask(question):
            return Outcome.ASKED, False, question
        case Fail(reason):
            return Outcome.FAILED, False, reason
        case Done():
            return Outcome.UNVERIFIED, False, "the process ended before the check"
        case _:
            return Outcome.UNKNOWN, False, f"the process ended after step {last.index}"


def _known(database: sqlite3.Connection, episode_id: str) -> None:
    if not database.execute("SELECT 1 FROM episode WHERE id = ?", (episode_id,)).fetchone():
        raise KeyError(f"no episode {episode_id}")


def _closed(database: sqlite3.Connection, episode_id: str) -> None:
    outcome, process = database.execute(
        "SELECT outcome, process FROM episode WHERE id = ?", (episode_id,)
    ).fetchone()
    if outcome is None and alive(process or ""):
        raise StillOpenError(f"episode {episode_id} is still being lived: wait for its end")


def _touched(row: sqlite3.Cursor, episode_id: str, index: int | None = None) -> None:
    if row.rowcount != 1:
        step = "" if index is None else f" with step {index}"
        raise KeyError(f"no episode {episode_id}{step}")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in one sentence what is wrong with the file and what mends it."""
    try:
        yield
    except DamagedFrameError as error:
        raise StoreError(f"The memory {path} is damaged: {error}. Move it aside.") from error
    except errors() as error:
        if isinstance(error, mistakes()):
            raise  # a caller's mistake, as writing the same step twice
        raise StoreError(sentence(path, error)) from error
