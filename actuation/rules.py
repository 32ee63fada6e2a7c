"""The rules of a run, as the operator wrote them: fixed before it begins, outside any model.

Rules look at what keys and texts do, not at how they are spelled: `chords` and `amounts` tell.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from Xlib import XK

from actuation.action import Action, Button, Click, Press, TypeText
from actuation.filling import FactRule
from actuation.keyboard import ALIASES

_MODIFIERS = {
    **{"control": "ctrl", "shift": "shift", "alt": "alt", "meta": "alt"},
    **{"super": "super", "hyper": "super", "iso_level3_shift": "altgr", "mode_switch": "altgr"},
}
_FOLDED = {
    **{"enter": "return", "prior": "page_up", "next": "page_down", "iso_left_tab": "tab"},
    **{"subtract": "-", "add": "+", "multiply": "*", "divide": "/", "equal": "="},
    **{"decimal": ".", "separator": ","},
}


@dataclass(frozen=True)
class Chord:
    """One tap of a key. modifiers: of "ctrl", "shift", "alt", "altgr", "super". key: the character
    of a printing key in lower case, else its keysym name in lower case; keypad keys are folded."""

    modifiers: frozenset[str]
    key: str

    def __str__(self) -> str:
        return "+".join([*sorted(self.modifiers), self.key])

    def does(self, act: "Chord") -> bool:
        """Whether it is `act`, perhaps with modifiers more: they make nothing harmless."""
        return self.key == act.key and act.modifiers <= self.modifiers

    @property
    def typed(self) -> str:
        """The character that it types, "" for none."""
        if len(self.key) != 1 or self.modifiers - {"shift"}:
            return ""
        return self.key.upper() if self.modifiers else self.key


def chords(keys: str) -> tuple[Chord, ...]:
    """What the keyboard taps for the keys of a Press, however they are spelled or ordered: one
    chord for each key that is no modifier, as 'ctrl+a+Delete' taps two."""
    modifiers, plain = set(), []
    for name in map(str.strip, re.sub(r"(^|\+)\+$", r"\1plus", keys).split("+")):
        known = ALIASES.get(name.lower(), name)
        side_less = re.sub(r"_[lr]$", "", known.lower())
        if side_less in _MODIFIERS:
            modifiers.add(_MODIFIERS[side_less])
        else:
            if len(known) == 1 and known != known.lower():
                modifiers.add("shift")  # the keyboard holds it for a capital letter
            plain.append(_key(known.lower()))
    return tuple(Chord(frozenset(modifiers), key) for key in plain)


def _key(name: str) -> str:
    name = _FOLDED.get(name := name.removeprefix("kp_"), name)
    code = XK.string_to_keysym(name)
    return chr(code) if 0x20 <= code <= 0xFF else name


def typed_by(action: Action) -> str:
    """The characters that an action types."""
    if isinstance(action, Press):
        return "".join(chord.typed for chord in chords(action.keys))
    return action.text if isinstance(action, TypeText) else ""


def _acts(spelled: str) -> tuple[Chord, ...]:
    return tuple(chord for keys in spelled.split() for chord in chords(keys))


def _does(keys: str, acts: tuple[Chord, ...]) -> bool:
    return any(chord.does(act) for chord in chords(keys) for act in acts)


def pastes(action: Action) -> bool:
    """Whether an action pastes; the middle button does."""
    if isinstance(action, Press):
        return _does(action.keys, _acts("ctrl+v shift+Insert"))
    return isinstance(action, Click) and action.button is Button.MIDDLE


@dataclass(frozen=True)
class Family:
    """One kind of consequential act. acts: chords that do it, with any modifiers more; words: what
    stands on the buttons that do it. risk: what a person should think of."""

    acts: tuple[Chord, ...]
    words: re.Pattern[str]
    risk: str

    def pressed(self, keys: str) -> bool:
        return _does(keys, self.acts)


FAMILIES = {
    # Delete clears a cell, and is seldom needed while typing; a lone BackSpace corrects what was
    # just typed, so that asking about each would drown the questions that matter.
    "delete": Family(
        _acts("Delete ctrl+minus ctrl+BackSpace"),
        re.compile(r"\b(delete|remove|erase|trash|löschen|entfernen|papierkorb)\b", re.I),
        "it deletes something",
    ),
    "send": Family(
        _acts("ctrl+Return alt+Return"),
        re.compile(
            r"\b(send|submit|pay|transfer|publish|senden|absenden|zahlen|bezahlen|überweisen)\b",
            re.I,
        ),
        "it sends something, which cannot be taken back",
    ),
    "close": Family(
        _acts("alt+F4 ctrl+F4 ctrl+w ctrl+q"),
        re.compile(
            r"do\s*n.{0,2}t\s*save|discard|without saving|\b(exit|quit|beenden)\b"
            r"|nicht\s*speichern|ohne (zu )?speichern|verwerfen",
            re.I,
        ),
        "it closes something, perhaps without saving",
    ),
}

_SAVING = Family(_acts("ctrl+s"), re.compile(r"\b(save|speichern)\b", re.I), "it would save now")
ACTS = {"save": _SAVING, **FAMILIES}
"""What a dry run ends at: saving, and all families."""

PAYEE = re.compile(
    r"\b(payee|vendor|supplier|creditor|beneficiary|seller"
    r"|lieferant|kreditor|verkäufer|rechnungssteller|aussteller|empfänger|firma)\b",
    re.I,
)
"""Headers and labels of places that take a payee's name."""


