"""The vault of the configured memory: read for each run, so that a new fact needs no new worker."""

from collections.abc import Mapping
from dataclasses import replace

from actuation.filling import PLACEHOLDER
from actuation.rules import Rules
from agent.config import Settings
from agent.errors import BadInput
from memory import cipher
from memory.cipher import Key, Lock
from memory.vault import Vault
from tasks.own.veil import Veil, never


class Facts:
    """What a run needs of the vault. LockedError where there is one without its key."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key: Key | None = None  # stretching a passphrase takes a moment: once is enough

    def placeholders(self) -> Mapping[str, str]:
        """Placeholders by value; none where nothing was kept."""
        vault = self.vault()
        return vault.placeholders if vault else {}

    def check(self, goal: str) -> None:
        """BadInput where a goal names a fact that there is not."""
        named = PLACEHOLDER.findall(goal)
        vault = self.vault() if named else None
        if missing := [name for name in named if vault is None or name not in vault.names()]:
            raise BadInput(
                f"there is no fact {{{{{missing[0]}}}}}: keep it with `dormouse facts add"
                f" {missing[0]}`"
            )

    def veil(self) -> Veil:
        """Over what is not written down of the operator's own files."""
        return Veil(self.placeholders(), _secret if self._settings.redact else never)

    def bound(self, rules: Rules) -> Rules:
        """The rules of a run, and where each fact may be typed unasked."""
        vault = self.vault()
        return replace(rules, facts=vault.rules) if vault else rules

    def fill(self, text: str) -> str:
        """The text with values in place of placeholders; ValueError names one that is not known."""
        if not PLACEHOLDER.search(text):
            return text
        vault = self.vault()
        if vault is None:
            name = PLACEHOLDER.findall(text)[0]
            raise ValueError(
                f"there is no fact {{{{{name}}}}}: keep it with `dormouse facts add {name}`"
            )
        return vault.fill(text)

    def vault(self) -> Vault | None:
        """The vault as it is now, None where nothing was ever kept."""
        folder = self._settings.data
        if not (folder / "vault.bin").exists():
            return None
        self._key = self._key or cipher.unlock(folder)
        if self._key is None:
            raise cipher.LockedError(
                f"{folder / 'key.json'} is missing: restore it, the facts cannot be read without it"
            )
        return Vault(folder, self._key)


def _secret(text: str) -> bool:
    from memory.redact import secrets

    return bool(secrets(text))


def lock(settings: Settings) -> Lock:
    """How a new key is kept: as configured, else by the system's keyring where there is one."""
    if settings.encrypt:
        return settings.encrypt
    return "keyring" if cipher.has_keyring() else "passphrase"
