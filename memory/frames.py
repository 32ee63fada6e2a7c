"""Frames inside the store: writes only what a frame has new, reads it back pixel for pixel."""

import sqlite3
import zlib

import numpy as np
from numpy.typing import NDArray

from memory import tiles
from perception.observation import Image

Ids = NDArray[np.int64]
SHIFT = 10  # tile id = sheet << SHIFT | place


class DamagedFrameError(ValueError):
    """A stored frame does not decode to the pixels that were written."""


class Frames:
    """Frames of one database. Every write happens inside the caller's transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._last: tuple[Image, Ids, int] | None = None

    def forget_last(self) -> None:
        """After a rollback or a deletion the previous frame is no base any more."""
        self._last = None

    def write(self, image: Image) -> int:
        """Store a frame uint8 (H, W, 3); returns its id. An unchanged frame is stored once."""
        last = self._last
        if last is not None and last[0].shape == image.shape:
            ids = last[1].copy()
            fresh = np.flatnonzero(tiles.changed(last[0], image))
            if not len(fresh):
                return last[2]
        else:
            rows, columns = tiles.grid(*image.shape[:2])
            ids = np.zeros(rows * columns, np.int64)
            fresh = np.arange(rows * columns)
        cut = tiles.cut(image)
        pictures = [np.ascontiguousarray(cut[divmod(i, cut.shape[1])]) for i in fresh]
        ids[fresh] = self._tile_ids(pictures)
        row = self._database.execute(
            "INSERT INTO frame (width, height, tiles) VALUES (?, ?, ?)",
            (image.shape[1], image.shape[0], _squeeze(ids)),
        )
        assert row.lastrowid is not None
        self._last = (image.copy(), ids, row.lastrowid)  # the caller may reuse its buffer
        return row.lastrowid

    def _tile_ids(self, pictures: list[Image]) -> list[int]:
        digests = [tiles.digest(picture) for picture in pictures]
        known: dict[bytes, int] = {}
        for digest in digests:
            row = self._database.execute("SELECT id FROM tile WHERE digest = ?", (digest,))
            if found := row.fetchone():
                known[digest] = found[0]
        new = {d: p for d, p in zip(digests, pictures, strict=True) if d not in known}
        known |= self._add(new)
        return [known[digest] for digest in digests]

    def _add(self, new: dict[bytes, Image]) -> dict[bytes, int]:
        """Pack new tiles into sheets; returns digest → id."""
        ids: dict[bytes, int] = {}
        items = list(new.items())
        for start in range(0, len(items), tiles.LIMIT):
            part = items[start : start + tiles.LIMIT]
            image = tiles.pack([picture for _, picture in part])
            sheet = self._database.execute("INSERT INTO sheet (image) VALUES (?)", (image,))
            assert sheet.lastrowid is not None
            for place, (digest, _) in enumerate(part):
                ids[digest] = sheet.lastrowid << SHIFT | place
        rows = [(tile, digest) for digest, tile in ids.items()]
        self._database.executemany("INSERT INTO tile (id, digest) VALUES (?, ?)", rows)
        return ids

    def read(self, frames: list[int]) -> list[Image]:
        """Decode frames, each sheet once. Raises DamagedFrameError, naming the checksums."""
        sheets: dict[int, Image] = {}
        images: dict[int, Image] = {}
        for frame in dict.fromkeys(frames):
            width, height, squeezed = self._database.execute(
                "SELECT width, height, tiles FROM frame WHERE id = ?", (frame,)
            ).fetchone()
            ids = _expand(squeezed)
            for sheet in {int(i) >> SHIFT for i in ids} - sheets.keys():
                sheets[sheet] = self._sheet(sheet)
            parts = [sheets[int(i) >> SHIFT][int(i) & (1 << SHIFT) - 1] for i in ids]
            images[frame] = tiles.join(np.stack(parts), height, width)
        return [images[frame] for frame in frames]

    def _sheet(self, sheet: int) -> Image:
        (image,) = self._database.execute(
            "SELECT image FROM sheet WHERE id = ?", (sheet,)
        ).fetchone()
        try:
            pictures = tiles.unpack(image)
        except OSError as error:
            raise DamagedFrameError(
                f"sheet {sheet} of the frames cannot be decoded ({error})"
            ) from None
        rows = self._database.execute(
            "SELECT id, digest FROM tile WHERE id >= ? AND id < ?",
            (sheet << SHIFT, (sheet + 1) << SHIFT),
        )
        for tile, digest in rows:
            if (now := tiles.digest(pictures[tile & (1 << SHIFT) - 1])) != digest:
                raise DamagedFrameError(
                    f"tile {tile} has checksum {now.hex()}, written as {digest.hex()}"
                )
        return pictures

    def sweep(self) -> None:
        """Drop frames without a step, and every tile that no frame shows any more.

        A sheet that lost some of its tiles is written again without them, so that no pixel of a
        deleted episode stays behind.
        """
        self.forget_last()
        self._database.execute("DELETE FROM frame WHERE id NOT IN (SELECT frame FROM step)")
        shown: set[int] = set()
        rows = self._database.execute("SELECT tiles FROM frame").fetchall()
        for (squeezed,) in rows:
            shown.update(_expand(squeezed).tolist())
        all_tiles = dict(self._database.execute("SELECT id, digest FROM tile").fetchall())
        lost = {tile >> SHIFT for tile in all_tiles.keys() - shown}
        moved: dict[int, int] = {}
        for sheet in sorted(lost):
            kept = {i: d for i, d in all_tiles.items() if i >> SHIFT == sheet and i in shown}
            pictures = self._sheet(sheet) if kept else None
            self._database.execute(
                "DELETE FROM tile WHERE id >= ? AND id < ?",
                (sheet << SHIFT, (sheet + 1) << SHIFT),
            )
            self._database.execute("DELETE FROM sheet WHERE id = ?", (sheet,))
            if pictures is not None:
                mask = (1 << SHIFT) - 1
                new = self._add({d: pictures[i & mask] for i, d in kept.items()})
                moved |= {i: new[d] for i, d in kept.items()}
        if moved:
            self._renumber(moved)

    def _renumber(self, moved: dict[int, int]) -> None:
        rows = self._database.execute("SELECT id, tiles FROM frame").fetchall()
        for frame, squeezed in rows:
            ids = _expand(squeezed)
            renamed = np.array([moved.get(int(i), int(i)) for i in ids], np.int64)
            if (renamed != ids).any():
                self._database.execute(
                    "UPDATE frame SET tiles = ? WHERE id = ?", (_squeeze(renamed), frame)
                )


def _squeeze(ids: Ids) -> bytes:
    return zlib.compress(np.diff(ids, prepend=0).tobytes())


def _expand(squeezed: bytes) -> Ids:
    return np.cumsum(np.frombuffer(zlib.decompress(squeezed), np.int64))
