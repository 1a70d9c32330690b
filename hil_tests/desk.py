"""An agent at his desk: the browser's WebSocket and audio leg, driven by a test."""

from typing import TYPE_CHECKING, Any

import aiohttp

from hil_tests.browser_phone import BrowserPhone

if TYPE_CHECKING:
    from hil_tests.world import World

_PATIENCE = aiohttp.ClientWSTimeout(ws_close=1)


class Refused(Exception):
    """The box refused a command; `args[0]` is the code."""


class Desk:
    """Logged in by HTTP, then live on the WebSocket; `events` are what the page was told."""

    def __init__(self, world: "World", user: str, password: str) -> None:
        self._world, self.user = world, user
        self.events: list[dict[str, Any]] = []
        self.phone = BrowserPhone()
        self._replies: dict[int, dict[str, Any]] = {}
        self._last_id = 0
        self.session = world.await_(self._log_in(password))
        self._live = world.await_(self._open())
        self._reader = world.loop.create_task(self._read())
        self.ask("Subscribe", since=None)

    def ask(self, command: str, **fields: Any) -> Any:
        """A command by JSON-RPC; returns its result or raises Refused."""
        self._last_id += 1
        number = self._last_id
        message = {"jsonrpc": "2.0", "id": number, "method": command, "params": fields}
        self._world.await_(self._live.send_json(message))
        assert self._world.run(5, lambda: number in self._replies), f"no answer to {command}"
        reply = self._replies.pop(number)
        if "error" in reply:
            raise Refused(reply["error"].get("data", {}).get("code", reply["error"]["message"]))
        return reply.get("result")

    def connect_telephone(self) -> None:
        """Offer audio and wait until it flows."""
        self.phone.accept(self.ask("OfferMedia", sdp=self.phone.offer())["sdp"])
        assert self._world.run(5, lambda: self.phone.connected), "no audio leg"

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Events of one kind that reached this page."""
        return [event for event in self.events if event.get("kind") == kind]

    @property
    def me(self) -> Any:
        """This agent in the live picture."""
        return next(a for a in self._world.snapshot["agents"] if a["agent"] == self.user)

    def step(self) -> None:
        """One tick of the telephone."""
        if hasattr(self.phone, "_remote"):
            self.phone.step()

    def close(self) -> None:
        """The browser is closed."""
        self.phone.close()
        self._world.loop.run_until_complete(self._leave())
        self._world.desks.remove(self)

    async def _leave(self) -> None:
        self._reader.cancel()
        await self._live.close()  # or aiohttp takes it for a connection that was forgotten
        await self._http.close()

    async def _log_in(self, password: str) -> Any:
        connector = aiohttp.UnixConnector(path=str(self._world.options.socket))
        self._http = aiohttp.ClientSession("http://box", connector=connector)
        body = {"user": self.user, "password": password, "address": "127.0.0.1"}
        async with self._http.post("/api/v1/LogIn", json=body) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def _open(self) -> aiohttp.ClientWebSocketResponse:
        headers = {"Authorization": f"Bearer {self.session['token']}"}
        return await self._http.ws_connect("/live", headers=headers, timeout=_PATIENCE)

    async def _read(self) -> None:
        async for message in self._live:
            content = message.json()
            if "id" in content:
                self._replies[content["id"]] = content
            elif content.get("method") == "Event":
                self.events.append(content["params"])
