"""A keyring in a file, for tests: PYTHON_KEYRING_BACKEND=keyring_house.FileKeyring, with
DORMOUSE_TEST_KEYRING the file; a locked one is a folder in its place."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

FILE = "DORMOUSE_TEST_KEYRING"


class FileKeyring(KeyringBackend):
    priority = 1.0  # type: ignore[assignment]

    def _held(self) -> dict[str, str]:
        path = Path(os.environ[FILE])
        if path.is_dir():
            raise KeyringLocked("the keyring is locked")
        return json.loads(path.read_text()) if path.exists() else {}

    def _keep(self, held: dict[str, str]) -> None:
        Path(os.environ[FILE]).write_text(json.dumps(held))

    def get_password(self, service: str, username: str) -> str | None:
        return self._held().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._keep(self._held() | {f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        held = self._held()
        if held.pop(f"{service} {username}", None) is None:
            raise PasswordDeleteError("there is no such password")
        self._keep(held)
