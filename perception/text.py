"""Reading one line of text: tesseract as a recogniser only, never as a layout analyser.

    lines (uint8, dark on white, tight) --> Recogniser.read --> Reading(text, confidence)

Every line is cached by its pixels. Values are read a second time in another way: what two
readings do not agree on must not be trusted.
"""

import os
import re
import unicodedata
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
# Latin knows all accents of Europe, where eng and deu together lose half of the accented names;
# eng is the second opinion on values: twice as fast, and its mistakes are others.
PACKAGES = {"Latin": "tesseract-ocr-script-latn", "eng": "tesseract-ocr-eng"}
_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
_UNSAID = re.compile(r"[\s'’‘°`´]")
_FRANCS = re.compile(r"\bCHE(?=\s*\d)|(?<=\d\s)CHE\b")
# A capital at the end of a word in small letters, or behind an umlaut, is none.
_CAPITAL_FOR_SHARP_S = re.compile(r"(?<=[a-zäöü])[RB](?=$|\s)|(?<=[äöü])[RB](?=[a-zäöü])")
_SHARP_S = re.compile(r"ßB(?=[a-zäöü])")
_CAPITAL_I = re.compile(r"(?<=[A-Z])l(?=[-/\d])")
_AS_HEARD = (
    {"ß": "(?:ß|fs|fS|ss|SS|[BbRf8S]|)"}
    | {c: f"[{c}{c.lower()}]" for c in "COSVWXZ"}
    | {"I": "[Il]"}
)
_MACRON = "\N{COMBINING MACRON}"
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
    """How a line is put before the recogniser: language, scale, page segmentation mode."""

    language: str
    scale: float
    mode: int


RAW_LINE, SINGLE_LINE = 13, 7  # tesserocr.PSM, without importing it
FIRST = Way("Latin", 2.0, RAW_LINE)
SECOND = Way("eng", 1.5, SINGLE_LINE)
THIRD = Way("Latin", 1.5, SINGLE_LINE)
FOURTH = Way("Latin", 3.0, SINGLE_LINE)


def is_value(text: str) -> bool:
    """Whether a text has digits, so that one wrong letter could cost money."""
    return any(letter.isdigit() for letter in text)


def alike(one: Reading, two: Reading) -> bool:
    """Whether two readings say the same, spaces and the marks between thousands aside."""
    return _UNSAID.sub("", one.text) == _UNSAID.sub("", two.text)


def echoes(again: Reading, text: str) -> bool:
    """Whether a second reading says the text again, as well as it can.

    No reader invents an ß, and many miss one; of S and s in one place the capital is believed,
    and of I and l; a macron is a misread dot, ring or accent.
    """
    heard = "".join(_AS_HEARD.get(letter, re.escape(letter)) for letter in _UNSAID.sub("", text))
    said = unicodedata.normalize("NFD", _UNSAID.sub("", again.text))
    if _MACRON in said:
        plain = (unicodedata.normalize("NFD", letter)[0] for letter in _UNSAID.sub("", text))
        return "".join(c for c in said if not unicodedata.combining(c)) == "".join(plain)
    return re.fullmatch(heard, unicodedata.normalize("NFC", said)) is not None


def mended(text: str) -> str:
    """A text without the misreadings that only one thing can stand behind."""
    text = _FRANCS.sub("CHF", text).replace("::", ":")
    text = _CAPITAL_FOR_SHARP_S.sub("ß", _SHARP_S.sub("ß", text))
    return _CAPITAL_I.sub("I", text) if is_value(text) else text


def is_noise(reading: Reading, least: float) -> bool:
    """Whether a reading is of no text at all: of a border, or a picture.

    least: confidence below which only a text with digits counts.
    """
    digits = sum(letter.isdigit() for letter in reading.text)
    return (reading.confidence < least and digits < 3) or not any(map(str.isalnum, reading.text))


def language_folder(language: str, folders: Sequence[str] = ()) -> tuple[str, str]:
    """The tessdata folder and the language's name in it. Raises NoLanguageData.

    folders: where to look, instead of TESSDATA_PREFIX and the usual places.
    """
    prefix = os.environ.get("TESSDATA_PREFIX", "")
    for folder in folders or filter(None, (prefix, *_FOLDERS)):
        for name in (language, f"script/{language}"):
            if (Path(folder) / f"{name}.traineddata").is_file():
                return folder, name
    raise NoLanguageData(
        f"tesseract has no '{language}' language data: apt install {PACKAGES[language]}"
        " (or set TESSDATA_PREFIX to the folder that holds it)"
    )


class Recogniser:
    """Reads lines in `threads` threads; starts them and loads languages when first needed."""

    def __init__(self, threads: int = 2) -> None:
        self.threads = threads
        self._cache: OrderedDict[tuple[bytes, Way], Reading] = OrderedDict()
        self._apis: dict[str, SimpleQueue[Any]] = {}
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="read")
        self._lock = Lock()

    def read(self, lines: Sequence[Line], way: Way = FIRST) -> list[Reading]:
        """One Reading for each line: uint8 (h, w), dark text on white, cut tight to the ink.

        Raises NoLanguageData.
        """
        keys = [(_digest(line), way) for line in lines]
        with self._lock:
            missing = {
                key: line for key, line in zip(keys, lines, strict=True) if key not in self._cache
            }
            if missing:
                apis = self._load(way.language)
                # The longest first, so that the threads end together.
                todo = sorted(missing.items(), key=lambda item: -item[1].shape[1])
                read = self._pool.map(lambda item: _recognise(apis, item[1], way), todo)
                for (key, _), reading in zip(todo, read, strict=True):
                    self._cache[key] = reading
            for key in keys:
                self._cache.move_to_end(key)
            readings = [self._cache[key] for key in keys]
            while len(self._cache) > _REMEMBERED:
                self._cache.popitem(last=False)
            return readings

    def _load(self, language: str) -> "SimpleQueue[Any]":
        """One tesseract for each thread."""
        if language not in self._apis:
            folder, name = language_folder(language)
            # Threads inside tesseract only fight with ours.
            os.environ.setdefault("OMP_THREAD_LIMIT", "1")
            import tesserocr

            apis: SimpleQueue[Any] = SimpleQueue()
            lstm = tesserocr.OEM.LSTM_ONLY
            for _ in range(self.threads):
                apis.put(tesserocr.PyTessBaseAPI(path=folder, lang=name, oem=lstm))
            self._apis[language] = apis
        return self._apis[language]


def _digest(line: Line) -> bytes:
    return blake2b(line.tobytes() + line.shape[1].to_bytes(4, "big"), digest_size=16).digest()


def _recognise(apis: "SimpleQueue[Any]", line: Line, way: Way) -> Reading:
    padded = np.pad(line, _MARGIN, constant_values=255)
    height, width = padded.shape
    size = (round(width * way.scale), round(height * way.scale))
    picture = Pictures.fromarray(padded).resize(size, Pictures.Resampling.BICUBIC)
    api = apis.get()
    try:
        api.SetPageSegMode(way.mode)
        api.SetImage(picture)
        text = " ".join(str(api.GetUTF8Text()).split())
        confidence = min(api.AllWordConfidences(), default=0) / 100
    finally:
        apis.put(api)
    return Reading(mended(text), confidence)
