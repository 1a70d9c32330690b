"""A bundle from the server to a file: resumed by Range, checked by size and hash."""

import asyncio
import logging
import re
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from firmware.contract.update import UpdateReason, UpdateSettings
from firmware.ota.ddi.messages import BadMessage
from firmware.ota.ddi.part import Part
from firmware.ota.ddi.server import Gone, NotLetIn, NotTaken, Server, ServerError, authorization
from firmware.ota.offer import Access, Offer, Stopped

_LOGGER = logging.getLogger(__name__)
_PIECE = 1 << 18
_TRIES = 8
"""In a row without a byte; the waits between them double from one second: 4 minutes in all."""
_MOST_WAIT_S = 600.0
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class _Cut(Exception):
    """The connection ended too early, or the server is busy; what came is kept."""

    def __init__(self, text: str, wait_s: float | None = None) -> None:
        super().__init__(text)
        self.wait_s = wait_s


class Downloads:
    """The updater's `Fetcher`."""

    def __init__(
        self,
        settings: Callable[[], UpdateSettings],
        controller: Callable[[UpdateSettings], str],
        run: Path,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`run` is a folder in memory; `controller` the box's id on a server."""
        self._settings, self._controller, self._run = settings, controller, run
        self._sleep = sleep

    async def fetch(self, offer: Offer, target: Path, told: Callable[[int], None]) -> None:
        """Download to `target`, absent until it is whole, checked and on the disk.

        A part of an earlier try is resumed.  Raises Stopped (not_fetched, damaged, no_space).
        """
        settings = self._settings()
        try:
            server = Server(settings, self._controller(settings))
        except (BadMessage, ServerError) as error:
            raise Stopped(UpdateReason.NOT_FETCHED, str(error)) from None
        part = Part(offer, target)
        try:
            told(await asyncio.to_thread(part.open))
            await self._fetch(server, offer, part, told)
        except OSError as error:
            raise Stopped(UpdateReason.NO_SPACE, error.strerror or "") from None
        finally:
            part.close()
            await server.close()

    def access(self, offer: Offer) -> Access:
        """For streaming: the token only for the server's own origin."""
        settings = self._settings()
        headers: tuple[str, ...] = ()
        try:
            links = Server.links_of(settings, self._controller(settings))
            if links.ours(offer.url):
                headers = tuple(f"{k}: {v}" for k, v in authorization(settings).items())
        except (BadMessage, ServerError) as error:
            _LOGGER.warning("no access for streaming: %s", error)
        return Access(headers, self._authorities(settings))

    def _authorities(self, settings: UpdateSettings) -> Path | None:
        """RAUC's reader runs as nobody and wants a file; a CA is no secret."""
        if not settings.server_ca:
            return None
        path = self._run / "server-ca.pem"
        with tempfile.NamedTemporaryFile("w", dir=self._run, delete=False) as file:
            file.write(settings.server_ca)
        fresh = Path(file.name)
        fresh.chmod(0o644)
        return fresh.replace(path)

    async def _fetch(
        self, server: Server, offer: Offer, part: Part, told: Callable[[int], None]
    ) -> None:
        tries, whole_tries = 0, 0
        while True:
            before = part.size
            try:
                await _read(server, offer, part, told)
            except _Cut as cut:
                tries = 1 if part.size > before else tries + 1
                if tries >= _TRIES:
                    raise Stopped(UpdateReason.NOT_FETCHED, str(cut)) from None
                wait_s = 2.0 ** (tries - 1) if cut.wait_s is None else cut.wait_s
                _LOGGER.info("download of %s: %s, again at %d", offer.name, cut, part.size)
                await self._sleep(min(_MOST_WAIT_S, wait_s))
                continue
            if await asyncio.to_thread(part.finish):
                return
            whole_tries += 1
            if whole_tries == 2:  # once may be a part of another file
                raise Stopped(UpdateReason.DAMAGED, "size or hash are not as announced")
            told(0)


async def _read(server: Server, offer: Offer, part: Part, told: Callable[[int], None]) -> None:
    """What is missing, until the file has its size or the server ends it."""
    if part.size == offer.size:
        return
    try:
        async with server.open(offer.url, part.size) as answer:
            if not await _placed(answer, offer, part):
                return
            await _take(answer, part, told)
    except (Gone, NotLetIn, NotTaken, BadMessage) as error:
        raise Stopped(UpdateReason.NOT_FETCHED, str(error)) from None
    except ServerError as error:
        raise _Cut(str(error), error.retry_after_s) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _Cut(type(error).__name__) from None
    if part.size < offer.size:
        raise _Cut("the connection was cut")


async def _take(answer: httpx.Response, part: Part, told: Callable[[int], None]) -> None:
    """Write in larger pieces than the network's; what came before a cut is kept."""
    piece = bytearray()
    try:
        async for data in answer.aiter_raw():
            piece += data
            if len(piece) >= _PIECE:
                await asyncio.to_thread(part.write, bytes(piece))
                piece.clear()
                told(part.size)
    finally:
        if piece:
            part.write(bytes(piece))  # in the loop: this may be a cancellation
            told(part.size)


async def _placed(answer: httpx.Response, offer: Offer, part: Part) -> bool:
    """Put the part to where the answer begins; False when the answer has nothing for it."""
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise BadMessage("the file is encoded")
    if answer.status_code == 416:
        await asyncio.to_thread(part.restart)
        raise _Cut("the server has no such part")
    if answer.status_code == 206:
        match = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if not match or int(match[1]) != part.size or int(match[3]) != offer.size:
            await asyncio.to_thread(part.restart)
            raise _Cut("the server sent another part")
        return True
    if part.size:
        await asyncio.to_thread(part.restart)  # the server gives it whole only
    length = answer.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) != offer.size:
        raise Stopped(UpdateReason.DAMAGED, f"the server's file has {length[:20]} bytes")
    return True
