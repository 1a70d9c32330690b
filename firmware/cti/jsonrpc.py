"""JSON-RPC 2.0 on the live connection: commands as methods, and `Subscribe`.

An error's `data` is the same `{status, code, text, problems}` as over HTTP.  A command
without an id is carried out and not answered.
"""

import json
import math
from typing import Any

from pydantic_core import to_jsonable_python

from firmware.cti.dispatcher import Dispatcher
from firmware.cti.failures import Failure, malformed
from firmware.cti.live import Client, Hub, dumps

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
SERVER_ERROR = -32000
_CODES = {"malformed_json": PARSE_ERROR, "invalid_request": INVALID_REQUEST}
_STATUSES = {404: METHOD_NOT_FOUND, 400: INVALID_PARAMS}


class Conversation:
    """What one client asks, answered in order."""

    def __init__(self, dispatcher: Dispatcher, hub: Hub, client: Client) -> None:
        self._dispatcher, self._hub, self._client = dispatcher, hub, client

    async def take(self, text: str) -> None:
        """Carry out one message; whatever it is, the conversation goes on."""
        number: Any = None
        try:
            number, answered, method, params = _request(text)
            result = await self._call(method, params)
        except Failure as failure:
            self._client.put(dumps({"jsonrpc": "2.0", "id": number, "error": _error(failure)}))
        else:
            if answered:
                self._client.put(dumps({"jsonrpc": "2.0", "id": number, "result": result}))

    async def _call(self, method: str, params: Any) -> Any:
        if method == "Subscribe":
            return self._subscribe(params)
        if self._dispatcher.is_open(method):  # who is here has logged in
            raise Failure(404, "unknown_command", f"'{method}' is for HTTP only")
        return await self._dispatcher.command(method, params, self._client.identity)

    def _subscribe(self, params: dict[str, Any]) -> Any:
        since = params.get("since")
        number = isinstance(since, int) and not isinstance(since, bool) and since >= 0
        if not (since is None or number) or params.keys() - {"since"}:
            raise Failure(400, "invalid", "`since` is the number of an event, or left out")
        return self._hub.subscribe(self._client, since)


def _request(text: str) -> tuple[Any, bool, str, dict[str, Any]]:
    """Id, whether an answer is wanted, method, parameters."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise malformed() from None
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise _invalid()
    number, method, params = message.get("id"), message.get("method"), message.get("params", {})
    right_id = number is None or isinstance(number, str) or _is_number(number)
    if not (right_id and isinstance(method, str) and isinstance(params, dict)):
        raise _invalid()
    return number, "id" in message, method, params


def _is_number(number: Any) -> bool:
    """Without what Python reads and JSON does not have: NaN, Infinity."""
    return isinstance(number, int) or (isinstance(number, float) and math.isfinite(number))


def _invalid() -> Failure:
    return Failure(400, "invalid_request", "not a JSON-RPC 2.0 request")


def _error(failure: Failure) -> dict[str, Any]:
    code = _CODES.get(failure.code) or _STATUSES.get(failure.status, SERVER_ERROR)
    return {"code": code, "message": failure.text, "data": as_json(failure)}


def as_json(failure: Failure) -> dict[str, Any]:
    """The failure as it goes out, over HTTP and here."""
    return {
        "status": failure.status,
        "code": failure.code,
        "text": failure.text,
        "problems": to_jsonable_python(failure.problems),
    }
