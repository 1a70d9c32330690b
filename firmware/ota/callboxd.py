"""The client of callboxd's service socket, and of its question who a token is."""

from pathlib import Path
from typing import Any

import aiohttp
from pydantic import TypeAdapter, ValidationError

from firmware.contract.update import Health
from firmware.contract.views import Session

_HEALTH, _SESSION = TypeAdapter(Health), TypeAdapter(Session)
_LIMIT = aiohttp.ClientTimeout(total=5)


class Callboxd:
    """callboxd as callbox-ota sees it: absent means that there are no calls."""

    def __init__(self, service: Path, door: Path) -> None:
        self._service, self._door = service, door

    async def health(self) -> Health | None:
        """How it is; None when it is not there.  TimeoutError when it is, and cannot say."""
        try:
            _status, body = await _ask(self._service, "GET", "/health")
            return _HEALTH.validate_json(body)
        except TimeoutError:
            raise
        except ValidationError as error:
            raise TimeoutError("callboxd's health cannot be read") from error
        except OSError:
            return None

    async def drain(self, *, on: bool) -> bool:
        """Have new calls refused, or taken again; False when it does not answer."""
        try:
            status, _body = await _ask(self._service, "POST", "/drain", {"on": on})
        except OSError:
            return False
        return status < 300

    async def session(self, token: str) -> Session | None:
        """Whose token this is; None when it is nobody's.  Raises OSError (nobody to ask)."""
        headers = {"Authorization": f"Bearer {token}"}
        status, body = await _ask(self._door, "GET", "/api/v1/Session", headers=headers)
        try:
            return _SESSION.validate_json(body) if status == 200 else None
        except ValidationError:
            return None


async def _ask(
    socket: Path, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    connector = aiohttp.UnixConnector(path=str(socket))
    try:
        async with (
            aiohttp.ClientSession("http://callboxd", connector=connector, timeout=_LIMIT) as client,
            client.request(method, path, json=body, headers=headers) as reply,
        ):
            return reply.status, await reply.read()
    except TimeoutError as error:
        raise TimeoutError("callboxd does not answer in time") from error
    except (aiohttp.ClientError, ValueError) as error:
        raise OSError(f"callboxd does not answer: {error}") from error
