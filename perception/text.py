"""Reading one line of text: tesseract as a recogniser only, never as a layout analyser.

    lines (uint8, dark on white, tight) --> Recogniser.read --> Reading(text, confidence)

Every line is cached by its pixels. Values are read a second time in another way: what two
readings do not agree on must not be trusted.
"""

import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

Line = NDArray[np.uint8]
LANGUAGE = "Latin"  # all accents of Europe, where eng+deu loses half of the accented names
PACKAGE = "tesseract-ocr-script-latn"
_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
_REMEMBERED = 20_000  # lines, a few megabytes
_MARGIN = 4  # white pixels around the ink, before scaling


class NoLanguageData(RuntimeError):  # noqa: N818 - it says what is missing
    """Tesseract's language data is not installed; the message names the package."""


@dataclass(frozen=True)
class Reading:
    """text, stripped; confidence 0..1; agreed: a second, different reading said the same."""

    text: str
    confidence: float
    agreed: bool = True


@dataclass(frozen=True)
class Way:
    """How a line is put before the recogniser: scale in x and y, page segmentation mode."""

    scale_x: float
    scale_y: float
    mode: int


RAW_LINE, SINGLE_LINE = 13, 7  # tesserocr.PSM, without importing it
FIRST = Way(2.0, 2.0, RAW_LINE)
SECOND = Way(1.5, 1.5, SINGLE_LINE)


def language_folder() -> tuple[str, str]:
    """The tessdata folder and the language in it. Raises NoLanguageData."""
    prefix = os.environ.get("TESSDATA_PREFIX")
    for folder in (prefix, *_FOLDERS) if prefix else _FOLDERS:
        for name in (LANGUAGE, f"script/{LANGUAGE}"):
            if (Path(folder) / f"{name}.traineddata").is_file():
                return folder, name
    raise NoLanguageData(
        f"tesseract has no '{LANGUAGE}' language data: apt install {PACKAGE}"
        " (or set TESSDATA_PREFIX to the folder that holds it)"
    )


class Recogniser:
    """Reads lines in `threads` threads; starts them and loads the language at the first read."""

    def __init__(self, threads: int = 2) -> None:
        self.threads = threads
        self._cache: OrderedDict[tuple[bytes, Way], Reading] = OrderedDict()
        self._apis: SimpleQueue[Any] = SimpleQueue()
        self._pool: ThreadPoolExecutor | None = None
        self._lock = Lock()

    def read(self, lines: Sequence[Line], way: Way = FIRST) -> list[Reading]:
        """One Reading for each line: uint8 (h, w), dark text on white, cut tight to the ink."""
        keys = [
            (blake2b(line.tobytes() + bytes(str(line.shape), "ascii")).digest(), way)
            for line in lines
        ]
        with self._lock:
            missing = {
                key: line for key, line in zip(keys, lines, strict=True) if key not in self._cache
            }
            if missing:
                # The longest first, so that the threads end together.
                todo = sorted(missing.items(), key=lambda item: -item[1].shape[1])
                pool = self._start()
                read = pool.map(lambda item: self._recognise(item[1], item[0][1]), todo)
                for (key, _), reading in zip(todo, read, strict=True):
                    self._cache[key] = reading
            for key in keys:
                self._cache.move_to_end(key)
            readings = [self._cache[key] for key in keys]
            while len(self._cache) > _REMEMBERED:
                self._cache.popitem(last=False)
            return readings

    def _start(self) -> ThreadPoolExecutor:
        if self._pool is None:
            folder, language = language_folder()
            # Threads inside tesseract only fight with ours.
            os.environ.setdefault("OMP_THREAD_LIMIT", "1")
            import tesserocr

            for _ in range(self.threads):
                self._apis.put(
                    tesserocr.PyTessBaseAPI(path=folder, lang=language, oem=tesserocr.OEM.LSTM_ONLY)
                )
            self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="read")
        return self._pool

    def _recognise(self, line: Line, way: Way) -> Reading:
        padded = np.pad(line, _MARGIN, constant_values=255)
        height, width = padded.shape
        size = (round(width * way.scale_x), round(height * way.scale_y))
        picture = Pictures.fromarray(padded).resize(size, Pictures.Resampling.BICUBIC)
        api = self._apis.get()
        try:
            api.SetPageSegMode(way.mode)
            api.SetImage(picture)
            text = " ".join(str(api.GetUTF8Text()).split())
            confidence = min(api.AllWordConfidences(), default=0) / 100
        finally:
            self._apis.put(api)
        return Reading(text, confidence)
