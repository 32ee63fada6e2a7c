"""Levels: every set of fast weights ever made, who its parent is, and which one is live.

    folder/
      live.json            {"live": id or null, "moves": [{"at", "to", "why"}, ...]}
      ID/weights           the file that the learner wrote
      ID/record.json       a Level

Files are never changed once written; promotion and rollback move one pointer. Above the shipped
weights there may be no level at all: then nothing is live.
"""

import json
import shutil
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from memory import atomic


@dataclass(frozen=True)
class Level:
    """One set of fast weights.

    parent: id of the level that was live when it was made ("" for the shipped weights). digest,
    parent_digest: sha256 of the weights files. episodes: ids of all that it learned from; data:
    digest of those with the reviewed weights. scores: exam name → share passed. flags: digest of
    what the operator had said, for those of its episodes that were flagged; None in levels that
    were written before it was kept.
    """

    id: str
    digest: str
    parent: str
    parent_digest: str
    data: str
    night: str
    made_at: float
    episodes: tuple[str, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)
    flags: dict[str, str] | None = None


class Levels:
    """The levels in one folder. Only one sleeper writes at a time (memory.sleep.night locks)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def level(self, level_id: str) -> Level:
        """One record. Raises KeyError if there is no such level, ValueError if it is damaged."""
        path = self.folder / level_id / "record.json"
        if not level_id or not path.exists():
            raise KeyError(f"no level {level_id} in {self.folder}")
        try:
            record = json.loads(path.read_text())
            return Level(**{**record, "episodes": tuple(record["episodes"])})
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is damaged ({error}): run `dormouse nights`.") from error

    def weights(self, level_id: str) -> Path:
        """The weights file of a level. Raises ValueError if it is not what was written."""
        path, wanted = self.folder / level_id / "weights", self.level(level_id).digest
        found = atomic.digest(path) if path.exists() else "missing"
        if found != wanted:
            raise ValueError(
                f"Weights {path} are damaged: sha256 is {found}, recorded {wanted}."
                " Roll back, or restore the file."
            )
        return path

    def live_level(self) -> Level | None:
        """The level in use; None for the shipped weights alone."""
        live = self._pointer()[0]
        return self.level(live) if live else None

    def live(self) -> Path | None:
        """The live weights, verified; None for the shipped weights alone."""
        level = self.live_level()
        return self.weights(level.id) if level else None

    def candidate(
        self,
        weights: Path,
        night: str,
        data: str = "",
        episodes: tuple[str, ...] = (),
        scores: dict[str, float] | None = None,
        flags: dict[str, str] | None = None,
    ) -> Level:
        """Keep a copy of a weights file as a level that is not live. Safe to repeat."""
        parent = self.live_level()
        digest = atomic.digest(weights)
        level = Level(
            id=f"{night}-{digest[:8]}",
            digest=digest,
            parent=parent.id if parent else "",
            parent_digest=parent.digest if parent else "",
            data=data,
            night=night,
            made_at=time.time(),
            episodes=episodes,
            scores=scores or {},
            flags=flags,
        )
        if (self.folder / level.id / "record.json").exists():
            return self.level(level.id)  # made before a crash: its parent may be live by now
        with atomic.replacing(self.folder / level.id / "weights") as draft:
            shutil.copyfile(weights, draft)
        # The record comes last: a level without one does not exist.
        atomic.write_json(self.folder / level.id / "record.json", asdict(level))
        atomic.sync(self.folder)
        return level

    def promote(self, level_id: str, why: str = "promoted") -> None:
        """Make a level live, after checking its file. Safe to repeat."""
        self.weights(level_id)
        self._move(level_id, why)

    def rollback(self, why: str = "rolled back") -> Level | None:
        """Return to the parent of the live level; returns what is live then.

        Raises LookupError if the shipped weights are live already.
        """
        level = self.live_level()
        if level is None:
            raise LookupError("The shipped weights are live: there is nothing to roll back.")
        if level.parent:
            self.weights(level.parent)
        self._move(level.parent, why)
        return self.live_level()

    def lineage(self) -> list[Level]:
        """The live level, its parent, and so on; the shipped weights, which have none, left out."""
        chain: list[Level] = []
        level = self.live_level()
        while level is not None:
            chain.append(level)
            level = self.level(level.parent) if level.parent else None
        return chain

    def _pointer(self) -> tuple[str, list[dict[str, str | float]]]:
        path = self.folder / "live.json"
        if not path.exists():
            return "", []
        try:
            content = json.loads(path.read_text())
            return content["live"] or "", content["moves"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is damaged ({error}): restore it or remove it.") from error

    def _move(self, level_id: str, why: str) -> None:
        live, moves = self._pointer()
        if live == level_id:
            return
        moves = [*moves, {"at": time.time(), "to": level_id, "why": why}]
        atomic.write_json(self.folder / "live.json", {"live": level_id or None, "moves": moves})
