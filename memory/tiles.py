"""Lossless frames in few bytes: 64-pixel tiles, each kept once, new ones packed into one sheet.

    frame (H, W, 3) ──cut──> tiles in reading order, edges padded with zeros
    tiles never seen before ──pack──> sheet: one lossless WebP, 20 tiles a row

A screen mostly stands still, so `changed` compares with the previous frame first: only tiles that
differ are hashed, and only tiles with a new digest are encoded. One sheet a frame compresses a
third better than one image a tile (30 → 57 kB for a first Calc screen), at the same speed.
"""

import hashlib
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage

from perception.observation import Image

SIDE = 64
ACROSS = 20  # tiles in a row of a sheet
LIMIT = 1024  # tiles in a sheet: its ids need 10 bits, and WebP ends at 16383 pixels
MANY = 64  # from here on the slower setting pays: a first screen comes once an episode


def grid(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of tiles that cover a frame."""
    return -(-height // SIDE), -(-width // SIDE)


def cut(image: Image) -> Image:
    """uint8 (H, W, 3) → (rows, columns, SIDE, SIDE, 3), padded with zeros at right and bottom."""
    height, width = image.shape[:2]
    rows, columns = grid(height, width)
    if (height, width) != (rows * SIDE, columns * SIDE):
        bottom, right = rows * SIDE - height, columns * SIDE - width
        image = np.pad(image, ((0, bottom), (0, right), (0, 0)))
    return image.reshape(rows, SIDE, columns, SIDE, 3).swapaxes(1, 2)


def join(tiles: Image, height: int, width: int) -> Image:
    """The inverse of cut: (rows * columns, SIDE, SIDE, 3) → (H, W, 3)."""
    rows, columns = grid(height, width)
    whole = tiles.reshape(rows, columns, SIDE, SIDE, 3).swapaxes(1, 2)
    whole = whole.reshape(rows * SIDE, columns * SIDE, 3)
    return np.ascontiguousarray(whole[:height, :width])


def changed(before: Image, after: Image) -> NDArray[np.bool_]:
    """Which tiles differ between two frames of equal shape: bool (rows, columns)."""
    height, width = after.shape[:2]
    # Rows of a whole number of tiles compare as 64-bit words, eight bytes at a time.
    wide = width % SIDE == 0 and before.flags.c_contiguous and after.flags.c_contiguous
    kind, count = (np.uint64, SIDE * 3 // 8) if wide else (np.uint8, SIDE * 3)
    lines = [frame.reshape(height, width * 3).view(kind) for frame in (before, after)]
    differs = np.logical_or.reduceat(lines[0] != lines[1], range(0, height, SIDE), axis=0)
    return np.logical_or.reduceat(differs, range(0, differs.shape[1], count), axis=1)


def digest(tile: Image) -> bytes:
    """What a tile is known by: 12 bytes of BLAKE2b over its pixels."""
    return hashlib.blake2b(tile.tobytes(), digest_size=12).digest()


def pack(tiles: Sequence[Image]) -> bytes:
    """One lossless WebP of at most LIMIT tiles."""
    across = min(ACROSS, len(tiles))
    filler = [tiles[-1]] * (-len(tiles) % across)
    sheet = np.stack([*tiles, *filler]).reshape(-1, across, SIDE, SIDE, 3)
    sheet = np.ascontiguousarray(sheet.swapaxes(1, 2).reshape(-1, across * SIDE, 3))
    file = io.BytesIO()
    quality = 50 if len(tiles) > MANY else 20  # effort, not fidelity: the pixels stay exact
    PILImage.fromarray(sheet).save(
        file, "WEBP", lossless=True, exact=True, method=1, quality=quality
    )
    return file.getvalue()


def unpack(sheet: bytes) -> Image:
    """The tiles of a sheet: (n, SIDE, SIDE, 3). Raises OSError on a damaged image."""
    with PILImage.open(io.BytesIO(sheet)) as file:
        pixels = np.asarray(file.convert("RGB"))
    rows, across = pixels.shape[0] // SIDE, pixels.shape[1] // SIDE
    tiles = pixels.reshape(rows, SIDE, across, SIDE, 3).swapaxes(1, 2)
    return tiles.reshape(-1, SIDE, SIDE, 3)
