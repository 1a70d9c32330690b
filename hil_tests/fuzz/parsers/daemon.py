"""What reaches callboxd's door: HTTP, JSON-RPC, and the documents in them.

Commands are validated as in the product; those who would carry them out only take them.
"""

import asyncio
import atexit
import contextlib
import functools
import json
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from firmware.config import default_document
from firmware.contract.commands import COMMANDS
from firmware.contract.config import Config, check, flow_problems
from firmware.contract.flow import Flow
from firmware.contract.model import Role
from firmware.contract.queries import QUERIES
from firmware.contract.update import UPDATE_COMMANDS
from firmware.contract.views import Snapshot
from firmware.cti.dispatcher import Dispatcher
from firmware.cti.jsonrpc import Conversation
from firmware.cti.live import OUTBOX, Client, Hub, dumps
from firmware.cti.server import Server
from firmware.ota import policy
from firmware.ota import server as ota
from firmware.sessions import Identity
from hil_tests.fuzz.parsers.pieces import pieces

_ADMIN = Identity("admin", Role.ADMINISTRATOR, "key")
_NOTHING = Snapshot(5, 0, 1, spans=(), queues=(), agents=(), calls=())
_TURNS = 20
"""Of the loop: more than any request takes that waits for nobody."""


class _Sessions:
    """Whoever has the token is the administrator."""

    def identity(self, token: str) -> Identity | None:
        return _ADMIN if token == "t" else None

    def lives(self, _key: str) -> bool:
        return True


class _Ledger:
    """Five events have been."""

    seq = 5

    def subscribe(self, _callback: Any) -> Any:
        return lambda: None

    def since(self, _seq: int) -> list[Any]:
        return []

    def complete_since(self, seq: int) -> bool:
        return seq <= self.seq


class _Timers:
    def start(self, _name: str, _expired: Any, _seconds: float | None = None) -> Any:
        return lambda: None


class Wire(asyncio.Transport):
    """A connection without a network: keeps what is answered."""

    def __init__(self) -> None:
        super().__init__()
        self.said, self.closed = b"", False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += bytes(data)

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading


class Door:
    """callboxd's server with a loop of its own, made once."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        atexit.register(self.loop.close)
        self.dispatcher = Dispatcher()
        for command in COMMANDS.values():
            self.dispatcher.register(command, lambda _command, _identity: None)
        for name in QUERIES:
            self.dispatcher.register_view(name, lambda _query, _identity: [])
        self.hub: Any = Hub(_Ledger(), _Timers(), lambda: _NOTHING, lambda _key: True)  # type: ignore[arg-type]
        self._server = Server(self.dispatcher, self.hub, _Sessions())  # type: ignore[arg-type]
        # Nothing more comes: it would wait for the rest of a body, each time.
        self._runner = web.AppRunner(
            self._server.application(), access_log=None, lingering_time=0.0
        )
        self.loop.run_until_complete(self._runner.setup())

    def http(self, parts: list[bytes]) -> bytes:
        """What is answered to these bytes."""
        return self.loop.run_until_complete(self._http(parts))

    async def _http(self, parts: list[bytes]) -> bytes:
        assert self._runner.server is not None
        protocol, wire = self._runner.server(), Wire()
        protocol.connection_made(wire)
        for part in parts:
            if not wire.closed:
                protocol.data_received(part)
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        protocol.connection_lost(None)
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        return wire.said


@functools.cache
def door() -> Door:
    """Made at the first use: the fuzzer's process has only one."""
    return Door()


def http_bytes(data: bytes) -> None:
    """Bytes of a connection: whatever they are, no answer says that the program failed."""
    said = door().http(list(pieces(data)))
    assert b"HTTP/1.1 500" not in said, said


