"""The task that keeps up the conversation with the update server of the settings."""

import asyncio
import logging
import random
from contextlib import suppress

from firmware.contract.update import UpdateSettings
from firmware.errors import StoreError
from firmware.ota.ddi.consent import Consent
from firmware.ota.ddi.conversation import Conversation
from firmware.ota.ddi.memory import Memory
from firmware.ota.ddi.messages import BadMessage
from firmware.ota.ddi.pace import Pace
from firmware.ota.ddi.progress import Progress
from firmware.ota.ddi.server import Server, ServerError
from firmware.ota.offer import Desk

_LOGGER = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses, whose queries may be keys


class Client:
    """One for the program: `run` it as a task."""

    def __init__(
        self, desk: Desk, memory: Memory, *, streams: bool, pace: Pace | None = None
    ) -> None:
        """`streams`: whether this box's RAUC reads over the network."""
        self._desk, self._memory, self._streams = desk, memory, streams
        self._pace = pace or Pace(random.random)
        self._consent = Consent()
        self._progress = Progress()
        self._complaint = ""

    @property
    def awaits(self) -> str:
        """Version that a server offers and a person has to confirm first; "" when none."""
        return self._consent.open

    async def confirm(self, *, yes: bool) -> bool:
        """A person's word on `awaits`; False when nothing waits for it."""
        answered = self._consent.answer(yes=yes)
        await self._notify()
        return answered

    async def run(self) -> None:
        """Until cancelled.  Without a server in the settings it only waits for one."""
        while True:
            settings = self._desk.settings()
            server = self._server(settings)
            if server is None:
                await self._until_changed(settings)
                continue
            talk = Conversation(
                server, settings, self._desk, self._memory, self._consent, streams=self._streams
            )
            try:
                await self._serve(talk, settings)
            finally:
                await server.close()

    def _server(self, settings: UpdateSettings) -> Server | None:
        if not settings.server_url:
            return None
        try:
            return Server(settings, self._memory.controller(settings))
        except (BadMessage, ServerError) as error:
            self._complain(str(error))
            return None

    async def _until_changed(self, settings: UpdateSettings) -> None:
        changed = self._desk.changed
        async with changed:
            await changed.wait_for(lambda: self._desk.settings() != settings)

    async def _serve(self, talk: Conversation, settings: UpdateSettings) -> None:
        """Until the settings are others."""
        while self._desk.settings() == settings:
            try:
                awaited = self.awaits
                root = await talk.once()
                if self.awaits != awaited:
                    await self._notify()
            except ServerError as error:
                self._complain(str(error))
                await self._rest(talk, settings, self._pace.failed(error.retry_after_s), well=False)
            except (BadMessage, StoreError, OSError) as error:
                self._complain(str(error))
                await self._rest(talk, settings, self._pace.failed(), well=False)
            else:
                self._complaint = ""
                busy = bool(self._desk.action)
                wait_s = self._pace.answered(root.sleep_s, settings.poll_s, busy=busy)
                await self._rest(talk, settings, wait_s, well=True)

    async def _notify(self) -> None:
        """What is asked of a person is shown with the state."""
        async with self._desk.changed:
            self._desk.changed.notify_all()

    def _complain(self, text: str) -> None:
        """Once for each new trouble: a server may be away for weeks."""
        level = logging.DEBUG if text == self._complaint else logging.WARNING
        _LOGGER.log(level, "update server: %s", text)
        self._complaint = text

    async def _rest(
        self, talk: Conversation, settings: UpdateSettings, wait_s: float, *, well: bool
    ) -> None:
        """Until the next poll, and tell of progress meanwhile; a server in trouble is let be."""
        loop, changed, answered = asyncio.get_running_loop(), self._desk.changed, self.awaits

        def over() -> bool:
            if self._desk.settings() != settings:
                return True
            return well and (bool(self._desk.unreported()) or self.awaits != answered)

        def due() -> bool:
            return well and self._progress.due(talk.action, self._desk.view(), loop.time())

        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while not over():
                    async with changed:
                        await changed.wait_for(lambda: over() or due())
                    if due():
                        await self._tell_progress(talk, loop.time())

    async def _tell_progress(self, talk: Conversation, now: float) -> None:
        body = self._progress.tell(talk.action, self._desk.view(), now)
        try:
            await talk.proceeding(body)
        except ServerError as error:
            self._complain(str(error))  # the next one says more than this did
