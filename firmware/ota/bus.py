"""One connection to the system bus: calls that end, and signals of one service.

Nothing of what passes here is logged: arguments hold the server's token.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from dbus_fast import BusType, DBusError, Message, MessageType
from dbus_fast.aio import MessageBus

from firmware.ota.offer import NoBus, OtaError

CALL_S = 30.0
_BUS = "org.freedesktop.DBus"


class CallFailed(OtaError):
    """The service answered with an error; the text is its own."""


class Bus:
    """Connected by `connect`; once it is `gone` a new one is made."""

    def __init__(self, connection: MessageBus) -> None:
        self._connection = connection
        self.gone = asyncio.ensure_future(_until_gone(connection))
        self.gone.add_done_callback(lambda gone: gone.cancelled() or gone.exception())

    @classmethod
    async def connect(cls) -> "Bus":
        """The system bus (DBUS_SYSTEM_BUS_ADDRESS).  NoBus."""
        try:
            async with asyncio.timeout(CALL_S):
                return cls(await MessageBus(bus_type=BusType.SYSTEM).connect())
        except (OSError, EOFError, DBusError, ValueError, TimeoutError) as error:
            raise NoBus(f"no system bus: {error}") from error

    async def call(
        self, service: str, path: str, member: str, signature: str = "", *body: Any
    ) -> list[Any]:
        """Call `member` (interface and method, dotted).  CallFailed, NoBus."""
        interface, _, method = member.rpartition(".")
        message = Message(
            destination=service,
            path=path,
            interface=interface,
            member=method,
            signature=signature,
            body=list(body),
        )
        answer = asyncio.ensure_future(self._connection.call(message))
        try:
            await asyncio.wait(
                {answer, self.gone}, timeout=CALL_S, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            if not answer.done():
                answer.cancel()
        return _body(answer)

    async def listen(self, heard: Callable[[Message], None], *rules: str) -> None:
        """Have signals that fit one of the match rules told.  NoBus."""

        def take(message: Message) -> None:
            if message.message_type is MessageType.SIGNAL:
                heard(message)

        self._connection.add_message_handler(take)
        for rule in rules:
            await self.call(_BUS, "/org/freedesktop/DBus", f"{_BUS}.AddMatch", "s", rule)

    def close(self) -> None:
        """Hang up."""
        self.gone.cancel()
        with contextlib.suppress(OSError):
            self._connection.disconnect()


async def _until_gone(connection: MessageBus) -> None:
    await connection.wait_for_disconnect()  # type: ignore[no-untyped-call]


def _body(answer: "asyncio.Future[Message]") -> list[Any]:
    if answer.cancelled() or not answer.done():
        raise NoBus("the bus does not answer")
    error = answer.exception()
    if error is not None:
        raise NoBus(f"the bus is gone: {error}")
    reply = answer.result()
    if reply.message_type is MessageType.ERROR:
        text = str(reply.body[0]) if reply.body else str(reply.error_name)
        absent = str(reply.error_name).startswith((f"{_BUS}.Error.NoReply", _UNKNOWN, _SPAWN))
        raise NoBus(text) if absent else CallFailed(text)
    return list(reply.body)


_UNKNOWN = f"{_BUS}.Error.ServiceUnknown"
_SPAWN = f"{_BUS}.Error.Spawn"