@dataclass(frozen=True)
class Rules:
    """What a run may do. Empty means: no limit of this kind."""

    max_steps: int = 100
    """Actions in one run."""
    facts: tuple[FactRule, ...] = ()
    """Where the values behind placeholders may be typed unasked."""
    named: tuple[str, ...] = ()
    """Facts that the goal names."""
    max_seconds: float = 600.0
    """Length of one run."""
    applications: tuple[str, ...] = ()
    """Window applications (WM_CLASS, case aside) that may be touched; others need approval."""
    files: tuple[str, ...] = ()
    """Names of documents that may be changed; changing another, as told by its window's title,
    needs approval."""
    amount_limit: float | None = None
    """A typed amount above it needs approval."""
    payees: tuple[str, ...] | None = None
    """Known payees: typing another into a payee's column or field needs approval, unless the
    column shows it already. None: payees are not looked at."""
    ask: tuple[str, ...] = tuple(FAMILIES)
    """Families of consequential acts that need approval: "delete", "send", "close"."""
    trusts_goal: bool = False
    """Whether acts that the task itself consists of need no approval: in a bench, where nobody can
    be asked, and what is deleted was made for it."""
    dry: bool = False
    """Whether a run ends where it would save something or do an act of any family."""
    approve: tuple[str, ...] = ()
    """Regular expressions (case aside) for typed text, keys and click targets that need approval,
    such as a payee's name or r"delete|löschen"."""


@dataclass(frozen=True)
class Permit:
    """allowed: go ahead. needs_approval: only with a person's yes. exhausted: a budget is spent.
    reason: for people, all reasons, "" when allowed. rules: the names of all rules that hold it
    back, in order."""

    allowed: bool
    needs_approval: bool = False
    exhausted: bool = False
    reason: str = ""
    rules: tuple[str, ...] = ()


