"""The pages answer through nginx, with a certificate of the box's own authority."""

import ssl

import aiohttp

from firmware.ota.proof.context import Context

PAGE, AUTHORITY = "/login", "/callbox-ca.crt"
_LONGEST = 100_000
_TIMEOUT = aiohttp.ClientTimeout(total=15)


async def check(context: Context) -> str:
    """Good when the log-in page comes over TLS that a browser with our CA would take."""
    if not context.origin:
        return ""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    try:
        status, authority = await _get(context.origin + AUTHORITY, anybody)
        if status != 200:
            return f"{AUTHORITY} gives {status}"
        ours = ssl.create_default_context(cadata=authority.decode("ascii"))
        ours.check_hostname = False  # the box has many names
        status, page = await _get(context.origin + PAGE, ours)
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"no page: {error}"
    if status != 200:
        return f"{PAGE} gives {status}"
    return "" if b"<form" in page else f"{PAGE} has no form"


async def _get(url: str, tls: ssl.SSLContext) -> tuple[int, bytes]:
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT) as session,
        session.get(url, ssl=tls, allow_redirects=False) as reply,
    ):
        return reply.status, await reply.content.read(_LONGEST)
