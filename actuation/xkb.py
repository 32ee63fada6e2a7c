"""What the keys of an X display mean: the server's own keymap, read by libxkbcommon.

    keycode 24, state 0x81 ──keymap as it is now──▶ keysym Adiaeresis ──compose──▶ "Ä"

libxkbcommon and not python-xlib: it knows every layout, level and keysym, and the Compose files
with which dead keys are put together (X11 locale database, Compose(5)). Reading a whole keymap
takes about 0.1 ms.
"""

import ctypes
import os
from collections.abc import Callable
from ctypes import byref, c_char_p, c_int, c_uint16, c_uint32, c_void_p
from dataclasses import dataclass
from typing import Any

from actuation.desktop import DesktopError
from actuation.keyboard import check_printable

SHIFT, LOCK, CONTROL, ALT, SUPER, LEVEL3 = 0x01, 0x02, 0x04, 0x08, 0x40, 0x80
MODIFIERS = {"ctrl": CONTROL, "alt": ALT, "shift": SHIFT, "super": SUPER}
GROUP_SHIFT, GROUP_MASK = 13, 3  # the bits of an X state that tell the layout group
NAMES = {"Prior": "Page_Up", "Next": "Page_Down", "ISO_Left_Tab": "Tab"}
KEYPAD = range(0xFF80, 0xFFBE)
LATIN = range(0x21, 0x7F)
TAKEN_BACK = (0xFF08, 0xFF1B)  # BackSpace and Escape
COMPOSING, COMPOSED, CANCELLED = 1, 2, 3  # enum xkb_compose_status
NEEDED = "libxkbcommon is missing: apt install libxkbcommon0 libxkbcommon-x11-0"


@dataclass(frozen=True)
class Meaning:
    """keysym: as the key's level has it. text: its character, "" for keys without. name: what
    Press calls the key. modifiers: those held that do not belong to the character itself."""

    keysym: int
    text: str
    name: str
    modifiers: tuple[str, ...]


class Keymap:
    """The keymap of a display's core keyboard. DesktopError without libxkbcommon or the display.

    Not thread-safe: its owner has a thread of its own.
    """

    def __init__(self, display: str) -> None:
        try:
            self._xcb = ctypes.CDLL("libxcb.so.1")
            self._common, self._x11 = (
                _library("libxkbcommon.so.0"),
                _library("libxkbcommon-x11.so.0"),
            )
        except OSError as error:
            raise DesktopError(f"{NEEDED} ({error})") from error
        self._xcb.xcb_connect.restype = c_void_p
        self._line = c_void_p(self._xcb.xcb_connect(display.encode(), None))
        setup = self._x11.xkb_x11_setup_xkb_extension
        if self._xcb.xcb_connection_has_error(self._line) or not setup(
            self._line, c_uint16(1), c_uint16(0), 0, None, None, None, None
        ):
            self._xcb.xcb_disconnect(self._line)
            raise DesktopError(f"the X display {display!r} has no XKB extension: enable it")
        self._device = c_int(self._x11.xkb_x11_get_core_keyboard_device_id(self._line))
        self._context = c_void_p(self._common.xkb_context_new(0))
        self._keymap = self._state = c_void_p()
        self.read()

    def read(self) -> None:
        """Ask the server for the keymap as it is now; the old one stays where it is gone."""
        fresh = self._x11.xkb_x11_keymap_new_from_device(self._context, self._line, self._device, 0)
        if fresh:
            self._forget()
            self._keymap = c_void_p(fresh)
            self._state = c_void_p(self._common.xkb_state_new(self._keymap))

    def meaning(self, keycode: int, state: int) -> Meaning:
        """state: the core state of an X event, modifiers and group, before the key."""
        held, group = state & 0xFF, state >> GROUP_SHIFT & GROUP_MASK
        self._common.xkb_state_update_mask(self._state, held, 0, 0, 0, 0, group)
        key = c_uint32(keycode)
        keysym = self._keysym(key, bool(held & LOCK))
        modifiers = tuple(
            name
            for name, bit in MODIFIERS.items()
            if held & bit and (bit == SHIFT or not self._consumed(key, bit))
        )
        text = self.char(keysym)
        if text and not set(modifiers) - {"shift"}:
            return Meaning(keysym, text, self.name(keysym), ())
        return Meaning(keysym, text, self._plain_name(key, keysym), modifiers)

    def char(self, keysym: int) -> str:
        """The printable character of a keysym, "" where it has none."""
        buffer = ctypes.create_string_buffer(8)
        self._common.xkb_keysym_to_utf8(c_uint32(keysym), buffer, 8)
        text = buffer.value.decode()
        return text if text and printable(text) else ""

    def name(self, keysym: int) -> str:
        buffer = ctypes.create_string_buffer(64)
        self._common.xkb_keysym_get_name(c_uint32(keysym), buffer, 64)
        name = buffer.value.decode()
        return NAMES.get(name, name)

    def composer(self) -> "Composer":
        return Composer(self._common, self._context, self.char)

    def close(self) -> None:
        """Nothing may be asked afterwards."""
        self._forget()
        self._common.xkb_context_unref(self._context)
        self._xcb.xcb_disconnect(self._line)

    def _keysym(self, key: c_uint32, lock: bool) -> int:
        """As programs find it: Caps Lock makes capitals of what the layout leaves small."""
        found = ctypes.POINTER(c_uint32)()
        if self._common.xkb_state_key_get_syms(self._state, key, byref(found)) != 1:
            return 0
        keysym = int(found[0])
        if lock and not self._consumed(key, LOCK):
            upper = self._common.xkb_keysym_to_upper(c_uint32(keysym))
            # Not xkb_state_key_get_one_sym: for ß it finds a keysym that is no character.
            return upper if self.char(upper) else keysym
        return keysym

    def _plain_name(self, key: c_uint32, keysym: int) -> str:
        """A chord's key by its plain level, as in ctrl+shift+s; in the first layout that has it
        in Latin, as programs look up their shortcuts while another script is typed."""
        if keysym in KEYPAD:  # its plain level is another key
            return self.name(keysym)
        layout = self._common.xkb_state_key_get_layout(self._state, key)
        count = self._common.xkb_keymap_num_layouts_for_key(self._keymap, key)
        plain = self._at(key, layout)
        if plain not in LATIN and self.char(plain):
            latin = (self._at(key, other) for other in range(count))
            plain = next((found for found in latin if found in LATIN), plain)
        return self.name(plain or keysym)

    def _at(self, key: c_uint32, layout: int) -> int:
        found = ctypes.POINTER(c_uint32)()
        count = self._common.xkb_keymap_key_get_syms_by_level(
            self._keymap, key, c_uint32(layout), c_uint32(0), byref(found)
        )
        return int(found[0]) if count else 0

    def _consumed(self, key: c_uint32, bit: int) -> bool:
        index = bit.bit_length() - 1  # X's eight modifiers come first in a server's keymap
        return bool(self._common.xkb_state_mod_index_is_consumed(self._state, key, index) > 0)

    def _forget(self) -> None:
        if self._keymap:
            self._common.xkb_state_unref(self._state)
            self._common.xkb_keymap_unref(self._keymap)


