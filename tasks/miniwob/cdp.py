"""A small client of Chromium's debugging port: one page, its scripts, its navigation."""

import http.client
import json
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from typing import Self

from actuation.desktop import DesktopError

PATIENCE = 30.0  # seconds for an answer


def find_page(port: int) -> str:
    """The address of the first page behind a debugging port, "" if nothing answers there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/json/list")
        targets = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return ""
    finally:
        connection.close()
    pages = [str(one["webSocketDebuggerUrl"]) for one in targets if one.get("type") == "page"]
    return pages[0] if pages else ""


class Tab:
    """One page. Every method raises DesktopError if the browser is gone or does not answer."""

    def __init__(self, port: int, address: str) -> None:
        try:
            from websockets.exceptions import WebSocketException
            from websockets.sync.client import connect
        except ImportError as error:
            raise DesktopError(
                "the package websockets is missing: pip install 'dormouse[bench]'"
            ) from error
        self._stack = ExitStack()
        self._count = 0
        self._events: list[str] = []
        self._broken = (OSError, WebSocketException)
        try:
            # A socket of its own: no proxy of the environment comes between.
            plain = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            self._socket = self._stack.enter_context(
                connect(address, sock=plain, compression=None, max_size=None)
            )
        except self._broken as error:
            raise DesktopError(f"the browser cannot be reached: {error}") from error
        self.call("Page.enable")

    def call(self, method: str, **parameters: object) -> Mapping[str, object]:
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        try:
            self._socket.send(json.dumps(message))
            while (reply := self._receive(PATIENCE)).get("id") != self._count:
                pass
        except self._broken as error:
            raise DesktopError(f"the browser does not answer {method}: {error}") from error
        if "error" in reply:
            raise DesktopError(f"{method} failed: {reply['error']}")
        result = reply["result"]
        assert isinstance(result, dict)
        return result

    def evaluate(self, script: str) -> object:
        """The value of an expression (of its promise, if it is one). DesktopError if it throws."""
        result = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in result:
            raise DesktopError(f"a script failed: {result['exceptionDetails']}")
        value = result["result"]
        assert isinstance(value, dict)
        return value.get("value")

    def open(self, address: str) -> None:
        """Load a page, even if it is the one that is shown, and wait until it is loaded."""
        self._events.clear()
        answer = self.call("Page.navigate", url=address)
        if "errorText" in answer:
            raise DesktopError(f"cannot open {address}: {answer['errorText']}")
        deadline = time.monotonic() + PATIENCE
        try:
            while "Page.loadEventFired" not in self._events or self._shown() != address:
                self._receive(max(0.0, deadline - time.monotonic()))
        except self._broken as error:
            raise DesktopError(f"{address} was not loaded: {error}") from error

    def close(self) -> None:
        """Let go of the page, which stays as it is."""
        with suppress(*self._broken):
            self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _shown(self) -> object:
        return self.evaluate("location.href")

    def _receive(self, patience: float) -> Mapping[str, object]:
        message = json.loads(self._socket.recv(timeout=patience))
        assert isinstance(message, dict)
        if "method" in message:
            self._events.append(str(message["method"]))
        return message
