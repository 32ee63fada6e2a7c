"""Facts: values that are kept encrypted, can be deleted, and stand in words as placeholders.

    {{iban:acme}}  ──fill()──▶  DE89 3704 0044 0532 0130 00   (by the keyboard, at the last moment)

FOLDER/vault.bin is one AES-GCM message over all names and values; names are not readable either.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from actuation.filling import PLACEHOLDER, FactRule
from memory import atomic
from memory.cipher import Key, LockedError, seal, unseal

NAME = re.compile(r"[\w-]+(?::[\w.-]+)*")
_SAID = b"dormouse vault 1"


class UnknownFactError(ValueError):
    """A placeholder that no fact stands behind; one sentence that names the mend."""


@dataclass(frozen=True)
class Fact:
    """window: into which it may be typed unasked (actuation.filling.FactRule)."""

    value: str
    window: str = ""


class Vault:
    """The facts of one memory. Every change is on the disk when its call returns.

    Raises LockedError where the file does not fit the key.
    """

    def __init__(self, folder: Path, key: Key) -> None:
        self._path, self._key = folder / "vault.bin", key.derived("vault")
        self._facts = self._read()

    def _read(self) -> dict[str, Fact]:
        if not self._path.exists():
            return {}
        try:
            held = json.loads(unseal(self._key, self._path.read_bytes(), _SAID))
        except ValueError as error:
            raise LockedError(f"{self._path} cannot be read: {error}; move it aside") from error
        return {
            name: Fact(**kept) if isinstance(kept, dict) else Fact(kept)  # by an earlier version
            for name, kept in held.items()
        }

    def names(self) -> list[str]:
        return sorted(self._facts)

    @property
    def placeholders(self) -> Mapping[str, str]:
        """Placeholders by value: what stands in words for each."""
        return {fact.value: f"{{{{{name}}}}}" for name, fact in self._facts.items()}

    @property
    def rules(self) -> tuple[FactRule, ...]:
        """Where each may be typed unasked."""
        return tuple(FactRule(name, fact.window) for name, fact in sorted(self._facts.items()))

    def add(self, name: str, value: str, window: str | None = None) -> None:
        """Keep a value under a name, as "bank_password" or "iban:acme"; an older one is replaced.
        window: as in Fact; None keeps the older one's.

        ValueError for a name with other signs, an empty value, or a pattern that is none.
        """
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name: letters, digits, _ and -, as in iban:acme")
        if not value.strip():
            raise ValueError("the value is empty: nothing was kept")
        try:
            re.compile(window or "")
        except re.error as error:
            raise ValueError(f"--window {window!r} is no regular expression: {error}") from error
        old = self._facts.get(name)
        kept = (old.window if old else "") if window is None else window
        self._write(self._facts | {name: Fact(value.strip(), kept)})

    def forget(self, name: str) -> None:
        """KeyError where there is no such fact."""
        left = dict(self._facts)
        del left[name]
        self._write(left)

    def fill(self, text: str) -> str:
        """The text with values in place of placeholders. UnknownFactError for one without."""
        return PLACEHOLDER.sub(lambda match: self._value(match[1]), text)

    def _value(self, name: str) -> str:
        if name not in self._facts:
            raise UnknownFactError(
                f"there is no fact {{{{{name}}}}}: keep it with `dormouse facts add {name}`"
            )
        return self._facts[name].value

    def _write(self, facts: dict[str, Fact]) -> None:
        plain = {name: asdict(fact) for name, fact in facts.items()}
        content = json.dumps(plain, ensure_ascii=False).encode()
        atomic.write_bytes(self._path, seal(self._key, content, _SAID))
        self._facts = facts
