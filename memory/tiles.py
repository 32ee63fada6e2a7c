"""Lossless frames in few bytes: flat tiles, each kept once, new ones packed into one sheet.

    frame (H, W, 3) ──cut──> tiles in reading order, edges padded with zeros
    tiles never seen before ──pack──> sheet: one lossless WebP, 20 tiles a row

A screen mostly stands still, so `changed` compares with the previous frame first: only tiles that
differ are hashed, and only tiles with a new digest are encoded. Measured on five shown invoices
(58 steps): tiles of 64×64 cost 7.9 kB a step, of 64×16 (about a line of text) 5.6 kB; smaller ones
cost more in digests than they save. One sheet a frame takes two thirds of one image a tile.
"""

import hashlib
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage

from perception.observation import Image

WIDE, HIGH = 64, 16  # pixels of a tile
ACROSS = 20  # tiles in a row of a sheet
LIMIT = 1 << 14  # tiles in a sheet: WebP ends at 16383 pixels
DIGEST = 12  # bytes
MANY = 256  # tiles from which the slower packing pays: a first screen, once an episode


def grid(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of tiles that cover a frame."""
    return -(-height // HIGH), -(-width // WIDE)


def cut(image: Image) -> Image:
    """uint8 (H, W, 3) → (rows, columns, HIGH, WIDE, 3), padded with zeros at right and bottom."""
    height, width = image.shape[:2]
    rows, columns = grid(height, width)
    if (height, width) != (rows * HIGH, columns * WIDE):
        bottom, right = rows * HIGH - height, columns * WIDE - width
        image = np.pad(image, ((0, bottom), (0, right), (0, 0)))
    return image.reshape(rows, HIGH, columns, WIDE, 3).swapaxes(1, 2)


def join(tiles: Image, height: int, width: int) -> Image:
    """The inverse of cut: (rows * columns, HIGH, WIDE, 3) → (H, W, 3)."""
    rows, columns = grid(height, width)
    whole = tiles.reshape(rows, columns, HIGH, WIDE, 3).swapaxes(1, 2)
    whole = whole.reshape(rows * HIGH, columns * WIDE, 3)
    return np.ascontiguousarray(whole[:height, :width])


def changed(before: Image, after: Image) -> NDArray[np.bool_]:
    """Which tiles differ between two frames of equal shape: bool (rows, columns)."""
    height, width = after.shape[:2]
    # Rows of a whole number of tiles compare as 64-bit words, eight bytes at a time.
    whole = width % WIDE == 0 and before.flags.c_contiguous and after.flags.c_contiguous
    kind, count = (np.uint64, WIDE * 3 // 8) if whole else (np.uint8, WIDE * 3)
    lines = [frame.reshape(height, width * 3).view(kind) for frame in (before, after)]
    differs = np.logical_or.reduceat(lines[0] != lines[1], range(0, height, HIGH), axis=0)
    return np.logical_or.reduceat(differs, range(0, differs.shape[1], count), axis=1)


def digest(tile: Image) -> bytes:
    """What a tile is known by: DIGEST bytes of BLAKE2b over its pixels."""
    return hashlib.blake2b(tile.tobytes(), digest_size=DIGEST).digest()


def pack(tiles: Sequence[Image]) -> bytes:
    """One lossless WebP of at most LIMIT tiles."""
    across = min(ACROSS, len(tiles))
    filler = [tiles[-1]] * (-len(tiles) % across)
    sheet = np.stack([*tiles, *filler]).reshape(-1, across, HIGH, WIDE, 3)
    sheet = np.ascontiguousarray(sheet.swapaxes(1, 2).reshape(-1, across * WIDE, 3))
    file = io.BytesIO()
    effort = 50 if len(tiles) > MANY else 20  # what the encoder calls quality; pixels stay exact
    PILImage.fromarray(sheet).save(
        file, "WEBP", lossless=True, exact=True, method=1, quality=effort
    )
    return file.getvalue()


def unpack(sheet: bytes) -> Image:
    """The tiles of a sheet: (n, HIGH, WIDE, 3). Raises OSError on a damaged image."""
    with PILImage.open(io.BytesIO(sheet)) as file:
        pixels = np.asarray(file.convert("RGB"))
    rows, across = pixels.shape[0] // HIGH, pixels.shape[1] // WIDE
    tiles = pixels.reshape(rows, HIGH, across, WIDE, 3).swapaxes(1, 2)
    return tiles.reshape(-1, HIGH, WIDE, 3)
