"""Typing that loses nothing: any printable Unicode over XTEST.

A character that the layout has is typed with its own keycode and Shift or AltGr. Any other is
laid on a spare keycode first:

    "Ä日"  ──▶  spare 93 ← Ä, spare 97 ← 日  ──▶  sync, pause  ──▶  tap 93, tap 97

Programs read the mapping late, so it stays until the keycode is needed again, and then changes
only after the program says that it has read every key; close() takes all of it back.

Own code over python-xlib, not pyautogui: that one types '<' as '>', drops what the layout lacks
without a word, and needs one display for the whole process at import time.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from Xlib import XK, X
from Xlib.display import Display

BATCH = 8  # spare keycodes remapped at a time
REMAP_PAUSE = 0.02  # seconds for programs and the window manager to hear of a new mapping
GROUPS = 0x6000  # the bits of an X state that tell the layout group
CHUNK = 8  # taps between two looks at the stop sign

ALIASES = {
    "ctrl": "Control_L",
    "control": "Control_L",
    "shift": "Shift_L",
    "alt": "Alt_L",
    "altgr": "ISO_Level3_Shift",
    "super": "Super_L",
    "win": "Super_L",
    "meta": "Super_L",
    "enter": "Return",
    "return": "Return",
    "esc": "Escape",
    "escape": "Escape",
    "tab": "Tab",
    "space": "space",
    "backspace": "BackSpace",
    "delete": "Delete",
    "del": "Delete",
    "insert": "Insert",
    "home": "Home",
    "end": "End",
    "pageup": "Page_Up",
    "pagedown": "Page_Down",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
}
JOINERS = "\u200c\u200d\u200e\u200f"  # format characters that scripts need, and layouts hold
LEVEL3 = 0xFE03  # ISO_Level3_Shift
LEGACY = {  # keysyms from before Unicode that the usual layouts hold
    0x20AC: "€", 0xAD0: "‘", 0xAD1: "’", 0xAD2: "“", 0xAD3: "”", 0xAFE: "„", 0xAFD: "‚",
    0xAA9: "—", 0xAAA: "–", 0x13BC: "Œ", 0x13BD: "œ", 0xAC9: "™", 0xAE6: "•", 0xAAE: "…",
}  # fmt: skip


@dataclass(frozen=True)
class Stroke:
    """A keycode and the modifier keycodes held while it is tapped."""

    keycode: int
    held: tuple[int, ...] = ()


def check_printable(text: str) -> None:
    """ValueError if `text` holds what no key can type: newlines, tabs and other controls (they
    are presses), lone surrogates, unassigned code points."""
    for place, char in enumerate(text):
        if not (char.isprintable() or char in JOINERS or unicodedata.category(char) == "Zs"):
            name = unicodedata.name(char, "a control or unassigned character")
            raise ValueError(f"cannot type U+{ord(char):04X} ({name}) at {place} of {text!r}")


def keysym_of(char: str) -> int:
    code = ord(char)
    return code if 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xFF else 0x01000000 | code


def keysym_named(name: str) -> int:
    """The keysym of a key's name or of a character, 0 for none."""
    keysym: int = XK.string_to_keysym(ALIASES.get(name.lower(), name))
    return keysym or (keysym_of(name) if len(name) == 1 else 0)


