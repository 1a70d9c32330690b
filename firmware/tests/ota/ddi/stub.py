"""A server with what hawkBit does and goosebit does not, on loopback; faults by script.

One box ("box-1"), actions with hawkBit's life: wait for confirmation, run, cancel, close.
An action that has ended answers 410, as there.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "a-token-nobody-may-see"
ROOT = "/DEFAULT/controller/v1/box-1"
Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class File:
    """An artifact; what goes wrong with it is told once each, in order."""

    content: bytes
    name: str = "callbox-1.1.0.raucb"
    hashes: tuple[str, ...] = ("sha256", "sha1", "md5")
    size: int | None = None  # announced; None: the truth
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)  # bytes until the connection is cut
    faults: list[Fault] = field(default_factory=list)
    links: tuple[str, ...] = ("download", "download-http")
    location: str = ""  # on another host
    asked: list[tuple[str, str]] = field(default_factory=list)  # Range, Authorization

    def described(self, base: str) -> dict[str, Any]:
        sums = {h: hashlib.new(h, self.content, usedforsecurity=False) for h in self.hashes}
        href = self.location or f"{base}{ROOT}/softwaremodules/1/artifacts/{self.name}"
        return {
            "filename": self.name,
            "size": len(self.content) if self.size is None else self.size,
            "hashes": {name: value.hexdigest() for name, value in sums.items()},
            "_links": {key: {"href": href} for key in self.links},
        }


@dataclass
class Action:
    """One assignment."""

    id: str
    file: File
    handling: str = "forced"
    window: str | None = None
    confirm: bool = False
    cancelling: bool = False
    ended: bool = False
    feedback: list[dict[str, Any]] = field(default_factory=list)
    cancel_feedback: list[dict[str, Any]] = field(default_factory=list)
    confirmations: list[dict[str, Any]] = field(default_factory=list)

    def deployment(self, base: str) -> dict[str, Any]:
        said: dict[str, Any] = {
            "download": self.handling,
            "update": "skip" if self.window == "unavailable" else self.handling,
            "chunks": [
                {
                    "part": "os",
                    "name": "callbox",
                    "version": "1.1.0",
                    "artifacts": [self.file.described(base)],
                    "metadata": [{"key": "site", "value": "all"}],
                }
            ],
        }
        return said | ({"maintenanceWindow": self.window} if self.window else {})


class HawkBit:
    """The server.  `faults` answer the next requests of the device API instead of it."""

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.faults: list[Fault] = []
        self.wants_config, self.sleep = True, "00:05:00"
        self.config: list[dict[str, Any]] = []
        self.polls = 0
        self.base = ""
        self.token = f"TargetToken {TOKEN}"

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._middleware])
        actions = "{kind:deploymentBase|cancelAction|confirmationBase}/{id}"
        app.add_routes(
            [
                web.get(ROOT, self._poll),
                web.put(f"{ROOT}/configData", self._configured),
                web.get(f"{ROOT}/{actions}", self._details),
                web.post(f"{ROOT}/{actions}/feedback", self._feedback),
                web.get(ROOT + "/softwaremodules/1/artifacts/{name}", self._download),
                web.get("/elsewhere/{name}", self._download),
            ]
        )
        return app

    def assign(self, file: File, **how: Any) -> Action:
        action = Action(str(len(self.actions) + 7), file, **how)
        self.actions.append(action)
        return action

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.path.startswith("/elsewhere"):
            return await handler(request)  # type: ignore[no-any-return]
        if request.headers.get("Authorization") != self.token:
            return web.json_response({"errorCode": "unauthorized"}, status=401)
        if self.faults and "artifacts" not in request.path:
            return await self.faults.pop(0)(request)
        return await handler(request)  # type: ignore[no-any-return]

    async def _poll(self, _request: web.Request) -> web.Response:
        self.polls += 1
        links: dict[str, Any] = {}
        if self.wants_config:
            links["configData"] = {"href": f"{self.base}{ROOT}/configData"}
        for action in self.actions:
            if action.ended:
                continue
            kind = "cancelAction" if action.cancelling else "deploymentBase"
            kind = "confirmationBase" if action.confirm else kind
            links[kind] = {"href": f"{self.base}{ROOT}/{kind}/{action.id}?c=-1127"}
            break
        return web.json_response({"config": {"polling": {"sleep": self.sleep}}, "_links": links})

    async def _configured(self, request: web.Request) -> web.Response:
        self.config.append(await request.json())
        self.wants_config = False
        return web.Response()

    def _action(self, request: web.Request) -> Action:
        found = [a for a in self.actions if a.id == request.match_info["id"]]
        if not found:
            raise web.HTTPNotFound
        return found[0]

    async def _details(self, request: web.Request) -> web.Response:
        action, kind = self._action(request), request.match_info["kind"]
        if kind == "cancelAction":
            return web.json_response({"id": action.id, "cancelAction": {"stopId": action.id}})
        key = "confirmation" if kind == "confirmationBase" else "deployment"
        return web.json_response({"id": action.id, key: action.deployment(self.base)})

    async def _feedback(self, request: web.Request) -> web.Response:
        action, kind = self._action(request), request.match_info["kind"]
        if action.ended:
            raise web.HTTPGone
        body = await request.json()
        if kind == "confirmationBase":
            action.confirmations.append(body)
            action.confirm = body["confirmation"] != "confirmed"
        elif kind == "cancelAction":
            action.cancel_feedback.append(body)
            action.cancelling = False
            action.ended = body["status"]["execution"] == "closed"
        else:
            action.feedback.append(body)
            action.ended = body["status"]["execution"] == "closed"
        return web.Response()

    async def _download(self, request: web.Request) -> web.StreamResponse:
        (file,) = {id(a.file): a.file for a in self.actions}.values()
        wanted = request.headers.get("Range", "")
        file.asked.append((wanted, request.headers.get("Authorization", "")))
        if file.faults:
            return await file.faults.pop(0)(request)
        begin, last = _range(wanted if file.ranges else "", len(file.content))
        if begin > last:
            return web.Response(status=416)
        answer = web.StreamResponse(status=206 if wanted and file.ranges else 200)
        answer.content_length = last + 1 - begin
        if answer.status == 206:
            answer.headers["Content-Range"] = f"bytes {begin}-{last}/{len(file.content)}"
        await answer.prepare(request)
        end = begin + file.cuts.pop(0) if file.cuts else last + 1
        for at in range(begin, end, 65536):
            await answer.write(file.content[at : min(end, at + 65536)])
        if end <= last and request.transport is not None:
            request.transport.close()
        return answer


def _range(wanted: str, size: int) -> tuple[int, int]:
    """First and last byte of `bytes=A-` and `bytes=A-B`."""
    begin, _, end = wanted.removeprefix("bytes=").partition("-")
    return int(begin or 0), min(size, int(end or size) + 1 if end else size) - 1


def says(status: int, body: str = "", **headers: str) -> Fault:
    """A fault: this answer."""

    async def answer(_request: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=body, headers=named)

    return answer


async def silence(request: web.Request) -> web.Response:
    """A fault: the connection ends without an answer."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@asynccontextmanager
async def served(stub: HawkBit) -> AsyncIterator[HawkBit]:
    """On a port of loopback."""
    async with TestServer(stub.app(), host="127.0.0.1") as server:
        stub.base = str(server.make_url("")).rstrip("/")
        yield stub


def lines(feedbacks: list[dict[str, Any]]) -> str:
    """All that was said, for looking for what must not be in it."""
    return json.dumps(feedbacks)
