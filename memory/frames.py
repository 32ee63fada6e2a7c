"""Frames inside the store: writes only what a frame has new, reads it back pixel for pixel."""

import sqlite3
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memory import tiles
from perception.observation import Image

Ids = NDArray[np.int64]
SHIFT = 16  # tile id = sheet << SHIFT | place
MASK = (1 << SHIFT) - 1
REMEMBERED = 1 << 17  # tiles, the newest, that new frames are compared with


class DamagedFrameError(ValueError):
    """A stored frame does not decode to the pixels that were written."""


@dataclass(frozen=True, eq=False)
class _Last:
    """The frame written before, to be compared with the next one of the same episode."""

    episode: str
    image: Image
    ids: Ids
    frame: int


class Frames:
    """Frames of one database. Every write happens inside the caller's transaction.

    Digests of the newest tiles are held in memory (an index in the file would cost more than the
    tiles of many steps); they are read anew whenever another connection wrote.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._last: _Last | None = None
        self._known: dict[bytes, int] = {}
        self._version = -1

    def forget(self) -> None:
        """After a rollback or a deletion, what was held in memory may not be there any more."""
        self._last = None
        self._version = -1

    def write(self, image: Image, episode: str) -> int:
        """Store a frame uint8 (H, W, 3) of an episode; returns its id.

        A frame equal to the one before it is that one.
        """
        self._refresh()
        last = self._last
        if last and (last.episode != episode or last.image.shape != image.shape):
            last = None
        if last:
            fresh = np.flatnonzero(tiles.changed(last.image, image))
            if not len(fresh):
                return last.frame
            ids = last.ids.copy()
        else:
            rows, columns = tiles.grid(*image.shape[:2])
            ids = np.zeros(rows * columns, np.int64)
            fresh = np.arange(rows * columns)
        cut = tiles.cut(image)
        pictures = [np.ascontiguousarray(cut[divmod(i, cut.shape[1])]) for i in fresh.tolist()]
        digests = [tiles.digest(picture) for picture in pictures]
        new = {d: p for d, p in zip(digests, pictures, strict=True) if d not in self._known}
        self._known |= self._add(new)
        ids[fresh] = [self._known[digest] for digest in digests]
        row = self._database.execute(
            "INSERT INTO frame (base, width, height, tiles) VALUES (?, ?, ?, ?)",
            (
                last.frame if last else None,
                image.shape[1],
                image.shape[0],
                _squeeze(ids, last.ids if last else None),
            ),
        )
        assert row.lastrowid is not None
        # A copy, since the caller may use its buffer again.
        self._last = _Last(episode, image.copy(), ids, row.lastrowid)
        return row.lastrowid

    def put(self, episode: str, place: int, image: Image) -> None:
        """Show another frame at a step of an episode; sweep() after it removes the old one."""
        rows = self._database.execute(
            "SELECT place, frame FROM step WHERE episode = ? ORDER BY place", (episode,)
        ).fetchall()
        images = self.read([frame for _, frame in rows])
        self.forget()  # frames build upon each other: all of the episode are written again
        for (at, _), shown in zip(rows, images, strict=True):
            frame = self.write(image if at == place else shown, episode)
            self._database.execute(
                "UPDATE step SET frame = ? WHERE episode = ? AND place = ?", (frame, episode, at)
            )

    def _refresh(self) -> None:
        (version,) = self._database.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return
        self._last, self._known, self._version = None, {}, version
        rows = self._database.execute("SELECT id, digests FROM sheet ORDER BY id DESC")
        for sheet, digests in rows:
            for place, digest in enumerate(_split(digests)):
                self._known.setdefault(digest, sheet << SHIFT | place)
            if len(self._known) > REMEMBERED:
                break

    def _add(self, new: dict[bytes, Image]) -> dict[bytes, int]:
        """Pack new tiles into sheets; returns digest → id."""
        ids: dict[bytes, int] = {}
        items = list(new.items())
        for start in range(0, len(items), tiles.LIMIT):
            part = items[start : start + tiles.LIMIT]
            sheet = self._database.execute(
                "INSERT INTO sheet (digests, image) VALUES (?, ?)",
                (b"".join(digest for digest, _ in part), tiles.pack([tile for _, tile in part])),
            )
            assert sheet.lastrowid is not None
            for place, (digest, _) in enumerate(part):
                ids[digest] = sheet.lastrowid << SHIFT | place
        return ids

    def read(self, frames: list[int]) -> list[Image]:
        """Decode frames, each sheet once. Raises DamagedFrameError, naming the checksums."""
        sheets: dict[int, Image] = {}
        known: dict[int, Ids] = {}
        images: dict[int, Image] = {}
        for frame in dict.fromkeys(frames):
            ids = self._ids(frame, known)
            for sheet in np.unique(ids >> SHIFT).tolist():
                if sheet not in sheets:
                    sheets[sheet] = self._sheet(sheet)[1]
            parts = [sheets[i >> SHIFT][i & MASK] for i in ids.tolist()]
            width, height = self._database.execute(
                "SELECT width, height FROM frame WHERE id = ?", (frame,)
            ).fetchone()
            images[frame] = tiles.join(np.stack(parts), height, width)
        return [images[frame] for frame in frames]

    def _ids(self, frame: int, known: dict[int, Ids]) -> Ids:
        """Tile ids of a frame, by way of the frames it builds on; `known` gains them all."""
        chain: list[tuple[int, int | None, int, int, bytes]] = []
        needed: int | None = frame
        while needed is not None and needed not in known:
            row = self._database.execute(
                "SELECT id, base, height, width, tiles FROM frame WHERE id = ?", (needed,)
            ).fetchone()
            chain.append(row)
            needed = row[1]
        for name, base, height, width, squeezed in reversed(chain):
            rows, columns = tiles.grid(height, width)
            before = np.zeros(rows * columns, np.int64) if base is None else known[base]
            known[name] = _expand(squeezed, before)
        return known[frame]

    def _sheet(self, sheet: int) -> tuple[list[bytes], Image]:
        """Digests and tiles of a sheet, checked against each other."""
        row = self._database.execute("SELECT digests, image FROM sheet WHERE id = ?", (sheet,))
        joined, image = row.fetchone()
        digests = _split(joined)
        try:
            pictures = tiles.unpack(image)
        except OSError as error:
            raise DamagedFrameError(
                f"sheet {sheet} of the frames cannot be decoded ({error})"
            ) from None
        for place, (wanted, picture) in enumerate(zip(digests, pictures, strict=False)):
            if (found := tiles.digest(picture)) != wanted:
                raise DamagedFrameError(
                    f"tile {place} of sheet {sheet} has checksum {found.hex()},"
                    f" written as {wanted.hex()}"
                )
        return digests, pictures

    def sweep(self) -> None:
        """Drop frames without a step, and every tile that no frame shows any more.

        A sheet that lost some of its tiles is written again without them, so that no pixel of a
        deleted episode stays behind.
        """
        self.forget()
        self._database.execute("DELETE FROM frame WHERE id NOT IN (SELECT frame FROM step)")
        frames = self._database.execute("SELECT id, base, tiles FROM frame").fetchall()
        ids: dict[int, Ids] = {}
        shown: set[int] = set()
        for frame, _, _ in frames:
            shown.update(self._ids(frame, ids).tolist())
        sheets = self._database.execute("SELECT id, length(digests) FROM sheet").fetchall()
        moved: dict[int, int] = {}
        for sheet, size in sheets:
            count = size // tiles.DIGEST
            kept = [place for place in range(count) if sheet << SHIFT | place in shown]
            if len(kept) == count:
                continue
            digests, pictures = self._sheet(sheet) if kept else ([], np.empty(0, np.uint8))
            self._database.execute("DELETE FROM sheet WHERE id = ?", (sheet,))
            new = self._add({digests[place]: pictures[place] for place in kept})
            moved |= {sheet << SHIFT | place: new[digests[place]] for place in kept}
        if not moved:
            return
        for frame, old in ids.items():
            ids[frame] = np.array([moved.get(i, i) for i in old.tolist()], np.int64)
        for frame, base, squeezed in frames:
            again = _squeeze(ids[frame], None if base is None else ids[base])
            if again != squeezed:
                self._database.execute("UPDATE frame SET tiles = ? WHERE id = ?", (again, frame))


def _split(digests: bytes) -> list[bytes]:
    return [digests[i : i + tiles.DIGEST] for i in range(0, len(digests), tiles.DIGEST)]


def _squeeze(ids: Ids, base: Ids | None) -> bytes:
    differs = np.ones(len(ids), bool) if base is None else ids != base
    changes = np.diff(ids[differs], prepend=0).tobytes()
    return zlib.compress(np.packbits(differs).tobytes() + changes, 9)


def _expand(squeezed: bytes, base: Ids) -> Ids:
    content = zlib.decompress(squeezed)
    bits = -(-len(base) // 8)
    differs = np.unpackbits(np.frombuffer(content[:bits], np.uint8), count=len(base)).view(bool)
    ids = base.copy()
    ids[differs] = np.cumsum(np.frombuffer(content[bits:], np.int64))
    return ids