class Keyboard:
    """The keyboard of one X display. Not thread-safe: its owner holds a lock.

    pause(seconds) waits, and raises if the hands were stopped. heard() waits until the program
    that is typed into has read every key.
    """

    def __init__(
        self, display: Display, pause: Callable[[float], None], heard: Callable[[], None]
    ) -> None:
        self._display, self._pause, self._heard = display, pause, heard
        self._down: list[int] = []
        self._spare: dict[int, str] = {}  # keycode → character, least recently used first
        self._direct: dict[str, Stroke] = {}
        self._keys: dict[int, Stroke] = {}  # by keysym
        self._read_layout()

    def type(self, text: str) -> None:
        """Type `text` exactly. ValueError before the first key if it cannot be typed."""
        check_printable(text)
        self._refresh()
        state = self._display.screen().root.query_pointer().mask
        # In another layout group the plain keycodes mean other letters; spare ones do not.
        direct = {} if state & GROUPS else self._direct
        caps = [self._stroke("Caps_Lock")] if state & X.LockMask else []
        for stroke in caps:
            self._tap(stroke)
        for batch in self._batches(text, direct):
            self._lay([char for char in dict.fromkeys(batch) if char not in direct])
            for start in range(0, len(batch), CHUNK):
                self._pause(0)
                for char in batch[start : start + CHUNK]:
                    self._tap(direct.get(char) or Stroke(self._spare_of(char)))
                self._display.sync()
        for stroke in caps:
            self._tap(stroke)
        self._display.sync()

    def press(self, keys: str) -> None:
        """Press a chord such as 'ctrl+s' or 'shift+F10'; ValueError for an unknown name."""
        self._refresh()
        *modifiers, last = self.chord(keys)
        for stroke in modifiers:
            self._key(X.KeyPress, stroke.keycode)
        self._pause(0)
        self._tap(last)
        self.release()

    def hold(self, modifiers: tuple[str, ...]) -> None:
        """Press modifiers and keep them until release()."""
        for stroke in [self._stroke(name) for name in modifiers]:
            self._key(X.KeyPress, stroke.keycode)
        self._display.sync()

    def release(self) -> None:
        """Release every key that is held by this keyboard."""
        for keycode in reversed(self._down.copy()):
            self._key(X.KeyRelease, keycode)
        self._display.sync()

    def chord(self, keys: str) -> list[Stroke]:
        """The strokes of a chord; ValueError naming the part that is no key."""
        names = [*keys[:-2].split("+"), "plus"] if keys.endswith("++") else keys.split("+")
        if keys == "+":
            names = ["plus"]
        return [self._stroke(name) for name in names]

    def close(self) -> None:
        """Give the spare keycodes back."""
        mapped = [code for code, char in self._spare.items() if char]
        if mapped:
            self._heard()
        for code in mapped:
            self._display.change_keyboard_mapping(code, [(X.NoSymbol, X.NoSymbol)])
        self._display.sync()

    def _refresh(self) -> None:
        """Read the layout again if it was changed: a person may switch it at any time."""
        changed = False
        while self._display.pending_events():
            changed |= self._display.next_event().type == X.MappingNotify
        if changed:
            self._read_layout()

    def _read_layout(self) -> None:
        info = self._display.display.info
        low, high = info.min_keycode, info.max_keycode
        rows = self._display.get_keyboard_mapping(low, high - low + 1)
        table = {low + at: row for at, row in enumerate(rows)}
        modifiers = {code for row in self._display.get_modifier_mapping() for code in row}
        laid = {
            code: char
            for code, char in self._spare.items()
            if char and table[code][0] == keysym_of(char)
        }
        free = [code for code, row in table.items() if not any(row) and code not in modifiers]
        self._spare = dict.fromkeys(free, "") | laid
        self._direct, self._keys = {}, {}
        shift = self._display.keysym_to_keycode(XK.XK_Shift_L)
        level3 = next((code for code, row in table.items() if LEVEL3 in row), 0)
        # Core columns: group 1 levels 1 and 2, group 2 levels 1 and 2, group 1 levels 3 and 4.
        columns: list[tuple[int, tuple[int, ...]]] = [(0, ()), (1, (shift,))]
        if level3:
            columns += [(4, (level3,)), (5, (level3, shift))]
        for column, held in columns:
            for code, row in table.items():
                if code not in laid and column < len(row) and row[column]:
                    stroke = Stroke(code, held)
                    self._keys.setdefault(row[column], stroke)
                    if (char := _char(row[column])) and not _keypad(row):
                        self._direct.setdefault(char, stroke)

    def _stroke(self, name: str) -> Stroke:
        keysym = keysym_named(name) or (LEVEL3 if name.lower() == "altgr" else 0)
        if keysym not in self._keys:
            raise ValueError(
                f"no key {name!r} on this keyboard: use keysym names, as in ctrl+s, Tab, Page_Down"
            )
        return self._keys[keysym]

    def _batches(self, text: str, direct: dict[str, Stroke]) -> Iterator[str]:
        """Pieces that need at most BATCH (and at most all) spare keycodes each."""
        room = min(BATCH, len(self._spare))
        piece, foreign = "", set[str]()
        for char in text:
            if char not in direct:
                if not room:
                    raise ValueError(f"no spare keycode to type {char!r} on this keyboard")
                if char not in foreign and len(foreign) == room:
                    yield piece
                    piece, foreign = "", set()
                foreign.add(char)
            piece += char
        if piece:
            yield piece

    def _lay(self, wanted: list[str]) -> None:
        """Lay characters on spare keycodes, those used longest ago first."""
        laid = {char: code for code, char in self._spare.items() if char}
        for char in wanted:
            if char in laid:
                self._spare[laid[char]] = self._spare.pop(laid[char])  # now used last
        missing = [char for char in wanted if char not in laid]
        if not missing:
            return
        codes = [code for code, char in self._spare.items() if char not in wanted]
        if any(self._spare[code] for code in codes[: len(missing)]):
            self._heard()
        for char, code in zip(missing, codes, strict=False):
            # Given one keysym alone, the server would add the other case at the shifted level and
            # lay the small letter on the plain one.
            self._display.change_keyboard_mapping(code, [(keysym_of(char), keysym_of(char))])
            self._spare.pop(code)
            self._spare[code] = char
        self._display.sync()
        self._pause(REMAP_PAUSE)

    def _spare_of(self, char: str) -> int:
        return next(code for code, held in self._spare.items() if held == char)

    def _tap(self, stroke: Stroke) -> None:
        added = [code for code in stroke.held if code not in self._down]
        for code in (*added, stroke.keycode):
            self._key(X.KeyPress, code)
        for code in (stroke.keycode, *reversed(added)):
            self._key(X.KeyRelease, code)

    def _key(self, kind: int, keycode: int) -> None:
        if kind == X.KeyPress:
            self._down.append(keycode)
        else:
            self._down.remove(keycode)
        self._display.xtest_fake_input(kind, keycode)


def _char(keysym: int) -> str:
    """The character of a keysym, "" for function keys, dead keys and the rest."""
    if 0x20 <= keysym <= 0x7E or 0xA0 <= keysym <= 0xFF:
        return chr(keysym)
    if 0x01000100 <= keysym <= 0x0110FFFF:
        return chr(keysym & 0xFFFFFF)
    return LEGACY.get(keysym, "")


def _keypad(row: Any) -> bool:
    """Whether a keycode is on the keypad, whose meaning depends on Num Lock."""
    return any(0xFF80 <= keysym <= 0xFFBD for keysym in row)