_WORDS = (
    "EUR|euros?|USD|Rs|INR|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|JPY|kr|zł|Kč|Ft|S?Fr|dollars?|pounds?|francs?"
    "|franken|yen|z[lł]oty|kron(?:er|en|or|a)"
)
_CURRENCY = re.compile(rf"\s*(?:€|(?<![^\W\d_])(?:{_WORDS})\.?(?![^\W\d_]))\s*", re.I)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = re.compile(
    rf"(?<![\w.,/-])(?:\d{{4}}([-./]){_DAY}\1{_DAY}|{_DAY}([-./])\s?{_DAY}\2\s?(?:\d\d){{1,2}})"
    r"(?!\d|[.,/-]\d)"
)
_ALONE = re.compile(r"[=+\-(\[]*((?:\d+(?:[.,]\d+)*[.,]?|[.,]\d+)(?:e[+-]?\d+)?)[)\]%.,\-]*", re.I)
_WITHIN = re.compile(
    r"(?<![\w.,/:])(?<!\w-)((?:\d{1,3}(?: \d{3})+|\d+)(?:[.,']\d+)*)(?![\w/:]|[.,]\d|-\w)"
)
_MONEYED = re.compile(r".*[.,]\d{1,2}|\d{1,3}(?:[.,']\d{3})+", re.S)
_WHOLE = re.compile(r"\d*(?:[.,]\d{3,})?|\d{1,3}(?:[.,]\d{2,3})*[.,]\d{3}")
_FORMULA = re.compile(r"=.*\w|[+-]\s*(?:\d{4,}\s*[/-]|[\w.,]+\s*[*^+]|[a-z]+\()", re.I)
_THREES = r"(?:\d{1,3}(?: \d{3})+|\d\d?(?: \d\d)+ \d{3})"
_PHONE = re.compile(rf"(?!\+?{_THREES}$)(?=(?:\D*\d){{7}})[+0]\d*(?: \d+)+|\d{{3}} \d{{3}} \d{{4}}")
_MARKS = str.maketrans({**dict.fromkeys("’‘ʼ´`", "'"), "−": "-", "٫": ".", "٬": ","})


def amounts(text: str) -> list[Decimal]:
    """Amounts of money in typed text: all numbers with a currency or decimals, and a text that is
    one number; each in its largest reading (1.234 is a thousand). Infinity stands for a formula,
    whose amount cannot be told. Dates, telephone numbers and numbers inside words are none."""
    signs = (_sign(char) for char in unicodedata.normalize("NFKC", text).translate(_MARKS))
    plain = _CURRENCY.sub("€", "".join(signs).strip())
    dateless = _DATE.sub("·", plain)
    # A currency before or after the number; one between digits keeps two numbers apart.
    single = re.sub(r"(?<!\d)€|€(?!\d)", "", dateless)
    alone = _ALONE.fullmatch(re.sub(r"[\s']", "", single))
    phone = "€" not in plain and _PHONE.fullmatch(plain)
    if alone and not phone and (amount := _largest(alone[1])) is not None:
        return [amount]
    if _FORMULA.match(single):
        return [Decimal("Infinity")]
    found = _WITHIN.findall(dateless.replace("€", "  ")) if not phone else []
    priced = [number for number in found if "€" in plain or _MONEYED.fullmatch(number)]
    readings = (_largest(re.sub(r"[ ']", "", number)) for number in priced)
    return [one for one in readings if one is not None]


def _sign(char: str) -> str:
    """A character with its look-alikes folded: every currency sign is one, so is every dash."""
    kind = unicodedata.category(char)
    return {"Sc": "€", "Pd": "-", "Zs": " ", "Cf": ""}.get(kind, char)


def _largest(number: str) -> Decimal | None:
    """'1.234,50', '1,234.50', '1.234', '1e6' → Decimal; None for what no program takes for a
    number. A mark before one or two digits, and the last of two kinds, begins the decimals."""
    digits, _, power = number.lower().partition("e")
    digits = digits.rstrip(".,")
    marks = re.findall(r"[.,]", digits)
    whole, fraction = digits, ""
    parted = len(marks) > 1 and marks[-1] != marks[-2]
    if parted or re.search(r"[.,]\d{1,2}$", digits) or re.fullmatch(r"0*[.,]\d+", digits):
        whole, _, fraction = digits.rpartition(marks[-1])
    if not _WHOLE.fullmatch(whole):
        return None
    value = Decimal((re.sub(r"[.,]", "", whole) or "0") + (f".{fraction}" if fraction else ""))
    size = int(power.lstrip("+-0")[:3] or 0)  # hundreds of zeros are above every limit
    return value.scaleb(-size if power.startswith("-") else size) if size else value
