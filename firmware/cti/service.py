"""callboxd's service socket: `GET /health` and `POST /drain`, for callbox-ota alone.

Who may connect is decided by the socket's folder; there are no sessions here.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path

from aiohttp import web
from pydantic_core import to_jsonable_python

from firmware.contract.update import Drain, Health
from firmware.cti.failures import Failure, malformed, too_large
from firmware.cti.jsonrpc import as_json

MAX_BODY = 1000


class ServiceDoor:
    """`start` and `close` in the loop."""

    def __init__(self, health: Callable[[], Health], drain: Callable[[Drain], None]) -> None:
        self._health, self._drain = health, drain
        self._runner: web.AppRunner | None = None

    async def start(self, path: Path) -> None:
        """Listen on the Unix socket `path`; the group of its folder may connect."""
        application = web.Application(client_max_size=MAX_BODY, middlewares=[_typed_failures])
        application.router.add_get("/health", self._tell)
        application.router.add_post("/drain", self._obey)
        with contextlib.suppress(FileNotFoundError):
            await asyncio.to_thread(path.unlink)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.UnixSite(self._runner, str(path)).start()
        await asyncio.to_thread(path.chmod, 0o660)

    async def close(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _tell(self, _request: web.Request) -> web.Response:
        return web.json_response(to_jsonable_python(self._health()))

    async def _obey(self, request: web.Request) -> web.Response:
        self._drain(_wish(await request.read()))
        return web.json_response(to_jsonable_python(self._health()))


def _wish(body: bytes) -> Drain:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise malformed() from None
    if (
        not isinstance(fields, dict)
        or fields.keys() != {"on"}
        or not isinstance(fields["on"], bool)
    ):
        raise Failure(422, "invalid", 'it takes {"on": true} or {"on": false}')
    return Drain(fields["on"])


@web.middleware
async def _typed_failures(request: web.Request, handler: object) -> web.StreamResponse:
    try:
        response: web.StreamResponse = await handler(request)  # type: ignore[operator]
    except Failure as failure:
        return web.json_response(as_json(failure), status=failure.status)
    except web.HTTPRequestEntityTooLarge:
        return web.json_response(as_json(too_large()), status=413)
    return response
