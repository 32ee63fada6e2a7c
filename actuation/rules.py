"""The rules of a run, as the operator wrote them: fixed before it begins, outside any model."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """One kind of consequential act. keys: chords that do it, as a full match; words: what stands
    on the buttons that do it. risk: what a person should think of."""

    keys: re.Pattern[str]
    words: re.Pattern[str]
    risk: str


FAMILIES = {
    "delete": Family(
        re.compile(r"(shift\+|ctrl\+)?del(ete)?|ctrl\+(minus|-)", re.I),
        re.compile(r"\b(delete|remove|erase|löschen|entfernen)\b", re.I),
        "it deletes something",
    ),
    "send": Family(
        re.compile(r"(ctrl|alt)\+(return|enter|shift\+return)", re.I),
        re.compile(
            r"\b(send|submit|pay|transfer|publish|senden|absenden|zahlen|bezahlen|überweisen)\b",
            re.I,
        ),
        "it sends something, which cannot be taken back",
    ),
    "close": Family(
        re.compile(r"alt\+f4|ctrl\+(w|q|f4)", re.I),
        re.compile(r"don.?t save|discard|nicht speichern|verwerfen|without saving", re.I),
        "it closes something, perhaps without saving",
    ),
}

SAVING = re.compile(r"ctrl\+(shift\+)?s", re.I)

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
    dry: bool = False
    """Whether a run ends where it would save something or do an act of any family."""
    approve: tuple[str, ...] = ()
    """Regular expressions (case aside) for typed text, keys and click targets that need approval,
    such as a payee's name or r"delete|löschen"."""


@dataclass(frozen=True)
class Permit:
    """allowed: go ahead. needs_approval: only with a person's yes. exhausted: a budget is spent.
    reason: for people, "" when allowed. rule: the name of the rule that holds it back."""

    allowed: bool
    needs_approval: bool = False
    exhausted: bool = False
    reason: str = ""
    rule: str = ""
