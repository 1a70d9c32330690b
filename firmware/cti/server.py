"""HTTP and WebSocket on the daemon's Unix socket; nginx passes `/live` of the box's origin.

`POST /api/v1/<Command>` and `GET /api/v1/<Query>` carry `Authorization: Bearer <token>`.
`/live` takes that, or the cookie `callbox_token` when the page's origin is this box.
"""

import asyncio
import contextlib
import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from firmware.cti.dispatcher import Dispatcher
from firmware.cti.failures import Failure, forbidden, malformed, no_session, too_large
from firmware.cti.jsonrpc import Conversation, as_json
from firmware.cti.live import Client, Hub, dumps
from firmware.sessions import Identity, Sessions

MAX_BODY = 1_000_000
COOKIE = "callbox_token"
HEARTBEAT_S, GOOD_BYE_S = 20.0, 2.0
NO_SESSION = 4401  # WebSocket close code, after HTTP's 401
_LOGGER = logging.getLogger(__name__)


class Server:
    """The daemon's door."""

    def __init__(self, dispatcher: Dispatcher, hub: Hub, sessions: Sessions) -> None:
        self._dispatcher, self._hub, self._sessions = dispatcher, hub, sessions
        self._runner: web.AppRunner | None = None

    def application(self) -> web.Application:
        """The aiohttp application, for a runner or a test."""
        application = web.Application(client_max_size=MAX_BODY, middlewares=[_typed_failures])
        application.router.add_post("/api/v1/{name}", self._command)
        application.router.add_get("/api/v1/{name}", self._query)
        application.router.add_get("/live", self._live)
        return application

    async def start(self, path: Path) -> None:
        """Listen on the Unix socket `path`; the group of the folder may connect."""
        with contextlib.suppress(FileNotFoundError):
            await asyncio.to_thread(path.unlink)
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.UnixSite(self._runner, str(path)).start()
        await asyncio.to_thread(path.chmod, 0o660)

    async def close(self) -> None:
        """Say good-bye to live clients and stop to listen."""
        self._hub.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _command(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        identity = self._bearer(request)
        if identity is None and not self._dispatcher.is_open(name):
            raise no_session()  # before anything of the body is read
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            raise too_large() from None
        return web.json_response(
            await self._dispatcher.command(name, _fields(body), identity), dumps=dumps
        )

    async def _query(self, request: web.Request) -> web.Response:
        name, identity = request.match_info["name"], self._bearer(request)
        if len(request.query) != len(set(request.query)):
            raise Failure(400, "invalid", "a field is there twice")
        answer = await self._dispatcher.query(name, dict(request.query), identity)
        return web.json_response(answer, dumps=dumps)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        identity = self._bearer(request) or self._cookie(request)
        if identity is None:
            raise no_session()
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MAX_BODY)
        try:
            await socket.prepare(request)
        except ValueError:  # aiohttp can neither read a header that is no text nor tell of it
            raise Failure(400, "bad_request", "Bad Request") from None
        task = asyncio.current_task()
        client = Client(identity, lambda reason: _drop(reason, request, task))
        self._hub.join(client)
        sending = asyncio.create_task(_send(client, socket))
        try:
            await self._converse(socket, client)
            client.finish()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(sending, GOOD_BYE_S)
            await socket.close(code=NO_SESSION)  # unless it is closed already
        finally:
            self._hub.leave(client)
            sending.cancel()
        return socket

    async def _converse(self, socket: web.WebSocketResponse, client: Client) -> None:
        """Until the client goes or its session ends."""
        conversation = Conversation(self._dispatcher, self._hub, client)
        async for message in socket:
            if self._sessions.lives(client.identity.key):
                await conversation.take(message.data if message.type is WSMsgType.TEXT else "")
            if not self._sessions.lives(client.identity.key):
                break

    def _bearer(self, request: web.Request) -> Identity | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._sessions.identity(token) if scheme.lower() == "bearer" else None

    def _cookie(self, request: web.Request) -> Identity | None:
        """A cookie is sent by the browser on its own: only from a page of this box."""
        token = request.cookies.get(COOKIE)
        if not token:
            return None
        if _host(request.headers.get("Origin", "")) != request.host:
            raise forbidden()
        return self._sessions.identity(token)


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # half an IPv6 address
        return ""


async def _send(client: Client, socket: web.WebSocketResponse) -> None:
    with contextlib.suppress(ConnectionError):  # the reading side ends by itself
        await client.send_all(socket.send_str)


def _drop(reason: str, request: web.Request, task: asyncio.Task[Any] | None) -> None:
    """Hang up at once: a slow client would not take a good-bye."""
    _LOGGER.info("live{%s}: dropped", reason)
    if request.transport is not None:
        request.transport.abort()
    if task is not None:
        task.cancel()


def _fields(body: bytes) -> Any:
    """The JSON object of a command; an empty body is one without fields."""
    try:
        fields = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise malformed() from None
    if not isinstance(fields, dict):
        raise malformed()
    return fields


@web.middleware
async def _typed_failures(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        response: web.StreamResponse = await handler(request)
    except Failure as failure:
        return web.json_response(as_json(failure), status=failure.status)
    except web.HTTPClientError as error:
        code = error.reason.lower().replace(" ", "_")
        text = error.reason
        return web.json_response(as_json(Failure(error.status, code, text)), status=error.status)
    return response
