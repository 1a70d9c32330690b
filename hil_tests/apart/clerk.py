"""Somebody with a session at callboxd's socket: commands and queries over HTTP."""

import json
from typing import Any

import aiohttp

OK = 200


class Refused(Exception):
    """The box refused; `args` are (name, code)."""


class Away(Exception):
    """The box does not answer."""


class Clerk:
    """Logs in when it is asked for something, and again when its session is over."""

    def __init__(self, socket: str, user: str, password: str) -> None:
        self._socket, self._token = socket, ""
        self._who = {"user": user, "password": password, "address": "127.0.0.1"}

    async def order(self, command: str, **fields: Any) -> Any:
        """A command.  Refused, Away."""
        return await self._ask("POST", command, {"data": json.dumps(fields)})

    async def read(self, query: str, **fields: Any) -> Any:
        """A query.  Refused, Away."""
        return await self._ask("GET", query, {"params": fields})

    async def _ask(self, method: str, name: str, what: dict[str, Any]) -> Any:
        if self._token:
            status, answer = await self._send(method, name, what)
            if status != 401:
                return _checked(name, status, answer)
        self._token = ""
        status, answer = await self._send("POST", "LogIn", {"data": json.dumps(self._who)})
        self._token = _checked("LogIn", status, answer)["token"]
        return _checked(name, *await self._send(method, name, what))

    async def _send(self, method: str, name: str, what: dict[str, Any]) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        connector = aiohttp.UnixConnector(path=self._socket)
        try:
            async with (
                aiohttp.ClientSession("http://box", connector=connector) as http,
                http.request(method, f"/api/v1/{name}", headers=headers, **what) as reply,
            ):
                return reply.status, await reply.json()
        except (aiohttp.ClientError, OSError) as error:
            raise Away(str(error)) from error


def _checked(name: str, status: int, answer: Any) -> Any:
    if status != OK:
        raise Refused(name, answer)
    return answer
