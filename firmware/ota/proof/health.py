"""What callboxd says of itself on its service socket."""

import aiohttp
from pydantic import TypeAdapter, ValidationError

from firmware.contract.update import Health
from firmware.ota.proof.context import Context

_HEALTH = TypeAdapter(Health)
_LONGEST = 100_000


async def ask(context: Context) -> Health:
    """`GET /health`.  Raises OSError (nobody answers), ValueError (no health)."""
    connector = aiohttp.UnixConnector(path=str(context.service))
    try:
        async with (
            aiohttp.ClientSession("http://callboxd", connector=connector) as session,
            session.get("/health", timeout=aiohttp.ClientTimeout(total=10)) as reply,
        ):
            body = await reply.content.read(_LONGEST)
            if reply.status != 200:
                raise ValueError(f"callboxd answers {reply.status}")
    except (TimeoutError, aiohttp.ClientError) as error:
        raise OSError(f"callboxd does not answer: {error}") from error
    try:
        return _HEALTH.validate_json(body)
    except ValidationError:
        raise ValueError("callboxd's health cannot be read") from None
