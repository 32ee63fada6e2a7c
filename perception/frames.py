"""Comparing frames, and knowing when a screen has settled.

    action ── late repaint? ── painted ── painted ── quiet ── look: settled
              (≤ patience)              (each restarts)   (≥ quiet)

A blinking caret, or a repaint that changed no pixel, does not restart the quiet time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from perception.observation import Box

Raw = NDArray[np.uint32]  # (H, W), 0x??RRGGBB: what the X server hands over, quick to compare

CARET = (3, 40)  # the widest and tallest change (pixels) that counts as a blinking caret


class Changes(Protocol):
    """Says that the screen may have changed; see perception.screen.Repaints."""

    def clear(self) -> None: ...

    def wait(self, seconds: float) -> bool: ...


@dataclass(frozen=True)
class Pace:
    """Seconds. patience: for the first repaint after an action. quiet: without a repaint, then
    the picture counts as settled. cap: for the whole wait."""

    patience: float = 0.15
    quiet: float = 0.05
    cap: float = 1.5


@dataclass(frozen=True, eq=False)
class Settled:
    """The last frame, whether it was settled, and the seconds waited."""

    frame: Raw
    settled: bool
    waited: float


def difference(before: NDArray[np.generic], after: NDArray[np.generic]) -> Box | None:
    """The bounding box of all changed pixels; None if there are none.

    Both uint8 (H, W, C), or uint32 (H, W) of which the lower three bytes count. ValueError if the
    shapes differ.
    """
    if before.shape != after.shape:
        raise ValueError(f"frames of different shapes: {before.shape} and {after.shape}")
    if before.ndim == 3:
        changed = (before != after).any(axis=2)
    else:
        changed = ((before ^ after) & np.uint32(0xFFFFFF)) != 0  # type: ignore[operator]
    rows = np.flatnonzero(changed.any(axis=1))
    if rows.size == 0:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(changed[top:bottom].any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    return Box(left, top, right - left, bottom - top)


def is_caret(change: Box | None) -> bool:
    """Nothing, or so thin that it can only be a caret blinking."""
    return change is None or (change.w <= CARET[0] and change.h <= CARET[1])


def settle(
    grab: Callable[[], Raw],
    changes: Changes,
    pace: Pace,
    before: Raw | None = None,
    answers: Callable[[float], object] = lambda seconds: None,
    clock: Callable[[], float] = time.monotonic,
) -> Settled:
    """Wait until the picture is quiet.

    answers: waits, so many seconds at most, until the program is not busy: one that is saving,
    say, paints nothing for a while and then much.
    before: the frame before the action that should show; then a first change of it is waited for,
    `pace.patience` seconds at most.
    """
    start = clock()
    if before is not None:
        while (left := start + pace.patience - clock()) > 0:
            if changes.wait(left):
                changes.clear()
                if not is_caret(difference(before, grab())):
                    break
    changes.clear()
    reference = frame = grab()
    quiet_since = clock()
    while (now := clock()) < start + pace.cap:
        left = quiet_since + pace.quiet - now
        if left <= 0 or not changes.wait(left):
            answers(start + pace.cap - clock())
            if not changes.wait(0):
                return Settled(frame, True, clock() - start)
        changes.clear()
        frame = grab()
        if not is_caret(difference(reference, frame)):
            reference, quiet_since = frame, clock()
    return Settled(frame, False, clock() - start)
