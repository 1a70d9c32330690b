"""Agents whose page comes back when the box was away."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from hil_tests.browser_phone import BrowserPhone
from hil_tests.load.agents import Robot

AGAIN_S = 0.5
"""A page tries so often."""
CONNECTS_S = 5.0
"""Its telephone is connected within this, or it tries again."""


class Lost(Exception):
    """The live connection is gone."""


class Sturdy(Robot):
    """Comes again, and gets ready again."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._lost = asyncio.Event()
        self._on_line = False
        self.losses = 0

    async def stay(self, socket: str, password: str) -> None:
        """His day over all connections, until it is cancelled."""
        while True:
            with contextlib.suppress(Lost, aiohttp.ClientError, OSError, KeyError):
                await self.come(socket, password)
                self._on_line = True
                await asyncio.wait_for(self._telephone(), CONNECTS_S)
                await self._day()
            await self._hang_up()
            await asyncio.sleep(AGAIN_S)

    async def _telephone(self) -> None:
        while not self.phone.connected:  # noqa: ASYNC110  it has no event: it is stepped
            await asyncio.sleep(0.05)

    async def _day(self) -> None:
        day, lost = asyncio.ensure_future(self.work()), asyncio.ensure_future(self._lost.wait())
        try:
            done, _ = await asyncio.wait({day, lost}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (day, lost):
                task.cancel()
        for task in done - {lost}:
            await task

    async def _hang_up(self) -> None:
        """What is left of the connection before."""
        self._on_line = False
        self._listen(busy=False)
        if self._acts is not None:
            self._acts.cancel()
            self._acts = None
        await self._stops.aclose()
        self.phone.close()
        self.phone = BrowserPhone()
        self._view = {}
        self._lost.clear()
        self._changed.clear()

    async def leave(self) -> None:
        """Close the browser."""
        await self._hang_up()
        self.phone.close()

    def rest(self) -> None:
        """What he heard last becomes a track."""
        self._listen(busy=False)

    def step(self) -> None:
        """One tick of the telephone, once it is connected."""
        if self._on_line:
            super().step()

    @property
    def connected(self) -> bool:
        """Page and telephone."""
        return self._on_line and self.phone.connected

    async def _try(self, deed: Callable[[str], Awaitable[None]], call: str) -> None:
        async def done(one: str) -> None:
            with contextlib.suppress(Lost, ConnectionError):
                await deed(one)

        await super()._try(done, call)

    async def _read(self) -> None:
        async for message in self._live:
            content = message.json()
            if "id" in content:
                self._reply(content)
            else:
                self._told(content["method"], content["params"])
        self.losses += 1
        waiting, self._replies = self._replies, {}
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(Lost())
        self._lost.set()
