"""A page that is open: logged in by HTTP, then told over the live connection, from outside.

When the connection breaks it is tried again each second, as a browser does.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

AGAIN_S = 1.0
_NO_SESSION = 4401
_PARTS = (
    ("spans", "span", "trunk"),
    ("analog", "analog", "trunk"),
    ("queues", "queue", "queue"),
    ("agents", "agent", "agent"),
    ("calls", "call", "call"),
)
_GONE = (aiohttp.ClientError, OSError, TimeoutError)


class RefusedError(Exception):
    """(code, what the box said)."""


class GoneError(Exception):
    """The box does not answer."""


class Page:
    """`views` is the live picture by name: "agent.8001", "queue.sales", "call.<id>" ..."""

    def __init__(self, socket: str, user: str, password: str, since: int | None = None) -> None:
        """`since`: tell of the events after this number, too."""
        self._socket, self.user, self._password = socket, user, password
        self.views: dict[str, Any] = {}
        self.on_event: Callable[[dict[str, Any]], None] = lambda _event: None
        self.on_view: Callable[[str, Any], None] = lambda _name, _value: None
        self.on_line: Callable[[bool], None] = lambda _here: None
        self.on_open: Callable[[], Awaitable[None]] | None = None
        """Done each time the connection is there."""
        self._http: aiohttp.ClientSession | None = None
        self._headers: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None
        self._here = asyncio.Event()
        self._since, self._pictured = since, False

    @property
    def open(self) -> bool:
        """Whether the live connection is there."""
        return self._here.is_set()

    async def log_in(self) -> None:
        """Until the live connection is there.  Raises RefusedError, GoneError."""
        await self.close()
        connector = aiohttp.UnixConnector(path=self._socket)
        self._http = aiohttp.ClientSession("http://box", connector=connector)
        session = await self.ask("LogIn", user=self.user, password=self._password)
        self._headers = {"Authorization": f"Bearer {session['token']}"}
        self._task = asyncio.create_task(self._stay())
        await self._here.wait()

    async def close(self) -> None:
        """As a laptop that is closed."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._http is not None:
            await self._http.close()
        self._task = self._http = None
        self._here.clear()
        self.views, self._pictured = {}, False

    async def ask(self, command: str, **fields: Any) -> Any:
        """A command; its result.  Raises RefusedError, GoneError."""
        return await self._request("POST", command, json=fields)

    async def query(self, name: str, **fields: Any) -> Any:
        """A query; its view.  Raises RefusedError, GoneError."""
        params = {key: str(value) for key, value in fields.items() if value is not None}
        return await self._request("GET", name, params=params)

    async def _request(self, method: str, name: str, **content: Any) -> Any:
        if self._http is None:
            raise GoneError("not logged in")
        try:
            way = self._http.request(method, f"/api/v1/{name}", headers=self._headers, **content)
            async with way as reply:
                answer = await reply.json()
        except _GONE:
            raise GoneError("the box does not answer") from None
        if reply.status != 200:
            said = "; ".join(f"{p['path']}: {p['text']}" for p in answer.get("problems") or ())
            raise RefusedError(answer["code"], said or answer["text"])
        return answer

    async def _stay(self) -> None:
        while True:
            with contextlib.suppress(*_GONE):
                await self._watch()
            if self.open:
                self._here.clear()
                self.views, self._pictured = {}, False
                self.on_line(False)
            await asyncio.sleep(AGAIN_S)

    async def _watch(self) -> None:
        assert self._http is not None
        async with self._http.ws_connect("/live", headers=self._headers) as live:
            parameters = {"since": self._since}
            message = {"jsonrpc": "2.0", "id": 1, "method": "Subscribe", "params": parameters}
            await live.send_json(message)
            async for message in live:
                self._told(message.json())
                if self._pictured and not self.open:
                    await self._opened()

    async def _opened(self) -> None:
        if self.on_open is not None:
            await self.on_open()
        self._here.set()
        self.on_line(True)

    def _told(self, content: dict[str, Any]) -> None:
        method, params = content.get("method"), content.get("params")
        if method == "Snapshot":
            self._snapshot(params)
        elif method == "Gauge":
            self._view(params["name"], params["value"])
        elif method == "Event":
            self._since = max(self._since or 0, params["seq"])
            self.on_event(params)

    def _snapshot(self, snapshot: dict[str, Any]) -> None:
        self._since = snapshot["seq"]
        for part, kind, key in _PARTS:
            for view in snapshot[part]:
                self._view(f"{kind}.{view[key]}", view)
        self._pictured = True

    def _view(self, name: str, value: Any) -> None:
        if value is None:
            self.views.pop(name, None)
        else:
            self.views[name] = value
        self.on_view(name, value)
