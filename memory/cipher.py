"""The key of a memory: made once, never on the disk in plain.

    passphrase ──scrypt──▶ wraps ─┐
                                  ├─▶ master key ──HKDF──▶ key of the store, key of the vault
    the system's keyring ─holds───┘

FOLDER/key.json says which of the two it is and holds the wrapped key, so that a wrong passphrase
is told from a right one. scrypt is RFC 7914's, HKDF RFC 5869's, AES-GCM NIST SP 800-38D's.
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from memory import atomic

Lock = Literal["passphrase", "keyring"]
PASSPHRASE = "DORMOUSE_PASSPHRASE"
SERVICE = "dormouse"
_COST, _BLOCK = 2**16, 8  # scrypt: 64 MiB and about 0.2 s a try
_NONCE = 12


class LockedError(RuntimeError):
    """The memory's key is not to be had; one sentence that names the mend."""


@dataclass(frozen=True, repr=False)
class Key:
    """32 bytes from which the others are derived; never shown."""

    master: bytes

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 32, None, f"dormouse {purpose}".encode()).derive(self.master)


def foreign(**more: str) -> dict[str, str]:
    """The environment of programs that are not ours, and `more`: they get no passphrase."""
    return {name: value for name, value in os.environ.items() if name != PASSPHRASE} | more


def seal(key: bytes, content: bytes, said: bytes = b"") -> bytes:
    """nonce + AES-GCM of the content. said: what stands beside it and must fit it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, said)


def unseal(key: bytes, sealed: bytes, said: bytes = b"") -> bytes:
    """The inverse of seal. ValueError for another key, or for content that was changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], said)
    except InvalidTag:
        raise ValueError("another key, or the content was changed") from None


def lock_of(folder: Path) -> Lock | None:
    """How the memory in a folder is locked; None where it never was. LockedError for a damaged
    key file."""
    path = folder / "key.json"
    if not path.exists():
        return None
    kind = _file(path)["lock"]
    if kind not in ("passphrase", "keyring"):
        raise LockedError(f"{path} is damaged: restore it, the memory cannot be read without it")
    return "keyring" if kind == "keyring" else "passphrase"


def make(folder: Path, lock: Lock, passphrase: str = "") -> Key:
    """A new key for a memory, kept as `lock` says. LockedError where there is no keyring, or no
    passphrase."""
    key = Key(secrets.token_bytes(32))
    if lock == "keyring":
        _remember(folder, key)
        atomic.write_json(folder / "key.json", {"lock": "keyring"})
        return key
    if not passphrase:
        raise LockedError(f"no passphrase was given: set {PASSPHRASE}, or say it at a terminal")
    salt = secrets.token_bytes(16)
    wrapped = seal(_stretched(passphrase, salt, _COST), key.master)
    atomic.write_json(
        folder / "key.json",
        {"lock": "passphrase", "cost": _COST, "salt": _text(salt), "key": _text(wrapped)},
    )
    return key


def unlock(folder: Path, passphrase: str | None = None) -> Key | None:
    """The key of the memory in a folder, None where it has none.

    passphrase: else the one in the environment. LockedError where it is missing or wrong, or
    where the keyring does not give the key.
    """
    match lock_of(folder):
        case None:
            return None
        case "keyring":
            return _recalled(folder)
    said = os.environ.get(PASSPHRASE, "") if passphrase is None else passphrase
    if not said:
        raise LockedError(f"the memory in {folder} is locked: set {PASSPHRASE}")
    held = _file(folder / "key.json")
    try:
        salt, wrapped = _bytes(held["salt"]), _bytes(held["key"])
        return Key(unseal(_stretched(said, salt, int(held["cost"])), wrapped))
    except ValueError:
        raise LockedError(
            f"the passphrase does not fit the memory in {folder}: set {PASSPHRASE} to the right one"
        ) from None


def forget(folder: Path) -> None:
    """Take the key back: what it locked can be read by nobody any more."""
    if lock_of(folder) == "keyring":
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.delete_password(SERVICE, str(folder.absolute()))
        except KeyringError as error:
            raise LockedError(f"the system's keyring did not forget the key: {error}") from error
    (folder / "key.json").unlink(missing_ok=True)


def has_keyring() -> bool:
    """Whether this system has a keyring to hold a key."""
    try:
        import keyring
    except ImportError:
        return False
    return float(keyring.get_keyring().priority) > 0


def _remember(folder: Path, key: Key) -> None:
    if not has_keyring():
        raise LockedError(
            "this system has no keyring: install one (gnome-keyring, KWallet) and the package"
            " keyring, or use a passphrase"
        )
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, str(folder.absolute()), _text(key.master))
    except KeyringError as error:
        raise LockedError(f"the system's keyring did not take the key: {error}") from error


def _recalled(folder: Path) -> Key:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise LockedError("the memory's key is in the keyring: pip install keyring") from error
    try:
        held = keyring.get_password(SERVICE, str(folder.absolute()))
    except KeyringError as error:
        raise LockedError(f"the system's keyring did not give the key: {error}") from error
    if not held:
        raise LockedError(f"the system's keyring has no key of {folder}: unlock it, or log in")
    return Key(_bytes(held))


def _stretched(passphrase: str, salt: bytes, cost: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt, 32, cost, _BLOCK, 1).derive(passphrase.encode())


def _file(path: Path) -> Mapping[str, str]:
    try:
        held = json.loads(path.read_text())
        return {str(name): str(value) for name, value in held.items()}
    except (ValueError, AttributeError) as error:
        raise LockedError(
            f"{path} is damaged: restore it, the memory cannot be read without it"
        ) from error


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
