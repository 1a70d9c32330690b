"""The administrator's door: HTTP on a Unix socket, in the form that callboxd's has.

`POST /api/v1/<Command>` and `GET /api/v1/<Query>` with `Authorization: Bearer <token>`.  The
token is a session of callboxd, which is asked whose it is; nothing is remembered of it.
"""

import asyncio
import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from firmware.contract.model import Role
from firmware.contract.update import UPDATE_COMMANDS, UPDATE_QUERIES
from firmware.contract.views import Problem
from firmware.errors import CallboxError, ConfigRejected, Refused, StoreError
from firmware.fsm import EventRefused
from firmware.ota.callboxd import Callboxd
from firmware.ota.commands import Commands

MAX_BODY = 200_000


@dataclass(eq=False)
class Failure(Exception):
    """What the other side is told."""

    status: int
    code: str
    text: str
    problems: tuple[Problem, ...] = ()


class Server:
    """The door of callbox-ota."""

    def __init__(self, commands: Commands, callboxd: Callboxd) -> None:
        self._commands, self._callboxd = commands, callboxd
        kinds = [*UPDATE_COMMANDS.values(), *UPDATE_QUERIES.values()]
        self._adapters: dict[type, TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in kinds}
        self._runner: web.AppRunner | None = None

    def application(self) -> web.Application:
        """For a runner or a test."""
        application = web.Application(client_max_size=MAX_BODY, middlewares=[_typed_failures])
        application.router.add_post("/api/v1/{name}", self._command)
        application.router.add_get("/api/v1/{name}", self._query)
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
        """Stop to listen."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _command(self, request: web.Request) -> web.Response:
        kind = UPDATE_COMMANDS.get(request.match_info["name"])
        await self._allow(request)
        if kind is None:
            raise Failure(404, "unknown_command", "there is no such command")
        try:
            command = self._adapters[kind].validate_python(_fields(await request.read()))
        except web.HTTPRequestEntityTooLarge:
            raise Failure(413, "too_large", "more than 200 kB") from None
        except ValidationError as error:
            raise _invalid(error) from None
        return await self._answer(kind, command)

    async def _query(self, request: web.Request) -> web.Response:
        kind = UPDATE_QUERIES.get(request.match_info["name"])
        await self._allow(request)
        if kind is None:
            raise Failure(404, "unknown_view", "there is no such view")
        try:
            query = self._adapters[kind].validate_strings(dict(request.query))
        except ValidationError as error:
            raise _invalid(error) from None
        return await self._answer(kind, query)

    async def _allow(self, request: web.Request) -> None:
        """Only administrators come in; callboxd knows who is one."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Failure(401, "no_session", "log in first")
        try:
            session = await self._callboxd.session(token)
        except OSError:
            raise Failure(503, "no_callboxd", "callboxd does not answer") from None
        if session is None:
            raise Failure(401, "no_session", "log in first")
        if session.role is not Role.ADMINISTRATOR:
            raise Failure(403, "forbidden", "the role does not allow this")

    async def _answer(self, kind: type, asked: Any) -> web.Response:
        try:
            result = await self._commands.of[kind](asked)
        except (CallboxError, EventRefused) as error:
            raise _failure(error) from error
        return web.json_response(to_jsonable_python(result), dumps=_dumps)


def _fields(body: bytes) -> Any:
    """The JSON object of a command; an empty body is one without fields."""
    try:
        fields = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise Failure(400, "malformed_json", "the body is not a JSON object")
    return fields


def _failure(error: Exception) -> Failure:
    match error:
        case Refused(code=code, text=text):
            return Failure(409, code, text)
        case ConfigRejected(problems=problems):
            return Failure(422, "config_rejected", str(error), problems)
        case EventRefused():
            return Failure(409, "not_in_this_state", str(error))
        case StoreError():
            return Failure(503, "store", "the database cannot be written now")
        case _:
            return Failure(409, "refused", str(error))


def _invalid(error: ValidationError) -> Failure:
    """Fields that are missing, unknown, of a wrong type or out of bounds: all of them."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    problems = tuple(
        Problem(".".join(map(str, e["loc"])), str(e["type"]), str(e["msg"])) for e in found
    )
    return Failure(400, "invalid", f"{len(problems)} wrong fields", problems)


def _dumps(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


@web.middleware
async def _typed_failures(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        response: web.StreamResponse = await handler(request)
    except Failure as failure:
        told = failure
    except web.HTTPClientError as error:
        told = Failure(error.status, error.reason.lower().replace(" ", "_"), error.reason)
    else:
        return response
    fields = {"status": told.status, "code": told.code, "text": told.text}
    body = fields | {"problems": to_jsonable_python(told.problems)}
    return web.json_response(body, status=told.status, dumps=_dumps)
