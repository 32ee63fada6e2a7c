"""Which field has the keyboard, as programs tell assistive technology (AT-SPI, over D-Bus).

    programs ──"focused"──▶ registry ──▶ Accessible ──hides(since, until)──▶ who must not keep it

Only to keep passwords out of what is stored: no policy sees it. Programs that tell nothing (a
terminal, a browser without accessibility) are judged by their pixels instead.
"""

import os
import threading
import time
from bisect import bisect_right
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jeepney.io.blocking import DBusConnection

PASSWORD = 40  # ATSPI_ROLE_PASSWORD_TEXT (at-spi2-core, atspi-constants.h)
ACCESSIBLE = "org.a11y.atspi.Accessible"
REGISTRY = "org.a11y.atspi.Registry"
EVENT = "object:state-changed:focused"
_PAUSE = 0.5  # seconds between two looks whether it was closed
_REMEMBERED = 1000  # moves of the focus


class Accessible:
    """Listens in a thread of its own until close(). OSError, in one sentence, where there is no
    accessibility bus; ImportError without jeepney."""

    def __init__(self, bus: str = "") -> None:
        """bus: the address of the session's D-Bus, its own if empty."""
        from jeepney import MatchRule, message_bus
        from jeepney.io.blocking import open_dbus_connection

        address = bus or os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
        if not address:
            raise OSError("no session bus: no program can tell of its password fields")
        with open_dbus_connection(bus=address) as session:
            where = _call(session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress")
        if not where or not isinstance(where[0], str):
            raise OSError("no accessibility bus: apt install at-spi2-core")
        # One connection hears, another asks: a question's answer may come behind many events.
        self._ears, self._asks = (
            open_dbus_connection(bus=where[0]),
            open_dbus_connection(bus=where[0]),
        )
        registry = "/org/a11y/atspi/registry"
        _call(self._ears, REGISTRY, registry, REGISTRY, "RegisterEvent", "s", (EVENT,))
        rule = MatchRule(
            type="signal", interface="org.a11y.atspi.Event.Object", member="StateChanged"
        )
        self._ears.send_and_get_reply(message_bus.AddMatch(rule))
        self._times: list[float] = []
        self._secret: list[bool] = []
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="accessible", daemon=True)
        self._thread.start()

    def hides(self, since: float, until: float) -> bool | None:
        """Whether a password field had the keyboard at any moment between two times (seconds since
        the epoch); None where no program said so: it may be one that tells nothing."""
        times, secret = list(self._times), list(self._secret)
        first, last = bisect_right(times, since), bisect_right(times, until)
        return True if any(secret[max(0, first - 1) : last]) else None

    def close(self) -> None:
        """Safe to call twice."""
        self._closed.set()
        self._thread.join()
        for connection in (self._ears, self._asks):
            connection.close()

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                message = self._ears.receive(timeout=_PAUSE)
            except TimeoutError:
                continue
            except OSError:  # the bus has ended, and with it what could be heard
                return
            with suppress(OSError, TimeoutError):
                self._heard(message)

    def _heard(self, message: Any) -> None:
        from jeepney import HeaderFields, MessageType

        header, body = message.header, message.body
        if header.message_type is not MessageType.signal or not body or body[0] != "focused":
            return
        secret, at = False, time.time()
        if body[1]:  # gained, not lost
            sender = header.fields[HeaderFields.sender]
            role = _call(
                self._asks, sender, header.fields[HeaderFields.path], ACCESSIBLE, "GetRole"
            )
            secret = bool(role) and role[0] == PASSWORD
        elif not (self._secret and self._secret[-1]):
            return
        self._times, self._secret = (
            [*self._times, at][-_REMEMBERED:],
            [*self._secret, secret][-_REMEMBERED:],
        )


def _call(
    bus: "DBusConnection", name: str, path: str, interface: str, method: str,
    signature: str | None = None, body: tuple[object, ...] = (),
) -> tuple[Any, ...]:  # fmt: skip
    """What a method answers; nothing where it refuses."""
    from jeepney import DBusAddress, MessageType, new_method_call

    call = new_method_call(DBusAddress(path, name, interface), method, signature, body)
    reply = bus.send_and_get_reply(call, timeout=5.0)
    return tuple(reply.body) if reply.header.message_type is MessageType.method_return else ()
