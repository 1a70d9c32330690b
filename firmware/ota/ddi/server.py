"""HTTP with one server: the token or the client certificate, bounded answers, no surprises.

ServerError(retry_after_s)   no answer, or not the one wanted; it is asked again later
├── NotLetIn                 401, 403: token, certificate or controller id are not known there
├── Gone                     404, 410: there is no such action (any more)
└── NotTaken                 other 4xx: the server will never take this
"""

import asyncio
import json
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpx

from firmware.contract.update import UpdateSettings
from firmware.ota.ddi.links import Links
from firmware.ota.ddi.messages import LONGEST_MESSAGE, BadMessage
from firmware.ota.ddi.pace import retry_after_s

_WHOLE_S = 60.0
_TIMEOUT = httpx.Timeout(30, connect=10)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5


class ServerError(Exception):
    """The server did not answer as wanted."""

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class NotLetIn(ServerError):
    """The server does not know this box, or not this token."""


class Gone(ServerError):
    """What was asked for is not there."""


class NotTaken(ServerError):
    """The server will not take this, however often it is sent."""


def authorization(settings: UpdateSettings) -> Mapping[str, str]:
    """The header that says who the box is; none without a token.  Raises ServerError."""
    token = settings.server_token
    if not token:
        return {}
    if not token.isascii() or any(c <= " " or c == "\x7f" for c in token):
        raise ServerError("the token has characters which tokens do not have")
    kind = {"target": "TargetToken", "gateway": "GatewayToken"}[settings.server_token_kind]
    return {"Authorization": f"{kind} {token}"}


def tls(settings: UpdateSettings) -> ssl.SSLContext:
    """Trust and own certificate.  Raises ServerError when they are not what they should be."""
    try:
        if not (settings.server_ca or settings.client_certificate):
            return _system_trust()
        context = ssl.create_default_context(cadata=settings.server_ca or None)
        if settings.client_certificate and settings.client_key:
            _load_pair(context, settings.client_certificate, settings.client_key)
    except (ssl.SSLError, ValueError, OSError) as error:
        raise ServerError(f"the certificates of the settings cannot be used: {error}") from None
    return context


@cache
def _system_trust() -> ssl.SSLContext:
    """Reading all authorities of the world takes a tenth of a second."""
    return ssl.create_default_context()


def _load_pair(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """ssl wants a file; this one is only in memory."""
    number = os.memfd_create("pair", os.MFD_CLOEXEC)
    try:
        os.write(number, f"{key}\n{certificate}\n".encode())
        context.load_cert_chain(f"/proc/self/fd/{number}")
    finally:
        os.close(number)


class Server:
    """One server as the settings have it; made anew when they change."""

    def __init__(self, settings: UpdateSettings, controller: str) -> None:
        """Raises BadMessage (address) or ServerError (certificates)."""
        self.links = self.links_of(settings, controller)
        self._token = authorization(settings)
        self._secret = settings.server_token if len(settings.server_token) >= 8 else ""
        self._http = httpx.AsyncClient(
            verify=tls(settings),
            timeout=_TIMEOUT,
            trust_env=False,
            headers={"User-Agent": "callbox-ota", "Accept-Encoding": "identity"},
        )

    @staticmethod
    def links_of(settings: UpdateSettings, controller: str) -> Links:
        """The addresses that go with these settings.  Raises BadMessage."""
        return Links(settings.server_url, settings.server_tenant, controller)

    async def close(self) -> None:
        """End all connections."""
        await self._http.aclose()

    async def get(self, href: str) -> bytes:
        """The body of a link to DDI.  Raises ServerError, BadMessage."""
        headers = {"Accept": "application/hal+json, application/json"}
        return await self._ask("GET", self.links.api(href), headers, None)

    async def send(self, method: str, url: str, body: Mapping[str, Any]) -> None:
        """Send JSON to an address of `links`.  Raises ServerError."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        text = json.dumps(body)
        if self._secret:
            text = text.replace(self._secret, "...")  # whoever's words it came in with
        await self._ask(method, url, headers, text.encode())

    async def _ask(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> bytes:
        try:
            async with asyncio.timeout(_WHOLE_S):
                request = self._http.build_request(
                    method, url, headers={**headers, **self._token}, content=body
                )
                answer = await self._http.send(request, stream=True)
                try:
                    _judge(answer)
                    return await _bounded(answer)
                finally:
                    await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            raise ServerError(f"no answer: {type(error).__name__}") from None

    @asynccontextmanager
    async def open(self, url: str, begin: int) -> AsyncIterator[httpx.Response]:
        """A file from byte `begin` on; status 200, 206 or 416.  Redirects lose the token
        when they leave the origin, and never leave TLS.  Raises ServerError, BadMessage.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            answer = await self._http.send(self._file_request(url, begin), stream=True)
            try:
                if answer.status_code in _REDIRECTS:
                    url = self._redirected(url, answer)
                    continue
                if answer.status_code != 416:
                    _judge(answer)
                yield answer
                return
            finally:
                await answer.aclose()
        raise BadMessage("too many redirects")

    async def streamable(self, url: str) -> bool:
        """Whether RAUC may read the file itself: in ranges, and not by a redirect, to which it
        would take the token along.
        """
        try:
            request = self._file_request(url, 0)
            request.headers["Range"] = "bytes=0-0"
            answer = await self._http.send(request, stream=True)
            await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL):
            return False  # the download will say what it is
        return answer.status_code == 206

    def _file_request(self, url: str, begin: int) -> httpx.Request:
        headers = dict(self._token) if self.links.ours(url) else {}
        if begin:
            headers["Range"] = f"bytes={begin}-"
        return self._http.build_request("GET", url, headers=headers)

    def _redirected(self, url: str, answer: httpx.Response) -> str:
        where = answer.headers.get("Location", "")
        if not where:
            raise BadMessage("a redirect says not where to")
        to = self.links.artifact(str(httpx.URL(url).join(where)))
        if url.startswith("https:") and not to.startswith("https:"):
            raise BadMessage("a redirect leaves TLS")
        return to


def _judge(answer: httpx.Response) -> None:
    status = answer.status_code
    if status in (200, 201, 202, 204, 206):
        return
    text = f"the server says {status}"
    if status in (401, 403):
        raise NotLetIn(text)
    if status in (404, 410):
        raise Gone(text)
    if status in (408, 425, 429) or status >= 500:
        raise ServerError(text, retry_after_s(answer.headers.get("Retry-After")))
    if status >= 400:
        raise NotTaken(text)
    raise ServerError(text)  # a redirect of DDI itself: not followed, the token stays here


async def _bounded(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > LONGEST_MESSAGE:
            raise BadMessage("the answer is too long")
    return bytes(body)
