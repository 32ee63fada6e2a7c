"""The live picture of a desktop for people: small, cheap, and never behind the agent's back.

X display ── own connection ──▶ shrink ──▶ PNG ──▶ client      (nothing if nothing changed)
"""

import base64
import hashlib
import io
import threading
import time

from mss.exception import ScreenShotError
from PIL import Image as Pictures

from agent.worker.wire import Picture
from perception.observation import Image
from perception.screen import Capture


class Lens:
    """Pictures of one X display, from any thread."""

    def __init__(self, display: str) -> None:
        self._capture = Capture(display)
        self._lock = threading.Lock()
        self._closed = False

    def see(self, width: int, height: int, after: str = "") -> Picture:
        """At most width × height pixels; without bytes where `after` names the same picture."""
        with self._lock:
            if self._closed:
                return Picture()
            try:
                image = self._capture.grab()
            except ScreenShotError:
                return Picture()  # the display went; the run says so
        return picture(image, width, height, after, time.time())

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                self._capture.close()


def picture(image: Image, width: int, height: int, after: str, taken_at: float) -> Picture:
    """An RGB array (H, W, 3) as the wire has it."""
    tall, wide = image.shape[:2]
    scale = min(1.0, max(1, width) / wide, max(1, height) / tall)
    size = max(1, round(wide * scale)), max(1, round(tall * scale))
    digest = hashlib.blake2b(image.tobytes(), key=b"%dx%d" % size, digest_size=8).hexdigest()
    if digest == after:
        return Picture(digest=digest, width=size[0], height=size[1], scale=scale, taken_at=taken_at)
    shown = Pictures.fromarray(image)
    if size != (wide, tall):
        shown = shown.resize(size, Pictures.Resampling.BOX, reducing_gap=1.0)
    file = io.BytesIO()
    shown.save(file, "PNG", compress_level=1)
    png = base64.b64encode(file.getvalue()).decode()
    return Picture(
        digest=digest, png=png, width=size[0], height=size[1], scale=scale, taken_at=taken_at
    )