def http_command(data: bytes) -> None:
    """A command with its body, or a query with its fields, of an administrator."""
    if len(data) < 2:
        return
    names = sorted({*COMMANDS, *QUERIES})
    name = names[data[0] % len(names)].encode() if data[1] & 2 else data[2:10].hex().encode()
    verb, path, body = b"POST", b"/api/v1/" + name, data[2:]
    if data[1] & 1:
        verb, path, body = b"GET", path + b"?" + _quoted(body), b""
    head = b"%b %b HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer t\r\nContent-Length: %d\r\n\r\n"
    said = door().http([head % (verb, path, len(body)) + body])
    assert said.startswith(b"HTTP/1.1 ")
    assert b"HTTP/1.1 500" not in said, said
    _is_json(said.partition(b"\r\n\r\n")[2].decode())


def _quoted(text: bytes) -> bytes:
    """All but letters, digits and the signs of a query, percent-encoded."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.&=%-+"
    return b"".join(bytes([c]) if c in plain else b"%%%02X" % c for c in text)


def json_rpc(data: bytes) -> None:
    """Messages of a live connection: each answer is JSON, and can be sent."""
    client = Client(_ADMIN, lambda _reason: None)
    conversation = Conversation(door().dispatcher, door().hub, client)
    for message in pieces(data):
        text = message.decode("utf-8", "ignore")  # a WebSocket's text is UTF-8
        door().loop.run_until_complete(conversation.take(text))
    said = client._messages  # noqa: SLF001 - what is sent is the point
    assert len(said) <= OUTBOX
    for answer in said:
        _is_json(answer.encode().decode())


def _is_json(text: str) -> None:
    """JSON as the standard has it: Python reads NaN, too."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    json.loads(text, parse_constant=refuse)


def flow_document(data: bytes) -> None:
    """An IVR document, and every problem of it."""
    with contextlib.suppress(ValidationError):
        if data[:1] == b"{":
            flow = Flow.model_validate_json(data)
        else:
            flow = Flow.model_validate(_changed(default_document()["flows"]["main"], data))
        _problems(flow_problems("flows.f", flow))


def config_document(data: bytes) -> None:
    """The configuration of a box, changed in places, or any document."""
    document = default_document()
    if data[:1] in (b"{", b"["):
        with contextlib.suppress(ValueError, RecursionError):
            document = json.loads(data)
    found = check(_changed(document, data))
    if isinstance(found, Config):
        assert check(found.model_dump(mode="json")) == found
    else:
        _problems(found)


def _changed(document: Any, data: bytes) -> Any:
    """`document` with other values: of each piece the first byte says how deep, as many bytes say
    where, and the rest is the value, as JSON or as text."""
    whole = {"": document}
    for piece in pieces(data):
        depth = piece[0] % 8 if piece else 0
        text = piece[1 + depth :].decode("utf-8", "replace")
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text
        _put(whole, b"\0" + piece[1 : 1 + depth], value)
    return whole[""]


def _put(at: Any, path: bytes, value: Any) -> None:
    """Go down as far as there is something, and put `value` in that place."""
    for number, step in enumerate(path):
        if not isinstance(at, dict | list) or not at:
            return
        key = list(at)[step % len(at)] if isinstance(at, dict) else step % len(at)
        if number == len(path) - 1:
            at[key] = value
        at = at[key]


def _problems(problems: Any) -> None:
    _is_json(dumps(to_jsonable_python(problems)).encode().decode())


def ota_fields(data: bytes) -> None:
    """A command of callbox-ota's door; the first byte says which."""
    if not data:
        return
    kind = list(UPDATE_COMMANDS.values())[data[0] % len(UPDATE_COMMANDS)]
    with contextlib.suppress(ota.Failure):
        _ota_command(kind, ota._fields(data[1:]))  # the parser itself


def _ota_command(kind: type, fields: Any) -> None:
    try:
        command = _adapter(kind).validate_python(fields)
    except ValidationError as error:
        _problems(ota._invalid(error).problems)  # noqa: SLF001
    else:
        settings = getattr(command, "settings", None)
        if settings is not None:
            _problems(policy.problems(settings))


@functools.cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
