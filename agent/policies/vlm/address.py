"""Where a model server is, and whether Dormouse may talk to it.

    http://127.0.0.1:8000/v1#Qwen/Qwen3-VL-8B-Instruct
    unix:/run/llama.sock#MODEL        the model may be left out where the server has but one

Screens leave this process by such an address: it must be this machine's, unless the operator's
setting `servers` names its host.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from agent.errors import BadInput

EXAMPLE = "http://127.0.0.1:8000/v1#MODEL"
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """host: name or number, or the path of a Unix socket (scheme "unix", port 0). base: what each
    request's path begins with, "/v1". model: "" where it was not named. remote: whether it may be
    another machine's."""

    scheme: str
    host: str
    port: int
    base: str
    model: str = ""
    remote: bool = False

    @property
    def root(self) -> str:
        """The path above the OpenAI-compatible one, where servers have their own."""
        return self.base.removesuffix("/v1")

    def __str__(self) -> str:
        if self.scheme == "unix":
            return f"unix:{self.host}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.base}"


def is_address(text: str) -> bool:
    """Whether it names a server, and not a folder or a hub id."""
    return text.startswith(("http://", "https://", "unix:"))


def address(text: str, allowed: Sequence[str] = ()) -> Address:
    """Raises BadInput for one that is malformed, or of another machine that is not allowed."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadInput(f"{_safe(text)} is no address of a server: {error}; as {EXAMPLE}") from error
    if parts.username is not None or parts.password is not None:
        raise BadInput("an address holds no name or key: give the key in DORMOUSE_API_KEY")
    if parts.query:
        raise BadInput(f"an address has no query (?{parts.query}): as {EXAMPLE}")
    if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
        return Address("unix", parts.path, 0, "/v1", parts.fragment)
    host = parts.hostname or ""
    if parts.scheme not in PORTS or not host:
        raise BadInput(f"{_safe(text)} is no address of a server: as {EXAMPLE}")
    remote = not is_local(host)
    if remote and host not in {each.lower() for each in allowed}:
        raise BadInput(
            f"{host} is another machine, and screens would leave this one: if that is meant, add"
            f' servers = ["{host}"] to the settings'
        )
    base = parts.path.rstrip("/") or "/v1"
    return Address(parts.scheme, host, port or PORTS[parts.scheme], base, parts.fragment, remote)


def is_local(host: str) -> bool:
    """Whether a host is this machine: localhost, 127.0.0.0/8, ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _safe(text: str) -> str:
    """Without what may be a name and a key."""
    before, at, after = text.rpartition("@")
    return f"{before.partition('://')[0]}://…@{after}" if at and "://" in before else text