class Composer:
    """Dead keys and the Compose key: several keysyms that make one text."""

    def __init__(self, common: Any, context: c_void_p, char: Callable[[int], str]) -> None:
        self._common, self._char = common, char
        table = None
        for locale in (_locale(), b"en_US.UTF-8"):
            table = table or common.xkb_compose_table_new_from_locale(context, c_char_p(locale), 0)
        self._state = c_void_p(common.xkb_compose_state_new(c_void_p(table)) if table else None)
        self._dead = 0  # the first keysym of what is being composed

    def feed(self, keysym: int) -> str | None:
        """What a key without a shortcut's modifiers types: "" for a key that types nothing, None
        while a sequence goes on, or where the key only took one back."""
        if not self._state:
            return self._char(keysym)
        status = self._fed(keysym)
        if status == COMPOSING:
            self._dead = self._dead or keysym
            return None
        dead, self._dead = self._dead, 0
        if status == COMPOSED:
            return self._text()
        if status != CANCELLED:
            return self._char(keysym)
        # As GTK does (gtkimcontextsimple.c): an accent that suits no letter stands before it.
        text = self._char(keysym)
        return None if keysym in TAKEN_BACK else text and self._spacing(dead) + text

    def reset(self) -> None:
        self._dead = 0
        if self._state:
            self._common.xkb_compose_state_reset(self._state)

    def _fed(self, keysym: int) -> int:
        self._common.xkb_compose_state_feed(self._state, c_uint32(keysym))
        return int(self._common.xkb_compose_state_get_status(self._state))

    def _text(self) -> str:
        buffer = ctypes.create_string_buffer(64)
        self._common.xkb_compose_state_get_utf8(self._state, buffer, 64)
        return buffer.value.decode()

    def _spacing(self, dead: int) -> str:
        """The accent by itself: most tables have it as the dead key twice."""
        self.reset()
        twice = [self._fed(dead), self._fed(dead)]
        text = self._text() if twice[-1] == COMPOSED else ""
        self.reset()
        return text


def printable(text: str) -> bool:
    """Whether it can be typed as text."""
    try:
        check_printable(text)
    except ValueError:
        return False
    return True


def _locale() -> bytes:
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    return next((name for name in names if name), "C").encode()


def _library(name: str) -> Any:
    library = ctypes.CDLL(name)
    pointers = (
        "xkb_context_new",
        "xkb_state_new",
        "xkb_compose_table_new_from_locale",
        "xkb_compose_state_new",
        "xkb_x11_keymap_new_from_device",
    )
    for function in pointers:
        if hasattr(library, function):
            getattr(library, function).restype = c_void_p
    return library
