"""Requests to a model server, one at a time, that another thread may abandon.

Each has a connection of its own: that is closed to abandon it, and servers then stop computing.
No proxy of the environment is used and no redirect is followed: either could leave the machine.
"""

import contextlib
import http.client
import json
import socket
import threading
import time
from dataclasses import dataclass, replace

from agent.errors import Needed
from agent.policies.vlm.address import Address, is_local
from agent.stop import Interrupted

CONNECT = 2.0  # seconds until a connection must stand
LARGEST = 16 * 2**20  # bytes of an answer
SHOWN = 300  # characters of a server's own words in a message


@dataclass(frozen=True)
class Answer:
    """status: of HTTP. text: the body. location: where a redirect leads, "" for none."""

    status: int
    text: str
    location: str = ""

    @property
    def json(self) -> object:
        """The decoded body; None where it is no JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def words(self) -> str:
        """What a server says of its error: vLLM, llama.cpp and Ollama each nest it otherwise."""
        found = self.json
        told = (at(found, *path) for path in (("error", "message"), ("error",), ("message",)))
        text = next((one for one in told if isinstance(one, str) and one), self.text)
        return " ".join(text.split())[:SHOWN]


def at(found: object, *path: str | int) -> object:
    """The value at a path of names and indices in decoded JSON; None where there is none."""
    for step in path:
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int) and 0 <= step < len(found):
            found = found[step]
        else:
            return None
    return found


class Connection:
    """key: sent as a bearer token and told to nobody else. seconds: until an answer must be
    whole. Raises Needed with one sentence, Interrupted where `close` cut a request short."""

    def __init__(self, address: Address, key: str = "", seconds: float = 120.0) -> None:
        self.address, self.seconds, self._key = address, seconds, key
        self._headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._closed = 0  # how often; a request ends when this has grown since it began

    @property
    def keyed(self) -> bool:
        return bool(self._key)

    def get(self, path: str) -> Answer:
        return self._request("GET", path, None)

    def post(self, path: str, body: object) -> Answer:
        return self._request("POST", path, json.dumps(body).encode())

    def close(self) -> None:
        """Abandon the request under way, from any thread; later ones begin anew."""
        with self._lock:
            self._closed += 1
            if self._socket is not None:
                _shut(self._socket)

    def _request(self, method: str, path: str, body: bytes | None) -> Answer:
        with self._lock:
            begun = self._closed
        deadline = time.monotonic() + self.seconds
        caller = _caller(self.address)
        try:
            line = self._connect(caller, begun)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                # One that hangs up on a long body has often said why before: that is read below.
                caller.request(method, path, body, self._headers)
            answer = _read(caller.getresponse(), line, deadline)
        except TimeoutError as error:
            raise self._failed(
                begun,
                f"gave no answer in {self.seconds:g} s: see whether it is at work, or give it"
                " longer with the setting server_seconds",
            ) from error
        except (http.client.HTTPException, OSError) as error:
            words = f"broke off in the middle ({_reason(error)}): see its log"
            raise self._failed(begun, words) from error
        finally:
            with self._lock:
                self._socket = None
            caller.close()
        if self._closed != begun:
            raise Interrupted
        if self._key:  # a server may repeat it, and messages are written to logs
            answer = replace(answer, text=answer.text.replace(self._key, "…"))
        return answer

    def _connect(self, caller: http.client.HTTPConnection, begun: int) -> socket.socket:
        try:
            caller.connect()
        except OSError as error:
            words = f"does not answer ({_reason(error)}): start it, or mend the address"
            raise self._failed(begun, words) from error
        line = caller.sock
        with self._lock:
            self._socket = line
            if self._closed != begun:
                raise Interrupted
        if self.address.scheme != "unix" and not self.address.remote:
            peer = str(line.getpeername()[0])
            if not is_local(peer):  # a name of this machine that was made to mean another
                raise Needed(f"{self.address} leads to {peer}, another machine: nothing was sent")
        line.settimeout(self.seconds)
        return line

    def _failed(self, begun: int, words: str) -> Exception:
        """What a failure is called: one that `close` brought about is no failure."""
        if self._closed != begun:
            return Interrupted()
        return Needed(f"the model server at {self.address} {words}")


class _Unix(http.client.HTTPConnection):
    """HTTP over a Unix socket. host: its path."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=CONNECT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(CONNECT)
        self.sock.connect(self._path)


def _caller(address: Address) -> http.client.HTTPConnection:
    if address.scheme == "unix":
        return _Unix(address.host)
    if address.scheme == "https":
        return http.client.HTTPSConnection(address.host, address.port, timeout=CONNECT)
    return http.client.HTTPConnection(address.host, address.port, timeout=CONNECT)


def _read(response: http.client.HTTPResponse, line: socket.socket, deadline: float) -> Answer:
    """The whole answer; TimeoutError where it is not there by the deadline."""
    whole = bytearray()
    while chunk := response.read1(1 << 16):
        whole += chunk
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if len(whole) > LARGEST:
            raise http.client.HTTPException(f"more than {LARGEST >> 20} MB")
        if not response.isclosed():
            line.settimeout(left)
    if response.length:
        raise http.client.IncompleteRead(bytes(whole), response.length)
    location = response.getheader("Location") or ""
    return Answer(response.status, whole.decode(errors="replace"), location)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may not be connected any more
        one.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits on it; close() would not
