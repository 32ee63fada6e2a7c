"""The names of keys as families of models write them, and ours.

    ["ctrl", "s"], "Control+s", "ctrl+S"  ──▶  ctrl+s  ──▶  ["ctrl", "s"] | ["Control", "s"]

Two ways to spell: pyautogui's ("pagedown", "esc", "win"), which Qwen's relatives and Holo were
trained on, and the web's KeyboardEvent.key ("PageDown", "Escape", "ArrowLeft"), which Fara was.
Whatever the spelling, both are read, in any case.
"""

import re
from enum import StrEnum

from Xlib import XK

from actuation.keyboard import ALIASES
from agent.policies.vlm.dialects.dialect import DialectError

MOST = 5  # keys of one chord


class Spelling(StrEnum):
    PYAUTOGUI = "pyautogui"
    WEB = "web"


# ours: (pyautogui's, the web's)
_MODIFIERS = {
    "ctrl": ("ctrl", "Control"),
    "shift": ("shift", "Shift"),
    "alt": ("alt", "Alt"),
    "super": ("win", "Meta"),
    "altgr": ("altgr", "AltGraph"),
}
_NAMED = {
    "Return": ("enter", "Enter"),
    "Tab": ("tab", "Tab"),
    "Escape": ("esc", "Escape"),
    "space": ("space", "Space"),
    "BackSpace": ("backspace", "Backspace"),
    "Delete": ("delete", "Delete"),
    "Insert": ("insert", "Insert"),
    "Home": ("home", "Home"),
    "End": ("end", "End"),
    "Page_Up": ("pageup", "PageUp"),
    "Page_Down": ("pagedown", "PageDown"),
    "Up": ("up", "ArrowUp"),
    "Down": ("down", "ArrowDown"),
    "Left": ("left", "ArrowLeft"),
    "Right": ("right", "ArrowRight"),
    "Print": ("printscreen", "PrintScreen"),
    "Pause": ("pause", "Pause"),
    "Menu": ("apps", "ContextMenu"),
    "Caps_Lock": ("capslock", "CapsLock"),
    "Num_Lock": ("numlock", "NumLock"),
    "Scroll_Lock": ("scrolllock", "ScrollLock"),
    **{f"F{n}": (f"f{n}", f"F{n}") for n in range(1, 25)},
}
# Keys of the keypad and of one side: neither family has words for all of them, so they keep ours.
_OURS = (
    *(f"KP_{n}" for n in range(10)),
    *(f"KP_{name}" for name in ("Enter", "Add", "Subtract", "Multiply", "Divide", "Decimal")),
    *(f"KP_{name}" for name in ("Insert", "Delete", "Home", "End", "Prior", "Next", "Begin")),
    *(f"KP_{name}" for name in ("Up", "Down", "Left", "Right")),
    *("Control_R", "Shift_R", "Alt_R", "Super_R"),
)
NAMES = {**_MODIFIERS, **_NAMED, **{name: (name, name) for name in _OURS}}
_OTHERS = {
    **{"control": "ctrl", "ctrlleft": "ctrl", "ctrlright": "Control_R", "shiftleft": "shift"},
    **{"shiftright": "Shift_R", "altleft": "alt", "altright": "Alt_R", "option": "alt"},
    **{"meta": "super", "windows": "super", "winleft": "super", "winright": "Super_R"},
    **{"cmd": "super", "command": "super", "return": "Return", "escape": "Escape"},
    **{"del": "Delete", "ins": "Insert", "pgup": "Page_Up", "pgdn": "Page_Down"},
    **{
        "prior": "Page_Up",
        "next": "Page_Down",
        "page_up": "Page_Up",
        "page_down": "Page_Down",
        "spacebar": "space",
        " ": "space",
    },
    **{"arrow_up": "Up", "arrow_down": "Down", "arrow_left": "Left", "arrow_right": "Right"},
    **{"prtsc": "Print", "prtscr": "Print", "prntscrn": "Print", "menu": "Menu", "plus": "+"},
    **{"num" + str(n): f"KP_{n}" for n in range(10)},
}
_READ = _OTHERS | {word.lower(): name for name, words in NAMES.items() for word in (name, *words)}


def read_keys(names: list[str]) -> str:
    """The keys of a Press from a family's names, modifiers first. DialectError for what is no key.

    A name may itself be a chord, as in ["ctrl+s"].
    """
    keys = [_read(part) for name in names for part in _split(name)]
    if not keys:
        raise DialectError("keys names no key")
    if len(keys) > MOST:
        raise DialectError(f"keys names {len(keys)} keys at once: at most {MOST} are pressed")
    keys.sort(key=lambda key: key not in _MODIFIERS)  # a stable sort: their order is kept
    return "+".join("plus" if key == "+" else key for key in keys)


def write_keys(keys: str, spelling: Spelling) -> list[str]:
    """A family's names of the keys of a Press. DialectError for a key without a name."""
    names = [_write(name, spelling) for name in _split(keys)]
    if not 1 <= len(names) <= MOST:
        raise DialectError(f"a chord has 1 to {MOST} keys: {keys!r}")
    return names


def read_modifiers(text: str) -> tuple[str, ...]:
    """Modifiers held during a click from "ctrl+shift". DialectError for what is none."""
    held = tuple(dict.fromkeys(_read(part) for part in _split(text)))
    for key in held:
        if key not in _MODIFIERS:
            raise DialectError(f"{key!r} is no modifier: {', '.join(_MODIFIERS)} are")
    return held


def write_modifiers(modifiers: tuple[str, ...], spelling: Spelling) -> str:
    """ "ctrl+shift"; "" for none."""
    named = {_ours(name) for name in modifiers}
    if unknown := named - set(_MODIFIERS):
        raise DialectError(f"no modifier {', '.join(sorted(unknown))}")
    return "+".join(_write(name, spelling) for name in modifiers)


def modifiers(spelling: Spelling) -> list[str]:
    return [_write(name, spelling) for name in _MODIFIERS]


def words(spelling: Spelling) -> list[str]:
    """All names of keys but single characters."""
    return [_write(name, spelling) for name in NAMES]


def _split(keys: str) -> list[str]:
    """'ctrl+s' → ctrl, s; 'ctrl++' and '+' name the plus key."""
    parts = re.sub(r"(^|\+)\+$", r"\1plus", keys).split("+")
    return [part.strip() or part for part in parts]


def _read(name: str) -> str:
    known = _READ.get(name.lower())
    if known is not None:
        return known
    if len(name) == 1 and name.isprintable():
        return name
    raise DialectError(f"no key {name!r}: use names such as ctrl, enter, pagedown, f5, or a letter")


def _write(name: str, spelling: Spelling) -> str:
    name = _ours(name)
    if name in NAMES:
        return NAMES[name][spelling is Spelling.WEB]
    if len(name) == 1 and name.isprintable():
        return name
    raise DialectError(f"this dialect has no word for the key {name!r}")


def _ours(name: str) -> str:
    """Our one spelling of a key: of 'control', 'Control_L', 'prior', 'at'."""
    known = _READ.get(name.lower(), name)
    if known in NAMES or len(known) == 1:
        return known
    keysym = ALIASES.get(name.lower(), name)
    code = XK.string_to_keysym(keysym)
    if 0x21 <= code <= 0xFF and chr(code).isprintable():
        return chr(code)
    side_less = keysym.removesuffix("_L")
    return _READ.get(side_less.lower(), keysym)
